"""Threads that keep rows of a loop's states to themselves, and loops in which they must meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.graph import placeholder
from tiza.graph.node import Node
from tiza.graph.walk import rebuild
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native import program as building
from tiza.readings.native.driving import own
from tiza.readings.native.machine.llvm import available
from tiza.transforms import gradients

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")

F32 = np.dtype("float32")
STEPS, WIDTH = 5, 16


@pytest.fixture(autouse=True)
def _share_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are shared by threads however little there is to do."""
    monkeypatch.setattr(building, "SMALL", 0.0)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[list[int] | None]:
    """What is decided about each loop."""
    found: list[list[int] | None] = []
    usual = own.units

    def units(*given: Any) -> list[int] | None:
        found.append(usual(*given))
        return found[-1]

    monkeypatch.setattr("tiza.readings.native.driving.recurrence.units", units)
    return found


def same_bits(given: list[Node], outputs: list[Node]) -> None:
    """Any number of threads gives the bits of one, and NumPy's numbers."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=n.shape).astype(n.dtype) / 4 for n in given]
    made = Compiled(given, outputs)
    alone = made(*arrays, threads=1)
    for threads in (2, 3, 4, 2, 4):
        for one, many in zip(alone, made(*arrays, threads=threads), strict=True):
            assert one.tobytes() == many.tobytes()
    for one, want in zip(alone, Program(given, outputs)(*arrays), strict=True):
        np.testing.assert_allclose(one, want, rtol=2e-4, atol=2e-5)


def looped(step: Callable[..., Any], batch: int, *, reverse: bool = False) -> None:
    """Runs step(h, x, w) over a sequence, its gradients too."""
    given = [placeholder(s, F32) for s in ((STEPS, batch, WIDTH), (batch, WIDTH), (WIDTH, WIDTH))]
    xs, start, w = (tz.Tensor(n) for n in given)
    last, rows = tz.scan(lambda h, x: step(h, x, w), start, xs, reverse=reverse)
    loss = tz.sum(tz.sin(last)) + tz.sum(rows * rows)
    found = gradients(loss.node, given)
    same_bits(given, [rows.node, last.node, *(g for g in found if g is not None)])


@pytest.mark.parametrize("batch", [16, 17, 32, 40])
@pytest.mark.parametrize("layer", [nn.RNN, nn.GRU, nn.LSTM])
def test_recurrent_layers_need_no_meetings(
    layer: Any, batch: int, seen: list[list[int] | None]
) -> None:
    tz.manual_seed(0)
    model = layer(8, WIDTH, num_layers=2)
    x = placeholder((STEPS, batch, 8), F32)
    weights = [p.node for p in model.parameters()]
    found = gradients(tz.sum(tz.sin(model(tz.Tensor(x))[0])).node, weights)
    holes = [placeholder(n.shape, n.dtype) for n in weights]
    outputs = rebuild([g for g in found if g is not None],
                                    dict(zip(weights, holes, strict=True)))  # fmt: skip
    same_bits([x, *holes], outputs)
    assert len(seen) >= 4
    assert None not in seen


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("batch", [16, 33])
def test_a_step_whose_result_is_the_state(batch: int, reverse: bool) -> None:
    def step(h: Any, x: Any, w: Any) -> Any:
        h = tz.tanh(x + h @ w)
        return h, h

    looped(step, batch, reverse=reverse)


@pytest.mark.parametrize("mixed", [
    lambda h: h + tz.sum(h, axis=0, keepdims=True) / 64,
    lambda h: tz.roll(h, 1, axis=0),
    lambda h: tz.flip(h, axis=0),
    lambda h: h - tz.max(h),
    lambda h: tz.concat([h[1:], h[:1]], axis=0),
    lambda h: (h @ h.T @ h) / 64,
])  # fmt: skip
def test_examples_that_look_at_each_other_meet(mixed: Any, seen: list[list[int] | None]) -> None:
    def step(h: Any, x: Any, w: Any) -> Any:
        h = tz.tanh(x + mixed(h) @ w)
        return h, h * 2

    looped(step, 32)
    assert seen
    assert set(map(type, seen)) == {type(None)}


def test_results_in_other_orders_than_the_states() -> None:
    def step(state: Any, x: Any) -> Any:
        a, b = state
        a, b = tz.tanh(a + x), a * b
        return (a, b), (b, x + a, a, b)

    given = [placeholder(s, F32) for s in ((STEPS, 16, WIDTH), (16, WIDTH), (16, WIDTH))]
    x, a, b = (tz.Tensor(n) for n in given)
    state, rows = tz.scan(step, (a, b), x)
    for k in range(4):
        same_bits(given, [rows[k].node])
        same_bits(given, [rows[k].node, state[k % 2].node])
    same_bits(given, [r.node for r in (*rows, *state)])
