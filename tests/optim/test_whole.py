"""A user's own loop gives the same numbers whether it is recognised and compiled or not."""

from __future__ import annotations

import gc
import threading
import time
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from optim.loops import LOOPS, STEPS, Task, rows

import tiza as tz
from tiza.lang import hot, pulled
from tiza.optim import whole
from tiza.readings.native.machine.llvm import available

compiling = pytest.mark.skipif(available() is not None, reason="no llvmlite")
loops = pytest.mark.parametrize("loop", LOOPS, ids=lambda f: f.__name__)


@pytest.fixture(autouse=True)
def afresh(monkeypatch):
    """Nothing is known from before; what was met three times is compiled."""
    monkeypatch.setattr(pulled, "_forms", type(pulled._forms)())
    monkeypatch.setattr(hot, "_known", type(hot._known)())
    monkeypatch.setattr(hot, "SECONDS", 0.0)


def programs(optimizer: Any) -> list[Any]:
    kept = whole._kept.get(optimizer)
    return [] if kept is None else [w.program for w in kept.structures.values() if w.program]


def close(got: list[Any], want: list[Any]) -> None:
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        assert_allclose(a, b, rtol=2e-4, atol=2e-6)


@compiling
@loops
def test_compiled_steps_go_where_the_others_go(loop, monkeypatch):
    found = loop(tz)
    monkeypatch.setattr(hot, "COMPILE", None)
    close(found, loop(tz))


@pytest.mark.peer
@loops
def test_steps_go_where_those_of_pytorch_go(loop):
    torch = pytest.importorskip("torch")
    close(loop(tz), loop(torch))


@compiling
def test_a_plain_loop_becomes_one_program():
    task = Task(tz)
    for _ in range(STEPS):
        task.step()
    (program,) = programs(task.optimizer)
    assert program.unread
    assert len(program.turns.program.outputs) == 1 + 3 * len(task.params)


@compiling
def test_gradients_are_kept_once_somebody_has_looked_at_them_after_a_step():
    task = Task(tz)
    for _ in range(STEPS):
        task.step()
    late = task.params[0].grad.node
    assert late.value is None
    task.params[0].grad.numpy()
    task.step()
    assert not any(p.unread for p in programs(task.optimizer))
    assert all(p.grad.node.value is not None for p in task.params)


@compiling
def test_old_values_are_not_written_over():
    task = Task(tz)
    views, slots, kept = [], [], []
    for k in range(3 * STEPS):
        task.step()
        if k % 7 == 6:
            views += [p.numpy() for p in task.params]
            slots += [task.optimizer.state[p]["exp_avg"] for p in task.params]
            kept += [np.array(a) for a in (*views[-6:], *slots[-6:])]
    found = [a for i in range(0, len(views), 6) for a in (*views[i : i + 6], *slots[i : i + 6])]
    for a, b in zip(found, kept, strict=True):
        assert_array_equal(a, b)


@compiling
def test_arrays_change_places():
    task = Task(tz)
    for _ in range(STEPS):
        task.step()
    seen = set()
    for _ in range(8):
        task.step()
        seen.add(task.params[0].node.value.__array_interface__["data"][0])
    assert len(seen) == 2


@compiling
def test_a_foreign_array_is_never_written_to():
    task = Task(tz)
    for _ in range(STEPS):
        task.step()
    mine = np.ones((5, 3), np.float32)
    task.params[0].node = tz.graph.constant(mine)
    task.params[0].requires_grad_()
    for _ in range(4):
        task.step()
    assert_array_equal(mine, np.ones((5, 3), np.float32))


@compiling
def test_a_class_that_does_not_exist_changes_nothing():
    x, _, c = rows()
    task = Task(tz, out=2)
    loss = tz.nn.functional.cross_entropy

    def step(classes):
        task.optimizer.zero_grad()
        found = loss(task.model(tz.tensor(x)), tz.tensor(classes))
        found.backward()
        task.optimizer.step()

    for _ in range(STEPS):
        step(c)
    assert programs(task.optimizer)
    before = [np.array(p.numpy()) for p in task.params]
    slots = [np.array(a) for group in task.optimizer.slot_arrays() for a in group]
    with pytest.raises(IndexError):
        step(c + 7)
    for a, b in zip(before, task.params, strict=True):
        assert_array_equal(a, b.numpy())
    for a, b in zip(slots, (a for g in task.optimizer.slot_arrays() for a in g), strict=True):
        assert_array_equal(a, b)
    assert task.optimizer.steps == STEPS
    step(c)
    assert task.optimizer.steps == STEPS + 1


@compiling
def test_loops_do_not_grow():
    task = Task(tz)
    for _ in range(STEPS):
        task.step()
    gc.collect()
    gc.disable()
    try:
        count = sum(issubclass(type(x), tz.graph.Node) for x in gc.get_objects())
        for _ in range(50):
            task.step()
        assert sum(issubclass(type(x), tz.graph.Node) for x in gc.get_objects()) <= count + 5
    finally:
        gc.enable()


@compiling
def test_a_step_goes_with_its_optimizer():
    task = Task(tz)
    for _ in range(STEPS):
        task.step()
    assert task.optimizer in whole._kept
    before = len(whole._kept)
    del task
    gc.collect()
    assert len(whole._kept) < before


@compiling
def test_several_threads_train_their_own():
    wanted = Task(tz)
    for _ in range(3 * STEPS):
        wanted.step()
    tasks = [Task(tz) for _ in range(4)]

    def train(task):
        for _ in range(3 * STEPS):
            task.step()
            time.sleep(0)

    threads = [threading.Thread(target=train, args=(task,)) for task in tasks]
    [t.start() for t in threads]
    [t.join() for t in threads]
    for task in tasks:
        close([p.numpy() for p in task.params], [p.numpy() for p in wanted.params])
