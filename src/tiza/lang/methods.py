"""What a tensor can do by itself: the methods of the standard, and those of PyTorch's tensors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph.types import DType, bool_, float32, float64, int32, int64
from tiza.lang import elementwise, extras, manipulation, pairs, searching, statistical, storage
from tiza.lang.calls import Axis, axis_of, same
from tiza.lang.indexing import getitem, setitem
from tiza.lang.inspection import check_device
from tiza.lang.products import matmul
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
def _along(name: str) -> Any:
    """x.sum(1, keepdim=True): the axis may be given by position."""
    homes = (statistical, searching, manipulation, extras)
    function = next(getattr(home, name) for home in homes if hasattr(home, name))

    def method(self: Tensor, dim: Axis = None, **options: Any) -> Tensor:
        axis = options.pop("axis", dim)
        result: Tensor = function(self, **({} if axis is None else {"axis": axis}), **options)
        return result

    method.__name__, method.__doc__ = name, function.__doc__
    return method


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


def transpose(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two axes exchanged."""
    order = list(range(self.ndim))
    a, b = axis_of(dim0, self.ndim), axis_of(dim1, self.ndim)
    order[a], order[b] = b, a
    return manipulation.permute_dims(self, order)


def unsqueeze(self: Tensor, dim: int) -> Tensor:
    """A new axis of size 1."""
    return manipulation.expand_dims(self, axis=dim)


def squeeze(self: Tensor, dim: Axis = None) -> Tensor:
    """Without axes of size 1: all of them, or those of `dim` that are of size 1."""
    if dim is None:
        return manipulation.squeeze(self)
    many = dim if isinstance(dim, Sequence) else (dim,)
    ones = tuple(k for k in many if self.shape[axis_of(k, self.ndim)] == 1)
    return manipulation.squeeze(self, ones)


def to(self: Tensor, dtype: DType | str) -> Tensor:
    """In another data type; "cpu" is where it is already."""
    if isinstance(dtype, str) and dtype not in np.sctypeDict:
        return to_device(self, dtype)
    return manipulation.astype(self, np.dtype(dtype), copy=False)


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


def argsort(self: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    """See `tiza.argsort`."""
    return searching.argsort(self, axis=dim, descending=descending, stable=stable)


def norm(self: Tensor, ord: float = 2, dim: Axis = None, **options: Any) -> Tensor:
    """See `tiza.linalg.vector_norm`."""
    from tiza.lang.matrices import vector_norm

    return vector_norm(self, ord=ord, axis=options.pop("axis", dim), **options)


def masked_fill(self: Tensor, mask: Any, value: Any) -> Tensor:
    """`value` where the mask is true, else the entry."""
    return searching.where(mask, value, self)


def split(self: Tensor, size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of `size` along an axis (the last may be smaller), or of the sizes in a list."""
    k = axis_of(dim, self.ndim)
    n = self.shape[k]
    ends = list(range(size, n, size)) if isinstance(size, int) else list(accumulate(size))[:-1]
    bounds = pairwise([0, *ends, n])
    return tuple(self[(*(slice(None),) * k, slice(*pair))] for pair in bounds)


def chunk(self: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of one size along an axis; the last may be smaller."""
    return split(self, max(-(-self.shape[axis_of(dim, self.ndim)] // chunks), 1), dim)


def _as(dtype: DType) -> Any:
    return lambda self: manipulation.astype(self, dtype, copy=False)


_ENTRYWISE = ("abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "conj", "cos",
              "cosh", "erf", "exp", "expm1", "floor", "isfinite", "isinf", "isnan", "log",
              "log10", "log1p", "log2", "reciprocal", "round", "sign", "sin", "sinh", "sqrt",
              "square", "tan", "tanh", "trunc")  # fmt: skip
_ALONG = ("sum", "prod", "mean", "std", "var", "max", "min", "all", "any", "argmax", "argmin",
          "count_nonzero", "cumulative_sum", "cumulative_prod", "sort", "flip", "unstack",
          "logsumexp", "softmax", "log_softmax")  # fmt: skip
METHODS.update({
    name: getattr(elementwise, name, None) or getattr(storage, name) for name in _ENTRYWISE
})  # fmt: skip
METHODS.update({name: _along(name) for name in _ALONG})
METHODS.update({
    f.__name__: f for f in (reshape, permute, expand, transpose, unsqueeze, squeeze, to, clone,
                            cpu, dim, numel, argsort, norm, masked_fill)
})  # fmt: skip
METHODS.update({
    theirs: getattr(pairs, ours) for theirs, ours in {
        "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "pow": "pow",
        "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
        "ge": "greater_equal", "maximum": "maximum", "minimum": "minimum",
    }.items()
})  # fmt: skip
METHODS.update({
    "matmul": matmul, "mm": matmul, "bmm": matmul, "dot": matmul, "gather": extras.gather,
    "relu": extras.relu, "sigmoid": extras.sigmoid, "contiguous": cpu, "split": split,
    "chunk": chunk,
})  # fmt: skip
METHODS.update({
    "view": reshape, "flatten": manipulation.flatten,
    "astype": manipulation.astype, "type": to, "clip": searching.clip, "clamp": searching.clip,
    "cumsum": METHODS["cumulative_sum"], "cumprod": METHODS["cumulative_prod"],
    "unbind": METHODS["unstack"], "tile": manipulation.tile, "t": _transposed,
    "repeat_interleave": manipulation.repeat, "topk": searching.top_k, "double": _as(float64),
    "float": _as(float32), "long": _as(int64), "int": _as(int32), "bool": _as(bool_),
})  # fmt: skip
