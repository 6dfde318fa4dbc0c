"""What the records of a family share: shape and type rules, batching, samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from tiza.errors import DTypeError, ShapeError
from tiza.graph.node import PRIMITIVES, Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.types import DType, Shape, bool_

REAL, NUMERIC, FLOAT, INT = "iuf", "iufc", "fc", "iu"  # dtype kinds that an operation takes
Range = tuple[float, float]


def between(low: float, high: float) -> Range:
    """Where the laws draw an input from."""
    return low, high


@cache
def broadcast_shapes(*shapes: Shape) -> Shape:
    """The common shape, by NumPy's rule."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError("broadcast", shapes=" , ".join(map(str, shapes))) from None


def same_type(name: str, takes: str, xs: Sequence[Node]) -> DType:
    """The one type of all inputs, which must be of a kind in `takes`."""
    dtype = xs[0].dtype
    for x in xs:
        if x.dtype != dtype:
            raise DTypeError("types-differ", op=name, types=", ".join(str(i.dtype) for i in xs))
    if dtype.kind not in takes:
        raise DTypeError("type-refused", op=name, got=dtype, takes=kinds(takes))
    return dtype


def kinds(takes: str) -> str:
    """The kinds of a code such as "if", in words."""
    words = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}
    return ", ".join(words[k] for k in takes)


def reshaped(x: Node, shape: Shape) -> Node:
    """x in another shape, if it has not got it already."""
    return x if x.shape == shape else PRIMITIVES["reshape"](x, shape=shape)


def lift(x: Node, batched: bool, ndim: int) -> Node:
    """A batched x, its shape after the first axis padded with 1s to `ndim` axes."""
    if not batched:
        return x
    missing = ndim - (x.ndim - 1)
    return reshaped(x, (x.shape[0], *(1,) * missing, *x.shape[1:]))


def _elementwise_batch(name: str) -> Callable[..., Node]:
    def batch(xs: Sequence[Node], batched: Sequence[bool], **attrs: Any) -> Node:
        ndim = max(x.ndim - b for x, b in zip(xs, batched, strict=True))
        lifted = [lift(x, b, ndim) for x, b in zip(xs, batched, strict=True)]
        return PRIMITIVES[name](*lifted, **attrs)

    return batch


def draw(rng: np.random.Generator, low: float, high: float, shape: Shape,
         dtype: str = "float64") -> np.ndarray[Any, Any]:  # fmt: skip
    """Numbers of any type between two bounds."""
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if dtype == "complex128":
        return rng.uniform(low, high, shape) + 1j * rng.uniform(low, high, shape)
    if dtype.startswith(("int", "uint")):
        return rng.integers(int(low), int(high) + 1, shape).astype(dtype)
    return rng.uniform(low, high, shape).astype(dtype)


_DRAWN = {"f": "float64", "c": "complex128", "i": "int64", "b": "bool"}


def _elementwise_samples(ranges: Sequence[Range], takes: str) -> Callable[..., list[Sample]]:
    dtype = next(t for k, t in _DRAWN.items() if k in takes)
    shapes: list[tuple[Shape, ...]] = [
        ((3, 4),) * 3,
        ((),) * 3,
        ((1, 4), (3, 1), (4,)),
        ((0, 2),) * 3,
    ]

    def samples(rng: np.random.Generator) -> list[Sample]:
        return [
            (tuple(draw(rng, *r, s, dtype) for r, s in zip(ranges, shape, strict=False)), {})
            for shape in shapes
        ]

    return samples


def elementwise(name: str, *, value: Callable[..., Any], latex: str, samples: Sequence[Range],
                vjp: Callable[..., Any] | None = None, slopes: Sequence[str] = (),
                takes: str = NUMERIC, out: Any = None, says: str = "") -> Primitive:  # fmt: skip
    """y[i] = value(x[i], ...), with broadcasting; `slopes` are the derivatives as printed."""

    def infer(*xs: Node) -> tuple[Shape, DType]:
        dtype = same_type(name, takes, xs)
        if out is not None:
            dtype = out(dtype) if callable(out) else out
        if len(xs) == 1:
            return xs[0].shape, dtype
        shapes = [x.shape for x in xs]
        same = shapes[0] == shapes[1] and len(xs) == 2
        return (shapes[0] if same else broadcast_shapes(*shapes)), dtype

    return Primitive(
        name=name, family="elementwise", value=value, infer=infer, vjp=vjp, latex=latex,
        latex_vjp=tuple(r"{g} \odot " + s if s else "" for s in slopes),
        batch=_elementwise_batch(name), samples=_elementwise_samples(samples, takes), says=says,
    )  # fmt: skip


def comparison(
    name: str, value: Callable[..., Any], latex: str, *, takes: str = "biuf"
) -> Primitive:
    """y[i] = whether x0[i] and x1[i] stand in the relation; no derivative."""
    return elementwise(name, value=value, latex=latex, takes=takes, out=bool_,
                       samples=[between(-2, 2)] * 2)  # fmt: skip


def removed(shape: Shape, axis: tuple[int, ...], keepdims: bool) -> Shape:
    """The shape once `axis` is reduced."""
    if keepdims:
        return tuple(1 if i in axis else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axis)


def expanded(g: Node, x: Node, axis: tuple[int, ...], keepdims: bool) -> Node:
    """A reduced g with its reduced axes back as 1s, so that it broadcasts against x."""
    return g if keepdims else reshaped(g, removed(x.shape, axis, True))


def reduction(name: str, *, value: Callable[..., Any], latex: str,
              vjp: Callable[..., Any] | None = None,
              latex_vjp: str = "", takes: str = NUMERIC, out: Any = None, empty: bool = True,
              says: str = "") -> Primitive:  # fmt: skip
    """One number for each group along `axis` (a sorted tuple of axes >= 0)."""

    def infer(x: Node, axis: tuple[int, ...], keepdims: bool) -> tuple[Shape, DType]:
        dtype = same_type(name, takes, (x,))
        if not empty and any(x.shape[i] == 0 for i in axis):
            raise ShapeError("reduce-empty", op=name, shape=x.shape)
        return removed(x.shape, axis, keepdims), dtype if out is None else out

    def batch(xs: Sequence[Node], batched: Sequence[bool], axis: tuple[int, ...],
              keepdims: bool) -> Node:  # fmt: skip
        return PRIMITIVES[name](xs[0], axis=tuple(i + 1 for i in axis), keepdims=keepdims)

    def samples(rng: np.random.Generator) -> list[Sample]:
        dtype = "float64" if "f" in takes else "bool"
        cases: list[tuple[Shape, tuple[int, ...], bool]] = [
            ((3, 4), (0,), False), ((2, 3, 4), (0, 2), True), ((5,), (0,), False),
            ((2, 1), (1,), True),
        ]  # fmt: skip
        return [((draw(rng, -2, 2, s, dtype),), {"axis": a, "keepdims": k}) for s, a, k in cases]

    return Primitive(name=name, family="reduction", value=value, infer=infer, vjp=vjp, latex=latex,
                     latex_vjp=(latex_vjp,), batch=batch, samples=samples, says=says)  # fmt: skip
