"""The registry as test cases: every primitive on its own samples."""

from __future__ import annotations

from typing import Any

import numpy as np

import tiza.nn  # noqa: F401  (enters the composites of layers and losses)
from tiza.graph import COMPOSITES, PRIMITIVES, Node, Primitive, constant, parts
from tiza.readings.evaluate import Program

LEAVES = {"literal", "constant", "input", "part"}
ALL = [p for name, p in (PRIMITIVES | COMPOSITES).items() if name not in LEAVES]
Sample = tuple[tuple[np.ndarray[Any, Any], ...], dict[str, Any]]


def samples(prim: Primitive, seed: int = 0) -> list[Sample]:
    assert prim.samples is not None, f"{prim.name} has no samples"
    cases = prim.samples(np.random.default_rng(seed))
    return [(tuple(np.asarray(x) for x in xs), attrs) for xs, attrs in cases]


def results(prim: Primitive, nodes: list[Node], attrs: dict[str, Any]) -> list[Node]:
    node = prim(*nodes, **attrs)
    return list(parts(node)) if prim.several else [node]


def leaves(xs: tuple[np.ndarray[Any, Any], ...]) -> list[Node]:
    return [constant(x) for x in xs]


def values(nodes: list[Node]) -> list[np.ndarray[Any, Any]]:
    return [np.asarray(v) for v in Program((), nodes)()]


def floats(nodes: list[Node]) -> list[int]:
    return [i for i, n in enumerate(nodes) if n.dtype.kind == "f"]


def assert_close(got: Any, want: Any, *, rtol: float = 1e-9, atol: float = 1e-12) -> None:
    np.testing.assert_allclose(np.asarray(got), np.asarray(want), rtol=rtol, atol=atol)
