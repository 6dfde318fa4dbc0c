"""Rows too short for a vector stand column by column, unless somebody needs them as rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tiza as tz
from tiza.nn import functional as F
from tiza.readings.native.machine.llvm import host

LANES = host().vector_bits // 32
Made = Callable[[tz.Tensor, tz.Tensor], tz.Tensor]


def compiled(f: Made, rows: int, columns: int) -> tuple[object, np.ndarray, np.ndarray]:
    """The program of `f` on a product of so many rows and columns, what it gives, and NumPy's."""
    random = np.random.default_rng(0)
    x, w = (random.normal(size=(n, 24)).astype(np.float32) for n in (rows, columns))
    program = tz.compile(f)
    made = program(x, w).numpy()
    return program.last.builder, made, f(tz.tensor(x), tz.tensor(w)).numpy()


def assert_close(made: np.ndarray, expected: np.ndarray) -> None:
    """Equal to rounding, of numbers as large as the largest."""
    np.testing.assert_allclose(made, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


def strides(builder: object, shape: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Of all values of this shape in the arena."""
    return {v.strides for v in builder.memory.values()
            if v.shape == shape and v.buffer.argument is None}  # fmt: skip


def softmax(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
    return tz.sum(F.softmax(x @ w.T, dim=1) ** 2, axis=0)


def layers(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
    h = tz.tanh(x @ w.T)
    return h.T @ tz.relu(h @ w)


def labels(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
    return F.cross_entropy(x @ w.T, tz.arange(x.shape[0]) % w.shape[0])


@pytest.mark.parametrize("f", [softmax, layers, labels])
@pytest.mark.parametrize("columns", [2, LANES - 1])
@pytest.mark.parametrize("rows", [LANES, 2 * LANES + 3])
def test_short_rows_stand_column_by_column(f, rows, columns):
    builder, made, expected = compiled(f, rows, columns)
    assert_close(made, expected)
    assert strides(builder, (rows, columns)) == {(1, rows)}


@pytest.mark.parametrize(("rows", "columns"), [(2 * LANES, LANES), (LANES - 1, 3)])
def test_long_rows_and_few_rows_stay_as_they_are(rows, columns):
    builder, made, expected = compiled(softmax, rows, columns)
    assert_close(made, expected)
    assert strides(builder, (rows, columns)) == {(columns, 1)}


def picked(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
    z = x @ w.T
    return tz.sum(tz.exp(z)[np.array([3, 1, 3])] * z[:3], axis=1)


def reshaped(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
    z = x @ w.T
    return tz.sum(tz.reshape(z, (-1, 2 * w.shape[0])), axis=0) @ tz.ones(2 * w.shape[0], 1)


@pytest.mark.parametrize("f", [picked, reshaped])
def test_rows_that_are_picked_or_follow_one_another_stay_rows(f):
    builder, made, expected = compiled(f, 2 * LANES, 6)
    assert_close(made, expected)
    assert strides(builder, (2 * LANES, 6)) <= {(6, 1)}


def test_the_body_of_a_loop_keeps_rows():
    """Its threads keep to rows of their own."""
    random = np.random.default_rng(0)
    steps, start = (random.normal(size=(*n, 6)).astype(np.float32) for n in ((5, 32), (32,)))
    w = random.normal(size=(6, 6)).astype(np.float32)

    def run(xs: tz.Tensor, h: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
        return tz.scan(lambda h, x: (tz.tanh(h @ w + x), tz.sum(h)), h, xs)[0]

    program = tz.compile(run)
    made = program(steps, start, w).numpy()
    expected = run(tz.tensor(steps), tz.tensor(start), tz.tensor(w)).numpy()
    assert_close(made, expected)


@pytest.mark.parametrize("f", [softmax, layers, labels])
def test_any_number_of_threads_gives_the_same_bits(f):
    random = np.random.default_rng(1)
    x, w = (random.normal(size=(n, 300)).astype(np.float32) for n in (2048, 10))
    one, *others = (tz.compile(f, threads=n)(x, w).numpy() for n in (1, 2, 3, 4))
    assert all(np.array_equal(one, other) for other in others)
