"""A compiled function computes what the function itself would: with all that is around it now."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import tiza as tz
from tiza import nn, optim
from tiza.api.around import Around
from tiza.readings.native import SlowWarning
from tiza.readings.native.machine.llvm import available

if available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)

X = np.arange(6, dtype=np.float32).reshape(2, 3)
FACTOR = 2.0


class Settings:
    shift = 1.0  # of the class


class Holder:
    """An object of the user's with everything in its attributes."""

    def __init__(self) -> None:
        tz.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)
        self.scale, self.settings = 2.0, Settings()
        self.weights = [tz.ones(3), tz.ones(3)]
        self.table = {"offset": tz.zeros(3), "power": 1}
        self.calls = 0

    @property
    def double(self) -> float:
        return self.scale * 2

    def inner(self, x: Any) -> Any:
        return x * self.weights[1] + self.table["offset"]

    def formula(self, x: Any) -> Any:
        return self.inner(x) ** self.table["power"] * self.double + self.settings.shift * FACTOR

    def step(self, x: Any) -> Any:
        self.optimizer.zero_grad()
        loss = (self.model(x) ** 2).mean() * self.scale
        loss.backward()
        self.optimizer.step()
        return loss

    def counted(self, x: Any) -> Any:
        self.calls += 1
        return x * 2


def test_a_step_of_an_object_trains_its_model():
    one, other = Holder(), Holder()
    step = tz.compile(one.step)
    for k in range(6):
        one.scale = other.scale = 1.0 + (k > 3)
        assert_allclose(step(X).numpy(), other.step(tz.tensor(X)).numpy(), rtol=1e-4)
    for a, b in zip(
        one.model.state_dict().values(), other.model.state_dict().values(), strict=True
    ):
        assert_allclose(a.numpy(), b.numpy(), rtol=1e-4, atol=1e-6)
    assert one.optimizer.steps == 6


CHANGES = {
    "a number": lambda h, _: setattr(h, "scale", 3.0),
    "a number of the class": lambda _, patch: patch.setattr(Settings, "shift", 5.0),
    "a number of an object": lambda h, _: setattr(h.settings, "shift", 7.0),
    "another object": lambda h, _: setattr(h, "settings", SimpleNamespace(shift=9.0)),
    "a global": lambda _, patch: patch.setitem(globals(), "FACTOR", 4.0),
    "an entry of a list": lambda h, _: h.weights.__setitem__(1, tz.ones(3) * 3),
    "a longer list": lambda h, _: h.weights.insert(0, tz.ones(3) * 5),
    "an entry of a dict": lambda h, _: h.table.update(offset=tz.ones(3)),
    "a number of a dict": lambda h, _: h.table.update(power=2),
    "a value put in place": lambda h, _: h.weights[1].__setitem__(0, 8.0),
    "a method": lambda h, _: setattr(h, "inner", lambda x: x - 1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_around_it_counts(change, monkeypatch):
    holder = Holder()
    f = tz.compile(holder.formula)
    for _ in range(3):
        assert_allclose(f(X).numpy(), holder.formula(tz.tensor(X)).numpy(), rtol=1e-6)
    before = f(X).numpy()
    CHANGES[change](holder, monkeypatch)
    for _ in range(3):
        assert_allclose(f(X).numpy(), holder.formula(tz.tensor(X)).numpy(), rtol=1e-6)
    assert change == "a longer list" or not np.allclose(before, f(X).numpy())


def test_a_number_that_comes_back_is_not_compiled_again():
    holder = Holder()
    f = tz.compile(holder.formula)
    for scale in (1.0, 2.0, 1.0, 2.0):
        holder.scale = scale
        assert_allclose(f(X).numpy(), holder.formula(tz.tensor(X)).numpy(), rtol=1e-6)
    (forms,) = f._forms.values()
    assert len(forms.all) == 2


def test_a_counter_inside_counts_every_call():
    holder = Holder()
    f = tz.compile(holder.counted)
    for _ in range(5):
        assert_allclose(f(X).numpy(), X * 2)
    assert holder.calls == 5
    (forms,) = f._forms.values()
    assert len(forms.all) == 1


def test_a_formula_that_always_changes_runs_as_it_is():
    holder = Holder()

    def agree(f: Any) -> None:
        for k in range(12):
            holder.scale = float(k)
            assert_allclose(f(X).numpy(), holder.formula(tz.tensor(X)).numpy(), rtol=1e-6)

    with pytest.warns(SlowWarning, match="pass it as a tensor"):
        agree(tz.compile(holder.formula))
    with tz.errors.use_language("es"), pytest.warns(SlowWarning, match="argumento tensor"):
        agree(tz.compile(holder.formula))


def test_a_compiled_model_follows_its_parts():
    model = nn.Sequential(nn.Linear(3, 3), nn.LeakyReLU(0.5))
    f = tz.compile(model)

    def agree() -> None:
        with tz.no_grad():
            for _ in range(3):
                assert_allclose(f(X).numpy(), model(tz.tensor(X)).numpy(), rtol=1e-5, atol=1e-6)

    agree()
    model[1].negative_slope = -3.0
    agree()
    model[0] = nn.Linear(3, 3)
    agree()
    model.append(nn.Linear(3, 2))
    agree()
    handle = model[2].register_forward_hook(lambda _m, _i, out: out * 10)
    agree()
    handle.remove()
    agree()
    del model[1]
    agree()


class Hidden:
    """A model in slots is found; in a deque, it is met as the function runs."""

    __slots__ = ("model", "optimizer")


@pytest.mark.parametrize("place", ["slots", "deque"])
def test_a_model_is_found_or_met_as_the_function_runs(place):
    tz.manual_seed(1)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    hidden = Hidden()
    hidden.model, hidden.optimizer = model, optim.SGD(model.parameters(), lr=0.1)
    held = deque([hidden.model, hidden.optimizer])

    def things() -> Any:
        return held if place == "deque" else (hidden.model, hidden.optimizer)

    def step(x: Any) -> Any:
        own, optimizer = things()
        optimizer.zero_grad()
        loss = (own(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    compiled = tz.compile(step)
    losses = [compiled(X).item() for _ in range(5)]
    after = [t.numpy().copy() for t in model.state_dict().values()]
    tz.manual_seed(1)
    again = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    hidden.model, hidden.optimizer = again, optim.SGD(again.parameters(), lr=0.1)
    held.extend([hidden.model, hidden.optimizer])
    held.popleft(), held.popleft()
    assert_allclose(losses, [step(tz.tensor(X)).item() for _ in range(5)], rtol=1e-4)
    for a, b in zip(after, again.state_dict().values(), strict=True):
        assert_allclose(a, b.numpy(), rtol=1e-3, atol=1e-5)


def test_a_function_inside_another_is_part_of_it():
    model = nn.Linear(3, 1)
    inner = tz.compile(lambda: model.weight.sum())
    outer = tz.compile(lambda x: x.sum() * inner())
    with tz.no_grad():
        for _ in range(2):
            assert_allclose(outer(X).item(), X.sum() * model.weight.numpy().sum(), rtol=1e-5)
            model.weight[...] = 2.0


def test_looking_around_ends():
    first: list[Any] = []
    first.append(first)
    holder = Holder()
    holder.settings.back = holder
    holder.settings.list = first
    names = dict.fromkeys(("settings", "back", "list", "model"), holder)
    found = Around.of(lambda x: (names, holder.settings.back.list, first, x))
    assert sum(isinstance(t, nn.Module) for t in found.things) == 0
    assert Around.of(holder.step).same()


def test_a_large_table_is_no_burden():
    table = {f"word {k}": k for k in range(60_000)}
    f = tz.compile(lambda x: x * table["word 3"])
    assert_allclose(f(X).numpy(), X * 3)
    assert sum(len(held) for _, held in f._around.rows) < 100


class Shift:
    """What a bound method hangs on, in a slot."""

    __slots__ = ("by",)

    def __init__(self, by: float) -> None:
        self.by = by

    def add(self, x: Any) -> Any:
        return x + self.by


def test_a_method_of_another_object_counts():
    shift = deque([1.0]).count  # a method of the library's
    rows = {"count": shift}
    f = tz.compile(lambda x: x + rows["count"](1.0))
    assert_allclose(f(X).numpy(), X + 1)
    rows["count"] = deque([1.0, 1.0]).count
    assert_allclose(f(X).numpy(), X + 2)
    add = Shift(1.0).add
    g = tz.compile(lambda x: add(x))
    assert_allclose(g(X).numpy(), X + 1)
    add = Shift(5.0).add
    assert_allclose(g(X).numpy(), X + 5)
