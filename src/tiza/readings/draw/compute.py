"""Values and adjoints of the nodes of a picture, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tiza.graph import Node, constant, literal
from tiza.graph.prims.body import zeros
from tiza.graph.types import is_float
from tiza.graph.walk import opened, walk
from tiza.lang.trace import Program
from tiza.transforms import differentiate
from tiza.transforms.differentiate import edges

Values = dict[Node, Any]


def numbers(loss: Node, order: Sequence[Node]) -> tuple[Values, Values]:
    """The value of every node, and d loss / d node where `loss` is a scalar.

    What the loss does not depend on through differentiable operations has adjoint 0. Empty,
    where a value is not known yet (inside a function being traced).
    """
    if any(n.prim.name == "input" for n in order):
        return {}, {}
    shown = [n for n in order if not n.prim.several]
    smooth = [n for n in shown if is_float(n.dtype)]
    adjoints: list[Node] = []
    if loss.shape == () and is_float(loss.dtype):
        found = differentiate([loss], smooth, [literal(1, loss.dtype)])
        adjoints = [
            zeros(n.shape, n.dtype) if g is None else g for n, g in zip(smooth, found, strict=True)
        ]
    computed = Program((), [*shown, *adjoints])()
    values = dict(zip(shown, computed, strict=False))
    return values, dict(zip(smooth if adjoints else (), computed[len(shown) :], strict=True))


def inner(nodes: Sequence[Node], out: Node, adjoint: Any) -> tuple[Values, Values]:
    """The same inside a composite whose own adjoint is known."""
    shown = [n for n in nodes if not n.prim.several]
    smooth = [n for n in shown if is_float(n.dtype)]
    if any(n.prim.name == "input" for n in walk([out], edges)):
        return {}, {}
    found: list[Node | None] = []
    if adjoint is not None and is_float(out.dtype):
        found = differentiate([opened(out)], smooth, [constant(adjoint)])
    pairs = [(n, g) for n, g in zip(smooth, found, strict=False) if g is not None]
    computed = Program((), [*shown, *[g for _, g in pairs]])()
    values = dict(zip(shown, computed, strict=False))
    return values, dict(zip([n for n, _ in pairs], computed[len(shown) :], strict=True))
