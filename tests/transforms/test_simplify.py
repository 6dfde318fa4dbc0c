"""Each rewrite on its own, and that none of them changes a shape or a type."""

import numpy as np

from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, constant, literal, placeholder, walk
from tiza.transforms import gradients, simplify

f64 = np.dtype("float64")
x, y = placeholder((2, 3), f64, "x"), placeholder((2, 3), f64, "y")


def simple(node: Node) -> Node:
    (new,) = simplify([node])
    assert (new.shape, new.dtype) == (node.shape, node.dtype)
    return new


def test_identities() -> None:
    assert simple(x * 1) is x
    assert simple(1 * x) is x
    assert simple(x / 1) is x
    assert simple(x + 0) is x
    assert simple(0 + x) is x
    assert simple(x - 0) is x
    assert simple(x**1) is x
    assert simple(P["negative"](-x)) is x
    assert simple(x * -1) is -x
    assert simple(x + -y) is x - y


def test_moves_are_merged() -> None:
    back = P["permute"](P["permute"](x, axes=(1, 0)), axes=(1, 0))
    assert simple(back) is x
    assert simple(P["reshape"](P["reshape"](x, shape=(6,)), shape=(2, 3))) is x
    assert simple(P["broadcast_to"](x, shape=(2, 3))) is x
    assert simple(P["cast"](x, dtype=f64)) is x
    assert simple(P["alias"](x, tag="z")) is x


def test_numbers_fold() -> None:
    folded = simple(literal(2.0, f64) * 3 + 1)
    assert folded is literal(7.0, f64)


def test_a_one_that_broadcasts_is_kept() -> None:
    scalar = placeholder((), f64)
    wide = scalar * constant(np.ones((2, 3)))
    assert simple(wide).shape == (2, 3)
    assert simple(P["add"](literal(0, f64), x)) is x


def test_derivatives_shrink() -> None:
    loss = P["sum"](x * x * 1 + 0, axis=(0, 1), keepdims=False)
    (g,) = gradients(loss, [x])
    assert g is not None
    assert len(walk([simple(g)])) < len(walk([g]))
