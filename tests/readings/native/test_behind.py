"""A large product that a loop does not need comes right behind it; threads do not meet there."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.graph import placeholder
from tiza.graph.node import Node
from tiza.graph.walk import rebuild
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native.driving.meeting import meetings
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.planning import behind
from tiza.transforms import gradients

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")

F32 = np.dtype("float32")
STEPS, BATCH, WIDTH = 6, 8, 32


def step(letters: int = 20) -> tuple[list[Node], list[Node]]:
    """The slopes of a recurrent layer and of the layer above it, and a step of both."""
    tz.manual_seed(0)
    layer, out = nn.LSTM(WIDTH, WIDTH, batch_first=True), nn.Linear(WIDTH, letters)
    weights = [p.node for p in (*layer.parameters(), *out.parameters())]
    x = placeholder((BATCH, STEPS, WIDTH), F32)
    z = out(layer(tz.Tensor(x))[0])
    loss = tz.sum(tz.log(1 + z * z)).node
    given = [placeholder(w.shape, w.dtype) for w in weights]
    loss = rebuild([loss], dict(zip(weights, given, strict=True)))[0]
    slopes = gradients(loss, given)
    new = [w - 0.1 * g for w, g in zip(map(tz.Tensor, given), map(tz.Tensor, slopes), strict=True)]
    return [*given, x], [loss, *(w.node for w in new)]


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small products are worth it, too."""
    monkeypatch.setattr(behind, "LARGE", 1 << 10)


@pytest.mark.usefixtures("moved")
def test_the_last_layer_learns_behind_the_way_back() -> None:
    given, outputs = step()
    replaced = {k: k - 1 for k in range(1, len(outputs))}
    made = Compiled(given, outputs, aliased=replaced)
    calls = made.builder.calls
    loops = [i for i, call in enumerate(calls) if call.loop is not None]
    found = calls[loops[-1] + 1]
    assert found.group is not None
    assert found.group.behind
    assert found.group.reduced[0].shape == (20, WIDTH)
    assert loops[-1] + 1 not in meetings(calls, chained=False)
    assert not made.builder.places.copies  # weights are written over where they stand


@pytest.mark.usefixtures("moved")
def test_the_same_numbers_for_any_number_of_threads() -> None:
    given, outputs = step()
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=n.shape).astype(F32) / 4 for n in given]
    made = Compiled(given, outputs)
    alone = made(*arrays, threads=1)
    for threads in (2, 3, 4, 2):
        for one, many in zip(alone, made(*arrays, threads=threads), strict=True):
            assert one.tobytes() == many.tobytes()
    for one, want in zip(alone, Program(given, outputs)(*arrays), strict=True):
        np.testing.assert_allclose(one, want, rtol=2e-4, atol=2e-4)


def test_small_products_stay_where_they_are() -> None:
    given, outputs = step()
    assert not any(group.behind for group in Compiled(given, outputs).builder.plan.groups)
