"""Whole steps compiled as their users write them: gradients, rates and steps end as they would."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError, TraceError
from tiza.lang.tensor import Tensor
from tiza.nn import functional as F
from tiza.optim import lr_scheduler
from tiza.readings.native import SlowWarning

RANDOM = np.random.default_rng(7)
X = RANDOM.standard_normal((8, 5)).astype(np.float32)
Y = RANDOM.integers(0, 3, 8)
Step = Callable[[Tensor, Tensor], Tensor]
Task = tuple[Step, list[Tensor]]
Schedule = lr_scheduler.LRScheduler | lr_scheduler.ChainedScheduler


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


S = lr_scheduler
SCHEDULES: dict[str, Callable[[optim.Optimizer], Schedule]] = {
    "step": lambda o: S.StepLR(o, 2),
    "one cycle": lambda o: S.OneCycleLR(o, 1.0, 12),
    "cyclic": lambda o: S.CyclicLR(o, 0.1, 1.0, 3),
    "restarts": lambda o: S.CosineAnnealingWarmRestarts(o, 4),
    "chained": lambda o: S.ChainedScheduler([S.LinearLR(o, 0.5), S.ExponentialLR(o, 0.9)]),
    "warm up": lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1), S.CosineAnnealingLR(o, 6)], [3]),
    "lambda": lambda o: S.LambdaLR(o, lambda t: 1 / (1 + t)),
    "product": lambda o: S.MultiplicativeLR(o, lambda t: 0.9),
    "root": lambda o: S.InverseSquareRootLR(o, 3),
}


def scheduled(make: Callable[[optim.Optimizer], Schedule], kind: Any, where: str) -> Any:
    """A step that moves its schedule, and what there is to be compared."""
    net = model()
    optimizer = kind(net.parameters(), lr=0.1)
    schedule = make(optimizer)

    def step(x: Tensor, y: Tensor) -> Tensor:
        if where == "before":
            schedule.step()
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        if where == "after":
            schedule.step()
        return loss

    return step, optimizer, schedule, list(net.parameters())


@pytest.mark.parametrize("where", ["after", "before"])
@pytest.mark.parametrize("kind", [optim.Adam, lambda p, lr: optim.SGD(p, lr, momentum=0.9)])
@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES)
def test_a_schedule_moves_at_every_call(make: Any, kind: Any, where: str) -> None:
    (plain, slow, one, mine), (step, fast, other, theirs) = (
        scheduled(make, kind, where) for _ in range(2)
    )
    run = tz.compile(step)
    for _ in range(10):
        want, got = plain(tz.tensor(X), tz.tensor(Y)), run(tz.tensor(X), tz.tensor(Y))
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-4)
        assert fast.rates() == slow.rates()
        assert other.get_last_lr() == one.get_last_lr()
        assert len(run._forms) == 1  # compiled: `last` says so if it is not
        assert run.last
    assert other.state_dict().keys() == one.state_dict().keys()
    for want, got in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-3, atol=1e-5)
    assert "1 form" in repr(run)


def test_a_rate_that_is_read_is_that_of_now() -> None:
    found = []
    for compiled in (False, True):
        step, optimizer, schedule, _ = scheduled(SCHEDULES["lambda"], optim.SGD, "after")

        def told(x: Tensor, y: Tensor, step: Any = step, optimizer: Any = optimizer,
                 schedule: Any = schedule) -> tuple[Tensor, list[float]]:  # fmt: skip
            loss = step(x, y)
            return loss, [*schedule.get_last_lr(), optimizer.param_groups[0]["lr"],
                          optimizer.lr, schedule.last_epoch]  # fmt: skip

        run = tz.compile(told) if compiled else told
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SlowWarning)  # nine expressions at last
            found.append([run(tz.tensor(X), tz.tensor(Y))[1] for _ in range(12)])
    assert found[0] == found[1]


def test_a_plateau_is_stepped_uncompiled() -> None:
    """It looks at a value, which there is none of while the step is written down."""
    ends = []
    for compiled in (False, True):
        net = model()
        optimizer = optim.SGD(net.parameters(), lr=0.1)
        plateau = S.ReduceLROnPlateau(optimizer, patience=0, threshold=0.5)

        def step(x: Tensor, y: Tensor, net: Any = net, optimizer: Any = optimizer,
                 plateau: Any = plateau) -> Tensor:  # fmt: skip
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            plateau.step(loss)
            return loss

        if compiled:
            run = tz.compile(step)
            with pytest.warns(SlowWarning) as met:
                run(tz.tensor(X), tz.tensor(Y))
            assert [str(w.message) for w in met] == [
                "compile: step runs uncompiled, for it steps a ReduceLROnPlateau, which is no "
                "function of the number of steps; step that outside"
            ]
        else:
            run = step
            run(tz.tensor(X), tz.tensor(Y))
        losses = [run(tz.tensor(X), tz.tensor(Y)).item() for _ in range(5)]
        ends.append([*losses, optimizer.lr])
    assert ends[0][-1] < 0.01
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-5)


def test_a_schedule_that_is_over_says_so_after_the_step() -> None:
    for compiled in (False, True):
        step, _, _, params = scheduled(lambda o: S.OneCycleLR(o, 1.0, 3), optim.SGD, "after")
        run = tz.compile(step) if compiled else step
        for _ in range(2):
            run(tz.tensor(X), tz.tensor(Y))
        before = params[0].numpy().copy()
        with pytest.raises(ArgumentError, match="3"):
            run(tz.tensor(X), tz.tensor(Y))
        assert np.any(params[0].numpy() != before)


def test_a_rate_is_set_by_hand() -> None:
    """From a number that is given, and from one that the function counts."""
    ends = []
    for compiled in (False, True):
        net = model()
        optimizer = optim.SGD(net.parameters(), lr=0.1)
        count = 0

        def step(x: Tensor, y: Tensor, lr: float, net: Any = net,
                 optimizer: Any = optimizer) -> Tensor:  # fmt: skip
            nonlocal count
            for group in optimizer.param_groups:
                group["lr"] = lr / (1 + count)
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            optimizer.param_groups[0]["lr"] *= 0.5
            count += 1
            return loss

        run = tz.compile(step) if compiled else step
        rates = []
        for k in range(12):
            run(tz.tensor(X), tz.tensor(Y), 0.3 if k % 2 else 0.2)
            rates.append(optimizer.lr)
        ends.append([*rates, *net[0].weight.numpy().ravel()])
        assert count == 12
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-4)


def test_an_option_is_set_outside() -> None:
    w = nn.Parameter([1.0])
    optimizer = optim.SGD([w], lr=0.5)

    @tz.compile
    def step() -> Tensor:
        optimizer.param_groups[0]["momentum"] = 0.25
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        optimizer.step()
        return loss

    with pytest.raises(TraceError, match=r"sets momentum of an optimizer from 0.0 to 0.25"):
        step()
