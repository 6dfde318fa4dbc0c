"""Functions that make arrays. Names and arguments are those of the array API standard 2024.12."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES, constant
from tiza.graph.types import DType, Scalar, bool_
from tiza.lang.arrays import default_dtype, to_array
from tiza.lang.calls import ArrayLike, cast, common, same, shape_of
from tiza.lang.inspection import check_device
from tiza.lang.tensor import Tensor, as_tensor, make

Sides = int | Sequence[int]
P = ParamSpec("P")
R = TypeVar("R")
_WORDS = {"size": "shape", "diagonal": "k", "steps": "num", "n": "n_rows", "m": "n_cols"}
_DROPPED = ("layout", "pin_memory", "memory_format")


def made(function: Callable[P, R]) -> Callable[P, R]:
    """PyTorch's spelling of what makes arrays.

    `zeros(2, 3)` for `zeros((2, 3))`, its names of arguments, and `requires_grad`.
    """
    any_words: Callable[..., Any] = function
    code = any_words.__code__
    first = code.co_varnames[: code.co_argcount] == ("shape",)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > 1 and first and all(isinstance(n, int) for n in args):
            args = (args,)
        if not kwargs:
            return any_words(*args)
        learned = kwargs.pop("requires_grad", False)
        for word in _DROPPED:
            kwargs.pop(word, None)
        words = {k: v for k, v in kwargs.items() if k not in _ENDS}
        args = (*args, *(kwargs[k] for k in _ENDS if k in kwargs))
        named = {_WORDS.get(k, k): v for k, v in words.items()}
        out = any_words(*args, **named)
        return out.requires_grad_() if learned else out

    return call


_ENDS = ("start", "end")


def _data(array: Any) -> Tensor:
    return Tensor(constant(np.asarray(array)))


def _type_of(value: Scalar) -> DType:
    """The type that a Python number takes."""
    kind: DType = to_array(value).dtype
    return kind


def asarray(obj: ArrayLike, /, *, dtype: DType | None = None, device: object = None,
            copy: bool | None = None) -> Tensor:  # fmt: skip
    """The array that `obj` stands for: a number, nested lists, NumPy, pandas, PyTorch, a tensor.

    Python floats take the default type (float32), integers int64; arrays keep theirs. Lists may
    hold tensors, and derivatives flow back into those.

    Errors: `copy=False` of what can only be copied.
    Source: Python array API standard 2024.12.

    >>> import tiza as tz
    >>> tz.asarray([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    check_device(device)
    wanted = None if dtype is None else np.dtype(dtype)
    if isinstance(obj, Tensor):
        if copy is False and wanted not in (None, obj.dtype):
            raise ArgumentError("copy-needed", what=f"{obj.dtype} -> {wanted}")
        out = cast(obj, wanted)
        return same(out) if copy and out is obj else out
    if copy is False:
        raise ArgumentError("copy-needed", what=type(obj).__name__)
    if isinstance(obj, list | tuple) and _holds_tensor(obj):
        return cast(_stacked(obj), wanted)
    return as_tensor(obj, wanted)


def _holds_tensor(obj: Any) -> bool:
    if isinstance(obj, list | tuple):
        return any(map(_holds_tensor, obj))
    return isinstance(obj, Tensor)


def _stacked(obj: Any) -> Tensor:
    if not (isinstance(obj, list | tuple) and _holds_tensor(obj)):
        return as_tensor(obj)
    rows = common([_stacked(row) for row in obj])
    if len({row.shape for row in rows}) > 1:
        raise ShapeError("stack-shapes", shapes=", ".join(str(row.shape) for row in rows))
    reshape, concat = PRIMITIVES["reshape"], PRIMITIVES["concat"]
    return make(concat, *[make(reshape, row, shape=(1, *row.shape)) for row in rows], axis=0)


def tensor(data: ArrayLike, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A new tensor of `data`; with `requires_grad`, a variable of later derivatives.

    Source: PyTorch's name and arguments.

    >>> import tiza as tz
    >>> w = tz.tensor([1.0, 2.0], requires_grad=True)
    >>> (w * w).sum().backward(); w.grad
    tensor([2., 4.])
    """
    if isinstance(data, Tensor):
        data = data.detach()  # values never change: nothing need be copied, or computed yet
    out = asarray(data, dtype=dtype)
    return out.requires_grad_() if requires_grad else out


@made
def arange(start: float, /, stop: float | None = None, step: float = 1, *,
           dtype: DType | None = None, device: object = None) -> Tensor:  # fmt: skip
    """start, start + step, ... up to, and without, stop; of one argument, from 0 up to it.

    Shape: (⌈(stop − start) / step⌉,).

    >>> import tiza as tz
    >>> tz.arange(2, 10, 3)
    tensor([2, 5, 8])
    """
    check_device(device)
    if stop is None:
        start, stop = 0, start
    if step == 0:
        raise ArgumentError("arange-step")
    whole = all(isinstance(n, int | np.integer) for n in (start, stop, step))
    kind = np.dtype("int64") if whole and dtype is None else np.dtype(dtype or default_dtype())
    if kind.kind in "iu" and whole:
        values = range(int(start), int(stop), int(step))
        if not values or max(abs(values[0]), abs(values[-1])) >= 2**62:  # as Python's integers
            return _data(np.array(values, dtype=kind))
        return _data(np.arange(values.start, values.stop, values.step).astype(kind))
    return _data(np.arange(start, stop, step, dtype="float64").astype(kind))


@made
def linspace(start: Scalar, stop: Scalar, /, num: int, *, dtype: DType | None = None,
             device: object = None, endpoint: bool = True) -> Tensor:  # fmt: skip
    """`num` numbers at equal distances from start to stop (without stop if not `endpoint`).

    y[i] = start + i (stop − start) / (num − 1), with num in place of num − 1 without endpoint.

    >>> import tiza as tz
    >>> tz.linspace(0, 1, 3)
    tensor([0. , 0.5, 1. ])
    """
    check_device(device)
    ends: list[Any] = [start, stop]
    start, stop = (end.item() if isinstance(end, Tensor) else end for end in ends)
    if num < 0:
        raise ArgumentError("shape-negative", shape=num)
    if dtype is None:
        dtype = default_dtype()
        if any(isinstance(end, complex) for end in (start, stop)):
            dtype = np.result_type(dtype, np.complex64)
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(np.subtract(stop, start, dtype=np.result_type(dtype, "float64"))):
            out = np.linspace(start, stop, num, endpoint=endpoint).astype(dtype)
        else:  # the distance overflows, the numbers do not
            t = np.linspace(0, 1, num, endpoint=endpoint)
            out = (np.multiply(start, 1 - t) + np.multiply(stop, t)).astype(dtype)
    if out.dtype.kind in "iu" and num:  # exact beyond 2^53, too
        out[0] = start
        out[-1] = stop if endpoint and num > 1 else out[-1]
    return _data(out)


@made
def empty(shape: Sides, *, dtype: DType | None = None, device: object = None) -> Tensor:
    """An array whose entries do not matter; here they are zeros.

    >>> import tiza as tz
    >>> tz.empty((2, 3)).shape
    (2, 3)
    """
    return zeros(shape, dtype=dtype, device=device)


@made
def zeros(shape: Sides, *, dtype: DType | None = None, device: object = None) -> Tensor:
    """An array of zeros.

    >>> import tiza as tz
    >>> tz.zeros(3)
    tensor([0., 0., 0.])
    """
    return full(shape, 0, dtype=dtype or default_dtype(), device=device)


@made
def ones(shape: Sides, *, dtype: DType | None = None, device: object = None) -> Tensor:
    """An array of ones.

    >>> import tiza as tz
    >>> tz.ones((2,), dtype=tz.int8)
    tensor([1, 1], dtype=int8)
    """
    return full(shape, 1, dtype=dtype or default_dtype(), device=device)


@made
def full(shape: Sides, fill_value: Scalar | Tensor, *, dtype: DType | None = None,
         device: object = None) -> Tensor:  # fmt: skip
    """An array of one value everywhere.

    >>> import tiza as tz
    >>> tz.full((2,), 7)
    tensor([7, 7])
    """
    check_device(device)
    if isinstance(fill_value, Tensor):
        wide = PRIMITIVES["broadcast_to"]
        return make(wide, cast(fill_value, dtype and np.dtype(dtype)), shape=shape_of(shape))
    return _data(np.full(shape_of(shape), fill_value, dtype or _type_of(fill_value)))


@made
def empty_like(x: ArrayLike, /, *, dtype: DType | None = None, device: object = None) -> Tensor:
    """As `empty`, in the shape and type of x.

    >>> import tiza as tz
    >>> tz.empty_like(tz.ones((2, 3))).shape
    (2, 3)
    """
    return full_like(x, 0, dtype=dtype, device=device)


@made
def zeros_like(x: ArrayLike, /, *, dtype: DType | None = None, device: object = None) -> Tensor:
    """Zeros in the shape and type of x.

    >>> import tiza as tz
    >>> tz.zeros_like(tz.asarray([4, 5]))
    tensor([0, 0])
    """
    return full_like(x, 0, dtype=dtype, device=device)


@made
def ones_like(x: ArrayLike, /, *, dtype: DType | None = None, device: object = None) -> Tensor:
    """Ones in the shape and type of x.

    >>> import tiza as tz
    >>> tz.ones_like(tz.asarray([4.0, 5.0]))
    tensor([1., 1.])
    """
    return full_like(x, 1, dtype=dtype, device=device)


@made
def full_like(x: ArrayLike, /, fill_value: Scalar | Tensor, *, dtype: DType | None = None,
              device: object = None) -> Tensor:  # fmt: skip
    """One value everywhere, in the shape and type of x.

    >>> import tiza as tz
    >>> tz.full_like(tz.asarray([4, 5]), 9)
    tensor([9, 9])
    """
    x = as_tensor(x)
    return full(x.shape, fill_value, dtype=x.dtype if dtype is None else dtype, device=device)


@made
def eye(n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: DType | None = None,
        device: object = None) -> Tensor:  # fmt: skip
    """Ones on the k-th diagonal, zeros elsewhere: the identity matrix where k = 0.

    >>> import tiza as tz
    >>> tz.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    check_device(device)
    return _data(np.eye(n_rows, n_cols, k=k, dtype=dtype or default_dtype()))


def diagonally(function: Callable[P, R]) -> Callable[P, R]:
    """PyTorch's word, and place, for the number of a diagonal."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > 1 or "diagonal" in kwargs:
            k = args[1] if len(args) > 1 else kwargs.pop("diagonal")
            return function(args[0], k=k, **kwargs)
        return function(*args, **kwargs)

    return call


def _triangle(x: ArrayLike, k: int, upper: bool) -> Tensor:
    x = as_tensor(x)
    if x.ndim < 2:
        raise ShapeError("matrix-needed", op="triu" if upper else "tril", shape=x.shape)
    below = np.tri(x.shape[-2], x.shape[-1], k - 1 if upper else k, dtype=bool_)
    keep = _data(~below if upper else below)
    return make(PRIMITIVES["where"], keep, x, full((), 0, dtype=x.dtype))


@diagonally
def tril(x: ArrayLike, /, *, k: int = 0) -> Tensor:
    """The lower triangle: zeros above the k-th diagonal.

    Shapes: x (*n, rows, columns) → the same.

    >>> import tiza as tz
    >>> tz.tril(tz.ones((2, 2)))
    tensor([[1., 0.],
            [1., 1.]])
    """
    return _triangle(x, k, upper=False)


@diagonally
def triu(x: ArrayLike, /, *, k: int = 0) -> Tensor:
    """The upper triangle: zeros below the k-th diagonal.

    Shapes: x (*n, rows, columns) → the same.

    >>> import tiza as tz
    >>> tz.triu(tz.ones((2, 2)))
    tensor([[1., 1.],
            [0., 1.]])
    """
    return _triangle(x, k, upper=True)


def meshgrid(*arrays: ArrayLike, indexing: str = "xy") -> tuple[Tensor, ...]:
    """The coordinates of a grid: one array for each axis.

    Shapes: n arrays of m₁ ... mₙ entries → n arrays (m₁, ..., mₙ); the first two sides are
    exchanged by indexing "xy".

    >>> import tiza as tz
    >>> tz.meshgrid(tz.arange(2), tz.arange(3), indexing="ij")[0]
    tensor([[0, 0, 0],
            [1, 1, 1]])
    """
    if indexing not in ("xy", "ij"):
        raise ArgumentError("choice-unknown", name="indexing", got=indexing, known='"xy", "ij"')
    if len(arrays) == 1 and isinstance(arrays[0], list | tuple):  # PyTorch takes a list, too
        arrays = tuple(arrays[0])
    xs = [as_tensor(x) for x in arrays]
    for x in xs:
        if x.ndim > 1:
            raise ShapeError("vector-needed", op="meshgrid", shape=x.shape)
    order = list(range(len(xs)))
    if indexing == "xy" and len(xs) > 1:
        order[:2] = 1, 0
    shape = tuple(xs[k].size for k in order)
    lines = [make(PRIMITIVES["reshape"], x, shape=tuple(x.size if k == i else 1 for k in order))
             for i, x in enumerate(xs)]  # fmt: skip
    return tuple(make(PRIMITIVES["broadcast_to"], x, shape=shape) for x in lines)


def from_dlpack(x: Any, /, *, device: object = None, copy: bool | None = None) -> Tensor:
    """The array of another library, by the DLPack protocol.

    With `copy=False` the memory stays shared: changing it there afterwards is not allowed.

    >>> import numpy as np, tiza as tz
    >>> tz.from_dlpack(np.ones(2))
    tensor([1., 1.], dtype=float64)
    """
    check_device(device)
    array = np.from_dlpack(x)
    return _data(array if copy is False else array.copy())
