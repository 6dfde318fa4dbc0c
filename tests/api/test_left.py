"""After a compiled step its parameters have the gradients that PyTorch would leave there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import GradientError
from tiza.lang.tensor import Tensor
from tiza.nn import functional as F

Step = Callable[[Any, Any], Tensor]


def batch(seed: int, n: int = 16) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 5)).astype(np.float32), rng.integers(0, 3, n)


def made(compiled: bool, kind: Any = optim.Adam, *, last: bool = False) -> tuple[nn.Module, Step]:
    tz.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 3))
    optimizer = kind(model.parameters(), lr=0.1)

    def step(x: Any, y: Any) -> Tensor:
        if not last:
            optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        if last:
            optimizer.zero_grad()
        return loss

    return model, tz.compile(step) if compiled else step


def assert_same_gradients(one: nn.Module, other: nn.Module) -> None:
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert a.grad is not None
        assert b.grad is not None
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", [optim.Adam, optim.SGD])
def test_gradients_are_those_of_the_plain_loop(kind: Any) -> None:
    (plain, slow), (model, fast) = made(False, kind), made(True, kind)
    for k in range(8):
        x, y = batch(k)
        tz.manual_seed(k)
        slow(tz.tensor(x), tz.tensor(y))
        tz.manual_seed(k)
        fast(x, y)
        if k != 4:  # not asked for after every step
            assert_same_gradients(model, plain)
        if k == 6:  # once more gives the same ones
            assert next(model.parameters()).grad is next(model.parameters()).grad


def test_other_batches_in_between_do_not_mix() -> None:
    (plain, slow), (model, fast) = made(False), made(True)
    for k, n in enumerate([16, 16, 7, 16, 7, 7, 16]):
        x, y = batch(k, n)
        tz.manual_seed(k)
        slow(tz.tensor(x), tz.tensor(y))
        tz.manual_seed(k)
        fast(x, y)
        assert_same_gradients(model, plain)


def test_a_loop_may_go_on_uncompiled_with_them() -> None:
    for after in ("add", "step"):
        weights = []
        for compiled in (False, True):
            model, step = made(compiled, optim.SGD)
            for k in range(4):
                step(*batch(k))
            optimizer = optim.SGD(model.parameters(), lr=0.1)
            if after == "add":
                tz.manual_seed(1)
                F.cross_entropy(model(batch(9)[0]), batch(9)[1]).backward()  # adds to them
            optimizer.step()
            weights.append(np.concatenate([p.numpy().ravel() for p in model.parameters()]))
        np.testing.assert_allclose(weights[0], weights[1], rtol=1e-4, atol=1e-6)


def test_where_the_loop_forgets_them_there_are_none() -> None:
    model, step = made(True, last=True)
    for k in range(4):
        step(*batch(k))
        assert all(p.grad is None for p in model.parameters())
    model, step = made(True)
    for k in range(4):
        step(*batch(k))
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())
    step(*batch(5))
    weight = next(model.parameters())
    weight.grad = tz.ones(weight.shape)
    assert weight.grad.numpy().min() == 1


def test_an_argument_that_was_written_over_is_told() -> None:
    model, step = made(True)
    x, y = batch(0)
    for _ in range(3):
        step(x, y)
    x *= 2
    with pytest.raises(GradientError) as met:
        _ = next(model.parameters()).grad
    assert str(met.value) == (
        "the gradients of this compiled step are gone: an argument of it was written over\n"
        "    fix: return them from the function: return loss, [p.grad for p in model.parameters()]"
    )


def test_gradients_also_stay_at_what_the_step_does_not_train() -> None:
    """As a critic's step leaves some at its generator."""
    found = []
    for compiled in (False, True):
        tz.manual_seed(0)
        one, two = nn.Linear(5, 4), nn.Linear(4, 1)
        optimizer = optim.SGD(two.parameters(), lr=0.1)

        def step(x: Any, one: Any = one, two: Any = two, optimizer: Any = optimizer) -> Tensor:
            one.zero_grad()
            two.zero_grad()
            loss = (two(one(x)) ** 2).mean()
            loss.backward()
            optimizer.step()
            return loss

        run = tz.compile(step) if compiled else step
        for k in range(4):
            run(tz.tensor(batch(k)[0]))
        assert one.weight.grad is not None
        found.append(one.weight.grad.numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-4, atol=1e-6)
