"""A loop picks rows from a small table by itself, and reads other rows where they were computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.graph import Node, placeholder, walk
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.planning.plan import opened
from tiza.readings.native.running.compiled import Outside
from tiza.transforms import gradients

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")

F32, INT = np.dtype("float32"), np.dtype("int64")
LETTERS, STEPS, BATCH, WIDTH = 9, 6, 16, 16


def plain(rows: Any, bias: Any) -> Any:
    return rows


def sums(rows: Any, bias: Any) -> Any:
    return 2 * rows + bias


def other_order(rows: Any, bias: Any) -> Any:
    return bias - tz.tanh(rows)


def cut(rows: Any, bias: Any) -> Any:
    whole = tz.reshape(rows, (STEPS * BATCH, WIDTH)) + bias
    return tz.reshape(whole, (STEPS, BATCH, WIDTH))


def looped(
    made: Callable[[Any, Any], Any], letters: int = LETTERS
) -> tuple[list[Node], list[Node]]:
    """h ← tanh(h w + x), where x is made of rows of a table; with its slopes."""
    shapes = (letters, WIDTH), (WIDTH,), (BATCH, WIDTH), (WIDTH, WIDTH)
    given = [*(placeholder(s, F32) for s in shapes), placeholder((BATCH, STEPS), INT)]
    table, bias, start, w, index = map(tz.Tensor, given)
    rows = made(table[tz.permute(index, (1, 0))], bias)

    def step(h: Any, x: Any) -> Any:
        h = tz.tanh(h @ w + x)
        return h, h

    last, states = tz.scan(step, start, rows)
    loss = tz.sum(tz.sin(last)) + tz.sum(states * states)
    slopes = gradients(loss.node, given[:4])
    return given, [states.node, loss.node, *(g for g in slopes if g is not None)]


def same(given: list[Node], outputs: list[Node], low: int = 0) -> Compiled:
    rng = np.random.default_rng(0)
    arrays = [rng.integers(low, LETTERS, n.shape) if n.dtype == INT
              else rng.normal(size=n.shape).astype(n.dtype) / 4 for n in given]  # fmt: skip
    made = Compiled(given, outputs)
    alone = made(*arrays, threads=1)
    for threads in (2, 3, 4):
        for one, many in zip(alone, made(*arrays, threads=threads), strict=True):
            assert one.tobytes() == many.tobytes()
    for one, want in zip(alone, Program(given, outputs)(*arrays), strict=True):
        np.testing.assert_allclose(one, want, rtol=2e-4, atol=2e-5)
    return made


def sequences(outputs: list[Node]) -> list[tuple[int, ...]]:
    """The shapes of what the loops of a program read row by row."""
    scans = [n for n in walk(opened(outputs)) if n.prim.name == "scan"]
    return [x.shape for n in scans for x in n.inputs[n.attrs["consts"] + n.attrs["carry"] :]]


@pytest.mark.parametrize("made", [plain, sums, other_order, cut], ids=lambda f: f.__name__)
def test_a_loop_picks_rows_itself(made: Callable[[Any, Any], Any]) -> None:
    given, outputs = looped(made)
    same(given, outputs, low=-LETTERS)  # numbers from the end, too
    assert sequences(outputs[:1]) == [(STEPS, BATCH)]


def test_rows_that_others_read_as_well_are_written_out() -> None:
    given, outputs = looped(lambda rows, bias: rows * tz.sum(tz.sin(rows), axis=0))
    same(given, outputs)
    assert sequences(outputs[:1]) == [(STEPS, BATCH, WIDTH)]


def test_rows_of_a_table_with_more_rows_than_are_picked_are_written_out() -> None:
    given, outputs = looped(sums, letters=STEPS * BATCH)
    same(given, outputs)
    assert sequences(outputs[:1]) == [(STEPS, BATCH, WIDTH)]


def test_a_number_beyond_the_table_is_an_error() -> None:
    given, outputs = looped(sums)
    arrays = [np.full(n.shape, LETTERS if n.dtype == INT else 0.1, n.dtype) for n in given]
    with pytest.raises(Outside):
        Compiled(given, outputs)(*arrays)


@pytest.mark.parametrize("layer", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("width", [16, 256])  # rows of a power of two are padded elsewhere
def test_a_layer_reads_what_the_layer_below_made_where_it_stands(layer: Any, width: int) -> None:
    tz.manual_seed(0)
    model = layer(width, width, num_layers=2)
    x = placeholder((STEPS, BATCH, width), F32)
    loss = tz.sum(tz.sin(model(tz.Tensor(x))[0])).node
    given = [x]
    found = gradients(loss, given)
    made = same(given, [loss, *(g for g in found if g is not None)])
    plan = made.builder.plan
    computed = {root for g in plan.groups for root in g.roots} - set(plan.outputs)
    assert not [root for root in computed if root.prim.name == "reshape"]
