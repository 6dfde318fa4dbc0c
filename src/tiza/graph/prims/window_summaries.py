"""Each window summarised: its sum, its greatest entry, and where that stands."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tiza.errors import ShapeError
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims.choose import select
from tiza.graph.prims.families import NUMERIC, REAL, reshaped, same_type
from tiza.graph.prims.indexing import take_along
from tiza.graph.prims.movement import broadcast_to
from tiza.graph.prims.window import (
    Array,
    Ints,
    Window,
    add_samples,
    counts,
    entries,
    places,
    reach,
    samples,
    split,
    windows,
    windows_add,
)
from tiza.graph.types import DType, Shape


def offset_type(size: Ints) -> DType:
    """The type of numbers of entries within a window, row by row: as narrow as will do."""
    return np.dtype(np.uint8 if math.prod(size) <= 256 else np.int32)


def _along(x: Array, axis: int, ufunc: Callable[..., Array], empty: Any,
           w: tuple[int, ...]) -> Array:  # fmt: skip
    """One axis of each window summarised, by as many whole-array operations as it is long."""
    n, (size, stride, dilation, low, high) = x.shape[axis], w
    (m,) = counts((n,), (size,), (stride,), (dilation,), (low,), (high,))
    before = (slice(None),) * axis
    found = [places(n, m, j, stride, dilation, low) for j in range(size)]
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
        lead, shape = split(x, w["size"], name)
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
            for place, into, of in entries(x.shape[x.ndim - len(size) :], **w)]  # fmt: skip
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
    for place, into, of in entries(shape, **w):
        here = k[into] == np.ravel_multi_index(place, w["size"])
        share = select(here, g[into], g.dtype.type(0))
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
    for (y,), attrs in add_samples(rng):
        k = len(attrs["size"])
        shape = y.shape[: y.ndim - k]
        index = rng.integers(0, math.prod(attrs["size"]), shape).astype(offset_type(attrs["size"]))
        if not any(attrs["low"]) and not any(attrs["high"]):  # else some stand outside
            cases.append(((rng.normal(size=shape), index), attrs))
    return cases


window_sum: Primitive = Primitive(
    name="window_sum", family="window", infer=_summary_infer("window_sum", NUMERIC),
    value=lambda x, **w: _summary(x, np.add, 0, _ordered(w)), vjp=_sum_vjp, samples=samples,
    batch=lambda xs, batched, **w: window_sum(xs[0], **w),
    latex=r"\sum_{{w}} {0}", latex_vjp=(r"\operatorname{{windows}}^\top({g}\,\mathbf{{1}}^\top)",),
    says="the sum over each window; what reaches over the edge counts as 0",
)  # fmt: skip
window_max: Primitive = Primitive(
    name="window_max", family="window", infer=_summary_infer("window_max", REAL),
    value=_max_value, samples=samples,
    vjp=lambda g, y, x, **w: [window_put(g, window_argmax(x, **w),
                                         shape=x.shape[x.ndim - len(w["size"]):], **w)],
    batch=lambda xs, batched, **w: window_max(xs[0], **w),
    latex=r"\max_{{w}} {0}", latex_vjp=(r"{g} \odot \mathbf{{1}}[{0} = {y}]",),
    says="the greatest entry of each window; its cotangent goes to the first that is greatest",
)  # fmt: skip
window_argmax: Primitive = Primitive(
    name="window_argmax", family="window", infer=_argmax_infer, value=_argmax_value,
    samples=samples, vjp=lambda g, y, x, **w: [None],
    batch=lambda xs, batched, **w: window_argmax(xs[0], **w), latex=r"\arg\max_{{w}} {0}",
    says="the number of the first greatest entry within each window, row by row",
)  # fmt: skip
window_put: Primitive = Primitive(
    name="window_put", family="window", infer=_put_infer, value=_put_value, vjp=_put_vjp,
    batch=_put_batch, samples=_put_samples,
    latex=r"\operatorname{{put}}({0}, {1})", latex_vjp=(r"{g}[{1}]", ""),
    says="each entry of the first added at the k-th place of its window, zeros elsewhere",
)  # fmt: skip
