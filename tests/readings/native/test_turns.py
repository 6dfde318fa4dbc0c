"""Programs whose results take the places of their inputs, turn after turn."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tiza.graph import PRIMITIVES, placeholder
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.running.compiled import Compiled, Fresh, Outside, address
from tiza.readings.native.running.turns import Turns, lined

if available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)

F32, F64, I64 = np.dtype("float32"), np.dtype("float64"), np.dtype("int64")


def counter(shape=(5,)) -> Turns:
    """s ← s + rate · x, and the sum of x besides."""
    rate, x, s = placeholder((), F64), placeholder(shape, F64), placeholder(shape, F64)
    total = PRIMITIVES["sum"](x, axis=tuple(range(len(shape))), keepdims=False)
    turns = Compiled([rate, x, s], [total, s + rate * x]).turns([(2, 1)], [0])
    assert isinstance(turns, Turns)
    return turns


def test_what_is_made_is_read_at_the_next_turn():
    turns, x, s = counter(), np.arange(5.0), np.zeros(5)
    for k in range(6):
        (total,), (s,) = turns([2.0], [x], [s])
        assert total == 10.0
        assert_array_equal(s, 2 * (k + 1) * x)


def test_two_arrays_change_places():
    turns, x, s = counter(), np.arange(5.0), np.zeros(5)
    seen = []
    for _ in range(8):
        _, (s,) = turns([1.0], [x], [s])
        seen.append(address(s))
    assert len(set(seen)) == 2
    assert seen[2:] == seen[:-2]


def test_what_somebody_holds_is_left_alone():
    turns, x, s = counter(), np.ones(5), np.zeros(5)
    held = []
    for _ in range(6):
        _, (s,) = turns([1.0], [x], [s])
        held.append(s[1:3])  # a view holds its array, too
    assert [h.tolist() for h in held] == [[k, k] for k in range(1, 7)]


def test_what_comes_from_outside_is_never_written_to():
    turns, x, mine = counter(), np.ones(5), np.zeros(5)
    _, (s,) = turns([1.0], [x], [mine])
    for _ in range(3):
        _, (s,) = turns([1.0], [x], [s])
    _, (s,) = turns([1.0], [x], [mine])
    _, (s,) = turns([1.0], [x], [s])
    assert_array_equal(mine, np.zeros(5))
    assert_array_equal(s, np.full(5, 2.0))


def test_arrays_of_any_layout_are_read():
    turns = counter((2, 3))
    x = np.arange(6.0).reshape(3, 2).T
    s = np.zeros((4, 6))[::2, ::2]
    assert not x.flags.c_contiguous
    _, (got,) = turns([1.0], [x], [s])
    assert_array_equal(got, x)
    frozen = np.ones((2, 3))
    frozen.flags.writeable = False
    assert_array_equal(turns([1.0], [frozen], [got])[1][0], x + 1)


@pytest.mark.parametrize("wrong", [np.ones(4), np.ones(5, np.float32), None])
def test_what_does_not_fit_is_refused(wrong):
    turns = counter()
    assert turns([1.0], [wrong], [np.zeros(5)]) is None
    assert turns([1.0], [np.ones(5)], [wrong]) is None
    assert turns([1.0], [np.ones(5)], [np.zeros(5)]) is not None


def test_a_turn_that_fails_changes_nothing():
    where, table, s = placeholder((2,), I64), placeholder((4,), F32), placeholder((2,), F32)
    rows = PRIMITIVES["take"](table, where, axis=0)
    turns = Compiled([where, table, s], [s + rows]).turns([(2, 0)], [])
    values, state = np.arange(4, dtype="f"), np.zeros(2, "f")
    _, (state,) = turns([], [np.array([1, 2]), values], [state])
    for _ in range(3):
        with pytest.raises(Outside):
            turns([], [np.array([1, 9]), values], [state])
        assert_array_equal(state, [1, 2])
    assert_array_equal(turns([], [np.array([0, 3]), values], [state])[1][0], [1, 5])


def test_a_second_thread_waits():
    turns = counter()
    answers: list[object] = []
    args = ([1.0], [np.ones(5)], [np.zeros(5)])
    thread = threading.Thread(target=lambda: answers.append(turns(*args)))
    with turns.sides.alone:
        thread.start()
        thread.join(0.2)
        assert answers == []
    thread.join()
    assert answers[0] is not None
    assert turns(*args) is not None


def test_programs_share_their_arrays():
    x, s = placeholder((5,), F64), placeholder((5,), F64)
    up = Compiled([x, s], [s + x]).turns([(1, 0)], [])
    down = Compiled([x, s], [s - x * 2.0]).turns([(1, 0)], [], up.sides)
    one, state, seen = np.ones(5), np.zeros(5), set()
    for k in range(9):
        _, (state,) = (down if k % 3 == 2 else up)([], [one], [state])
        seen.add(address(state))
    assert_array_equal(state, np.zeros(5))
    assert len(seen) == 2


def test_what_asks_python_is_not_run_in_turns():
    a, b = placeholder((3, 3), F64), placeholder((3, 1), F64)
    program = Compiled([a, b], [PRIMITIVES["solve"](a, b)])
    assert program.turns([(1, 0)], []) is None


def test_fresh_arrays_are_new():
    for shape in ((), (3,), (40, 50)):
        fresh = Fresh(shape, F32)
        made = [fresh.next() for _ in range(2000 if len(shape) < 2 else 3)]
        places = [place for _, place in made]
        assert len(set(places)) == len(made)
        for array, place in made:
            assert array.shape == shape
            assert address(array) == place


@pytest.mark.parametrize("array", [
    np.zeros(3), np.zeros(()), np.zeros((0, 3)), np.zeros((3, 4))[::2], np.zeros((3, 4)).T,
    np.zeros((4, 4))[1:], np.zeros(3, bool), np.zeros(3, "c8"), np.zeros(3, "f2"),
    np.broadcast_to(np.zeros(3), (2, 3)),
])  # fmt: skip
def test_addresses_are_where_arrays_begin(array):
    assert address(array) == array.__array_interface__["data"][0]


@pytest.mark.parametrize("shape", [(), (0, 3), (5,), (3, 40)], ids=str)
def test_new_arrays_begin_at_cache_lines_and_are_held_by_their_views(shape):
    array = lined(placeholder(shape, np.dtype("float32")))
    assert array.shape == shape
    assert address(array) % 64 == 0
    assert array.flags.writeable
    assert array.flags.c_contiguous
    assert array[...][...].base is array
