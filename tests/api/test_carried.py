"""Gradients go into compiled functions and out of them: loops that add them up are compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.api.stepping import Stepping
from tiza.nn import functional as F
from tiza.readings.native.machine.llvm import available

if available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)

RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((12, 8, 5)).astype(np.float32)
Y = RANDOM.integers(0, 3, (12, 8))
EVERY = 3  # batches of one step


class Task:
    """A network, its optimizer, and its losses so far."""

    def __init__(self, compiled: bool, lib: Any = tz) -> None:
        tz.manual_seed(3)
        layers = nn.Linear(5, 4), nn.Linear(4, 3)
        self.first, self.second = layers
        self.params: list[Any] = [p for layer in layers for p in layer.parameters()]
        if lib is not tz:
            self.params = [lib.tensor(p.numpy().copy(), requires_grad=True) for p in self.params]
        self.lib = lib
        kind = optim.SGD if lib is tz else lib.optim.SGD
        self.optimizer = kind(self.params, lr=0.3, momentum=0.9)
        self.f = F if lib is tz else lib.nn.functional
        self.make: Callable[[Any], Any] = tz.compile if compiled else lambda f: f
        self.made: list[Any] = []

    def compiled(self, f: Any) -> Any:
        self.made.append(self.make(f))
        return self.made[-1]

    def loss(self, x: Any, y: Any) -> Any:
        v, b, w, c = self.params
        return self.f.cross_entropy(self.lib.tanh(x @ v.T + b) @ w.T + c, y) / EVERY

    def batches(self) -> Iterator[tuple[int, Any, Any]]:
        for k in range(len(X)):
            yield k, self.lib.tensor(X[k]), self.lib.tensor(Y[k])


def leaving_gradients(task: Task) -> Any:
    """A function that calls `backward`, and no more."""

    def grads(x: Any, y: Any) -> Any:
        loss = task.loss(x, y)
        loss.backward()
        return loss

    return task.compiled(grads)


def by_a_flag(task: Task) -> None:
    def step(x: Any, y: Any, last: bool) -> Any:
        loss = task.loss(x, y)
        loss.backward()
        if last:
            task.optimizer.step()
            task.optimizer.zero_grad()
        return loss

    run = task.compiled(step)
    for k, x, y in task.batches():
        run(x, y, k % EVERY == EVERY - 1)


def by_the_number(task: Task) -> None:
    def step(x: Any, y: Any, k: int) -> Any:
        loss = task.loss(x, y)
        loss.backward()
        if (k + 1) % EVERY == 0:
            task.optimizer.step()
            task.optimizer.zero_grad()
        return loss

    run = task.compiled(step)
    for k, x, y in task.batches():
        run(x, y, k)


def by_a_counter(task: Task) -> None:
    count = 0

    def step(x: Any, y: Any) -> Any:
        nonlocal count
        loss = task.loss(x, y)
        loss.backward()
        count += 1
        if count % EVERY == 0:
            task.optimizer.step()
            task.optimizer.zero_grad()
        return loss

    run = task.compiled(step)
    for _, x, y in task.batches():
        run(x, y)
    assert count == len(X)


def stepped_outside(task: Task) -> None:
    run = leaving_gradients(task)
    for k, x, y in task.batches():
        run(x, y)
        if k % EVERY == EVERY - 1:
            utils = nn.utils if task.lib is tz else task.lib.nn.utils
            utils.clip_grad_norm_(task.params, 0.5)
            task.optimizer.step()
            task.optimizer.zero_grad()


def forgotten_first(task: Task) -> None:
    """The prediction comes out as well; it is spent with the loss."""

    def grads(x: Any, y: Any) -> Any:
        task.optimizer.zero_grad()
        v, b, w, c = task.params
        guess = task.lib.tanh(x @ v.T + b) @ w.T + c
        loss = task.f.cross_entropy(guess, y)
        loss.backward()
        return loss, guess

    run = task.compiled(grads)
    for _, x, y in task.batches():
        run(x, y)
        task.optimizer.step()


def never_forgotten(task: Task) -> None:
    def step(x: Any, y: Any) -> Any:
        loss = task.loss(x, y) / 5
        loss.backward()
        task.optimizer.step()
        return loss

    run = task.compiled(step)
    for _, x, y in task.batches():
        run(x, y)


def both_halves(task: Task) -> None:
    def update() -> None:
        task.optimizer.step()
        task.optimizer.zero_grad()

    first, second = leaving_gradients(task), task.compiled(update)
    for k, x, y in task.batches():
        first(x, y)
        if k % EVERY == EVERY - 1:
            second()


def now_and_then_by_hand(task: Task) -> None:
    """Somebody else's gradients come in between, and some are taken away."""

    run = leaving_gradients(task)
    for k, x, y in task.batches():
        run(x, y)
        if k == 2:
            task.params[0].grad = None
        if k == 4:
            (task.loss(x, y) * 2).backward()
        if k == 6:
            task.params[1].grad = task.params[1].grad * 3
        if k == 8:
            task.optimizer.step()


CASES = [by_a_flag, by_the_number, by_a_counter, stepped_outside, forgotten_first, never_forgotten,
         both_halves, now_and_then_by_hand]  # fmt: skip


def ends(task: Task) -> list[Any]:
    rows = [task.optimizer.state[p]["momentum_buffer"] for p in task.params]
    return [*(p.detach().numpy() for p in task.params), *map(np.asarray, rows)]


@pytest.mark.parametrize("case", CASES)
def test_compiled_it_is_as_uncompiled(case: Callable[[Task], None]) -> None:
    slow, fast = Task(False), Task(True)
    case(slow)
    case(fast)
    for function in fast.made:
        assert function.last
        assert isinstance(function._quick, Stepping)
    for got, want in zip(ends(fast), ends(slow), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)
    for p, q in zip(slow.params, fast.params, strict=True):
        assert (p.grad is None) == (q.grad is None)
        if p.grad is not None:
            np.testing.assert_allclose(q.grad.numpy(), p.grad.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.peer
@pytest.mark.parametrize("case", CASES)
def test_it_is_as_in_torch(case: Callable[[Task], None]) -> None:
    torch = pytest.importorskip("torch")
    theirs, ours = Task(False, torch), Task(True)
    case(theirs)
    case(ours)
    for got, want in zip(ends(ours), ends(theirs), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


def test_another_number_with_the_same_formula_is_not_compiled_again() -> None:
    task = Task(True)
    by_the_number(task)
    assert "3 forms" in repr(task.made[0])  # first, added, and with the step


def test_a_gradient_that_is_held_stays_what_it_was() -> None:
    task = Task(True)
    grads = leaving_gradients(task)
    held, copies = [], []
    for _, x, y in task.batches():
        grads(x, y)
        held.append(task.params[0].grad)
        copies.append(held[-1].numpy().copy())
    for g, copy in zip(held, copies, strict=True):
        np.testing.assert_array_equal(g.numpy(), copy)


def test_forgetting_gradients_alone_forgets_them() -> None:
    net = nn.Linear(2, 1)

    @tz.compile
    def forget(x: Any) -> Any:
        net.zero_grad()
        return x + 1

    for _ in range(3):
        net(tz.ones(1, 2)).sum().backward()
        forget(tz.ones(2))
        assert net.weight.grad is None


def test_a_weight_moved_by_hand_keeps_its_gradient() -> None:
    w = tz.tensor([1.0, 2.0], requires_grad=True)
    w.grad = tz.tensor([5.0, 6.0])

    @tz.compile
    def move(x: Any) -> None:
        with tz.no_grad():
            w.sub_(x)

    for _ in range(3):
        move(tz.ones(2))
    assert w.tolist() == [-2.0, -1.0]
    assert w.grad.tolist() == [5.0, 6.0]


def test_rows_of_a_large_table_stay_rows() -> None:
    """A step of such rows touches no other, which an array of all rows would."""
    found = []
    for compiled in (False, True):
        tz.manual_seed(0)
        table = nn.Embedding(1 << 13, 64)
        optimizer = optim.SparseAdam(table.parameters(), lr=0.1)

        def grads(i: Any, table: Any = table) -> Any:
            loss = (table(i) ** 2).sum()
            loss.backward()
            return loss

        run = tz.compile(grads) if compiled else grads
        for k in range(6):
            run(tz.tensor([k, k + 1]))
            if k % 2:
                optimizer.step()
                optimizer.zero_grad()
        found.append(table.weight.numpy()[:10])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)
