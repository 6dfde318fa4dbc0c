"""How far a winner's neighbours learn with it: neighbourhood functions, and the map's own rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, composite
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.prims import choose as c
from tiza.graph.prims import elementwise as e
from tiza.graph.types import DType, Shape


def _samples(rng: Any) -> list[Sample]:
    return [((rng.uniform(0.1, 4, (3, 4)), rng.uniform(1, 2, ())), {})]


def _neighbourhood(name: str, body: Callable[[Node, Node], Node], latex: str,
                   says: str) -> Primitive:  # fmt: skip
    def infer(d: Node, radius: Node) -> tuple[Shape, DType]:
        return d.shape, d.dtype

    return composite(name, body, infer=infer, samples=_samples, latex=latex, says=says)


def _bell(d: Node, radius: Node) -> Node:
    return e.exp(-d / (radius * radius * 2))


def _bubble(d: Node, radius: Node) -> Node:
    return c.cast(e.less_equal(d, radius * radius), dtype=d.dtype)


def _hat(d: Node, radius: Node) -> Node:
    return (1.0 - d / (radius * radius)) * _bell(d, radius)


NEIGHBOURHOODS = {
    "gaussian": _neighbourhood(
        "neighbours_gaussian", _bell, r"e^{{-{0}/2{1}^2}}",
        "exp(−d²/2σ²) of a squared distance d² on the map",
    ),
    "bubble": _neighbourhood(
        "neighbours_bubble", _bubble, r"\mathbf{{1}}[{0} \le {1}^2]",
        "1 where d² ≤ σ², else 0",
    ),
    "mexican_hat": _neighbourhood(
        "neighbours_mexican_hat", _hat, r"(1 - {0}/{1}^2)\,e^{{-{0}/2{1}^2}}",
        "(1 − d²/σ²) exp(−d²/2σ²): near units are drawn along, those further out pushed away",
    ),
}  # fmt: skip


def _rule_infer(w: Node, x: Node, h: Node, rate: Node) -> tuple[Shape, DType]:
    return w.shape, w.dtype


def _rule(w: Node, x: Node, h: Node, rate: Node) -> Node:
    column = P["reshape"](h, shape=(*h.shape, 1))
    return w + rate * column * (x - w)


som_step = composite(
    "som_step", _rule, infer=_rule_infer,
    samples=lambda rng: [((rng.normal(size=(4, 3)), rng.normal(size=3), rng.uniform(0, 1, 4),
                           np.array(0.3)), {})],
    latex=r"{0} + {3}\,{2} \odot ({1} - {0})",
    says="w ← w + η h (x − w): every unit moves towards x as far as its neighbourhood says; "
    "Kohonen 1982, Biological Cybernetics 43",
)  # fmt: skip
