"""What a compiled function changes around it, it changes once a call, compiled or not."""

import collections

import numpy as np
import pytest

import tiza as tz
from tiza import nn, optim
from tiza.api.undo import Undo
from tiza.nn import functional as F

COMPILED = pytest.mark.parametrize("way", [lambda f: f, tz.compile], ids=["plain", "compiled"])
SLOW = pytest.mark.filterwarnings("ignore::tiza.readings.native.SlowWarning")


def accumulated(way):
    """Gradients of two batches for each step."""
    tz.manual_seed(0)
    net, turn = nn.Linear(4, 3), [0]
    optimizer = optim.Adam(net.parameters(), lr=0.1)

    @way
    def step(x, y):
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        turn[0] += 1
        if turn[0] % 2 == 0:
            optimizer.step()
            optimizer.zero_grad()
        return loss

    random = np.random.default_rng(0)
    losses = [step(tz.tensor(random.normal(size=(5, 4)).astype("f")),
                   tz.tensor(random.integers(0, 3, 5))).item() for _ in range(8)]  # fmt: skip
    return turn[0], losses, net.weight.numpy()


@SLOW
def test_gradients_are_accumulated_by_a_counter() -> None:
    (turns, losses, weight), (mine, others, got) = accumulated(lambda f: f), accumulated(tz.compile)
    assert turns == mine == 8
    np.testing.assert_allclose(others, losses, rtol=1e-5)
    np.testing.assert_allclose(got, weight, rtol=1e-5)


class Counting:
    """Counts its calls in every way there is."""

    everywhere = 0
    __slots__ = ("__dict__", "slot")

    def __init__(self) -> None:
        self.layer, self.log, self.slot = nn.Linear(3, 1), [], 0
        self.last, self.seen = collections.deque(maxlen=3), set()

    def __call__(self, x):
        type(self).everywhere += 1
        self.slot += 1
        self.own = getattr(self, "own", 0) + 1
        self.log.append(self.own)
        self.last.append(self.own)
        self.seen ^= {self.own}
        return self.layer(x) * self.own


@SLOW
@COMPILED
def test_every_call_counts_once(way) -> None:
    Counting.everywhere = 0
    counting = Counting()
    call = way(counting)
    answers = [call(tz.ones(3)).item() for _ in range(12)]
    assert np.allclose(np.diff(answers), answers[0])
    assert counting.log == list(range(1, 13))
    assert counting.slot == counting.own == Counting.everywhere == 12
    assert list(counting.last) == [10, 11, 12]
    assert counting.seen == {*range(1, 13)}


@SLOW
@COMPILED
def test_more_forms_than_are_kept(way) -> None:
    count, free = {"n": 0}, 0

    def f(x):
        nonlocal free
        free += 1
        count["n"] += 1
        return x * count["n"]

    call = way(f)
    assert [call(tz.tensor(1.0)).item() for _ in range(20)] == [*range(1, 21)]
    assert free == count["n"] == 20


def test_names_that_were_not_there_go_again() -> None:
    class Thing:
        pass

    thing, table = Thing(), {"a": 1}
    undo = Undo()
    undo.names(thing, vars(thing), ["x"])
    undo.names(Thing, vars(Thing), ["y"])
    undo.container(table)
    thing.x = Thing.y = table["b"] = table["a"] = 3
    undo.back()
    assert not hasattr(thing, "x")
    assert not hasattr(Thing, "y")
    assert table == {"a": 1}
