"""Operations on windows that slide over the trailing axes: what convolutions and pooling share.

A window is given by five tuples with one entry for each of the last axes: its `size`, the
`stride` from one window to the next, the `dilation` between its entries, and how far the
first and last windows reach over the edges (`low`, `high`; negative numbers keep away from
them). Along an axis of n entries there are

    m = ⌊(n + low + high − dilation (size − 1) − 1) / stride⌋ + 1

windows; entry j of window i stands at i · stride + j · dilation − low.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tiza.errors import ShapeError
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims.families import NUMERIC, same_type
from tiza.graph.prims.movement import ANY
from tiza.graph.types import DType, Shape

Array = Any
Ints = tuple[int, ...]
Window = dict[str, Ints]


def window(size: Ints, stride: Ints | None = None, dilation: Ints | None = None,
           low: Ints | None = None, high: Ints | None = None) -> Window:  # fmt: skip
    """The attributes of a window: by default each touches the last one, nothing dilated."""
    ones, none = (1,) * len(size), (0,) * len(size)
    return {"size": size, "stride": stride or size, "dilation": dilation or ones,
            "low": low or none, "high": high or none}  # fmt: skip


def reach(size: Ints, dilation: Ints) -> Ints:
    """How many entries a window spans from its first to its last."""
    return tuple(d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))


def counts(shape: Shape, size: Ints, stride: Ints, dilation: Ints, low: Ints, high: Ints) -> Ints:
    """How many windows there are along each axis.

    Errors: ShapeError where not even one fits.
    """
    padded = tuple(n + a + b for n, a, b in zip(shape, low, high, strict=True))
    spans = reach(size, dilation)
    if any(n < span for n, span in zip(padded, spans, strict=True)):
        missing = max(span - n for n, span in zip(padded, spans, strict=True))
        raise ShapeError("window-large", span=spans, image=shape, padded=padded, missing=missing)
    return tuple((n - span) // s + 1 for n, span, s in zip(padded, spans, stride, strict=True))


def split(x: Node, size: Ints, op: str) -> tuple[Shape, Shape]:
    """The leading axes of x, and those that the windows slide over."""
    if x.ndim < len(size):
        raise ShapeError("window-axes", op=op, shape=x.shape, axes=len(size))
    lead = x.ndim - len(size)
    return x.shape[:lead], x.shape[lead:]


def places(n: int, m: int, j: int, stride: int, dilation: int, low: int) -> tuple[slice, slice]:
    """Which of m windows have their entry j on the axis, and where it stands there."""
    at = j * dilation - low
    first = max(0, -(at // stride))
    last = max(first, min(m, (n - 1 - at) // stride + 1))
    start = first * stride + at
    return slice(first, last), slice(start, start + (last - first - 1) * stride + 1, stride)


def entries(shape: Shape, size: Ints, stride: Ints, dilation: Ints, low: Ints,
             high: Ints) -> Iterator[tuple[Ints, tuple[Any, ...], tuple[Any, ...]]]:  # fmt: skip
    """Each entry of a window: its place within, the windows that have it, where it stands."""
    m = counts(shape, size, stride, dilation, low, high)
    rows = list(zip(shape, m, stride, dilation, low, strict=True))
    for place in np.ndindex(*size):
        found = [places(n, k, j, s, d, a)
                 for j, (n, k, s, d, a) in zip(place, rows, strict=True)]  # fmt: skip
        if all(into.stop > into.start for into, _ in found):
            yield place, (..., *(into for into, _ in found)), (..., *(of for _, of in found))


def _padded(x: Array, low: Ints, high: Ints) -> Array:
    """x with zeros around its trailing axes (or less of it), in the memory order of x."""
    if not any(low) and not any(high):
        return x
    lead = x.ndim - len(low)
    sides = list(zip(x.shape[lead:], low, high, strict=True))
    kept = x[(..., *(slice(max(-a, 0), n - max(-b, 0)) for n, a, b in sides))]
    if kept.shape[lead:] == tuple(n + a + b for n, a, b in sides):
        return kept
    out = np.zeros_like(x, shape=(*x.shape[:lead], *(n + a + b for n, a, b in sides)))
    inside: Any = (
        slice(max(a, 0), max(a, 0) + k) for k, a in zip(kept.shape[lead:], low, strict=True)
    )
    out[(..., *inside)] = kept
    return out


# the two that convolutions are made of
def _windows_infer(x: Node, **w: Ints) -> tuple[Shape, DType]:
    lead, shape = split(x, w["size"], "windows")
    return (*lead, *counts(shape, **w), *w["size"]), same_type("windows", ANY, (x,))


def _windows_value(x: Array, size: Ints, stride: Ints, dilation: Ints, low: Ints,
                   high: Ints) -> Array:  # fmt: skip
    x = _padded(x, low, high)
    lead, none = x.ndim - len(size), (0,) * len(size)
    m = counts(x.shape[lead:], size, stride, dilation, none, none)
    step = x.strides[lead:]
    strides = (*x.strides[:lead], *(a * b for a, b in zip(step, stride, strict=True)),
               *(a * b for a, b in zip(step, dilation, strict=True)))  # fmt: skip
    return as_strided(x, (*x.shape[:lead], *m, *size), strides, writeable=False)


def _add_infer(y: Node, shape: Ints, **w: Ints) -> tuple[Shape, DType]:
    k = len(w["size"])
    want = (*counts(shape, **w), *w["size"])
    if y.ndim < 2 * k or y.shape[y.ndim - 2 * k :] != want:
        raise ShapeError("window-add-shape", got=y.shape, want=want, image=shape)
    return (*y.shape[: y.ndim - 2 * k], *shape), same_type("windows_add", NUMERIC, (y,))


def _add_value(y: Array, shape: Ints, **w: Ints) -> Array:
    lead = y.shape[: y.ndim - 2 * len(shape)]
    out = np.zeros_like(y[(..., *(0,) * len(shape))], shape=(*lead, *shape))
    for place, into, of in entries(shape, **w):
        out[of] += y[(*into, *place)]
    return out


def samples(rng: Any) -> list[Sample]:
    """Images and windows for the laws: strides, dilations, edges reached over or kept away from."""
    cases = [
        ((2, 5), window((3,), (2,))),
        ((6,), window((2,), (1,), (3,), (1,), (2,))),
        ((2, 1, 4, 5), window((2, 3), (2, 1), (1, 2), (1, 1), (0, 1))),
        ((0, 3), window((3,))),
        ((1, 7), window((2,), (3,), (2,), (-1,), (-2,))),
        ((3, 3), window((3, 3), (1, 1), None, (1, 1), (1, 1))),
    ]
    return [((rng.normal(size=shape),), dict(w)) for shape, w in cases]


def add_samples(rng: Any) -> list[Sample]:
    """For the same images, one entry for each entry of each window."""
    cases = []
    for (x,), w in samples(rng):
        k = len(w["size"])
        lead, shape = x.shape[: x.ndim - k], x.shape[x.ndim - k :]
        y = rng.normal(size=(*lead, *counts(shape, **w), *w["size"]))
        cases.append(((y,), {"shape": shape, **w}))
    return cases


windows: Primitive = Primitive(
    name="windows", family="window", value=_windows_value, infer=_windows_infer,
    vjp=lambda g, y, x, **w: [windows_add(g, shape=x.shape[x.ndim - len(w["size"]):], **w)],
    batch=lambda xs, batched, **w: windows(xs[0], **w), samples=samples,
    latex=r"\operatorname{{windows}}({0})",
    latex_vjp=(r"\operatorname{{windows}}^\top({g})",),
    says="the windows that slide over the trailing axes: (*n, *axes) becomes (*n, *m, *size)",
)  # fmt: skip
windows_add: Primitive = Primitive(
    name="windows_add", family="window", value=_add_value, infer=_add_infer,
    vjp=lambda g, y, x, shape, **w: [windows(g, **w)],
    batch=lambda xs, batched, **attrs: windows_add(xs[0], **attrs), samples=add_samples,
    latex=r"\operatorname{{windows}}^\top({0})",
    latex_vjp=(r"\operatorname{{windows}}({g})",),
    says="the transpose of windows: entries added up where they stand",
)  # fmt: skip
