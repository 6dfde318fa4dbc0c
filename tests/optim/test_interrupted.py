"""Ctrl-C inside a step: it was made whole or not at all, and the next one goes on from there."""

from __future__ import annotations

import dis
import gc
import sys
from collections.abc import Iterable
from functools import cache
from types import CodeType
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from optim.loops import Task

import tiza as tz
from tiza.lang import hot, pulled
from tiza.readings.native.machine.llvm import available

WARM = 12
SAMPLE = 60  # of the places in one step
MOST = 10**9  # more places than there are


class Table(Task):
    """A loop whose optimizer touches only the rows of a table that were looked up."""

    def __init__(self, lib: Any, optimizer: str) -> None:
        self.model = lib.nn.Embedding(50, 4, sparse=True)
        weights = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
        self.model.load_state_dict({"weight": lib.tensor(weights)})
        self.optimizer = getattr(lib.optim, optimizer)(self.model.parameters(), lr=0.05)
        self.ids = lib.tensor(np.array([3, 7, 3, 41]))

    def loss(self) -> Any:
        return (self.model(self.ids) ** 2).sum()


class Declared(Task):
    """A step that its author has compiled."""

    def __init__(self, lib: Any) -> None:
        super().__init__(lib)
        optimizer = self.optimizer
        model, x, y, mse = self.model, self.x, self.y, self.mse

        def step() -> Any:
            optimizer.zero_grad()
            loss = mse(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

        self.step = lib.compile(step)  # type: ignore[method-assign]


TASKS = {
    "Adam": lambda: Task(tz),
    "SGD": lambda: Task(tz, "SGD", lr=0.05, momentum=0.9),
    "rows, SGD": lambda: Table(tz, "SGD"),
    "rows, Adam": lambda: Table(tz, "SparseAdam"),
    "declared": lambda: Declared(tz),
}


class Interrupt:
    """Raises KeyboardInterrupt at place number `count` at which CPython would raise it.

    A signal is seen as a function begins, after a call, and where a loop turns back.
    """

    def __init__(self, count: int) -> None:
        self.left = count
        self.seen: dict[Any, bool] = {}  # of a frame: whether it is about to look for signals

    def __call__(self, frame: Any, event: str, _arg: Any) -> Any:
        if "tiza" not in frame.f_code.co_filename:
            return None
        if event == "call":
            frame.f_trace_opcodes, self.seen[frame] = True, True
        elif event == "opcode":
            if self.seen[frame]:
                self.left -= 1
                if self.left == 0:
                    sys.settrace(None)
                    raise KeyboardInterrupt
            self.seen[frame] = looks(frame.f_code, frame.f_lasti)
        return self


@cache
def opcodes(code: CodeType) -> dict[int, str]:
    return {i.offset: i.opname for i in dis.get_instructions(code)}


def looks(code: CodeType, place: int) -> bool:
    return opcodes(code)[place].startswith(("CALL", "JUMP_BACKWARD"))


def interrupted(step: Any, count: int) -> bool:
    """Whether the step was interrupted at this place: False where it ended before."""
    before = sys.gettrace()
    sys.settrace(Interrupt(count))
    try:
        step()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def steps_of(task: Any) -> int:
    (count,) = {task.optimizer.state[p]["step"] for p in task.params}
    return int(count)


@pytest.fixture(autouse=True)
def alone():
    """No garbage of other tests goes in the middle: its finalizers are no part of a step."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def afresh(monkeypatch):
    """Nothing is known from before; what was met three times is compiled."""
    monkeypatch.setattr(pulled, "_forms", type(pulled._forms)())
    monkeypatch.setattr(hot, "_known", type(hot._known)())
    monkeypatch.setattr(hot, "SECONDS", 0.0)


def went_on(task: Any, twin: Any, places: Iterable[int]) -> None:
    """Interrupt a step at each place; the twin makes those that were made, uninterrupted."""
    made = WARM
    for place in places:
        interrupted(task.step, place)
        after = steps_of(task)
        assert after - made in (0, 1)
        if after > made:
            twin.step()
        made = after
        for p, q in zip(task.params, twin.params, strict=True):
            assert_allclose(p.numpy(), q.numpy(), rtol=1e-3, atol=1e-5)
    assert made > WARM


def places_of(task: Any) -> int:
    """In how many places a step may be interrupted."""
    watch = Interrupt(0)
    sys.settrace(watch)
    try:
        task.step()
    finally:
        sys.settrace(None)
    return -watch.left


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "evaluated"])
def test_a_step_is_made_whole_or_not_at_all(name, compiled, monkeypatch):
    if compiled and available() is not None:
        pytest.skip("no llvmlite")
    if not compiled:
        monkeypatch.setattr(hot, "COMPILE", None)
    task, twin, third = TASKS[name](), TASKS[name](), TASKS[name]()
    for each in (task, twin, third):
        for _ in range(WARM):
            each.step()
    count = places_of(third)
    assert count > 20
    random = np.random.default_rng(0)
    places = np.sort(random.choice(np.arange(1, count + 1), min(count, SAMPLE), replace=False))
    went_on(task, twin, [*places.tolist(), MOST])
