"""What weights learn is computed behind the last kernel that reads them, and not at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder
from tiza.readings.native.planning.plan import Planner, opened
from tiza.readings.native.planning.sooner import Waiting, results

RNG = np.random.default_rng(2)
F32 = np.dtype("float32")
DEPTH, WIDTH, ROWS = 4, 24, 18


def test_nodes_follow_once_nothing_is_missing() -> None:
    a, b, c, d, e = (placeholder((n,), F32) for n in range(1, 6))
    waiting = Waiting({c: {a, b}, d: {c}, e: set()})
    assert list(waiting.missing) == [c, d]  # e waits for nothing
    assert list(waiting.after(a)) == []
    assert list(waiting.after(b)) == [c, d]
    assert not waiting.missing


def loss(x: Any, *weights: Any) -> Any:
    for w in weights:
        x = tz.tanh(x @ w)
    return tz.sum(x * x)


def step(x: Any, *weights: Any) -> Any:
    slopes = tz.grad(loss, argnums=tuple(range(1, len(weights) + 1)))(x, *weights)
    return tuple(w - 0.1 * g for w, g in zip(weights, slopes, strict=True))


def arrays() -> list[np.ndarray[Any, Any]]:
    sizes = [(ROWS, WIDTH), *[(WIDTH, WIDTH)] * DEPTH]
    return [RNG.normal(size=s).astype(F32) / 4 for s in sizes]


def test_each_weight_is_updated_before_the_next_layers_gradient() -> None:
    given = [placeholder(a.shape, F32) for a in arrays()]
    outputs = opened([t.node for t in step(*map(tz.Tensor, given))])
    plan = Planner(given, outputs).plan()
    at = [next(i for i, g in enumerate(plan.groups) if out in g.roots) for out in outputs]
    assert at == sorted(at, reverse=True)  # the last layer's first
    reads = [max(i for i, g in enumerate(plan.groups) if w in g.reads) for w in given[1:]]
    assert reads == at  # nobody reads a weight behind its update


def test_updates_in_place_come_after_all_who_read() -> None:
    given = arrays()
    made = tz.compile(step, donate=tuple(range(1, DEPTH + 1)))
    want = [t.numpy() for t in step(*map(tz.tensor, given))]
    for found, wanted in zip(made(*(a.copy() for a in given)), want, strict=True):
        np.testing.assert_allclose(found.numpy(), wanted, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_weight_that_two_layers_share_is_updated_behind_both(threads: int) -> None:
    def tied(x: Any, w: Any) -> Any:
        slope = tz.grad(lambda w: tz.sum(tz.tanh(tz.tanh(x @ w) @ w.T) ** 2))(w)
        return (w - 0.1 * slope,)

    x, w = arrays()[:2]
    made = tz.compile(tied, donate=(1,), threads=threads)
    (want,) = tied(tz.tensor(x), tz.tensor(w))
    (found,) = made(x, w.copy())
    np.testing.assert_allclose(found.numpy(), want.numpy(), rtol=2e-5, atol=1e-6)


def test_gradients_do_not_stay_until_the_end() -> None:
    """Deeper networks need memory for what goes forth, not for what comes back."""

    def need(depth: int) -> float:
        x, w = RNG.normal(size=(256, 64)).astype(F32), RNG.normal(size=(64, 64)).astype(F32)
        made = tz.compile(step)
        made(x, *[w] * depth)
        return float(made.last.peak_memory)

    layer = 256 * 64 * 4
    assert need(12) - need(4) < 8 * layer * 1.3


def test_programs_with_states_keep_their_order() -> None:
    given = placeholder((5, 3), F32)
    scanned = tz.scan(lambda s, x: (s + x, s), tz.zeros(3), tz.Tensor(given))
    nodes = [t.node for t in scanned if isinstance(t, tz.Tensor)]
    planner = Planner([given], opened(nodes))
    assert results(planner, {}) == {}
