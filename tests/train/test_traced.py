"""What a step was written down as: made ready when it is needed, checked at once."""

import threading
from typing import Any

import numpy as np
import pytest

from tiza.errors import TraceError
from tiza.graph import Node, placeholder
from tiza.readings.evaluate import Later, Program
from tiza.train.traced import COMPILE_SECONDS, NODE_SECONDS, Traced


def hole(name: str) -> Node:
    return placeholder((3,), np.dtype("float32"), name)


def test_an_input_that_nobody_gives_is_named_at_once() -> None:
    x, stray = hole("x"), hole("stray")
    with pytest.raises(TraceError, match="stray"):
        Traced.of([x], [x + stray])


def test_inputs_that_are_used_are_known() -> None:
    x, y = hole("x"), hole("y")
    assert Traced.of([x, y], [x + 1.0]).reached == {x}


def test_many_runs_pay_whatever_the_sizes_are() -> None:
    """The short rule says what the long one says."""
    x = hole("x")
    many = int(COMPILE_SECONDS / NODE_SECONDS) + 1
    for output in (x + x, x):
        traced = Traced.of([x], [output])
        by_size = many * traced.seconds > len(traced.program.steps) * COMPILE_SECONDS
        assert traced.worth(many) == by_size
    assert not Traced.of([x], [x + x]).worth(1)


def test_a_later_program_is_the_same_program() -> None:
    x = hole("x")
    later, now = Later([x], [x * x, x + 1.0]), Program([x], [x * x, x + 1.0])
    assert "steps" not in vars(later)
    given = np.arange(3, dtype=np.float32)
    assert [a.tolist() for a in later(given)] == [a.tolist() for a in now(given)]
    assert later.steps == now.steps
    assert not hasattr(later, "anything_else")


def test_threads_may_be_the_first_to_use_it() -> None:
    x = hole("x")
    y = x
    for _ in range(300):
        y = y * 1.0 + x
    later, found = Later([x], [y]), []

    def use() -> None:
        found.append(later(np.ones(3, np.float32))[0].tolist())

    threads: list[Any] = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[301.0] * 3] * 6
