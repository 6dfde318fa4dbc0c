"""Simpler forms that the compiler finds before it plans."""

from __future__ import annotations

import itertools

import numpy as np

import tiza as tz
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, placeholder, walk
from tiza.readings.native.planning.plan import opened
from tiza.transforms import gradients

f64 = np.dtype("float64")


def names(outputs: list[Node]) -> list[str]:
    return [n.prim.name for n in walk(opened(outputs))]


def pieces(x: Node, *bounds: int) -> list[Node]:
    """x cut along its last axis."""
    pairs = itertools.pairwise(bounds)
    return [P["slice"](x, starts=(0, a), stops=(x.shape[0], b), steps=(1, 1)) for a, b in pairs]


def slope(x: Node, *bounds: int) -> Node:
    """The gradient of Σₖ Σ sin(k·piece k)."""
    parts = enumerate(pieces(x, *bounds), 1)
    sums = [P["sum"](P["sin"](p * float(k)), axis=(0, 1), keepdims=False) for k, p in parts]
    total = sums[0]
    for s in sums[1:]:
        total = total + s
    (g,) = gradients(total, [x])
    assert g is not None
    return g


def test_cotangents_of_pieces_are_joined() -> None:
    x = placeholder((3, 10), f64)
    found = names([slope(x, 0, 2, 5, 10)])
    assert found.count("concat") == 1
    assert "pad" not in found


def test_a_gap_or_an_overlap_stays_a_sum() -> None:
    x = placeholder((3, 10), f64)
    assert "concat" not in names([slope(x, 0, 2, 9)])
    twice = slope(x, 0, 6, 10) + slope(x, 0, 5, 10)
    assert "pad" not in names([twice])  # each is joined by itself
    a, b = pieces(x, 0, 6, 10)[0], pieces(x, 5, 10)[0]
    pads = [P["pad"](a, low=(0, 0), high=(0, 4), interior=(0, 0)),
            P["pad"](b, low=(0, 5), high=(0, 0), interior=(0, 0))]  # fmt: skip
    assert "concat" not in names([pads[0] + pads[1]])


def test_joined_cotangents_equal_the_sum_of_the_padded_ones() -> None:
    def f(x: tz.Tensor) -> tz.Tensor:
        i, g, o = x[:, :2], x[:, 2:5], x[:, 5:]
        return tz.sum(tz.sin(i)) * tz.sum(g**2) + tz.sum(tz.exp(o))

    x = tz.tensor(np.random.default_rng(0).normal(size=(3, 10)))
    np.testing.assert_allclose(tz.compile(tz.grad(f))(x), tz.grad(f)(x), rtol=1e-12)


def corrected(divisor: Node) -> Node:
    """x divided by one number in every entry."""
    return P["divide"](placeholder((5,), f64), P["broadcast_to"](divisor, shape=(5,)))


def test_corrections_of_an_optimizer_are_multiplied_by() -> None:
    t = placeholder((), f64)
    (node,) = opened([corrected(-P["expm1"](t * -0.1))])
    assert node.prim.name == "multiply"
    assert names([node]).count("divide") == 1


def test_what_may_have_no_inverse_stays_a_divisor() -> None:
    t = placeholder((), f64)
    for divisor in (t, -P["expm1"](t * t), P["expm1"](t * 0.1), -P["expm1"](t * 1e-300)):
        assert [n.prim.name for n in opened([corrected(divisor)])] == ["divide"]
