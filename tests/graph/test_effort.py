"""What is counted for an expression grows as the work does."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz
from tiza.graph import Node, placeholder
from tiza.graph.effort import effort, of_update
from tiza.lang.tensor import Tensor

KIND = np.dtype("float32")


def tensor(*shape: int) -> Tensor:
    return Tensor(placeholder(shape, KIND))


def seconds(x: Tensor) -> float:
    return effort([x.node]).seconds


def looped(steps: int) -> Tensor:
    body = lambda h, row: (tz.tanh(h + row), h)
    return tz.scan(body, tensor(8, 8), tensor(steps, 8, 8))[0]


GROWING = {
    "product": lambda n: tensor(64, 64 * n) @ tensor(64 * n, 64),
    "curve": lambda n: tz.exp(tensor(100_000 * n)),
    "sum": lambda n: tz.sum(tensor(1_000_000 * n)),
    "loop": lambda n: looped(50 * n),
}


@pytest.mark.parametrize("name", GROWING)
def test_ten_times_the_work_takes_about_ten_times_as_long(name: str) -> None:
    one, ten = (seconds(GROWING[name](n)) for n in (4, 40))
    assert 5 < ten / one < 12


def test_views_cost_as_little_however_large_they_are() -> None:
    assert seconds(tensor(2, 3).T) == seconds(tensor(2000, 3000).T)


def test_composites_are_counted_by_what_they_are_made_of() -> None:
    x: Node = tz.nn.functional.softmax(tensor(50, 100), dim=1).node
    assert effort([x]).kinds > 3


def test_what_has_a_value_takes_nothing() -> None:
    x = tz.tensor([1.0, 2.0])
    assert seconds(x) == 0
    assert seconds(x * 2) < 2 * seconds(tensor(2) * 2)


def test_equal_layers_are_one_kind() -> None:
    x, w = tensor(32, 64), tensor(64, 64)
    three = [effort([y.node]).kinds for y in (tz.relu(x @ w), tz.relu(tz.relu(x @ w) @ w))]
    assert three == [2, 2]


def test_an_update_is_counted_by_parameter() -> None:
    assert of_update([10, 10]).seconds == pytest.approx(2 * of_update([10]).seconds)
    assert of_update([10, 10]).kinds == of_update([10]).kinds < of_update([10, 20]).kinds
