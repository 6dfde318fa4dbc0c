"""`Compiled`: outputs over inputs, many steps in a call, arrays that move on, several callers."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from crowd import at_once
from laws.native_programs import written

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, placeholder
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled, Outside
from tiza.readings.native import program as building
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")
Array = np.ndarray[Any, Any]
EVERY = {"axis": (0,), "keepdims": False}


def holes(*shapes: tuple[int, ...], dtype: str = "float64") -> list[Node]:
    return [placeholder(s, np.dtype(dtype)) for s in shapes]


def rows(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


# -- outputs written over inputs ------------------------------------------------------------

T = lambda x: P["permute"](x, axes=(1, 0))
HAZARDS: dict[str, Callable[[Node, Node], list[Node]]] = {
    "exchanged": lambda a, b: [b, a],
    "exchanged and turned": lambda a, b: [T(b), P["flip"](a, axes=(0,))],
    "one for both": lambda a, b: [b, b],
    "turned": lambda a, b: [T(a), T(b)],
    "flipped": lambda a, b: [P["flip"](a, axes=(0, 1)), b + a],
    "each reads the other": lambda a, b: [a + b, a - b],
    "product": lambda a, b: [P["matmul"](a, b), P["matmul"](b, a)],
    "running": lambda a, b: [P["cumsum"](a, axis=0), P["cumsum"](b, axis=1) + a],
    "means": lambda a, b: [a - P["sum"](a, axis=(0,), keepdims=True) / 9, b + a],
    "unchanged": lambda a, b: [a, a + b],
    "shifted": lambda a, b: [
        P["concat"](P["slice"](a, starts=(1, 0), stops=a.shape, steps=(1, 1)),
                    P["slice"](a, starts=(0, 0), stops=(1, a.shape[1]), steps=(1, 1)), axis=0),
        b * 2,
    ],
    "same twice": lambda a, b: [a + b, a + b],
    "row taken": lambda a, b: [
        a * 2 + P["slice"](a, starts=(3, 0), stops=(4, a.shape[1]), steps=(1, 1)), b,
    ],
}  # fmt: skip


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("hazard", HAZARDS)
def test_over_inputs(hazard: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is still to be read is not overwritten."""
    monkeypatch.setattr(building, "SMALL", 0.0)
    a, b = holes((17, 17), (17, 17))
    outputs = HAZARDS[hazard](a, b)
    first, second = rows(17, 17), rows(17, 17, seed=1)
    made = Compiled([a, b], outputs, {0: 0, 1: 1})
    wanted = [np.array(v) for v in Program([a, b], outputs)(first, second)]
    given = [first.copy(), second.copy()]
    got = made(*given, keep=False, threads=threads)
    assert got[0] is given[0]
    assert got[1] is given[1]
    for mine, want in zip(got, wanted, strict=True):
        np.testing.assert_allclose(mine, want, rtol=1e-12, atol=1e-12)
    kept = [first.copy(), second.copy()]
    made(*kept)
    np.testing.assert_array_equal(kept, [first, second])  # keep=True leaves them alone


@pytest.mark.parametrize("hazard", HAZARDS)
def test_over_inputs_step_after_step(hazard: str) -> None:
    a, b = holes((7, 7), (7, 7))
    scaled = [P["tanh"](o) for o in HAZARDS[hazard](a, b)]
    plain, want = Program([a, b], scaled), [rows(7, 7), rows(7, 7, seed=1)]
    given = [w.copy() for w in want]
    for _ in range(5):
        want = [np.asarray(v) for v in plain(*want)]
    Compiled([a, b], scaled, {0: 0, 1: 1}).run(given, steps=5)
    np.testing.assert_allclose(given, want, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_random_programs_over_their_inputs(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(5):
        steps = [tuple(draw.randrange(64) for _ in range(4)) for _ in range(draw.randint(5, 30))]
        inputs = holes((5, 8), (8,), (3, 5, 1), (8, 3), ())
        made = written(steps, inputs)
        state = [P["tanh"](x + P["sum"](o, axis=tuple(range(o.ndim)), keepdims=False) * 0.1)
                 for x, o in zip(inputs, made, strict=False)]  # fmt: skip
        outputs = [*state, *made]
        arrays = [rows(*i.shape, seed=k) for k, i in enumerate(inputs)]
        wanted = [np.array(v) for v in Program(inputs, outputs)(*arrays)]
        got = Compiled(inputs, outputs, {k: k for k in range(len(state))})(*arrays, keep=False)
        for mine, want in zip(got, wanted, strict=True):
            np.testing.assert_allclose(mine, want, rtol=1e-8, atol=1e-8 * (1 + np.abs(want).max()))


# -- many steps in one call -----------------------------------------------------------------


def test_inputs_and_outputs_move_on() -> None:
    total, x = holes((3,), (3,))
    program = Compiled([total, x], [total + x, P["sum"](total + x, **EVERY)], {0: 0})
    data, sums, state = rows(50, 3), np.empty(50), np.zeros(3)
    program.run([state, data], steps=50, moves={1: data[0].nbytes}, into={1: (sums, 8)})
    np.testing.assert_allclose(state, data.sum(0), rtol=1e-12)
    np.testing.assert_allclose(sums, data.cumsum(0).sum(1), rtol=1e-10, atol=1e-12)


def test_no_step_at_all() -> None:
    (x,) = holes((3,))
    state = rows(3)
    before = state.copy()
    Compiled([x], [x + 1], {0: 0}).run([state], steps=0)
    np.testing.assert_array_equal(state, before)


def test_numpy_is_called_at_each_step() -> None:
    """For what has no code of its own."""
    (a,) = holes((4, 4))
    new = P["inv"](a) * 0.5 + P["broadcast_to"](
        P["sum"](a, axis=(0, 1), keepdims=True), shape=(4, 4)
    )
    state = rows(4, 4) + 4 * np.eye(4)
    want = state.copy()
    for _ in range(3):
        want = np.linalg.inv(want) * 0.5 + want.sum()
    Compiled([a], [new], {0: 0}).run([state], steps=3)
    np.testing.assert_allclose(state, want, rtol=1e-9)


def test_what_numpy_raises_is_raised() -> None:
    (a,) = holes((2, 2))
    program = Compiled([a], [P["inv"](a)])
    with pytest.raises(ArgumentError, match="has no inverse"):
        program(np.zeros((2, 2)))
    np.testing.assert_allclose(program(np.eye(2) * 2)[0], np.eye(2) / 2)


# -- indices --------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [5, -6, 2**62, -(2**62)])
@pytest.mark.parametrize("place", [0, 13, 32])
def test_an_index_outside_is_told(where: int, place: int) -> None:
    x = placeholder((5, 3), np.dtype("float32"))
    i = placeholder((33,), np.dtype("int64"))
    program = Compiled([x, i], [P["take"](x, i, axis=0)])
    table, at = rows(5, 3).astype("float32"), np.arange(33) % 10 - 5
    np.testing.assert_array_equal(program(table, at)[0], table[at])
    bad = at.copy()
    bad[place] = where
    with pytest.raises(Outside):
        program(table, bad)
    np.testing.assert_array_equal(program(table, at)[0], table[at])


def test_adding_outside_writes_nothing_elsewhere() -> None:
    g = placeholder((4, 2), np.dtype("float64"))
    i = placeholder((4,), np.dtype("int64"))
    program = Compiled([g, i], [P["take_add"](g, i, axis=0, size=3)])
    with pytest.raises(Outside):
        program(rows(4, 2), np.array([0, 1 << 40, 2, -4]))
    got = program(np.ones((4, 2)), np.array([0, 0, 2, -1]))[0]
    np.testing.assert_array_equal(got, [[2, 2], [0, 0], [2, 2]])


# -- callers --------------------------------------------------------------------------------


def test_several_callers_at_once() -> None:
    a, b = holes((33, 20), (20, 17))
    program = Compiled([a, b], [P["tanh"](P["matmul"](a, b)), P["sum"](a, **EVERY)])
    plain = Program([a, b], list(program.outputs))
    wrong: list[int] = []

    def work(seed: int) -> None:
        for k in range(20):
            x, w = rows(33, 20, seed=seed * 100 + k), rows(20, 17, seed=k)
            for mine, want in zip(program(x, w), plain(x, w), strict=True):
                if not np.allclose(mine, want, rtol=1e-10, atol=1e-12):
                    wrong.append(seed)

    at_once(work)
    assert not wrong


def test_an_output_that_is_an_input_or_a_constant() -> None:
    (x,) = holes((3,))
    fixed = placeholder((2,), np.dtype("float64"))
    from tiza.graph import constant, literal

    outputs = [x, constant(np.array([1.0, 2.0])), literal(3.0, np.dtype("float64")), fixed, x]
    first, second, third, fourth, fifth = Compiled([x, fixed], outputs)(rows(3), np.ones(2))
    np.testing.assert_array_equal(first, rows(3))
    np.testing.assert_array_equal(second, [1, 2])
    assert third == 3
    np.testing.assert_array_equal(fourth, [1, 1])
    np.testing.assert_array_equal(fifth, first)
    assert fifth is not first


def test_short_work_of_many_meetings_wakes_nobody() -> None:
    """As much work in one product and in a chain of many: only the first is worth threads."""
    x, *chain = holes((1, 128), *[(128, 128)] * 24)
    y = x
    for w in chain:
        y = P["matmul"](y, w)
    single, wide = holes((1, 128), (128, 24 * 128))
    assert Compiled([single, wide], [P["matmul"](single, wide)]).wide
    assert not Compiled([x, *chain], [y]).wide
    assert Compiled([x, *chain], [y], threads=2).wide
