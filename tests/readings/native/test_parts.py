"""Sums over many rows: made in parts of whole rows; the same bits for any number of threads."""

from __future__ import annotations

import numpy as np
import pytest

from tiza.graph import Node, placeholder
from tiza.graph.node import PRIMITIVES as P
from tiza.readings.native import Compiled
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.placing.sums import parts_of

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")
RANDOM = np.random.default_rng(0)


def columns(x: Node, keep: bool = False) -> Node:
    return P["sum"](x, axis=(0,), keepdims=keep)


def parts(program: Compiled) -> list[int]:
    return [parts_of(group) for group in program.builder.plan.groups]


SHAPES = [((768, 128), 12), ((256, 17), 4), ((300, 40), 5), ((1000, 1000), 20), ((257, 40), 0),
          ((255, 40), 0), ((768, 8), 0), ((512, 2000), 0)]  # fmt: skip


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize(("shape", "count"), SHAPES, ids=str)
def test_rows_are_summed_in_parts(shape: tuple[int, int], count: int, keep: bool) -> None:
    x, y = placeholder(shape, np.dtype("float32")), placeholder((1, shape[1]), np.dtype("float32"))
    sums = columns(P["exp"](x), keep), columns(x, keep)
    update = P["subtract"](y if keep else P["reshape"](y, shape=shape[1:]), sums[0])
    program = Compiled([x, y], [*sums, update])
    assert parts(program) == [count]
    a = RANDOM.normal(size=shape).astype("float32")
    b = RANDOM.normal(size=(1, shape[1])).astype("float32")
    answers = [program(a, b, threads=n) for n in (1, 2, 3, 4)]
    one, two = (f(a.astype(float)).sum(axis=0, keepdims=keep) for f in (np.exp, lambda v: v))
    wanted = one, two, b.reshape(one.shape) - one
    for got, want in zip(answers[0], wanted, strict=True):
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, rtol=2e-5, atol=2e-3)
    for other in answers[1:]:
        assert [x.tobytes() for x in other] == [x.tobytes() for x in answers[0]]


def test_what_is_summed_is_stored_by_the_same_kernel() -> None:
    x = placeholder((512, 64), np.dtype("float32"))
    made = P["exp"](x)
    program = Compiled([x], [made, columns(made)])
    first, second = program.builder.calls
    assert first.group is second.group
    assert first.shared
    assert len(first.nest.inner) == 1
    assert len(second.nest.inner) == 0
    a = RANDOM.normal(size=x.shape).astype("float32")
    whole, total = program(a)
    np.testing.assert_allclose(whole, np.exp(a), rtol=1e-6)
    np.testing.assert_allclose(total, np.exp(a.astype(float)).sum(axis=0), rtol=1e-5)


def test_parts_never_begin_within_what_indices_need() -> None:
    """Rows of several axes, which do not divide as the parts do."""
    x = placeholder((3, 100, 40), np.dtype("float32"))
    flat = P["reshape"](P["permute"](x, axes=(1, 0, 2)), shape=(300, 40))
    program = Compiled([x], [columns(P["exp"](flat))])
    a = RANDOM.normal(size=x.shape).astype("float32")
    want = np.exp(a.astype(float)).sum(axis=(0, 1))
    np.testing.assert_allclose(program(a)[0], want, rtol=1e-5)


@pytest.mark.parametrize("name", ["sum", "max"])
def test_whole_numbers_and_other_reductions_stay(name: str) -> None:
    x = placeholder((512, 64), np.dtype("int64" if name == "sum" else "float32"))
    program = Compiled([x], [P[name](x, axis=(0,), keepdims=False)])
    assert parts(program) == [0]
    a = RANDOM.integers(-1000, 1000, x.shape).astype(x.dtype)
    np.testing.assert_array_equal(program(a)[0], getattr(np, name)(a, axis=0))
