"""Formulas joined side by side share a kernel with others over the same entries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.graph import placeholder
from tiza.readings.native import Compiled
from tiza.readings.native.driving.recurrence import Recurrence
from tiza.readings.native.machine.llvm import available
from tiza.transforms import gradients

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")

RNG = np.random.default_rng(5)


def normal(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.normal(size=shape).astype(np.float32)


def agree(function: Any, *arrays: Any, threads: int = 1) -> list[list[str]]:
    """The kernels, by the primitives that they compute; numbers are as without compiling."""
    made = tz.compile(function, threads=threads)
    for a, b in zip(made(*arrays), function(*map(tz.tensor, arrays)), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-5)
    return [[n.prim.name for n in g.roots] for g in made.last.builder.plan.groups]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("rows", [1, 7, 16, 33])
def test_one_kernel_computes_all_that_is_joined(axis: int, rows: int) -> None:
    def slopes(a: Any, b: Any) -> Any:
        g = tz.tanh(a) * tz.exp(b)
        return tz.concat([g * a, g * (1 - b), g], axis=axis), g * g, tz.concat([g, -g], axis=axis)

    kernels = agree(slopes, normal(rows, 21), normal(rows, 21))
    assert len(kernels) == 1
    assert kernels[0].count("concat") == 2


def test_parts_of_other_shapes_are_written_one_by_one() -> None:
    def slopes(a: Any, b: Any) -> Any:
        return (tz.concat([tz.sin(a), tz.cos(b)], axis=1),)

    assert agree(slopes, normal(8, 5), normal(8, 20)) == [["concat"]]


def test_products_that_stand_in_the_join_are_not_copied() -> None:
    def joined(a: Any, b: Any, c: Any) -> Any:
        return (tz.sin(tz.concat([2 * (a @ b) + 1, (a @ c) * 3], axis=1)),)

    arrays = normal(20, 17), normal(17, 18), normal(17, 18)
    agree(joined, *arrays)
    made = tz.compile(joined)
    made(*arrays)
    calls = [call.group.roots[0].prim.name for call in made.last.builder.calls if call.group]
    assert calls == ["matmul", "matmul", "sin"]


def test_a_join_is_not_written_over_what_its_parts_read() -> None:
    """One result takes the memory of an operand that the join reads as well."""

    def step(a: Any, b: Any) -> Any:
        return a * b, tz.concat([a + b, a - b], axis=0)

    a, b = normal(40, 32), normal(40, 32)
    made = tz.compile(step, donate=(0,))
    for _ in range(3):
        want = a * b, np.concatenate([a + b, a - b])
        for got, expected in zip(made(a.copy(), b), want, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_what_is_made_of_a_join_comes_after_it() -> None:
    def f(a: Any, b: Any) -> Any:
        whole = tz.concat([a + b, a * b], axis=1)
        return whole, tz.sum(whole, axis=1), tz.flip(whole, 1)[:, :21] + a

    agree(f, normal(9, 21), normal(9, 21))


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU])
def test_the_way_back_of_a_layer_is_one_kernel_beside_its_product(layer: Any) -> None:
    tz.manual_seed(0)
    x = placeholder((5, 16, 16), np.dtype("float32"))
    loss = tz.sum(tz.sin(layer(16, 16)(tz.Tensor(x))[0])).node
    made = Compiled([x], [g for g in gradients(loss, [x]) if g is not None])
    *_, back = made.builder.places.loops.values()
    assert isinstance(back, Recurrence)
    assert len(back.child.plan.groups) == 2
