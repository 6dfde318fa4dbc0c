"""A turned copy that only the way back reads is made there, beside its first reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.planning.later import copies_late
from tiza.readings.native.planning.plan import Planner, opened

F32 = np.dtype("float32")
ROWS, HEADS, TIME, WIDTH = 3, 2, 40, 20
SHAPE = (ROWS, TIME, 3 * HEADS * WIDTH)


def attention(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
    h = (x @ w).reshape(ROWS, TIME, 3, HEADS, WIDTH)
    q, k, v = (h[:, :, i].transpose(1, 2) for i in range(3))
    scores = tz.softmax(q * WIDTH**-0.5 @ k.transpose(-1, -2), dim=-1)
    return tz.sum((scores @ v) ** 3)


def step() -> tuple[list[Any], list[Any]]:
    given = [placeholder((ROWS, TIME, 50), F32), placeholder((50, SHAPE[-1]), F32)]
    x, w = map(tz.Tensor, given)
    return given, [(w - 0.1 * tz.grad(attention, argnums=1)(x, w)).node]


def test_values_are_turned_behind_the_way_forth() -> None:
    given, outputs = step()
    planner = Planner(given, opened(outputs))
    groups = planner.plan().groups
    copies = [i for i, g in enumerate(groups) for n in g.roots if n in planner.turned]
    exponentials = [i for i, g in enumerate(groups) if any(n.prim.name == "exp" for n in g.roots)]
    keys, values = copies
    assert keys < exponentials[0] < values
    (copy,) = [n for n in groups[values].roots if n in planner.turned]
    readers = [i for i, g in enumerate(groups) if copy in g.reads]
    assert all(groups[i].kind == "loops" for i in range(values, readers[0]))
    assert readers[0] - values <= 2


@pytest.mark.parametrize("again", [False, True])
def test_a_copy_waits_only_if_what_it_is_made_of_stays_for_others(again: bool) -> None:
    x, b = (tz.Tensor(placeholder(s, F32)) for s in ((3, 600, 600), (600, 600)))
    z = tz.sum(x, axis=0)
    product = b @ z.T
    output = product @ z if again else product
    planner = Planner([x.node, b.node], opened([output.node]))
    planner.plan()
    (copy,) = planner.turned
    reader = next(n for n in planner.order if n.prim.name == "matmul" and copy in n.inputs)
    first, other = placeholder((2,), F32), placeholder((3,), F32)
    reads = {node: planner.reads(node) for node in planner.order if node in planner.kept}
    found = copies_late(planner, {copy: {first}, reader: {copy, other}}, reads)
    assert found == {copy: {first, other} if again else {first}, reader: {copy, other}}


def test_nothing_changes_where_nothing_is_turned() -> None:
    x = placeholder((3, 3), F32)
    planner = Planner([x], opened([tz.sin(tz.Tensor(x)).node]))
    planner.plan()
    assert copies_late(planner, {x: set()}, {}) == {x: set()}


@pytest.mark.skipif(available() is not None, reason="no machine code here")
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_numbers_stay_the_same(threads: int) -> None:
    given, outputs = step()
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=n.shape).astype(F32) / 4 for n in given]
    made = Compiled(given, outputs, threads=threads)
    for found, want in zip(made(*arrays), Program(given, outputs)(*arrays), strict=True):
        np.testing.assert_allclose(found, want, rtol=2e-5, atol=2e-6)
