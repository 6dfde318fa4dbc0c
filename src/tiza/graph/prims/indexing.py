"""Reading and writing at places that are themselves data. Each reader has its adding writer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import DTypeError, IndexingError, ShapeError
from tiza.graph.apply import constant, literal
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive
from tiza.graph.prims.choose import cast, where
from tiza.graph.prims.elementwise import equal, less
from tiza.graph.prims.families import reshaped
from tiza.graph.prims.movement import broadcast_to, permute
from tiza.graph.types import DType, Shape


def _whole(i: Node) -> None:
    if i.dtype.kind not in "iu":
        raise DTypeError("index-type", got=i.dtype)


def _inside(i: Any, size: int) -> Any:
    if i.size and (i.max() >= size or i.min() < -size):
        worst = int(i.max() if i.max() >= size else i.min())
        raise IndexingError("index-outside", index=worst, size=size, last=size - 1)
    return i


def refuse_outside(i: Any, size: int, code: str, ignore: int | None = None) -> None:
    """Errors: IndexingError with this code, which names the first entry outside 0 ... size − 1."""
    if not i.size or (i.min() >= 0 and i.max() < size):
        return
    wrong = (i < 0) | (i >= size)
    if ignore is not None:
        wrong &= i != ignore
    if wrong.any():
        at = np.argwhere(wrong)[0].tolist()
        got = int(i[tuple(at)])
        raise IndexingError(code, got=got, at=at or "", size=size, last=size - 1)


def _within_value(i: Any, size: int, code: str) -> Any:
    refuse_outside(np.asarray(i), size, code)
    return i


def _within_infer(i: Node, size: int, code: str) -> tuple[Shape, DType]:
    _whole(i)
    return i.shape, i.dtype


def _take_infer(x: Node, i: Node, axis: int) -> tuple[Shape, DType]:
    _whole(i)
    return (*x.shape[:axis], *i.shape, *x.shape[axis + 1 :]), x.dtype


def _take_batch(xs: Sequence[Node], batched: Sequence[bool], axis: int) -> Node:
    x, i = xs
    if batched[0] and not batched[1]:
        return take(x, i, axis=axis + 1)
    if not batched[0]:
        y = take(x, i, axis=axis)  # the new axis stands at `axis`
        order = (axis, *(k for k in range(y.ndim) if k != axis))
        return permute(y, axes=order)
    n, size = x.shape[0], x.shape[axis + 1]
    x = permute(x, axes=(0, axis + 1, *(k for k in range(1, x.ndim) if k != axis + 1)))
    flat = reshaped(x, (n * size, *x.shape[2:]))
    y = take(flat, _offset(i, n, size), axis=0)  # (n, *index, *rest)
    inner = y.ndim - (x.ndim - 2)
    rest = list(range(inner, y.ndim))
    return permute(y, axes=(0, *rest[:axis], *range(1, inner), *rest[axis:]))


def _offset(i: Node, n: int, size: int) -> Node:
    """Row-wise indices (n, ...) into an axis where the n rows stand one after another."""
    i = cast(i, dtype=np.dtype("int64"))
    start = constant((np.arange(n) * size).reshape(n, *(1,) * (i.ndim - 1)))
    return where(less(i, i * 0), i + size, i) + start


def _take_add_infer(g: Node, i: Node, axis: int, size: int) -> tuple[Shape, DType]:
    _whole(i)
    if g.shape[axis : axis + i.ndim] != i.shape:
        raise ShapeError("index-shape", index=i.shape, axis=axis, x=g.shape)
    return (*g.shape[:axis], size, *g.shape[axis + i.ndim :]), g.dtype


def _take_add_value(g: Any, i: Any, axis: int, size: int) -> Any:
    lead, rest = g.shape[:axis], g.shape[axis + i.ndim :]
    out = np.zeros((size, *lead, *rest), g.dtype)
    moved = np.moveaxis(g.reshape(*lead, i.size, *rest), axis, 0)
    np.add.at(out, _inside(i, size).ravel(), moved)
    return np.moveaxis(out, 0, axis)


def _take_add_batch(xs: Sequence[Node], batched: Sequence[bool], axis: int, size: int) -> Node:
    g, i = xs
    if batched[0] and not batched[1]:
        return take_add(g, i, axis=axis + 1, size=size)
    n = i.shape[0]
    if not batched[0]:
        g = broadcast_to(g, shape=(n, *g.shape))
    inner = i.ndim - 1
    front = (0, *range(axis + 1, axis + 1 + inner))
    g = permute(g, axes=(*front, *(k for k in range(g.ndim) if k not in front)))
    y = take_add(g, _offset(i, n, size), axis=0, size=n * size)  # (n size, *rest)
    y = reshaped(y, (n, size, *y.shape[1:]))
    order = [0, *range(2, y.ndim)]
    order.insert(axis + 1, 1)
    return permute(y, axes=tuple(order))


take: Primitive = Primitive(
    name="take", family="indexing", infer=_take_infer, batch=_take_batch,
    value=lambda x, i, axis: np.take(x, _inside(i, x.shape[axis]), axis=axis),
    vjp=lambda g, y, x, i, axis: [take_add(g, i, axis=axis, size=x.shape[axis]), None],
    latex=r"{0}[{1}]", latex_vjp=(r"\sum_{{k : {1}_k = i}} {g}_k", ""),
    samples=lambda rng: [
        ((rng.normal(size=(5, 3)), rng.integers(0, 5, (4,))), {"axis": 0}),
        ((rng.normal(size=(2, 4, 3)), rng.integers(-4, 4, (2, 2))), {"axis": 1}),
        ((rng.normal(size=3), np.array(1)), {"axis": 0}),
    ],
    says="the entries at the places i along an axis, in the shape of i",
)  # fmt: skip
take_add: Primitive = Primitive(
    name="take_add", family="indexing", infer=_take_add_infer, value=_take_add_value,
    batch=_take_add_batch,
    vjp=lambda g, y, x, i, axis, size: [take(g, i, axis=axis), None],
    latex=r"\sum_{{k : {1}_k = i}} {0}_k", latex_vjp=(r"{g}[{1}]", ""),
    samples=lambda rng: [
        ((rng.normal(size=(4, 3)), rng.integers(0, 5, (4,))), {"axis": 0, "size": 5}),
        ((rng.normal(size=(2, 2, 2, 3)), rng.integers(-4, 4, (2, 2))), {"axis": 1, "size": 4}),
    ],
    says="the transpose of take: entries added up at their places (segment sums)",
)  # fmt: skip


within: Primitive = Primitive(
    name="within", family="indexing", infer=_within_infer, value=_within_value,
    vjp=lambda g, y, i, size, code: [None],
    batch=lambda xs, batched, size, code: within(xs[0], size=size, code=code), latex="{0}",
    samples=lambda rng: [
        ((rng.integers(0, 5, (4, 3)),), {"size": 5, "code": "index-place"}),
        ((np.array(1, "int8"),), {"size": 2, "code": "index-place"}),
    ],
    says="i itself, refused where an entry is no number from 0 to size - 1",
)  # fmt: skip


def _along_infer(x: Node, i: Node, axis: int) -> tuple[Shape, DType]:
    _whole(i)
    if i.ndim != x.ndim:
        raise ShapeError("index-along", x=x.shape, index=i.shape, axis=axis)
    want = (*x.shape[:axis], i.shape[axis], *x.shape[axis + 1 :])
    if i.shape != want:
        raise ShapeError("index-along", x=x.shape, index=i.shape, axis=axis)
    return i.shape, x.dtype


def _along_batch(name: str) -> Any:
    def batch(xs: Sequence[Node], batched: Sequence[bool], axis: int, **attrs: int) -> Node:
        n = next(x.shape[0] for x, b in zip(xs, batched, strict=True) if b)
        x, i = (x if b else broadcast_to(x, shape=(n, *x.shape))
                for x, b in zip(xs, batched, strict=True))  # fmt: skip
        return {"take_along": take_along, "take_along_add": take_along_add}[name](
            x, i, axis=axis + 1, **attrs
        )

    return batch


def _along_add_value(g: Any, i: Any, axis: int, size: int) -> Any:
    out = np.zeros((*g.shape[:axis], size, *g.shape[axis + 1 :]), g.dtype)
    place = list(np.indices(i.shape, sparse=True))
    place[axis] = _inside(i, size)
    np.add.at(out, tuple(place), g)
    return out


take_along: Primitive = Primitive(
    name="take_along", family="indexing", infer=_along_infer, batch=_along_batch("take_along"),
    value=lambda x, i, axis: np.take_along_axis(x, _inside(i, x.shape[axis]), axis=axis),
    vjp=lambda g, y, x, i, axis: [take_along_add(g, i, axis=axis, size=x.shape[axis]), None],
    latex=r"{0}[\,:\,, {1}]", latex_vjp=(r"\sum_{{k : {1}_k = i}} {g}_k", ""),
    samples=lambda rng: [
        ((rng.normal(size=(3, 4)), rng.integers(0, 4, (3, 2))), {"axis": 1}),
        ((rng.normal(size=(3, 2)), rng.integers(-3, 3, (5, 2))), {"axis": 0}),
    ],
    says="for each line along an axis, the entries at that line's own places",
)  # fmt: skip
take_along_add: Primitive = Primitive(
    name="take_along_add", family="indexing", value=_along_add_value,
    infer=lambda g, i, axis, size: ((*g.shape[:axis], size, *g.shape[axis + 1 :]), g.dtype),
    batch=_along_batch("take_along_add"),
    vjp=lambda g, y, x, i, axis, size: [take_along(g, i, axis=axis), None],
    latex=r"\sum_{{k : {1}_k = i}} {0}_k", latex_vjp=(r"{g}[\,:\,, {1}]", ""),
    samples=lambda rng: [
        ((rng.normal(size=(3, 2)), rng.integers(0, 4, (3, 2))), {"axis": 1, "size": 4}),
    ],
    says="the transpose of take_along",
)  # fmt: skip


def _put_value(x: Any, i: Any, v: Any) -> Any:
    out = np.array(x)
    out[_inside(i, len(x))] = v
    return out


def _put_infer(x: Node, i: Node, v: Node) -> tuple[Shape, DType]:
    _whole(i)
    if v.shape != i.shape + x.shape[1:]:
        raise ShapeError(
            "put-shape", x=x.shape, index=i.shape, v=v.shape, want=i.shape + x.shape[1:]
        )
    return x.shape, x.dtype


def _put_vjp(g: Node, y: Node, x: Node, i: Node, v: Node) -> list[Node | None]:
    zeros = broadcast_to(literal(0, g.dtype), shape=v.shape)
    count = constant(np.arange(math.prod(i.shape)).reshape(i.shape))
    last = put(constant(np.zeros(x.shape[:1], "int64")), i, count)  # who wrote last at each place
    won = reshaped(equal(take(last, i, axis=0), count), i.shape + (1,) * (v.ndim - i.ndim))
    return [put(g, i, zeros), None, where(won, take(g, i, axis=0), zeros)]


put: Primitive = Primitive(
    name="put", family="indexing", value=_put_value, infer=_put_infer, vjp=_put_vjp,
    latex=r"{0}[{1}] \leftarrow {2}",
    latex_vjp=(r"{g} \odot \mathbf{{1}}[i \notin {1}]", "", r"{g}[{1}]"),
    samples=lambda rng: [
        ((rng.normal(size=(5, 2)), np.array([3, 0]), rng.normal(size=(2, 2))), {}),
        ((rng.normal(size=4), np.array([[1, 1], [2, -1]]), rng.normal(size=(2, 2))), {}),
    ],
    says="x with the rows i replaced by v; the last one wins where i repeats",
)  # fmt: skip
