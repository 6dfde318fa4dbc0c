"""`where` and `cast`: element-wise, but their inputs and outputs differ in type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import DTypeError
from tiza.graph.apply import literal
from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims.families import broadcast_shapes, lift, same_type
from tiza.graph.types import DType, Shape, is_float


def nothing(like: Node) -> Node:
    """The number 0; 0·g would be NaN where g is infinite, and a pass over memory."""
    return literal(0, like.dtype)


def select(c: Any, a: Any, b: Any) -> Any:
    """np.where; large arrays by their bits, a & m | b & ¬m, m being all ones or all zeros.

    A branch for each entry that nobody can foresee costs several times as much, and np.where
    forgets the memory order of its inputs.
    """
    bits = _BITS.get(np.asarray(a).dtype)
    if bits is None or np.size(c) < MANY:
        return np.where(c, a, b)
    mask = np.negative(np.asarray(c).view(np.int8), dtype=bits)
    out = np.bitwise_and(np.asarray(a).view(bits), mask)
    other = np.asarray(b).view(bits)
    if other.ndim or other != 0:
        out = np.bitwise_or(out, np.bitwise_and(other, np.invert(mask, out=mask)))
    return out.view(np.asarray(a).dtype)


MANY = 1024
_BITS = {np.dtype(f"{kind}{n}"): np.dtype(f"i{n}") for kind in "fiu" for n in (4, 8)}


def _where_infer(c: Node, a: Node, b: Node) -> tuple[Shape, DType]:
    if c.dtype.kind != "b":
        raise DTypeError("where-condition", got=c.dtype)
    dtype = same_type("where", "biufc", (a, b))
    return broadcast_shapes(c.shape, a.shape, b.shape), dtype


def _where_batch(xs: Sequence[Node], batched: Sequence[bool]) -> Node:
    ndim = max(x.ndim - b for x, b in zip(xs, batched, strict=True))
    return where(*(lift(x, b, ndim) for x, b in zip(xs, batched, strict=True)))


def _where_samples(rng: Any) -> list[Sample]:
    return [
        ((rng.random((3, 4)) < 0.5, rng.normal(size=(3, 4)), rng.normal(size=4)), {}),
        ((np.array(True), rng.normal(size=(2, 1)), rng.normal(size=(2, 3))), {}),
    ]


where: Primitive = Primitive(
    name="where", family="elementwise", value=select, infer=_where_infer, batch=_where_batch,
    vjp=lambda g, y, c, a, b: [None, where(c, g, nothing(g)), where(c, nothing(g), g)],
    latex=r"\begin{{cases}} {1} & {0} \\ {2} & \text{{otherwise}} \end{{cases}}",
    latex_vjp=("", r"{g} \odot \mathbf{{1}}[{0}]", r"{g} \odot \mathbf{{1}}[\lnot {0}]"),
    samples=_where_samples, says="the second input where the first is true, else the third",
)  # fmt: skip


def _cast_vjp(g: Node, y: Node, x: Node, dtype: DType) -> list[Node | None]:
    return [cast(g, dtype=x.dtype) if is_float(x.dtype) and is_float(y.dtype) else None]


cast: Primitive = Primitive(
    name="cast", family="elementwise", value=lambda x, dtype: np.asarray(x).astype(dtype),
    infer=lambda x, dtype: (x.shape, dtype), vjp=_cast_vjp,
    batch=lambda xs, batched, dtype: cast(xs[0], dtype=dtype),
    latex="{0}", latex_vjp=("{g}",), says="the same values in another data type",
    samples=lambda rng: [((rng.normal(size=(2, 3)),), {"dtype": np.dtype("float64")}),
                         ((np.arange(3),), {"dtype": np.dtype("float64")})],
)  # fmt: skip


def as_type(x: Node, dtype: DType) -> Node:
    """`x` itself where it has this type."""
    return x if x.dtype == dtype else cast(x, dtype=dtype)
