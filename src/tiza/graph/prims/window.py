"""Operations on windows that slide over the trailing axes: what convolutions and pooling share.

A window is given by five tuples with one entry for each of the last axes: its `size`, the
`stride` from one window to the next, the `dilation` between its entries, and how far the
first and last windows reach over the edges (`low`, `high`; negative numbers keep away from
them). Along an axis of n entries there are

    m = ⌊(n + low + high − dilation (size − 1) − 1) / stride⌋ + 1

windows; entry j of window i stands at i · stride + j · dilation − low.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tiza.errors import ShapeError
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims.families import NUMERIC, REAL, reshaped, same_type
from tiza.graph.prims.indexing import take_along
from tiza.graph.prims.movement import ANY, broadcast_to
from tiza.graph.types import DType, Shape

Array = Any
Ints = tuple[int, ...]
Window = dict[str, Ints]


def offset_type(size: Ints) -> DType:
    """The type of numbers of entries within a window, row by row: as narrow as will do."""
    return np.dtype(np.uint8 if math.prod(size) <= 256 else np.int32)


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


def _split(x: Node, size: Ints, op: str) -> tuple[Shape, Shape]:
    if x.ndim < len(size):
        raise ShapeError("window-axes", op=op, shape=x.shape, axes=len(size))
    lead = x.ndim - len(size)
    return x.shape[:lead], x.shape[lead:]


def _places(n: int, m: int, j: int, stride: int, dilation: int, low: int) -> tuple[slice, slice]:
    """Which of m windows have their entry j on the axis, and where it stands there."""
    at = j * dilation - low
    first = max(0, -(at // stride))
    last = max(first, min(m, (n - 1 - at) // stride + 1))
    start = first * stride + at
    return slice(first, last), slice(start, start + (last - first - 1) * stride + 1, stride)


def _entries(shape: Shape, size: Ints, stride: Ints, dilation: Ints, low: Ints,
             high: Ints) -> Iterator[tuple[Ints, tuple[Any, ...], tuple[Any, ...]]]:  # fmt: skip
    """Each entry of a window: its place within, the windows that have it, where it stands."""
    m = counts(shape, size, stride, dilation, low, high)
    rows = list(zip(shape, m, stride, dilation, low, strict=True))
    for place in np.ndindex(*size):
        found = [_places(n, k, j, s, d, a)
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
    lead, shape = _split(x, w["size"], "windows")
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
    for place, into, of in _entries(shape, **w):
        out[of] += y[(*into, *place)]
    return out


def _samples(rng: Any) -> list[Sample]:
    cases = [
        ((2, 5), window((3,), (2,))),
        ((6,), window((2,), (1,), (3,), (1,), (2,))),
        ((2, 1, 4, 5), window((2, 3), (2, 1), (1, 2), (1, 1), (0, 1))),
        ((0, 3), window((3,))),
        ((1, 7), window((2,), (3,), (2,), (-1,), (-2,))),
        ((3, 3), window((3, 3), (1, 1), None, (1, 1), (1, 1))),
    ]
    return [((rng.normal(size=shape),), dict(w)) for shape, w in cases]


def _add_samples(rng: Any) -> list[Sample]:
    cases = []
    for (x,), w in _samples(rng):
        k = len(w["size"])
        lead, shape = x.shape[: x.ndim - k], x.shape[x.ndim - k :]
        y = rng.normal(size=(*lead, *counts(shape, **w), *w["size"]))
        cases.append(((y,), {"shape": shape, **w}))
    return cases


windows: Primitive = Primitive(
    name="windows", family="window", value=_windows_value, infer=_windows_infer,
    vjp=lambda g, y, x, **w: [windows_add(g, shape=x.shape[x.ndim - len(w["size"]):], **w)],
    batch=lambda xs, batched, **w: windows(xs[0], **w), samples=_samples,
    latex=r"\operatorname{{windows}}({0})",
    latex_vjp=(r"\operatorname{{windows}}^\top({g})",),
    says="the windows that slide over the trailing axes: (*n, *axes) becomes (*n, *m, *size)",
)  # fmt: skip
windows_add: Primitive = Primitive(
    name="windows_add", family="window", value=_add_value, infer=_add_infer,
    vjp=lambda g, y, x, shape, **w: [windows(g, **w)],
    batch=lambda xs, batched, **attrs: windows_add(xs[0], **attrs), samples=_add_samples,
    latex=r"\operatorname{{windows}}^\top({0})",
    latex_vjp=(r"\operatorname{{windows}}({g})",),
    says="the transpose of windows: entries added up where they stand",
)  # fmt: skip


# summaries of each window
def _along(x: Array, axis: int, ufunc: Callable[..., Array], empty: Any,
           w: tuple[int, ...]) -> Array:  # fmt: skip
    """One axis of each window summarised, by as many whole-array operations as it is long."""
    n, (size, stride, dilation, low, high) = x.shape[axis], w
    (m,) = counts((n,), (size,), (stride,), (dilation,), (low,), (high,))
    before = (slice(None),) * axis
    found = [_places(n, m, j, stride, dilation, low) for j in range(size)]
    whole = [x[(*before, of)] for into, of in found if into == slice(0, m)]
    if not whole:
        out = np.full_like(x, empty, shape=(*x.shape[:axis], m, *x.shape[axis + 1 :]))
    elif len(whole) == 1:
        out = whole[0].copy(order="K")
    else:
        out = ufunc(whole[0], whole[1])
        for more in whole[2:]:
            ufunc(out, more, out=out)
    for into, of in found:
        if into.start < into.stop and into != slice(0, m):
            ufunc(out[(*before, into)], x[(*before, of)], out=out[(*before, into)])
    return out


def _summary(x: Array, ufunc: Callable[..., Array], empty: Any, w: Window) -> Array:
    rows = zip(*w.values(), strict=True)
    for axis, row in enumerate(rows, x.ndim - len(w["size"])):
        x = _along(x, axis, ufunc, empty, row)
    return x


def _summary_infer(name: str, takes: str) -> Callable[..., tuple[Shape, DType]]:
    def infer(x: Node, **w: Ints) -> tuple[Shape, DType]:
        lead, shape = _split(x, w["size"], name)
        return (*lead, *counts(shape, **w)), same_type(name, takes, (x,))

    return infer


def _sum_vjp(g: Node, y: Node, x: Node, **w: Ints) -> list[Node]:
    k = len(w["size"])
    each = reshaped(g, (*g.shape, *(1,) * k))
    return [windows_add(broadcast_to(each, shape=(*g.shape, *w["size"])),
                        shape=x.shape[x.ndim - k:], **w)]  # fmt: skip


def _lowest(dtype: DType) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _max_value(x: Array, **w: Ints) -> Array:
    return _summary(x, np.maximum, _lowest(x.dtype), _ordered(w))


def _ordered(w: Window) -> Window:
    return {name: w[name] for name in ("size", "stride", "dilation", "low", "high")}


def _argmax_value(x: Array, **w: Ints) -> Array:
    best = _max_value(x, **w)
    size = w["size"]
    rows = [(int(np.ravel_multi_index(place, size)), into, of)
            for place, into, of in _entries(x.shape[x.ndim - len(size) :], **w)]  # fmt: skip
    found = np.zeros_like(best, dtype=offset_type(size))
    missing = np.ones_like(best, dtype=np.bool_)  # its greatest entry has not come yet
    at = 0
    for number, into, of in rows:
        found += missing.view(np.uint8) * found.dtype.type(number - at)
        at = number
        np.logical_and(missing[into], x[of] != best[into], out=missing[into])
    if missing.any():  # NaN equals nothing: of several the last counts, as in PyTorch
        for number, into, of in rows:
            np.copyto(found[into], found.dtype.type(number), where=np.isnan(x[of]))
    return found


def _argmax_infer(x: Node, **w: Ints) -> tuple[Shape, DType]:
    return _summary_infer("window_argmax", REAL)(x, **w)[0], offset_type(w["size"])


def _put_infer(g: Node, k: Node, shape: Ints, **w: Ints) -> tuple[Shape, DType]:
    want = counts(shape, **w)
    if g.shape != k.shape or g.shape[g.ndim - len(want) :] != want:
        raise ShapeError("window-put-shape", got=g.shape, index=k.shape, want=want)
    return (*g.shape[: g.ndim - len(want)], *shape), same_type("window_put", NUMERIC, (g,))


def _put_value(g: Array, k: Array, shape: Ints, **w: Ints) -> Array:
    out = np.zeros_like(g, shape=(*g.shape[: g.ndim - len(shape)], *shape))
    apart = all(s >= r for s, r in zip(w["stride"], reach(w["size"], w["dilation"]), strict=True))
    for place, into, of in _entries(shape, **w):
        here = k[into] == np.ravel_multi_index(place, w["size"])
        share = np.where(here, g[into], g.dtype.type(0))  # quicker than copyto(…, where=)
        if apart:
            out[of] = share
        else:
            out[of] += share
    return out


def _put_vjp(u: Node, y: Node, g: Node, k: Node, shape: Ints, **w: Ints) -> list[Node | None]:
    flat = reshaped(windows(u, **w), (*g.shape, math.prod(w["size"])))
    taken = take_along(flat, reshaped(k, (*k.shape, 1)), axis=k.ndim)
    return [reshaped(taken, g.shape), None]


def _put_batch(xs: Any, batched: Any, **attrs: Ints) -> Node:
    n = next(x.shape[0] for x, b in zip(xs, batched, strict=True) if b)
    full = (x if b else broadcast_to(x, shape=(n, *x.shape))
            for x, b in zip(xs, batched, strict=True))  # fmt: skip
    return window_put(*full, **attrs)


def _put_samples(rng: Any) -> list[Sample]:
    cases = []
    for (y,), attrs in _add_samples(rng):
        k = len(attrs["size"])
        shape = y.shape[: y.ndim - k]
        index = rng.integers(0, math.prod(attrs["size"]), shape).astype(offset_type(attrs["size"]))
        if not any(attrs["low"]) and not any(attrs["high"]):  # else some stand outside
            cases.append(((rng.normal(size=shape), index), attrs))
    return cases


window_sum: Primitive = Primitive(
    name="window_sum", family="window", infer=_summary_infer("window_sum", NUMERIC),
    value=lambda x, **w: _summary(x, np.add, 0, _ordered(w)), vjp=_sum_vjp, samples=_samples,
    batch=lambda xs, batched, **w: window_sum(xs[0], **w),
    latex=r"\sum_{{w}} {0}", latex_vjp=(r"\operatorname{{windows}}^\top({g}\,\mathbf{{1}}^\top)",),
    says="the sum over each window; what reaches over the edge counts as 0",
)  # fmt: skip
window_max: Primitive = Primitive(
    name="window_max", family="window", infer=_summary_infer("window_max", REAL),
    value=_max_value, samples=_samples,
    vjp=lambda g, y, x, **w: [window_put(g, window_argmax(x, **w),
                                         shape=x.shape[x.ndim - len(w["size"]):], **w)],
    batch=lambda xs, batched, **w: window_max(xs[0], **w),
    latex=r"\max_{{w}} {0}", latex_vjp=(r"{g} \odot \mathbf{{1}}[{0} = {y}]",),
    says="the greatest entry of each window; its cotangent goes to the first that is greatest",
)  # fmt: skip
window_argmax: Primitive = Primitive(
    name="window_argmax", family="window", infer=_argmax_infer, value=_argmax_value,
    samples=_samples, vjp=lambda g, y, x, **w: [None],
    batch=lambda xs, batched, **w: window_argmax(xs[0], **w), latex=r"\arg\max_{{w}} {0}",
    says="the number of the first greatest entry within each window, row by row",
)  # fmt: skip
window_put: Primitive = Primitive(
    name="window_put", family="window", infer=_put_infer, value=_put_value, vjp=_put_vjp,
    batch=_put_batch, samples=_put_samples,
    latex=r"\operatorname{{put}}({0}, {1})", latex_vjp=(r"{g}[{1}]", ""),
    says="each entry of the first added at the k-th place of its window, zeros elsewhere",
)  # fmt: skip
