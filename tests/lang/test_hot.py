"""Expressions that come again and again are recognised by their structure, loops included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import Node
from tiza.lang import hot


def loop(scale: float, steps: int = 4, bend: Callable[..., Any] = tz.tanh) -> Node:
    """A recurrence over new numbers, its body built anew."""
    w, x = tz.ones((3, 3)) * 0.5, tz.ones((steps, 2, 3))

    def step(h: Any, row: Any) -> Any:
        h = bend(row * scale + h @ w)
        return h, h

    return tz.sum(tz.scan(step, tz.zeros((2, 3)), x)[1]).node


def key(node: Node) -> Any:
    return hot.structure([node])[0]


def test_loops_with_equal_bodies_have_one_structure() -> None:
    assert key(loop(2.0)) == key(loop(2.0))


@pytest.mark.parametrize("other", [loop(3.0), loop(2.0, steps=5), loop(2.0, bend=tz.sin)])
def test_other_numbers_lengths_and_operations_are_other_structures(other: Node) -> None:
    assert key(loop(2.0)) != key(other)


def test_bodies_tell_their_inputs_apart() -> None:
    def f(turned: bool) -> Node:
        a, b = tz.ones(3), tz.ones(3)
        step = lambda s, row: (row - s if turned else s - row, s)
        return tz.scan(step, a, tz.stack([b, b]))[0].node

    assert key(f(turned=True)) != key(f(turned=False))


def trained(turns: int) -> list[float]:
    """The losses of a loop of one's own."""
    x = tz.tensor(np.random.default_rng(0).normal(size=(6, 2, 3)))
    tz.manual_seed(0)
    cell = tz.nn.LSTM(3, 4, dtype="float64")
    optimizer = tz.optim.SGD(cell.parameters(), lr=0.1)
    lost = []
    for _ in range(turns):
        optimizer.zero_grad()
        loss = tz.sum(cell(x)[0] ** 2)
        loss.backward()
        optimizer.step()
        lost.append(loss.item())
    return lost


def test_a_loop_of_ones_own_is_compiled_and_goes_on_alike(monkeypatch: Any) -> None:
    make, compiled = hot.COMPILE, []
    assert make is not None
    monkeypatch.setattr(hot, "SECONDS", 0.0)
    monkeypatch.setattr(hot, "COMPILE", None)
    plain = trained(10)
    monkeypatch.setattr(hot, "COMPILE", lambda *a: compiled.append(1) or make(*a))
    np.testing.assert_allclose(trained(10), plain, rtol=1e-10)
    assert len(compiled) in (1, 2)  # the first turn may have a structure of its own
