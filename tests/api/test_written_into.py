"""Arrays around a compiled function are those of now, whoever writes into them."""

import copy
import warnings
from argparse import Namespace
from collections import deque
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.api.written_into import PIECE, Numbers, may_change
from tiza.errors import ArgumentError, use_language
from tiza.lang.tensor import Tensor

X = np.arange(1.0, 6.0)
AROUND = np.ones(5)


@tz.compile
def scaled(x: Tensor) -> Tensor:
    return x * tz.tensor(AROUND)


def within(x: Tensor, w: Any = AROUND) -> Tensor:
    return x * w


def test_a_global() -> None:
    AROUND[:] = 1
    np.testing.assert_array_equal(scaled(X).numpy(), X)
    AROUND[2] = 7
    np.testing.assert_array_equal(scaled(X).numpy(), X * AROUND)
    AROUND[:] = 1
    np.testing.assert_array_equal(scaled(X).numpy(), X)
    assert repr(scaled).endswith("2 forms>")


def test_wherever_it_is_held(tmp_path: Path) -> None:
    w, whole = np.ones(5), np.ones((2, 5))
    mapped = np.memmap(tmp_path / "w", np.float64, "w+", shape=(5,))
    mapped[:] = 1
    held = SimpleNamespace(w=w)
    view, rows, table = whole[1], [[w]], {"w": w}
    for f, array in [
        (lambda x: x * w, w), (lambda x: x * held.w, w), (lambda x: x * rows[0][0], w),
        (lambda x: x * table["w"], w), (lambda x: x * view, whole), (within, AROUND),
        (lambda x: x * tz.tensor(mapped), mapped), (lambda x: x * np.exp(w), w),
        (lambda x: x * w.sum(), w), (lambda x: x * w.astype(int)[::-1].copy(), w),
    ]:  # fmt: skip
        fast = tz.compile(f)
        for value in (1, 3, 2):
            array[:] = value
            np.testing.assert_allclose(fast(X).numpy(), f(X), rtol=1e-12)
    AROUND[:] = 1


def test_a_large_one_in_its_last_entry() -> None:
    w = np.zeros(PIECE // 8 * 3 + 5)
    total = tz.compile(lambda x: (x + tz.tensor(w)).sum())
    assert total(np.zeros(1)).item() == 0
    w[-1] = 4
    assert total(np.zeros(1)).item() == 4


def test_a_queue() -> None:
    last = deque([2.0])
    fast = tz.compile(lambda x: x * last[0])
    fast(X)
    last.appendleft(3.0)
    np.testing.assert_array_equal(fast(X).numpy(), X * 3)


@pytest.mark.parametrize("kind", [SimpleNamespace, Namespace])
def test_settings(kind: Any) -> None:
    settings = kind(rate=2.0, unused=[])
    fast = tz.compile(lambda x: x * settings.rate)
    fast(X)
    settings.rate = 3.0
    np.testing.assert_array_equal(fast(X).numpy(), X * 3)


def test_what_nobody_can_write_into_is_not_compared() -> None:
    w = np.ones(3)
    view = w[:]
    view.flags.writeable = False
    assert may_change(w)
    assert may_change(view)
    w.flags.writeable = False
    assert not may_change(view)
    assert not may_change(np.array([None]))


@pytest.mark.parametrize("array", [np.ones(()), np.ones((0, 3)), np.ones((4, 6))[::2, 1::2],
                                   np.array([np.nan]), np.array([True, False])])  # fmt: skip
def test_numbers_are_compared_by_their_bits(array: Any) -> None:
    numbers = Numbers(array)
    assert numbers.same()
    array[...] = 0
    assert numbers.same() == (array.size == 0)


def test_other_shapes_are_other_numbers() -> None:
    array = np.zeros(6)
    numbers = Numbers(array)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        array.shape = 2, 3
    assert not numbers.same()


@pytest.mark.parametrize("donate", [-1, 1.5, "ab", (0, -2), (None,)])
def test_arguments_are_given_away_by_number(donate: Any) -> None:
    with pytest.raises(ArgumentError) as error:
        tz.compile(lambda x: x + 1, donate=donate)
    assert str(error.value) == (
        f"compile: donate holds numbers of arguments, counted from 0, got {donate!r}\n"
        "    fix: tz.compile(f, donate=0), or donate=(0, 2)"
    )


@pytest.mark.parametrize("threads", [0, -1, 2.5, "two"])
def test_threads_are_a_number(threads: Any) -> None:
    with pytest.raises(ArgumentError) as error:
        tz.compile(lambda x: x + 1, threads=threads)
    with use_language("es"):
        text = str(error.value)
    assert text == (
        f"compile: threads es un número entero desde 1, se recibió {threads!r}\n"
        "    arreglo: omítalo: entonces hay tantos hilos como núcleos libres tiene la máquina"
    )


def test_memory_given_away_twice_is_written_over_once() -> None:
    both = tz.compile(lambda x, y: (x + y, x - y), donate=(0, 1))
    for _ in range(3):  # the long way, then the short one
        a = np.ones(100)
        plus, minus = both(a, a)
        assert (plus.numpy()[0], minus.numpy()[0]) == (2, 0)
        b = np.arange(150.0)
        plus, minus = both(b[:100], b[50:])
        np.testing.assert_array_equal(plus.numpy(), np.arange(100.0) * 2 + 50)
        np.testing.assert_array_equal(minus.numpy(), np.full(100, -50.0))


def test_memory_of_a_model_is_not_given_away() -> None:
    w = tz.tensor(np.ones(50))
    twice = tz.compile(lambda x: x + w, donate=0)
    for _ in range(3):
        assert twice(w.numpy()).numpy()[0] == 2
        assert twice(w.detach()).numpy()[0] == 2
        assert w.numpy()[0] == 1


def test_copies() -> None:
    scaled(X)
    assert copy.deepcopy(scaled) is scaled

    class Holder:
        """A compiled method is the copy's own."""

        def __init__(self) -> None:
            self.k = 2.0
            self.run = tz.compile(self.times)

        def times(self, x: Tensor) -> Tensor:
            return x * self.k

    holder = Holder()
    holder.run(X)
    other = copy.deepcopy(holder)
    other.k = 5.0
    np.testing.assert_array_equal(other.run(X).numpy(), X * 5)
    np.testing.assert_array_equal(holder.run(X).numpy(), X * 2)
    inner = copy.copy(tz.compile(tz.exp))
    np.testing.assert_allclose(inner(X).numpy(), np.exp(X), rtol=1e-12)


def test_the_mean_of_nothing_is_silent() -> None:
    mean = tz.compile(lambda x: x.mean())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(mean(X[:0]).item())
