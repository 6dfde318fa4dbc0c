"""Whole steps compiled as their users write them: gradients, rates and steps end as they would."""

from collections.abc import Callable

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import TraceError
from tiza.lang.tensor import Tensor
from tiza.nn import functional as F
from tiza.optim import lr_scheduler

RANDOM = np.random.default_rng(7)
X = RANDOM.standard_normal((8, 5)).astype(np.float32)
Y = RANDOM.integers(0, 3, 8)
Step = Callable[[Tensor, Tensor], Tensor]
Task = tuple[Step, list[Tensor]]


def model() -> nn.Sequential:
    tz.manual_seed(3)
    return nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))


def adding_up(forgets: bool = False) -> Task:
    """Gradients add up from step to step, unless they are forgotten after it."""
    net = model()
    optimizer = optim.SGD(net.parameters(), lr=0.1)

    def step(x: Tensor, y: Tensor) -> Tensor:
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        if forgets:
            optimizer.zero_grad()
        return loss

    return step, list(net.parameters())


def forgotten_last() -> Task:
    """Gradients are forgotten after the step."""
    return adding_up(forgets=True)


def several_steps() -> Task:
    """Adam counts each of the steps of one call."""
    net = model()
    optimizer = optim.Adam(net.parameters(), lr=0.1)

    def step(x: Tensor, y: Tensor) -> Tensor:
        for _ in range(3):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
        return loss

    return step, list(net.parameters())


def looked_up_again() -> Task:
    """A method that asks for the loss several times."""
    net = model()
    optimizer = optim.LBFGS(net.parameters(), lr=0.1)

    def step(x: Tensor, y: Tensor) -> Tensor:
        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x), y)
            loss.backward()
            return loss

        loss: Tensor = optimizer.step(closure)
        return loss

    return step, list(net.parameters())


def by_hand() -> Task:
    """Gradient descent in place, without an optimizer."""
    w = tz.tensor(np.ones((5, 3), np.float32), requires_grad=True)

    def step(x: Tensor, y: Tensor) -> Tensor:
        loss = F.cross_entropy(x @ w, y)
        loss.backward()
        with tz.no_grad():
            w.sub_(0.1 * w.grad)
        w.grad = None
        return loss

    return step, [w]


def by_hand_twice() -> Task:
    """Two such steps in one call, by assigning data."""
    w = tz.tensor(np.ones((5, 3), np.float32), requires_grad=True)

    def step(x: Tensor, y: Tensor) -> Tensor:
        for _ in range(2):
            loss = F.cross_entropy((x @ w) ** 2, y)
            loss.backward()
            assert w.grad is not None
            w.data = w.data - 0.1 * w.grad
            w.grad.zero_()
        return loss

    return step, [w]


def two_by_hand() -> Task:
    """Two variables are given the same numbers, and go on as two."""
    v, w = (tz.tensor(np.full(5, k, np.float32), requires_grad=True) for k in (1, 2))

    def step(x: Tensor, y: Tensor) -> Tensor:
        with tz.no_grad():
            v.zero_()
            w.zero_()
        loss = ((x @ v - y) ** 2).mean() + ((x @ w + y) ** 2).mean()
        loss.backward()
        with tz.no_grad():
            v.sub_(0.1 * v.grad)
            w.sub_(0.1 * w.grad)
        v.grad = w.grad = None
        return loss

    return step, [v, w]


TASKS = [adding_up, forgotten_last, several_steps, looked_up_again, by_hand, by_hand_twice,
         two_by_hand]  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
def test_compiled_it_learns_the_same(task: Callable[[], Task]) -> None:
    (plain, mine), (step, others) = task(), task()
    fast = tz.compile(step)
    for _ in range(5):
        want, got = plain(tz.tensor(X), tz.tensor(Y)), fast(tz.tensor(X), tz.tensor(Y))
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5)
    for want, got in zip(mine, others, strict=True):
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-4, atol=1e-6)


def test_gradients_forgotten_last_are_compiled() -> None:
    step, params = forgotten_last()
    fast = tz.compile(step)
    fast(tz.tensor(X), tz.tensor(Y))
    assert "1 form" in repr(fast)
    params[0].grad = tz.ones(params[0].shape)  # of somebody else: it is added
    before = params[0].numpy().copy()
    fast(tz.tensor(X), tz.tensor(Y))
    assert np.all(before - params[0].numpy() > 0.05)


def test_a_step_alone_takes_the_gradients_of_each_turn() -> None:
    ends = []
    for make in (lambda f: f, tz.compile):
        net = model()
        optimizer = optim.SGD(net.parameters(), lr=0.1)
        step = make(optimizer.step)
        for k in range(4):
            optimizer.zero_grad()
            F.cross_entropy(net(tz.tensor(X[k:])), tz.tensor(Y[k:])).backward()
            step()
        ends.append(net[0].weight.numpy())
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-5)


def test_gradients_that_are_read_are_those_of_now() -> None:
    w = tz.tensor([3.0], requires_grad=True)
    square = tz.compile(lambda: (w.grad**2).sum())  # type: ignore[operator]
    for k in range(1, 4):
        w.grad = tz.tensor([float(k)])
        assert square().item() == k**2


@pytest.mark.parametrize("make", [
    lambda o: lr_scheduler.StepLR(o, 2),
    lambda o: lr_scheduler.OneCycleLR(o, 1.0, 10),
    lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0),
    lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 4),
    lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.ExponentialLR(o, 0.9)]),
])  # fmt: skip
def test_a_schedule_steps_outside(make: Callable[[optim.Optimizer], lr_scheduler.LRScheduler]) -> None:  # noqa: E501  # fmt: skip
    step, params = adding_up()
    schedule = make(optim.SGD(params, lr=0.1))

    @tz.compile
    def both(x: Tensor, y: Tensor) -> Tensor:
        loss = step(x, y)
        schedule.step()
        return loss

    with pytest.raises(TraceError) as error:
        both(tz.tensor(X), tz.tensor(Y))
    assert str(error.value) == (
        f"compile: the function steps a {type(schedule).__name__}, which would happen once only\n"
        "    fix: do that outside the compiled function: scheduler.step() after step(x, y)"
    )


def test_an_option_is_set_outside() -> None:
    w = nn.Parameter([1.0])
    optimizer = optim.SGD([w], lr=0.5)

    @tz.compile
    def step() -> Tensor:
        optimizer.param_groups[0]["lr"] = 0.25
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        optimizer.step()
        return loss

    with pytest.raises(TraceError, match=r"sets lr of an optimizer from 0.5 to 0.25"):
        step()
