"""What the array functions share: how arguments become tensors, types agree, axes are counted."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np

from tiza.errors import ArgumentError, IndexingError, TizaError
from tiza.graph import PRIMITIVES
from tiza.graph.types import DType
from tiza.lang.arrays import default_dtype
from tiza.lang.operators import BOOLEAN, operands
from tiza.lang.tensor import Tensor, as_tensor, make

ArrayLike: TypeAlias = Any  # tensors, numbers, lists, NumPy, pandas, PyTorch: see `as_tensor`
Axis: TypeAlias = int | Sequence[int] | None
P = ParamSpec("P")
R = TypeVar("R")


def unary(name: str, x: ArrayLike) -> Tensor:
    """A primitive of one input."""
    return make(PRIMITIVES[name], as_tensor(x))


def as_float(x: ArrayLike) -> Tensor:
    """x with a floating-point type: integers and booleans become the default one."""
    x = as_tensor(x)
    return as_tensor(x, default_dtype()) if x.dtype.kind in "biu" else x


def floating(name: str, x: ArrayLike) -> Tensor:
    """A primitive of one input that has no integer values."""
    return make(PRIMITIVES[name], as_float(x))


def pair(x1: ArrayLike, x2: ArrayLike) -> tuple[Tensor, Tensor]:
    """Both in one type; a Python number takes the type of the other."""
    if isinstance(x1, Tensor):
        both = operands(x1, x2)
    elif isinstance(x2, Tensor):
        swapped = operands(x2, x1)
        both = None if swapped is None else swapped[::-1]
    else:
        both = operands(as_tensor(x1), x2)
    return both if both is not None else (as_tensor(x1), as_tensor(x2))


def binary(name: str, x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """A primitive of two inputs, once their types agree."""
    a, b = pair(x1, x2)
    return make(PRIMITIVES[boolean(name, a)], a, b)


def floating_pair(name: str, x1: ArrayLike, x2: ArrayLike) -> Tensor:
    """A primitive of two inputs that has no integer values."""
    a, b = pair(x1, x2)
    return make(PRIMITIVES[name], as_float(a), as_float(b))


def common(arrays: Sequence[ArrayLike]) -> list[Tensor]:
    """All in the type that holds all."""
    xs = [as_tensor(x) for x in arrays]
    for i in range(1, len(xs)):
        xs[0], _ = pair(xs[0], xs[i])
    return [as_tensor(x, xs[0].dtype) for x in xs]


def same(x: Tensor) -> Tensor:
    """x as a tensor of its own, so that assigning to one does not change the other."""
    if x.requires_grad:
        return make(PRIMITIVES["alias"], x, tag="")
    return Tensor(x.node)


def axis_of(axis: int, ndim: int) -> int:
    """An axis counted from the front."""
    k = operator.index(axis)
    if not -ndim <= k < ndim:
        raise IndexingError("axis-outside", axis=axis, ndim=ndim)
    return k + ndim if k < 0 else k


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Axes counted from the front, in order; None means all."""
    if axis is None:
        return tuple(range(ndim))
    many = axis if isinstance(axis, Sequence) else (axis,)
    found = tuple(sorted(axis_of(k, ndim) for k in many))
    if len(set(found)) != len(found):
        raise ArgumentError("axis-twice", axis=axis)
    return found


def shape_of(shape: int | Sequence[int]) -> tuple[int, ...]:
    """A shape as a tuple of Python integers."""
    many = shape if isinstance(shape, Sequence) else (shape,)
    sides = tuple(operator.index(n) for n in many)
    if any(n < 0 for n in sides):
        raise ArgumentError("shape-negative", shape=sides)
    return sides


def cast(x: Tensor, dtype: DType | None) -> Tensor:
    """x in another type, where one is wanted."""
    return x if dtype is None else as_tensor(x, dtype)


TORCH = {"dim": "axis", "dims": "axis", "keepdim": "keepdims", "p": "ord"}


def spelled(*order: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function of the standard take PyTorch's spelling, too.

    `dim`, `keepdim` stand for `axis`, `keepdims`; `input` for the first argument; what follows
    the positional arguments is read in the `order` given. So spelled, an array without axes
    counts as one of one entry, as PyTorch has it.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        any_words: Callable[..., Any] = function
        code = any_words.__code__
        own, end = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
        known = code.co_varnames[:end]
        further = [name for name in order if name in known[own:]]

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            given, words = _translated(args, kwargs, known, own, further)
            try:
                return function(*given, **words)
            except TizaError:
                row = None if given is args and words is kwargs else _as_row(given[0])
                if row is None:
                    raise
                return _scalars(any_words(row, *given[1:], **words))

        return call

    return decorate


torch_words = spelled("axis", "keepdims", "dtype")


def _translated(args: Any, kwargs: Any, known: Sequence[str], own: int,
                further: Sequence[str]) -> tuple[Any, Any]:  # fmt: skip
    """The arguments in the standard's words; the very same ones where they are already."""
    more = further[: max(len(args) - own, 0)]
    if more and len(args) - own == len(more) and not set(more) & set(kwargs):
        kwargs = {**dict(zip(more, args[own:], strict=True)), **kwargs}
        args = args[:own]
    if "input" in kwargs and not args:
        kwargs = dict(kwargs)
        args = (kwargs.pop("input"),)
    for theirs, ours in TORCH.items():
        if theirs in kwargs and theirs not in known:
            if ours in kwargs:
                raise ArgumentError("argument-twice", one=theirs, two=ours)
            kwargs = dict(kwargs)
            kwargs[ours] = kwargs.pop(theirs)
    return args, kwargs


def _as_row(x: Any) -> Tensor | None:
    """An array without axes as one of one entry."""
    if not isinstance(x, Tensor) or x.ndim:
        return None
    return make(PRIMITIVES["reshape"], x, shape=(1,))


def _scalars(out: Any) -> Any:
    """The answer about that one entry, without the axis."""
    if isinstance(out, tuple):
        parts = [_scalars(part) for part in out]
        return type(out)(*parts) if hasattr(out, "_fields") else tuple(parts)
    return make(PRIMITIVES["reshape"], out, shape=()) if out.shape == (1,) else out


def truth(x: ArrayLike) -> Tensor:
    """Whether each entry is true: of numbers, whether it is not 0."""
    x = as_tensor(x)
    return x if x.dtype.kind == "b" else make(PRIMITIVES["not_equal"], *pair(x, 0))


def as_number(x: ArrayLike) -> Tensor:
    """x, truth values as 0 and 1."""
    x = as_tensor(x)
    return as_tensor(x, np.dtype("uint8")) if x.dtype.kind == "b" else x


def boolean(name: str, x: Tensor) -> str:
    """The operation that does to truth values what `name` does to numbers."""
    return BOOLEAN.get(name, name) if x.dtype.kind == "b" else name
