"""Sums over everything: made row by row, with the same bits for any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tiza.graph import Node, placeholder
from tiza.graph.node import PRIMITIVES as P
from tiza.readings.native import Compiled

RANDOM = np.random.default_rng(0)


def reduced(program: Compiled, name: str) -> list[tuple[int, ...]]:
    """The shapes of what is summed, in the order of the kernels."""
    roots = [n for group in program.builder.plan.groups for n in group.roots]
    return [n.inputs[0].shape for n in roots if n.prim.name == name]


def total(name: str, x: Node, **attrs: Any) -> Node:
    attrs = {"axis": tuple(range(x.ndim)), "keepdims": False, **attrs}
    return P[name](P["exp"](x), **attrs)


@pytest.mark.parametrize("name", ["sum", "max", "min"])
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("shape", [(128, 784), (50, 700), (4, 16, 9, 100), (2, 3, 5, 7, 401)],
                         ids=str)  # fmt: skip
def test_rows_come_first(shape: tuple[int, ...], keep: bool, name: str) -> None:
    x = placeholder(shape, np.dtype("float32"))
    program = Compiled([x], [total(name, x, keepdims=keep)])
    value = RANDOM.normal(size=shape).astype("float32")
    first, last = reduced(program, name)
    assert first == shape
    assert len(last) < len(shape)
    answers = [program(value, threads=n)[0] for n in (1, 2, 3, 4)]
    want = getattr(np, name)(np.exp(value.astype("float64")), keepdims=keep)
    np.testing.assert_allclose(answers[0], want, rtol=2e-5)
    assert answers[0].shape == want.shape
    assert all(a.tobytes() == answers[0].tobytes() for a in answers)


@pytest.mark.parametrize("shape", [(100_000,), (3, 20_000), (20_000, 3), (20, 30)], ids=str)
def test_few_entries_and_odd_shapes_stay(shape: tuple[int, ...]) -> None:
    x = placeholder(shape, np.dtype("float32"))
    program = Compiled([x], [total("sum", x)])
    value = RANDOM.normal(size=shape).astype("float32")
    assert reduced(program, "sum") == [shape]
    np.testing.assert_allclose(program(value)[0], np.exp(value).sum(dtype="float64"), rtol=1e-4)


def test_whole_numbers_stay_exact() -> None:
    x = placeholder((200, 300), np.dtype("int64"))
    program = Compiled([x], [P["sum"](x, axis=(0, 1), keepdims=False)])
    value = RANDOM.integers(-(1 << 40), 1 << 40, x.shape)
    assert program(value)[0] == value.sum()


def test_nan_comes_through() -> None:
    x = placeholder((128, 300), np.dtype("float32"))
    program = Compiled([x], [total("max", x), total("sum", x)])
    value = np.zeros(x.shape, np.float32)
    value[77, 123] = np.nan
    assert np.isnan(program(value)).all()
