"""Stacks of rows as one matrix, and the derivative of an activation stored on the way forth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder, walk
from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.nn import functional as F
from tiza.readings.evaluate import evaluate
from tiza.readings.native.planning.plan import Planner, opened

RANDOM = np.random.default_rng(0)
F64 = np.dtype("float64")


def tensor(*shape: int) -> tz.Tensor:
    return tz.tensor(0.3 * RANDOM.normal(size=shape))


def layers(x: Any, w: Any, b: Any, v: Any) -> Any:
    """Two layers with GELU between, on a stack of rows, and a norm of what comes out."""
    y = F.linear(F.gelu(F.linear(x, w, b)), v) + x
    y = (y - tz.mean(y, axis=-1, keepdims=True)) * tz.sum(y * y, axis=(0, 1))
    return tz.sum(tz.sin(y))


def names(outputs: list[Node], ndim: int) -> set[str]:
    """The operations of so many axes that are computed, not moved."""
    order = walk(opened(outputs))
    return {n.prim.name for n in order if n.ndim == ndim and n.prim.family == "elementwise"}


def test_layers_on_stacks_compute_on_matrices() -> None:
    x = placeholder((3, 5, 8), F64)
    w, b, v = placeholder((16, 8), F64), placeholder((16,), F64), placeholder((8, 16), F64)
    loss = layers(*(tz.Tensor(n) for n in (x, w, b, v)))
    assert "erf" in names([loss.node], 2)
    assert not names([loss.node], 3)


@pytest.mark.parametrize("shape", [(3, 5, 8), (1, 7, 8), (6, 1, 8), (2, 3, 4, 8), (2, 1)])
def test_gradients_on_stacks_equal_evaluates(shape: tuple[int, ...]) -> None:
    wide = shape[-1]
    if len(shape) == 2:
        shape = (2, 3, 1)
    arrays = [tensor(*s) for s in (shape, (16, wide), (16,), (wide, 16))]
    gradient = tz.grad(layers, argnums=(0, 1, 2, 3))
    for one, two in zip(tz.compile(gradient)(*arrays), gradient(*arrays), strict=True):
        want = evaluate([two.node])[0]
        np.testing.assert_allclose(one.numpy(), want, rtol=1e-10, atol=1e-12 * np.abs(want).max())


@pytest.mark.parametrize("axis", [0, 1, 2, (0, 1), (1, 2), (0, 1, 2), None])
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("name", ["sum", "max", "min", "prod", "argmax"])
def test_every_reduction_of_a_product_given_back_its_axes(
    axis: Any, keepdims: bool, name: str
) -> None:
    if name == "argmax" and not isinstance(axis, int):
        axis = 2
    reduce = getattr(tz, name)
    f = lambda a, b: reduce(tz.sin(tz.reshape(a @ b, (3, 4, 5))) + 1, axis=axis, keepdims=keepdims)
    a, b = tensor(12, 7), tensor(7, 5)
    want = f(a, b).numpy()
    np.testing.assert_allclose(tz.compile(f)(a, b).numpy(), want, rtol=1e-12)


def test_what_is_repeated_along_the_first_axes_keeps_them() -> None:
    f = lambda a, b, c: tz.reshape(a @ b, (3, 4, 5)) * c + c
    for shape in ((4, 5), (1, 4, 5), (3, 1, 5), (5,), (), (3, 4, 1), (1, 1, 1)):
        a, b, c = tensor(12, 7), tensor(7, 5), tensor(*shape)
        want = f(a, b, c).numpy()
        np.testing.assert_allclose(tz.compile(f)(a, b, c).numpy(), want, rtol=1e-12)


def test_a_product_in_both_terms_is_taken_out() -> None:
    a, b = placeholder((6, 7), F64), placeholder((7, 5), F64)
    c, d = placeholder((6, 5), F64), placeholder((5,), F64)
    g = P["matmul"](a, b)
    times = P["multiply"]
    (one,) = opened([P["add"](times(times(c, g), c), times(d, g))])
    assert one.prim.name == "multiply"
    assert g in one.inputs
    (two,) = opened([P["add"](times(c, g), g)])  # nothing is left of the second term
    assert two.prim.name == "add"


def test_the_derivative_of_an_activation_is_stored_on_the_way_forth() -> None:
    x = placeholder((40, 8), F64)
    w, b, v = placeholder((16, 8), F64), placeholder((16,), F64), placeholder((8, 16), F64)
    loss = lambda *t: tz.sum(tz.sin(F.linear(F.gelu(F.linear(*t[:3])), t[3])))
    grads = tz.grad(loss, argnums=(1, 2))(*(tz.Tensor(n) for n in (x, w, b, v)))
    planner = Planner((x, w, b, v), opened([g.node for g in grads], {n: n for n in (x, w, b, v)}))
    groups = planner.plan().groups
    (slope,) = planner.soon
    way_back = next(i for i, g in enumerate(groups) if any(slope in n.inputs for n in g.roots))
    assert planner.position[planner.home[slope]] < way_back - 1
    assert all(r.prim.name != "exp" for g in groups[way_back:] for r in g.roots)


@pytest.mark.parametrize(("rows", "kernels"), [(1, 3), (8, 2)])
def test_a_long_formula_of_a_single_row_follows_its_product(rows: int, kernels: int) -> None:
    """The sums of one row come one at a time, what is made of them in vectors."""
    f = lambda x, w, b, v: F.gelu(x @ w.T + b) @ v.T
    given = [tz.tensor(RANDOM.normal(size=s)) for s in ((rows, 64), (48, 64), (48,), (9, 48))]
    g = tz.compile(f)
    np.testing.assert_allclose(g(*given).numpy(), f(*given).numpy(), rtol=1e-10)
    assert len(g.last.builder.calls) == kernels


@pytest.mark.parametrize(
    ("rows", "terms", "turned"),
    [(128, 20, True), (32, 20, False), (128, 200, False), (600, 200, True)],
)
def test_a_matrix_whose_columns_are_read_often_is_turned(
    rows: int, terms: int, turned: bool
) -> None:
    x, w = placeholder((rows, terms), F64), placeholder((90, terms), F64)
    planner = Planner([x, w], opened([P["matmul"](x, P["permute"](w, axes=(1, 0)))]))
    planner.plan()
    assert bool(planner.turned) == turned
