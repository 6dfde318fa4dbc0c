"""What `show` and `profile` say: formulas that mean one thing, names, layers, bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.graph import PRIMITIVES as P
from tiza.graph import placeholder
from tiza.readings.native import Compiled
from tiza.readings.native.lowering.formula import Formulas
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.running import inside

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
FLOAT = np.dtype("float32")


def test_a_formula_has_one_meaning() -> None:
    a, b, c = (placeholder((4, 4), FLOAT, name) for name in "abc")

    def said(node: Any) -> str:
        return Formulas({}).of(node, set())

    assert said(a @ (b * c)) == "a (b ⊙ c)"
    assert said((a * b) @ c) == "(a ⊙ b) c"
    assert said(a * (b @ c)) == "a ⊙ b c"
    assert said((a @ b) * c) == "a b ⊙ c"
    assert said(a / (b @ c)) == "a / (b c)"
    assert said(a / (b * c)) == "a / (b ⊙ c)"
    assert said(a - (b - c)) == "a − (b − c)"


def test_room_that_is_made_and_what_is_put_there() -> None:
    x = placeholder((5, 7), FLOAT, "x")
    y = P["pad"](x, low=(1, 2), high=(1, 2), interior=(0, 0))
    lines = [line for call in inside.formulas(Compiled([x], [y * 2.0, y])) for line in call]
    assert lines[:2] == ["u₁ [7, 11] = 0", "u₁ [7, 11] = pad(x)"]


def test_a_copy_says_what_goes_where() -> None:
    x, y = (placeholder((40,), FLOAT, name) for name in "xy")
    swapped = Compiled([x, y], [y, x], {0: 0, 1: 1})
    assert inside.formulas(swapped) == [["u₁ ← y"], ["u₂ ← x"], ["x ← u₁"], ["y ← u₂"]]
    assert inside.formulas(Compiled([x], [x])) == [["result ← x"]]


def step_of(model: Any) -> Compiled:
    """A step of Adam."""
    optimizer, criterion = optim.Adam(model.parameters()), nn.CrossEntropyLoss()

    @tz.compile
    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    step(tz.randn(8, 1, 12, 12), tz.tensor(np.arange(8) % 3))
    return step.last


def test_every_kernel_of_a_step_has_a_formula_and_every_product_its_layer() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 3))
    made = step_of(model)
    calls = inside.formulas(made)
    assert all(calls)
    text = made.show()
    for name in ("weight.exp_avg ⊙ 0.9", "weight.exp_avg_sq ⊙ 0.999", "bias.exp_avg ⊙ 0.9"):
        assert name in text
    profile = made.profile()
    assert {"Sequential.0", "Sequential.3"} <= set(profile.layers())
    lost = [r.computes for r in profile.rows if r.layer == "—" and "Σ" in r.computes]
    assert not lost
    assert all(0 < r.bound < 1e-3 and r.seconds > 0 for r in profile.rows)
    assert profile.near > 0
    assert f"{'of the bound':>13}" in str(profile)


def test_one_slow_call_does_not_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often a kernel is run to be timed is not chosen by a call that was held up."""
    asked: list[int] = []
    clock = iter(np.cumsum([0.0] + [t for slow in (1.0, *[1e-6] * 500) for t in (slow, 0.0)]))

    class Quick:
        def run(self, given: Any, *, steps: int, **how: Any) -> None:
            asked.append(steps)

    monkeypatch.setattr(inside.time, "perf_counter", lambda: next(clock))
    quick: Any = Quick()
    inside._seconds(quick, 0, [])
    assert max(asked) > 1000
