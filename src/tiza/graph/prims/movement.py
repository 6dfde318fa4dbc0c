"""Operations that only move entries about. Each one's derivative moves them back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ShapeError
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims.families import broadcast_shapes, lift, same_type
from tiza.graph.types import DType, Shape

Ints = tuple[int, ...]
ANY = "biufc"


def _reshape_infer(x: Node, shape: Ints) -> tuple[Shape, DType]:
    size = math.prod(x.shape)
    if -1 in shape:
        known = math.prod(n for n in shape if n != -1)
        if shape.count(-1) > 1 or known == 0 or size % known:
            raise ShapeError("reshape-size", old=x.shape, new=shape, size=size)
        shape = tuple(size // known if n == -1 else n for n in shape)
    if math.prod(shape) != size or any(n < 0 for n in shape):
        raise ShapeError("reshape-size", old=x.shape, new=shape, size=size)
    return shape, x.dtype


def _reshape_batch(xs: Sequence[Node], batched: Sequence[bool], shape: Ints) -> Node:
    x = xs[0]
    inner = math.prod(x.shape[1:])
    known = math.prod(n for n in shape if n != -1)
    solved = tuple(inner // known if n == -1 else n for n in shape)
    return reshape(x, shape=(x.shape[0], *solved))


reshape: Primitive = Primitive(
    name="reshape", family="movement", value=lambda x, shape: np.reshape(x, shape),
    infer=_reshape_infer, vjp=lambda g, y, x, shape: [reshape(g, shape=x.shape)],
    batch=_reshape_batch, latex=r"\operatorname{{reshape}}({0})",
    latex_vjp=(r"\operatorname{{reshape}}^{{-1}}({g})",),
    samples=lambda rng: [((rng.normal(size=(3, 4)),), {"shape": s}) for s in [(12,), (2, -1),
        (4, 3, 1)]]
    + [((rng.normal(size=()),), {"shape": (1, 1)}),
       ((rng.normal(size=(0, 3)),), {"shape": (3, 0)})],
)  # fmt: skip


def _permute_infer(x: Node, axes: Ints) -> tuple[Shape, DType]:
    if sorted(axes) != list(range(x.ndim)):
        raise ShapeError("permute-axes", axes=axes, ndim=x.ndim)
    return tuple(x.shape[i] for i in axes), x.dtype


permute: Primitive = Primitive(
    name="permute", family="movement", value=lambda x, axes: np.transpose(x, axes),
    infer=_permute_infer,
    vjp=lambda g, y, x, axes: [permute(g, axes=tuple(axes.index(i) for i in range(len(axes))))],
    batch=lambda xs, batched, axes: permute(xs[0], axes=(0, *(i + 1 for i in axes))),
    latex=r"{0}^\top", latex_vjp=(r"{g}^\top",),
    samples=lambda rng: [((rng.normal(size=(2, 3)),), {"axes": (1, 0)}),
                         ((rng.normal(size=(2, 3, 4)),), {"axes": (2, 0, 1)})],
)  # fmt: skip


def _broadcast_infer(x: Node, shape: Ints) -> tuple[Shape, DType]:
    if broadcast_shapes(x.shape, shape) != shape:
        raise ShapeError("broadcast-to", old=x.shape, new=shape)
    return shape, x.dtype


broadcast_to: Primitive = Primitive(
    name="broadcast_to", family="movement", value=lambda x, shape: np.broadcast_to(x, shape),
    infer=_broadcast_infer,
    vjp=lambda g, y, x, shape: [g],  # `differentiate` sums over what was repeated
    batch=lambda xs, batched, shape: broadcast_to(
        lift(xs[0], True, len(shape)), shape=(xs[0].shape[0], *shape)),
    latex=r"{0}\,\mathbf{{1}}^\top", latex_vjp=(r"{g}\,\mathbf{{1}}",),
    samples=lambda rng: [((rng.normal(size=(3, 1)),), {"shape": (3, 4)}),
                         ((rng.normal(size=()),), {"shape": (2, 3)})],
)  # fmt: skip


def _slice_infer(x: Node, starts: Ints, stops: Ints, steps: Ints) -> tuple[Shape, DType]:
    shape = tuple(len(range(*bounds)) for bounds in zip(starts, stops, steps, strict=True))
    return shape, x.dtype


def _slice_vjp(g: Node, y: Node, x: Node, starts: Ints, stops: Ints, steps: Ints) -> list[Node]:
    high = tuple(
        n - start - (1 + (m - 1) * step) if m else n - start
        for n, start, m, step in zip(x.shape, starts, g.shape, steps, strict=True)
    )
    return [pad(g, low=starts, high=high, interior=tuple(step - 1 for step in steps))]


def _slice_value(x: Any, starts: Ints, stops: Ints, steps: Ints) -> Any:
    return x[tuple(map(slice, starts, stops, steps))]


slice_: Primitive = Primitive(
    name="slice", family="movement", value=_slice_value, infer=_slice_infer, vjp=_slice_vjp,
    batch=lambda xs, batched, starts, stops, steps: slice_(
        xs[0], starts=(0, *starts), stops=(xs[0].shape[0], *stops), steps=(1, *steps)),
    latex=r"{0}[\,:\,]", latex_vjp=(r"\operatorname{{pad}}({g})",),
    samples=lambda rng: [
        ((rng.normal(size=(5, 4)),), {"starts": (1, 0), "stops": (4, 4), "steps": (1, 2)}),
        ((rng.normal(size=7),), {"starts": (1,), "stops": (7,), "steps": (3,)}),
        ((rng.normal(size=3),), {"starts": (2,), "stops": (2,), "steps": (1,)}),
    ],
    says="every step-th entry from start to stop, along each axis (all >= 0)",
)  # fmt: skip


def _pad_infer(x: Node, low: Ints, high: Ints, interior: Ints) -> tuple[Shape, DType]:
    shape = tuple(
        lo + n + max(n - 1, 0) * i + hi
        for n, lo, hi, i in zip(x.shape, low, high, interior, strict=True)
    )
    return shape, x.dtype


def _pad_inside(shape: Shape, low: Ints, interior: Ints) -> tuple[slice, ...]:
    return tuple(
        slice(lo, lo + n + max(n - 1, 0) * i, i + 1)
        for n, lo, i in zip(shape, low, interior, strict=True)
    )


def _pad_value(x: Any, low: Ints, high: Ints, interior: Ints) -> Any:
    shape = [lo + n + max(n - 1, 0) * i + hi
             for n, lo, hi, i in zip(x.shape, low, high, interior, strict=True)]  # fmt: skip
    out = np.zeros(shape, x.dtype)
    out[_pad_inside(x.shape, low, interior)] = x
    return out


def _pad_vjp(g: Node, y: Node, x: Node, low: Ints, high: Ints, interior: Ints) -> list[Node]:
    inside = _pad_inside(x.shape, low, interior)
    return [slice_(g, starts=tuple(s.start for s in inside), stops=tuple(s.stop for s in inside),
                   steps=tuple(s.step for s in inside))]  # fmt: skip


pad: Primitive = Primitive(
    name="pad", family="movement", value=_pad_value, infer=_pad_infer, vjp=_pad_vjp,
    batch=lambda xs, batched, low, high, interior: pad(
        xs[0], low=(0, *low), high=(0, *high), interior=(0, *interior)),
    latex=r"\operatorname{{pad}}({0})", latex_vjp=(r"{g}[\,:\,]",),
    samples=lambda rng: [
        ((rng.normal(size=(2, 3)),), {"low": (1, 0), "high": (0, 2), "interior": (0, 1)}),
        ((rng.normal(size=4),), {"low": (0,), "high": (1,), "interior": (2,)}),
    ],
    says="zeros before, after and between the entries",
)  # fmt: skip

flip: Primitive = Primitive(
    name="flip", family="movement", value=lambda x, axes: np.flip(x, axes),
    infer=lambda x, axes: (x.shape, x.dtype), vjp=lambda g, y, x, axes: [flip(g, axes=axes)],
    batch=lambda xs, batched, axes: flip(xs[0], axes=tuple(i + 1 for i in axes)),
    latex=r"\operatorname{{flip}}({0})", latex_vjp=(r"\operatorname{{flip}}({g})",),
    samples=lambda rng: [((rng.normal(size=(3, 4)),), {"axes": (1,)}),
                         ((rng.normal(size=(3, 2)),), {"axes": (0, 1)})],
)  # fmt: skip


def _concat_infer(*xs: Node, axis: int) -> tuple[Shape, DType]:
    dtype = same_type("concat", ANY, xs)
    rest = {(*x.shape[:axis], *x.shape[axis + 1 :]) for x in xs}
    if len(rest) > 1 or len({x.ndim for x in xs}) > 1:
        raise ShapeError("concat-shapes", shapes=", ".join(str(x.shape) for x in xs), axis=axis)
    total = sum(x.shape[axis] for x in xs)
    return (*xs[0].shape[:axis], total, *xs[0].shape[axis + 1 :]), dtype


def _concat_vjp(g: Node, y: Node, *xs: Node, axis: int) -> list[Node]:
    cotangents, start = [], 0
    for x in xs:
        stop = start + x.shape[axis]
        cotangents.append(
            slice_(
                g, starts=tuple(start if i == axis else 0 for i in range(g.ndim)),
                stops=tuple(stop if i == axis else n for i, n in enumerate(g.shape)),
                steps=(1,) * g.ndim,
            )
        )  # fmt: skip
        start = stop
    return cotangents


def _concat_batch(xs: Sequence[Node], batched: Sequence[bool], axis: int) -> Node:
    n = next(x.shape[0] for x, b in zip(xs, batched, strict=True) if b)
    full = [
        x if b else broadcast_to(x, shape=(n, *x.shape)) for x, b in zip(xs, batched, strict=True)
    ]
    return concat(*full, axis=axis + 1)


def _concat_samples(rng: Any) -> list[Sample]:
    return [
        ((rng.normal(size=(2, 3)), rng.normal(size=(1, 3))), {"axis": 0}),
        ((rng.normal(size=(2, 1)), rng.normal(size=(2, 3)), rng.normal(size=(2, 0))), {"axis": 1}),
    ]


concat: Primitive = Primitive(
    name="concat", family="movement", value=lambda *xs, axis: np.concatenate(xs, axis=axis),
    infer=_concat_infer, vjp=_concat_vjp, batch=_concat_batch,
    latex=r"[{0}, {1}]", latex_vjp=(r"{g}_{{1}}", r"{g}_{{2}}"), samples=_concat_samples,
)  # fmt: skip
