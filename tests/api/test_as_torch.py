"""Loops as PyTorch's users write them: compiled, uncompiled and in PyTorch they end alike."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.readings.native import SlowWarning

RANDOM = np.random.default_rng(0)
XS = RANDOM.standard_normal((12, 8, 5)).astype(np.float32)
YS = RANDOM.integers(0, 3, (12, 8))


class Side:
    """One library, and whether its functions are compiled."""

    def __init__(self, lib: Any, compiled: bool) -> None:
        self.lib, self.nn, self.optim = lib, lib.nn, lib.optim
        self.f = lib.nn.functional
        self.compile: Callable[[Any], Any] = tz.compile if compiled else lambda f: f

    def x(self, k: int, columns: int = 5) -> Any:
        return self.lib.tensor(XS[k][:, :columns].copy())

    def y(self, k: int) -> Any:
        return self.lib.tensor(YS[k])

    def net(self, *sizes: int, seed: int = 1) -> Any:
        random = np.random.default_rng(seed)
        layers: list[Any] = []
        for i, o in itertools.pairwise(sizes):
            layer = self.nn.Linear(i, o)
            with self.lib.no_grad():
                weights = random.standard_normal((o, i)).astype(np.float32) / 2
                layer.weight.copy_(self.lib.tensor(weights))
                layer.bias.copy_(self.lib.zeros(o))
            layers += [layer, self.nn.Tanh()]
        return self.nn.Sequential(*layers[:-1])

    def classifier(self, net: Any, optimizer: Any) -> Any:
        """The usual step."""

        def step(x: Any, y: Any) -> Any:
            optimizer.zero_grad()
            loss = self.f.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            return loss

        return self.compile(step)


def two_networks(s: Side) -> list[Any]:
    """A GAN's: gradients of one network's loss also stay at the other."""
    g, d = s.net(2, 6, 5), s.net(5, 6, 1)
    steps_g, steps_d = (s.optim.Adam(m.parameters(), lr=0.01) for m in (g, d))
    judge = s.nn.BCEWithLogitsLoss()

    @s.compile
    def step(x: Any, z: Any) -> Any:
        fake, one, zero = g(z), s.lib.ones(8, 1), s.lib.zeros(8, 1)
        steps_d.zero_grad()
        first = judge(d(x), one) + judge(d(fake.detach()), zero)
        first.backward()
        steps_d.step()
        steps_g.zero_grad()
        second = judge(d(fake), one)
        second.backward()
        steps_g.step()
        return first, second

    losses = [loss for k in range(6) for loss in step(s.x(k), s.x(k, 2))]
    params = [*g.parameters(), *d.parameters()]
    return [*losses, *params, *(p.grad for p in params)]


def critic_steps_more(s: Side) -> list[Any]:
    """A Wasserstein GAN's: the same optimizer steps several times in one call."""
    g, d = s.net(2, 6, 5), s.net(5, 6, 1)
    steps_g, steps_d = (s.optim.RMSprop(m.parameters(), lr=0.01) for m in (g, d))

    @s.compile
    def step(x: Any, z: Any) -> Any:
        for _ in range(3):
            steps_d.zero_grad()
            gap = d(g(z).detach()).mean() - d(x).mean()
            gap.backward()
            steps_d.step()
            with s.lib.no_grad():
                for p in d.parameters():
                    p.clamp_(-0.3, 0.3)
        steps_g.zero_grad()
        (-d(g(z)).mean()).backward()
        steps_g.step()
        return gap

    return [*(step(s.x(k), s.x(k, 2)) for k in range(4)), *g.parameters(), *d.parameters()]


def penalty(s: Side) -> list[Any]:
    """The slope at points that become variables inside is part of the loss."""
    d = s.net(5, 6, 1)
    optimizer = s.optim.Adam(d.parameters(), lr=0.01)

    @s.compile
    def step(x: Any, fake: Any) -> Any:
        middle = ((x + fake) / 2).requires_grad_(True)
        (slope,) = s.lib.autograd.grad(d(middle).sum(), middle, create_graph=True)
        optimizer.zero_grad()
        loss = d(fake).mean() - d(x).mean() + 10 * ((slope.norm(dim=1) - 1) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    return [*(step(s.x(k), s.x(k + 1)) for k in range(6)), *d.parameters()]


def frozen_for_a_while(s: Side) -> list[Any]:
    net = s.net(5, 6, 4, 3)
    step = s.classifier(net, s.optim.Adam(net.parameters(), lr=0.02))
    found: list[Any] = []
    for k in range(12):
        if k in (4, 8):
            net[0].requires_grad_(k == 8)
        found.append(step(s.x(k), s.y(k)))
        if k in (5, 9):
            found += [p.grad for p in net.parameters()]
    return [*found, *net.parameters()]


def other_rates(s: Side) -> list[Any]:
    net = s.net(5, 4, 3)
    optimizer = s.optim.SGD(net[0].parameters(), lr=0.1, momentum=0.9)
    step, found = s.classifier(net, optimizer), []
    for k in range(12):
        if k == 4:
            optimizer.param_groups[0]["lr"] = 0.03
        if k == 6:
            optimizer.param_groups[0]["momentum"] = 0.5
        if k == 8:
            optimizer.add_param_group({"params": list(net[2].parameters()), "lr": 0.2})
        found.append(step(s.x(k), s.y(k)))
    return [*found, *net.parameters()]


def hooked_for_a_while(s: Side) -> list[Any]:
    net = s.net(5, 4, 3)
    step = s.classifier(net, s.optim.SGD(net.parameters(), lr=0.1))
    found = []
    for k in range(9):
        if k == 2:
            handle = net[0].weight.register_hook(lambda g: g * 2)
        if k == 6:
            handle.remove()
        found.append(step(s.x(k), s.y(k)))
    return [*found, *net.parameters()]


def in_turns(s: Side) -> list[Any]:
    """Adam counts the steps of each network apart."""
    one, two = s.net(5, 4, 3), s.net(5, 4, 3, seed=7)
    optimizer = s.optim.Adam([*one.parameters(), *two.parameters()], lr=0.01)

    @s.compile
    def step(x: Any, y: Any, first: bool) -> Any:
        optimizer.zero_grad()
        loss = s.f.cross_entropy((one if first else two)(x), y)
        loss.backward()
        optimizer.step()
        return loss

    found = [step(s.x(k), s.y(k), k % 3 != 0) for k in range(12)]
    return [*found, *one.parameters(), *two.parameters()]


def zeros_for_none(s: Side) -> list[Any]:
    """What has no gradient is not decayed; zeros are set only where one stands."""
    net, other = s.net(5, 4, 3), s.net(5, 2)
    params = [*net.parameters(), *other.parameters()]
    optimizer = s.optim.SGD(params, lr=0.1, momentum=0.5, weight_decay=0.1)

    @s.compile
    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad(set_to_none=False)
        loss = s.f.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return [*(step(s.x(k), s.y(k)) for k in range(6)), *params, *(p.grad for p in params)]


def in_place(s: Side) -> list[Any]:
    net = s.net(5, 4, 3)
    step, found = s.classifier(net, s.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)), []
    for k in range(10):
        with s.lib.no_grad():
            if k == 4:
                net[0].weight.mul_(0.9)
            if k == 6:
                net[0].weight[0, 0] = 2.0
            if k == 7:
                net[2].bias.copy_(s.lib.ones(3))
        if k == 8:
            net[0].weight.data = net[0].weight.data * 0.5
        found.append(step(s.x(k), s.y(k)))
    return [*found, *net.parameters()]


def skipped_where_not_finite(s: Side) -> list[Any]:
    net = s.net(5, 4, 3)
    optimizer = s.optim.Adam(net.parameters(), lr=0.05)

    @s.compile
    def grads(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = s.f.cross_entropy(net(x), y)
        loss.backward()
        return loss

    found = []
    for k in range(8):
        loss = grads(s.x(k) * (float("nan") if k in (3, 5) else 1.0), s.y(k))
        if bool(s.lib.isfinite(loss)):
            optimizer.step()
        found.append(loss)
    return [*found, *net.parameters()]


def batches_of_other_sizes(s: Side) -> list[Any]:
    """A last, smaller batch, and an empty one."""
    net = s.net(5, 4, 3)
    optimizer = s.optim.SGD(net.parameters(), lr=0.01)

    @s.compile
    def step(batch: dict[str, Any]) -> Any:
        optimizer.zero_grad()
        loss = ((net(batch["x"]) - batch["y"][0]) ** 2).sum()
        loss.backward()
        optimizer.step()
        return {"loss": loss}

    rows = [(s.x(k)[:n], s.x(k, 3)[:n]) for k, n in enumerate((8, 8, 3, 0, 8, 0, 3))]
    return [*(step({"x": x, "y": [y]})["loss"] for x, y in rows), *net.parameters()]


def kept_in_a_list(s: Side) -> list[Any]:
    net = s.net(5, 4, 3)
    optimizer, history = s.optim.SGD(net.parameters(), lr=0.1), []

    @s.compile
    def step(x: Any, y: Any) -> None:
        optimizer.zero_grad()
        loss = s.f.cross_entropy(net(x), y)
        loss.backward()
        optimizer.step()
        history.append(loss.detach())

    for k in range(5):
        step(s.x(k), s.y(k))
    return [*history, *net.parameters()]


def kept_in_a_variable(s: Side) -> list[Any]:
    """A state that goes from one call to the next."""
    net = s.net(8, 3)
    optimizer = s.optim.SGD(net.parameters(), lr=0.1)
    state = s.lib.zeros(8, 3)

    @s.compile
    def step(x: Any) -> Any:
        nonlocal state
        optimizer.zero_grad()
        state = s.lib.tanh(net(s.lib.cat([x, state], 1)))
        loss = (state**2).mean()
        loss.backward()
        optimizer.step()
        state = state.detach()
        return loss

    return [*(step(s.x(k)) for k in range(5)), *net.parameters(), state]


UNCOMPILED = [kept_in_a_list, kept_in_a_variable]
CASES = [two_networks, critic_steps_more, penalty, frozen_for_a_while, other_rates,
         hooked_for_a_while, in_turns, zeros_for_none, in_place, skipped_where_not_finite,
         batches_of_other_sizes]  # fmt: skip


def assert_alike(got: list[Any], want: list[Any]) -> None:
    for a, b in zip(got, want, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            a, b = a.detach().numpy(), b.detach().numpy()
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_compiled_as_uncompiled(case: Callable[[Side], list[Any]]) -> None:
    assert_alike(case(Side(tz, True)), case(Side(tz, False)))


@pytest.mark.peer
@pytest.mark.parametrize("case", [*CASES, *UNCOMPILED])
def test_compiled_as_in_torch(case: Callable[[Side], list[Any]]) -> None:
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SlowWarning)
        assert_alike(case(Side(tz, True)), case(Side(torch, False)))


@pytest.mark.parametrize("case", UNCOMPILED)
def test_what_keeps_a_tensor_runs_uncompiled_and_says_so(case: Any) -> None:
    with pytest.warns(SlowWarning) as met:
        found = case(Side(tz, True))
    assert [str(w.message) for w in met] == [
        "compile: step runs uncompiled, for it leaves a tensor in something around it; return "
        "that, or let it be a buffer of a model"
    ]
    assert_alike(found, case(Side(tz, False)))
