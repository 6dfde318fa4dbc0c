"""A compiled step called again and again: the short way gives what the function itself gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tiza as tz
from tiza import nn, optim
from tiza.api.stepping import Stepping
from tiza.errors import TraceError
from tiza.nn import functional as F
from tiza.readings.native.machine.llvm import available

if available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)

STEPS = 6
X = np.random.default_rng(0).normal(size=(8, 3)).astype("f")
Y = (X[:, :1] * X[:, 1:2]).astype("f")


class Task:
    """A network, its optimizer, and a step that may be compiled."""

    def __init__(self, compiled: bool, kind: Any = optim.Adam, **layers: Any) -> None:
        tz.manual_seed(3)
        parts = [
            nn.Linear(3, 5),
            nn.Tanh(),
            *(make() for make in layers.get("more", [])),
            nn.Linear(5, 1),
        ]
        self.model = model = nn.Sequential(*parts)
        self.optimizer = optimizer = kind(model.parameters(), lr=0.05)

        def step(x: Any, y: Any) -> Any:
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

        self.compiled = tz.compile(step)
        self.step = self.compiled if compiled else step

    @property
    def short(self) -> bool:
        return isinstance(self.compiled._quick, Stepping)

    def end(self) -> list[Any]:
        state = self.optimizer.state
        slots = [state[p][name] for p in self.model.parameters()
                 for name in sorted(state[p]) if name != "step"]  # fmt: skip
        return [*(t.numpy() for t in self.model.state_dict().values()), *slots]


def both(run: Callable[[Task], None], **options: Any) -> None:
    """Run with and without `tz.compile`: parameters, buffers and slots are the same."""
    tasks = [Task(compiled, **options) for compiled in (True, False)]
    for task in tasks:
        tz.manual_seed(5)
        run(task)
    assert tasks[0].short
    for got, want in zip(tasks[0].end(), tasks[1].end(), strict=True):
        assert_allclose(got, want, rtol=1e-4, atol=2e-6)


def steps(task: Task, count: int = STEPS) -> None:
    for _ in range(count):
        task.step(X, Y)


def test_it_goes_where_the_function_goes():
    both(steps)


def test_losses_and_arguments_of_any_kind():
    losses: list[list[float]] = []

    def run(task: Task) -> None:
        losses.append([task.step(X, Y).item() for _ in range(4)])
        losses[-1] += [task.step(tz.tensor(X), tz.tensor(Y)).item() for _ in range(4)]
        losses[-1] += [task.step(X[::2], Y[::2]).item() for _ in range(4)]
        losses[-1] += [task.step(np.asfortranarray(X), Y).item() for _ in range(2)]

    both(run)
    assert_allclose(*losses, rtol=1e-4)


def test_schedules_and_options_count():
    def run(task: Task) -> None:
        schedule = optim.lr_scheduler.StepLR(task.optimizer, 2, 0.7)
        for k in range(2 * STEPS):
            if k == STEPS:
                task.optimizer.param_groups[0]["weight_decay"] = 0.2
            task.step(X, Y)
            schedule.step()

    both(run)


def test_cycled_momentum_counts():
    def run(task: Task) -> None:
        schedule = optim.lr_scheduler.OneCycleLR(task.optimizer, 0.1, total_steps=3 * STEPS)
        for _ in range(2 * STEPS):
            task.step(X, Y)
            schedule.step()

    both(run)


def test_values_put_in_between_count():
    def run(task: Task) -> None:
        kept = {k: np.array(t.numpy()) for k, t in task.model.state_dict().items()}
        steps(task)
        first = next(task.model.parameters())
        with tz.no_grad():
            first *= 0.5
        steps(task)
        task.model.load_state_dict(kept)
        steps(task)
        saved = task.optimizer.state_dict()
        steps(task)
        task.optimizer.load_state_dict(saved)
        steps(task)

    both(run)


def test_a_lazy_value_put_in_between_counts():
    def run(task: Task) -> None:
        steps(task)
        first = next(task.model.parameters())
        first.data = first.data * 0.5
        steps(task)

    both(run)


def test_frozen_parameters_and_modes_count():
    def run(task: Task) -> None:
        steps(task)
        task.model[0].weight.requires_grad_(False)
        steps(task)
        task.model[0].weight.requires_grad_()
        task.model.eval()
        steps(task)
        task.model.train()
        steps(task)

    both(run, kind=optim.SGD, more=[lambda: nn.BatchNorm1d(5)])


def test_another_part_counts():
    def run(task: Task) -> None:
        steps(task)
        tz.manual_seed(9)
        task.model[1] = nn.Sigmoid()
        steps(task)

    both(run)


def test_random_numbers_are_those_of_the_long_way():
    losses = []
    for short in (True, False):
        task = Task(compiled=True, more=[lambda: nn.Dropout(0.5)])
        tz.manual_seed(7)
        found = []
        for _ in range(STEPS):
            found.append(task.step(X, Y).item())
            if not short:
                task.compiled._quick = None
        assert len(set(found)) == STEPS
        losses.append(found)
    assert losses[0] == losses[1]


def test_old_values_stay():
    task = Task(compiled=True)
    held, copies = [], []
    for _ in range(STEPS):
        task.step(X, Y)
        now = [*(p.numpy() for p in task.model.parameters()), *task.model.state_dict().values()]
        now += [task.optimizer.state[p]["exp_avg"] for p in task.model.parameters()]
        held += now
        copies += [np.array(a) for a in now]
    assert task.short
    for a, b in zip(held, copies, strict=True):
        assert_array_equal(np.asarray(a), b)


def test_an_expression_of_old_values_keeps_them():
    task = Task(compiled=True)
    steps(task)
    weight = task.model[0].weight
    wanted = (np.array(weight.numpy()) ** 2).sum()
    size = (weight**2).sum()  # not computed yet
    steps(task, 3)
    assert_allclose(size.item(), wanted, rtol=1e-5)


def test_a_step_that_fails_changes_nothing():
    model = nn.Linear(3, 2)
    optimizer = optim.Adam(model.parameters(), lr=0.1)

    @tz.compile
    def step(x, c):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), c)
        loss.backward()
        optimizer.step()
        return loss

    c = np.zeros(8, np.int64)
    for _ in range(4):
        step(X, c)
    before = [np.array(p.numpy()) for p in model.parameters()]
    slots = [np.array(a) for group in optimizer.slot_arrays() for a in group]
    with pytest.raises(IndexError):
        step(X, c + 5)
    assert optimizer.steps == 4
    now = [*(p.numpy() for p in model.parameters()),
           *(a for group in optimizer.slot_arrays() for a in group)]  # fmt: skip
    for a, b in zip(now, [*before, *slots], strict=True):
        assert_array_equal(a, b)


def test_a_name_that_stands_for_another_model_counts():
    models = [nn.Linear(3, 1), nn.Linear(3, 1)]
    model = models[0]

    @tz.compile
    def f(x):
        with tz.no_grad():
            return model(x)

    first = f(X)
    f(X)
    assert f.last is not None
    model = models[1]
    second = f(X)
    with tz.no_grad():
        assert_allclose(first.numpy(), models[0](X).numpy(), rtol=1e-5)
        assert_allclose(second.numpy(), models[1](X).numpy(), rtol=1e-5)


def test_a_number_around_that_is_not_in_the_formula_compiles_nothing_anew():
    written = []
    model = nn.Linear(3, 1)
    optimizer = optim.Adam(model.parameters())
    count = 0

    @tz.compile
    def step(x, y):
        written.append(count)
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    for count in range(1000, 1006):  # noqa: B007
        step(X, Y)
    assert written == [*range(1000, 1006)]
    (forms,) = step._forms.values()
    assert len(forms.all) == 1
    assert isinstance(step._quick, Stepping)


def test_a_function_that_cannot_be_written_down_leaves_nothing_behind():
    model = nn.Linear(3, 1)
    optimizer = optim.Adam(model.parameters())

    @tz.compile
    def step(x, y):
        loss = F.mse_loss(model(x), y)
        loss.backward()
        return float(loss)

    with pytest.raises(TraceError) as held:
        step(X, Y)
    F.mse_loss(model(tz.tensor(X)), tz.tensor(Y)).backward()
    optimizer.step()
    assert optimizer.steps == 1
    del held


def test_results_as_trees_and_several_optimizers():
    def made(compiled: bool) -> list[Any]:
        tz.manual_seed(1)
        a, b = nn.Linear(3, 4), nn.Linear(4, 1)
        first, second = optim.Adam(a.parameters(), lr=0.1), optim.SGD(b.parameters(), lr=0.1)

        def step(x: Any, y: Any) -> Any:
            out = b(a(x))
            loss = F.mse_loss(out, y)
            for o in (first, second):
                o.zero_grad()
            loss.backward()
            first.step()
            second.step()
            return {"loss": loss, "out": [out]}

        run = tz.compile(step) if compiled else step
        found = [run(X, Y) for _ in range(STEPS)]
        return [*(f["loss"].item() for f in found), found[-1]["out"][0].numpy(),
                *(p.numpy() for m in (a, b) for p in m.parameters())]  # fmt: skip

    for got, want in zip(made(True), made(False), strict=True):
        assert_allclose(got, want, rtol=1e-4, atol=1e-6)
