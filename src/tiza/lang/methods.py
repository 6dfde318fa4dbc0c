"""What a tensor can do by itself: the methods of the standard, and those of PyTorch's tensors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError
from tiza.graph.types import DType, bool_, float32, float64, int32, int64
from tiza.lang import (
    creation,
    elementwise,
    extras,
    hooks,
    manipulation,
    pairs,
    pieces,
    searching,
    statistical,
    storage,
    torch_api,
)
from tiza.lang.calls import Axis, same
from tiza.lang.geometry import kron
from tiza.lang.indexing import getitem, setitem
from tiza.lang.inspection import check_device
from tiza.lang.products import matmul, outer
from tiza.lang.scattering import sum_to_size
from tiza.lang.tensor import METHODS, OPS, Tensor, as_tensor, settle

__array_api_version__ = "2024.12"
VERSIONS = ("2021.12", "2022.12", "2023.12", __array_api_version__)


# of the standard
def namespace(api_version: str | None = None) -> Any:
    """The module whose functions take these arrays."""
    if api_version is not None and api_version not in VERSIONS:
        raise ArgumentError("api-version", got=api_version, known=", ".join(VERSIONS))
    return sys.modules["tiza"]


def array_namespace(self: Tensor, /, *, api_version: str | None = None) -> Any:
    """The module whose functions take these arrays: tiza."""
    return namespace(api_version)


def to_device(self: Tensor, device: Any, /, stream: Any = None) -> Tensor:
    """This tensor; there is one device, "cpu"."""
    check_device(device)
    return self


def dlpack(self: Tensor, /, *, stream: Any = None, max_version: tuple[int, int] | None = None,
           dl_device: tuple[int, int] | None = None, copy: bool | None = None) -> Any:  # fmt: skip
    """The value for another library, by the DLPack protocol.

    Shared memory is for reading only; where the other library is too old to know that, it
    gets a copy unless it forbids one.
    """
    settle(self)
    array = self.node.value
    knows_reading = max_version is not None and max_version >= (1, 0)
    if copy or (copy is None and not knows_reading):
        array = array.copy()
    elif knows_reading:
        array = self.numpy()
    options: dict[str, Any] = {"dl_device": dl_device}
    if max_version is not None:
        options["max_version"] = max_version
    return array.__dlpack__(**options)


def dlpack_device(self: Tensor, /) -> tuple[int, int]:
    """(1, 0): the processor."""
    return 1, 0


def _matmul(self: Tensor, other: Any, /) -> Tensor:
    return matmul(self, other)


def _rmatmul(self: Tensor, other: Any, /) -> Tensor:
    return matmul(other, self)


def _imatmul(self: Tensor, other: Any, /) -> Tensor:
    self._assign(as_tensor(matmul(self, other), self.dtype))
    return self


def _pos(self: Tensor, /) -> Tensor:
    return same(self)


def _transposed(self: Tensor) -> Tensor:
    """The matrix with rows and columns exchanged."""
    return manipulation.matrix_transpose(self)


OPS.getitem, OPS.setitem, OPS.namespace = getitem, setitem, namespace
for _name, _method in {
    "__matmul__": _matmul, "__rmatmul__": _rmatmul, "__imatmul__": _imatmul, "__pos__": _pos,
    "__dlpack__": dlpack, "__dlpack_device__": dlpack_device, "to_device": to_device,
    "__array_namespace__": array_namespace, "T": property(_transposed),
    "mT": property(_transposed),
}.items():  # fmt: skip
    setattr(Tensor, _name, _method)


# of PyTorch
def _sides(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """x.reshape(2, 3) and x.reshape((2, 3)) alike."""
    return tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], Sequence) else shape


def reshape(self: Tensor, *shape: Any) -> Tensor:
    """See `tiza.reshape`."""
    return manipulation.reshape(self, _sides(shape))


def permute(self: Tensor, *dims: Any) -> Tensor:
    """See `tiza.permute_dims`."""
    return manipulation.permute_dims(self, _sides(dims))


def expand(self: Tensor, *shape: Any) -> Tensor:
    """Repeated up to `shape`; −1 keeps a side."""
    sides = _sides(shape)
    old = (-1,) * (len(sides) - self.ndim) + self.shape
    full = tuple(o if n == -1 else n for n, o in zip(sides, old, strict=False))
    return manipulation.broadcast_to(self, full)


def squeeze(self: Tensor, dim: Axis = None) -> Tensor:
    """Without axes of size 1: all of them, or those of `dim` that are of size 1."""
    if dim is None:
        return manipulation.squeeze(self)
    return manipulation.squeeze(self, dim=dim)  # type: ignore[call-arg]


def to(self: Tensor, *target: Any, dtype: Any = None, device: Any = None,
       non_blocking: bool = False, copy: bool = False) -> Tensor:  # fmt: skip
    """In another data type, or that of another tensor; "cpu" is where it is already."""
    for wanted in (t for t in target[:2] if not isinstance(t, bool)):
        if isinstance(wanted, Tensor):
            dtype = wanted.dtype
        elif wanted is None or (isinstance(wanted, str) and wanted not in np.sctypeDict):
            device = wanted
        else:
            dtype = wanted
    check_device(device)
    x = self if dtype is None else manipulation.astype(self, np.dtype(dtype), copy=False)
    return same(x) if (copy or target[3:4] == (True,)) and x is self else x


def nonzero(self: Tensor, *, as_tuple: bool = False) -> Any:
    """The places of what is not 0, one a row; or an array for each axis."""
    row = self if self.ndim or not as_tuple else self.reshape(1)
    return searching.nonzero(row, as_tuple=as_tuple)


def clone(self: Tensor) -> Tensor:
    """The same expression as a tensor of its own."""
    return same(self)


def cpu(self: Tensor) -> Tensor:
    """This tensor."""
    return self


def dim(self: Tensor) -> int:
    """The number of axes."""
    return self.ndim


def numel(self: Tensor) -> int:
    """The number of entries."""
    return self.size


def flip(self: Tensor, *dims: Any) -> Tensor:
    """See `tiza.flip`; without axes, all of them."""
    return manipulation.flip(self, axis=_sides(dims) if dims else None)


def sort(self: Tensor, dim: int = -1, descending: bool = False, **options: Any) -> Any:
    """The values in order and the places they came from, as PyTorch's method has it."""
    if "axis" in options:
        return searching.sort(self, descending=descending, **options)
    return searching.sort(self, dim=dim, descending=descending, **options)  # type: ignore[call-arg]


def repeat(self: Tensor, *sizes: Any) -> Tensor:
    """The whole array so many times along each axis; see `tiza.tile`."""
    return manipulation.tile(self, _sides(sizes))


def new_zeros(self: Tensor, *size: Any, dtype: DType | None = None) -> Tensor:
    """Zeros of this tensor's type."""
    return creation.zeros(_sides(size), dtype=dtype or self.dtype)


def new_ones(self: Tensor, *size: Any, dtype: DType | None = None) -> Tensor:
    """Ones of this tensor's type."""
    return creation.ones(_sides(size), dtype=dtype or self.dtype)


def new_full(self: Tensor, size: Sequence[int], value: Any, dtype: DType | None = None) -> Tensor:
    """One value everywhere, of this tensor's type."""
    return creation.full(size, value, dtype=dtype or self.dtype)


def view_as(self: Tensor, other: Tensor) -> Tensor:
    """In the shape of another tensor."""
    return manipulation.reshape(self, other.shape)


def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """Repeated up to the shape of another tensor."""
    return expand(self, other.shape)


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """In the type of another tensor."""
    return manipulation.astype(self, other.dtype, copy=False)


def in_place(name: str) -> Any:
    """x.add_(y): x takes the value of x.add(y)."""
    function = METHODS[name]

    def method(self: Tensor, *args: Any, **options: Any) -> Tensor:
        new = function(self, *args, **options)
        if new.dtype != self.dtype:
            raise DTypeError("in-place-type", got=new.dtype, want=self.dtype)
        self._assign(new)
        return self

    method.__name__, method.__doc__ = f"{name}_", f"In place: see `{name}`."
    return method


def zero(self: Tensor) -> Tensor:
    """Zeros; as `zero_()` it fills this tensor with them."""
    return creation.zeros_like(self)


def copy(self: Tensor, source: Any) -> Tensor:
    """The entries of `source`, in this shape and type; as `copy_` it takes them over."""
    return manipulation.broadcast_to(as_tensor(source, self.dtype), self.shape)


def _as(dtype: DType) -> Any:
    return lambda self: manipulation.astype(self, dtype, copy=False)


_ENTRYWISE = ("abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh",
              "erf", "exp", "expm1", "floor", "log", "log10", "log1p", "log2", "negative",
              "reciprocal", "round", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh",
              "trunc")  # fmt: skip
_STORED = ("conj", "isfinite", "isinf", "isnan", "logical_not", "positive", "signbit")
_ALONG = ("sum", "prod", "mean", "std", "var", "max", "min", "all", "any", "count_nonzero",
          "cumulative_sum", "cumulative_prod", "diff")  # fmt: skip
_FOUND = ("argmax", "argmin", "argsort", "clip")
_EXTRA = ("gather", "log_softmax", "logsumexp", "norm", "relu", "scatter", "scatter_add",
          "sigmoid", "softmax")  # fmt: skip
_MOVED = ("astype", "flatten", "moveaxis", "roll", "tile", "unstack")
_PAIRS = ("add", "subtract", "multiply", "divide", "pow", "remainder", "floor_divide", "atan2",
          "copysign", "hypot", "logaddexp", "maximum", "minimum", "equal", "not_equal", "less",
          "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_xor",
          "bitwise_and", "bitwise_or", "bitwise_xor")  # fmt: skip
_HOMES = {elementwise: _ENTRYWISE, storage: _STORED, statistical: _ALONG, searching: _FOUND,
          extras: _EXTRA, manipulation: _MOVED, pairs: _PAIRS,
          torch_api: torch_api.AS_METHODS}  # fmt: skip
for _home, _names in _HOMES.items():
    METHODS.update({name: getattr(_home, name) for name in _names})
METHODS.update({
    f.__name__: f for f in (reshape, permute, expand, squeeze, to, nonzero, clone, cpu, dim,
                            flip, sort, repeat, new_zeros, new_ones, new_full, view_as, expand_as,
                            type_as, zero, copy)
})  # fmt: skip
METHODS.update({
    "matmul": matmul, "contiguous": cpu, "view": reshape, "reshape_as": view_as, "type": to,
    "nelement": METHODS["numel"], "ndimension": dim, "unfold": pieces.unfold,
    "sum_to_size": sum_to_size, "split_with_sizes": METHODS["split"], "outer": outer,
    "kron": kron, "double": _as(float64), "float": _as(float32), "long": _as(int64),
    "int": _as(int32), "bool": _as(bool_),
})  # fmt: skip
_IN_PLACE = ("abs", "add", "addcdiv", "addcmul", "addmm", "ceil", "clamp", "clamp_max", "clamp_min",
             "clip", "copy", "cos", "div", "divide", "exp", "fill", "floor", "index_add",
             "index_copy", "index_fill", "lerp", "log", "masked_fill", "mul", "multiply", "neg",
             "pow", "reciprocal", "relu", "remainder", "round", "rsqrt", "scatter",
             "scatter_add", "sigmoid", "sign", "sin", "sqrt", "square", "sub", "subtract", "tanh",
             "zero")  # fmt: skip
METHODS.update({f"{name}_": in_place(name) for name in _IN_PLACE})
METHODS.update({
    "register_hook": hooks.register_hook,
    "register_post_accumulate_grad_hook": hooks.register_post_accumulate_grad_hook,
})  # fmt: skip
