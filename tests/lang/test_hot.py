"""Expressions that come again and again are recognised by their structure, loops included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import Node, place
from tiza.graph.effort import Effort
from tiza.lang import hot, pulled


def loop(scale: float, steps: int = 4, bend: Callable[..., Any] = tz.tanh) -> Node:
    """A recurrence over new numbers, its body built anew."""
    w, x = tz.ones((3, 3)) * 0.5, tz.ones((steps, 2, 3))

    def step(h: Any, row: Any) -> Any:
        h = bend(row * scale + h @ w)
        return h, h

    return tz.sum(tz.scan(step, tz.zeros((2, 3)), x)[1]).node


def key(node: Node) -> Any:
    return hot.structure([node])[0]


def test_loops_with_equal_bodies_have_one_structure() -> None:
    assert key(loop(2.0)) == key(loop(2.0))


@pytest.mark.parametrize("other", [loop(3.0), loop(2.0, steps=5), loop(2.0, bend=tz.sin)])
def test_other_numbers_lengths_and_operations_are_other_structures(other: Node) -> None:
    assert key(loop(2.0)) != key(other)


def test_bodies_tell_their_inputs_apart() -> None:
    def f(turned: bool) -> Node:
        a, b = tz.ones(3), tz.ones(3)
        step = lambda s, row: (row - s if turned else s - row, s)
        return tz.scan(step, a, tz.stack([b, b]))[0].node

    assert key(f(turned=True)) != key(f(turned=False))


def test_the_two_zeros_are_two_structures() -> None:
    x = tz.ones(3)
    assert key((tz.sin(x) * 0.0).node) == key((tz.sin(x) * 0.0).node)
    assert key((tz.sin(x) * 0.0).node) != key((tz.sin(x) * -0.0).node)


def trained(turns: int) -> list[float]:
    """The losses of a loop of one's own."""
    x = tz.tensor(np.random.default_rng(0).normal(size=(6, 2, 3)))
    tz.manual_seed(0)
    cell = tz.nn.LSTM(3, 4, dtype="float64")
    optimizer = tz.optim.SGD(cell.parameters(), lr=0.1)
    lost = []
    for _ in range(turns):
        optimizer.zero_grad()
        loss = tz.sum(cell(x)[0] ** 2)
        loss.backward()
        optimizer.step()
        lost.append(loss.item())
    return lost


def test_a_loop_of_ones_own_is_compiled_and_goes_on_alike(monkeypatch: Any) -> None:
    make, compiled = hot.COMPILE, []
    assert make is not None
    monkeypatch.setattr(hot, "SECONDS", 0.0)
    monkeypatch.setattr(hot, "COMPILE", None)
    plain = trained(10)
    monkeypatch.setattr(hot, "COMPILE", lambda *a: compiled.append(1) or make(*a))
    np.testing.assert_allclose(trained(10), plain, rtol=1e-10)
    assert len(compiled) in (1, 2)  # the first turn may have a structure of its own


def heated(turns: int, share: float, seconds: float, kinds: int) -> hot.Heat:
    return hot.Heat(Effort(seconds, kinds), turns=turns, share=share)


def test_a_large_step_is_due_at_its_second_turn_a_small_one_later() -> None:
    large, small = (30e-3, 100), (1e-3, 60)
    assert not heated(0, 1.0, *large).due()
    assert heated(1, 1.0, *large).due()
    assert not heated(1, 1.0, *small).due()
    assert heated(80, 1.0, *small).due()


def test_what_comes_between_new_structures_has_to_have_taken_as_long_as_compiling() -> None:
    assert not heated(1, 0.0, 30e-3, 100).due()
    assert not heated(4, 0.0, 30e-3, 100).due()
    assert heated(6, 0.0, 30e-3, 100).due()


def test_a_loop_goes_on_while_nothing_new_is_met() -> None:
    known: hot.Known[hot.Heat] = hot.Known(most=3)

    def met(key: str) -> hot.Heat:
        heat = known.met(key, lambda: hot.Heat(Effort()))
        heat.turns += 1
        return heat

    shares = [round(met(k).share, 2) for k in "aababccab"]
    assert shares == [0, 1, 0, 0, 0.25, 0, 0.17, 0, 0]
    first = met("a")
    [met(k) for k in "defg"]
    assert len(known) == 3
    assert met("a") is not first


def turns_compiled(lengths: list[int], monkeypatch: Any) -> list[int]:
    """At which turns a loop over texts of these lengths compiles."""
    make, found = hot.COMPILE, []
    model = tz.nn.Sequential(tz.nn.Linear(200, 300), tz.nn.ReLU(), tz.nn.Linear(300, 10))
    optimizer = tz.optim.Adam(model.parameters(), lr=1e-3)
    with monkeypatch.context() as patch:
        patch.setattr(hot, "_known", type(hot._known)())
        patch.setattr(pulled, "_forms", type(pulled._forms)())
        for turn, length in enumerate(lengths):
            patch.setattr(hot, "COMPILE", lambda *a, turn=turn: found.append(turn) or make(*a))
            optimizer.zero_grad()
            loss = tz.mean(model(tz.ones(length, 200)) ** 2)
            loss.backward()
            optimizer.step()
    return found


def test_the_same_loop_is_compiled_at_the_same_turn_of_the_same_step(monkeypatch: Any) -> None:
    monkeypatch.setattr(hot, "SECONDS", 5e-4)
    found = [turns_compiled([40] * 20, monkeypatch) for _ in range(2)]
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_shapes_that_are_new_at_every_turn_are_never_compiled(monkeypatch: Any) -> None:
    monkeypatch.setattr(hot, "SECONDS", 1e-4)
    assert turns_compiled(list(range(1, 41)), monkeypatch) == []
    assert turns_compiled([7, 8] * 10, monkeypatch)


def test_a_derivative_that_was_cut_short_leaves_no_place_behind() -> None:
    place.made_at(place.here()).__enter__()  # Ctrl-C came before its end
    assert place.state.at is not None
    tz.sin(tz.ones(2)).numpy()
    assert place.state.at is None
