"""Operations that summarise along axes, or run along one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tiza.errors import ShapeError
from tiza.graph.node import PRIMITIVES, Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims.choose import cast
from tiza.graph.prims.control import linear_recurrence
from tiza.graph.prims.elementwise import equal
from tiza.graph.prims.families import (
    NUMERIC,
    REAL,
    draw,
    expanded,
    reduction,
    removed,
    reshaped,
    same_type,
)
from tiza.graph.types import DEFAULT_INT, DType, Shape, bool_

Axes = tuple[int, ...]


def _broadcast(g: Node, shape: Shape) -> Node:
    return g if g.shape == shape else PRIMITIVES["broadcast_to"](g, shape=shape)


def _sum_vjp(g: Node, y: Node, x: Node, axis: Axes, keepdims: bool) -> list[Node]:
    return [_broadcast(expanded(g, x, axis, keepdims), x.shape)]


def _extreme_vjp(g: Node, y: Node, x: Node, axis: Axes, keepdims: bool) -> list[Node]:
    wins = cast(equal(x, expanded(y, x, axis, keepdims)), dtype=x.dtype)
    return [expanded(g, x, axis, keepdims) * (wins / sum_(wins, axis=axis, keepdims=True))]


def _prod_vjp(g: Node, y: Node, x: Node, axis: Axes, keepdims: bool) -> list[Node]:
    """Each entry's cofactor is the product of the others: of those before and those after."""
    rest = tuple(i for i in range(x.ndim) if i not in axis)
    order = (*rest, *axis)
    moved = PRIMITIVES["permute"](x, axes=order)
    flat = reshaped(moved, (*(x.shape[i] for i in rest), -1 if 0 not in x.shape else 0))
    last = flat.ndim - 1
    before = _exclusive(flat, last)
    after = _flip(_exclusive(_flip(flat, last), last), last)
    back = reshaped(before * after, moved.shape)
    inverse = tuple(order.index(i) for i in range(x.ndim))
    return [expanded(g, x, axis, keepdims) * PRIMITIVES["permute"](back, axes=inverse)]


def _flip(x: Node, axis: int) -> Node:
    return PRIMITIVES["flip"](x, axes=(axis,))


def _shifted(x: Node, axis: int, fill: float) -> Node:
    """x moved one place along `axis`, `fill` entering at the front."""
    n = x.shape[axis]
    stops = tuple(m - 1 if i == axis else m for i, m in enumerate(x.shape))
    head = PRIMITIVES["slice"](x, starts=(0,) * x.ndim, stops=stops, steps=(1,) * x.ndim)
    low = tuple(int(i == axis) for i in range(x.ndim))
    zero = (0,) * x.ndim
    padded = PRIMITIVES["pad"](head - fill, low=low, high=zero, interior=zero)
    return padded + fill if n else x


def _exclusive(x: Node, axis: int) -> Node:
    """Products of the entries strictly before each one."""
    return cumprod(_shifted(x, axis, 1), axis=axis) if x.shape[axis] else x


def _arg_infer(name: str) -> Callable[..., tuple[Shape, DType]]:
    def infer(x: Node, axis: Axes, keepdims: bool) -> tuple[Shape, DType]:
        same_type(name, REAL, (x,))
        if any(x.shape[i] == 0 for i in axis):
            raise ShapeError("reduce-empty", op=name, shape=x.shape)
        return removed(x.shape, axis, keepdims), DEFAULT_INT

    return infer


sum_: Primitive = reduction("sum", value=lambda x, axis,
                            keepdims: np.sum(x, axis=axis, keepdims=keepdims, dtype=x.dtype),
                 latex=r"\sum {0}", vjp=_sum_vjp, latex_vjp=r"{g}\,\mathbf{{1}}^\top")  # fmt: skip
prod: Primitive = reduction("prod", value=lambda x, axis,
                            keepdims: np.prod(x, axis=axis, keepdims=keepdims, dtype=x.dtype),
                 latex=r"\prod {0}", vjp=_prod_vjp,
                 latex_vjp=r"{g} \odot \prod_{{j \ne i}} {0}_j")  # fmt: skip
max_: Primitive = reduction("max", value=lambda x, axis,
                            keepdims: np.max(x, axis=axis, keepdims=keepdims),
                 latex=r"\max {0}", vjp=_extreme_vjp, takes=REAL, empty=False,
                 latex_vjp=r"{g} \odot \mathbf{{1}}[{0} = {y}] / \#\{{{0} = {y}\}}",
                 says="the greatest; its cotangent is shared equally by ties")  # fmt: skip
min_: Primitive = reduction("min", value=lambda x, axis,
                            keepdims: np.min(x, axis=axis, keepdims=keepdims),
                 latex=r"\min {0}", vjp=_extreme_vjp, takes=REAL, empty=False,
                 latex_vjp=r"{g} \odot \mathbf{{1}}[{0} = {y}] / \#\{{{0} = {y}\}}",
                 says="the least; its cotangent is shared equally by ties")  # fmt: skip
all_: Primitive = reduction("all", value=lambda x, axis,
                            keepdims: np.all(x, axis=axis, keepdims=keepdims),
                 latex=r"\forall {0}", takes="b", out=bool_)  # fmt: skip
any_: Primitive = reduction("any", value=lambda x, axis,
                            keepdims: np.any(x, axis=axis, keepdims=keepdims),
                 latex=r"\exists {0}", takes="b", out=bool_)  # fmt: skip


def _along_samples(dtype: str = "float64") -> Callable[..., list[Sample]]:
    cases = [((3, 4), 0), ((3, 4), 1), ((5,), 0), ((2, 1, 3), 1), ((0, 2), 1)]
    return lambda rng: [((draw(rng, -2, 2, s, dtype),), {"axis": a}) for s, a in cases]


def _arg(name: str, value: Callable[..., Any], latex: str) -> Primitive:
    """The index of the first extreme along one axis; `last_nan`: of the last NaN, if any."""
    return Primitive(
        name=name, family="reduction", value=value, latex=latex,
        infer=lambda x, axis, **_: _arg_infer(name)(x, (axis,), False),
        vjp=lambda g, y, x, axis, **_: [None],
        batch=lambda xs, batched, axis, **more: PRIMITIVES[name](xs[0], axis=axis + 1, **more),
        samples=lambda rng: _along_samples()(rng)[:4],
    )  # fmt: skip


def _argmax_value(x: Any, axis: int, last_nan: bool = False) -> Any:
    first = np.argmax(x, axis=axis)
    if not last_nan or x.dtype.kind != "f":
        return first
    lost = np.isnan(x)
    last = x.shape[axis] - 1 - np.argmax(np.flip(lost, axis), axis=axis)
    return np.where(lost.any(axis=axis), last, first)


argmax: Primitive = _arg("argmax", _argmax_value, r"\arg\max {0}")
argmin: Primitive = _arg("argmin", lambda x, axis: np.argmin(x, axis=axis), r"\arg\min {0}")


def _along(name: str, value: Callable[..., Any], vjp: Any, latex: str, latex_vjp: str) -> Primitive:
    def batch(xs: Sequence[Node], batched: Sequence[bool], axis: int) -> Node:
        return PRIMITIVES[name](xs[0], axis=axis + 1)

    return Primitive(
        name=name, family="reduction", value=value, vjp=vjp, latex=latex, latex_vjp=(latex_vjp,),
        infer=lambda x, axis: (x.shape, same_type(name, NUMERIC, (x,))), batch=batch,
        samples=_along_samples(),
    )  # fmt: skip


def _cumprod_vjp(g: Node, y: Node, x: Node, axis: int) -> list[Node]:
    """dx_i = (prod of x before i) S_i with S_i = g_i + x_{i+1} S_{i+1}: right where x is 0, too."""
    if 0 in x.shape:
        return [g]
    following = _flip(_shifted(_flip(x, axis), axis, 0), axis)
    order = (axis, *(i for i in range(x.ndim) if i != axis))
    inverse = tuple(order.index(i) for i in range(x.ndim))
    time_first = PRIMITIVES["permute"]
    s = linear_recurrence(time_first(following, axes=order), time_first(g, axes=order))
    return [_exclusive(x, axis) * time_first(s, axes=inverse)]


cumsum: Primitive = _along("cumsum", lambda x, axis: np.cumsum(x, axis=axis, dtype=x.dtype),
                lambda g, y, x, axis: [_flip(cumsum(_flip(g, axis), axis=axis), axis)],
                r"\sum_{{j \le i}} {0}_j", r"\sum_{{i \ge j}} {g}_i")  # fmt: skip
cumprod: Primitive = _along("cumprod", lambda x, axis: np.cumprod(x, axis=axis, dtype=x.dtype),
                            _cumprod_vjp,
                 r"\prod_{{j \le i}} {0}_j",
                 r"\sum_{{i \ge j}} {g}_i \prod_{{k \le i, k \ne j}} {0}_k")  # fmt: skip


def _argsort(x: Any, axis: int, descending: bool) -> Any:
    if descending:  # stable: equal entries keep their order
        order = np.flip(np.argsort(np.flip(x, axis), axis=axis, kind="stable"), axis)
        return x.shape[axis] - 1 - order
    return np.argsort(x, axis=axis, kind="stable")


argsort: Primitive = Primitive(
    name="argsort", family="reduction", value=_argsort, latex=r"\operatorname{{argsort}} {0}",
    infer=lambda x, axis, descending: (x.shape, DEFAULT_INT),
    vjp=lambda g, y, x, axis, descending: [None],
    batch=lambda xs, batched, axis,
    descending: argsort(xs[0], axis=axis + 1, descending=descending),
    samples=lambda rng: [(x, a | {"descending": d}) for x,
                         a in _along_samples()(rng) for d in (False, True)],
    says="the stable order of the entries along an axis",
)  # fmt: skip
