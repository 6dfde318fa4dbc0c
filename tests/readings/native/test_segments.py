"""Sums at known places: every row adds up its own entries, and gives the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tiza.graph import Node, constant, placeholder
from tiza.graph.node import PRIMITIVES as P
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native.emitting.segments import segmented
from tiza.readings.native.recalling.graphs import Graph
from tiza.readings.native.running.compiled import Outside

RANDOM = np.random.default_rng(0)
Array = np.ndarray[Any, Any]


def places(count: int, rows: int) -> Array:
    """More for some rows than for others, none for a few; some counted from the end."""
    found = RANDOM.integers(0, rows, count) ** 2 // rows
    return np.where(RANDOM.random(count) < 0.3, found - rows, found)


def messages(x: Node, to: Array, rows: int) -> Node:
    """Each row of x multiplied by a number, sent along a link, and added up where it arrives."""
    start = constant(RANDOM.integers(-x.shape[0], x.shape[0], len(to)))
    number = RANDOM.normal(size=(len(to), *(1,) * (x.ndim - 1))).astype(x.dtype)
    sent = P["take"](x * x, start, axis=0) * constant(number)
    return P["take_add"](sent, constant(to), axis=0, size=rows)


def names(program: Compiled) -> list[str]:
    return [n.prim.name for group in program.builder.plan.groups for n in group.roots]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("rest", [(), (1,), (7,), (16,), (3, 5), (100,)], ids=str)
def test_the_same_bits_as_one_after_another(rest: tuple[int, ...], dtype: str) -> None:
    x = placeholder((300, *rest), np.dtype(dtype))
    y = messages(x, places(9000, 211), 211)
    value = (RANDOM.normal(size=x.shape) * 9).astype(dtype)
    (want,) = Program([x], [y])(value)
    program = Compiled([x], [y])
    assert "segments" in names(program)
    for threads in (1, 2, 3, 4):
        (got,) = program(value, threads=threads)
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("rows", [1, 2, 9000, 30000])
def test_any_number_of_rows(rows: int) -> None:
    x = placeholder((40, 8), np.dtype("float32"))
    y = messages(x, places(9000, rows), rows) + 1
    value = RANDOM.normal(size=x.shape).astype("float32")
    (want,) = Program([x], [y])(value)
    np.testing.assert_array_equal(Compiled([x], [y])(value, threads=2)[0], want)


def test_what_is_added_may_be_moved_about() -> None:
    x = placeholder((16, 9000), np.dtype("float32"))
    y = P["take_add"](P["permute"](x, axes=(1, 0)), constant(places(9000, 50)), axis=0, size=50)
    z = P["take_add"](
        P["reshape"](x, shape=(9000, 16)), constant(places(9000, 50)), axis=0, size=50
    )
    value = RANDOM.normal(size=x.shape).astype("float32")
    program = Compiled([x], [y, z])
    assert names(program).count("segments") == 2
    for got, want in zip(program(value), Program([x], [y, z])(value), strict=True):
        np.testing.assert_array_equal(got, want)


def test_few_entries_and_unknown_or_wrong_places_stay() -> None:
    x, i = placeholder((5000, 4), np.dtype("float32")), placeholder((5000,), np.dtype("int64"))
    short = placeholder((100, 4), np.dtype("float32"))
    few = P["take_add"](short, constant(places(100, 9)), axis=0, size=9)
    unknown = P["take_add"](x, i, axis=0, size=9)
    wrong = P["take_add"](x, constant(np.full(5000, 9)), axis=0, size=9)
    sparse = P["take_add"](x, constant(places(5000, 9)), axis=0, size=30000)
    found = segmented([few, unknown, wrong, sparse])
    assert [n.prim.name for n in found] == ["take_add"] * 4
    with pytest.raises(Outside):
        Compiled([x], [wrong])(np.zeros((5000, 4), np.float32))


def test_an_index_outside_is_noticed() -> None:
    x, i = placeholder((9, 4), np.dtype("float32")), placeholder((5000,), np.dtype("int64"))
    y = P["take_add"](P["take"](x, i, axis=0), constant(places(5000, 20)), axis=0, size=20)
    program = Compiled([x, i], [y])
    assert "segments" in names(program)
    with pytest.raises(Outside):
        program(np.zeros((9, 4), np.float32), np.full(5000, 9))


def test_it_comes_from_the_disk(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    x = placeholder((300, 6), np.dtype("float32"))
    y = messages(x, places(9000, 70), 70)
    first = Compiled([x], [y])
    second = Compiled([x], [y])
    value = RANDOM.normal(size=x.shape).astype("float32")
    assert second.recalled
    np.testing.assert_array_equal(first(value)[0], second(value)[0])
    assert isinstance(first.graph, Graph)
