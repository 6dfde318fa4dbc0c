"""Values are written over operands that nobody needs any more, and only over those."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import tiza as tz
from tiza.readings.native.placing.upon import entrywise

Made = Callable[[tz.Tensor], tz.Tensor]


def compiled(f: Made, rows: int = 48) -> tuple[object, np.ndarray, np.ndarray]:
    """The program of `f`, what it gives, and what NumPy gives."""
    x = np.random.default_rng(0).normal(size=(rows, rows)).astype(np.float32) / rows**0.5
    program = tz.compile(f)
    made = program(x).numpy()
    return program.last.builder, made, f(tz.tensor(x)).numpy()


def homes(builder: object, name: str) -> set[int]:
    """The numbers of the buffers of all values in memory that this primitive makes."""
    return {v.buffer.number for n, v in builder.memory.items() if n.prim.name == name}


def product(x: tz.Tensor) -> tuple[tz.Tensor, tz.Tensor]:
    """A matrix, and a sum for each row, for which the matrix has to stand in memory."""
    y = x @ x
    return y, 1 + tz.sum(y * y, axis=1, keepdims=True)


def plain(x: tz.Tensor) -> tz.Tensor:
    y, s = product(x)
    return tz.exp(y / s) @ x


def late(x: tz.Tensor) -> tz.Tensor:
    y, s = product(x)
    return (tz.exp(y / s) @ x) @ y  # a later kernel reads y


def turned(x: tz.Tensor) -> tz.Tensor:
    y, s = product(x)
    return tz.exp((y + y.T) / s) @ x  # y is read at another entry, too


def beside(x: tz.Tensor) -> tz.Tensor:
    y, s = product(x)
    return (tz.exp(y / s) @ x) + (tz.sin(y * s) @ x) + (tz.tanh(y) * s) @ x


def before(x: tz.Tensor) -> tz.Tensor:
    y, s = product(x)
    z = tz.exp(y / s)
    return (z / (1 + tz.sum(z + y, axis=1, keepdims=True))) @ x


@pytest.mark.parametrize("f", [plain, late, turned, beside, before], ids=lambda f: f.__name__)
@pytest.mark.parametrize("rows", [7, 16, 48, 256])
def test_the_numbers_are_those_of_numpy(f: Made, rows: int) -> None:
    _, made, want = compiled(f, rows)
    np.testing.assert_allclose(made, want, rtol=1e-4, atol=2e-5)


def test_a_value_takes_the_place_of_its_last_operand() -> None:
    builder, _, _ = compiled(plain)
    assert homes(builder, "exp") < homes(builder, "matmul")


@pytest.mark.parametrize("f", [late, turned], ids=lambda f: f.__name__)
def test_what_is_still_needed_stays(f: Made) -> None:
    builder, _, _ = compiled(f)
    assert homes(builder, "exp")
    assert not homes(builder, "matmul") & homes(builder, "exp")


def test_of_several_readers_the_last_is_written_over_what_all_have_read() -> None:
    builder, _, _ = compiled(beside)
    products = homes(builder, "matmul")
    assert homes(builder, "multiply") & products
    assert not (homes(builder, "exp") | homes(builder, "sin")) & products


def test_sums_of_several_passes_stand_where_the_result_will() -> None:
    """Between the passes of a long product; nobody else asks for them."""

    def f(x: tz.Tensor, y: tz.Tensor) -> tz.Tensor:
        return tz.exp((x.T @ y) * 0.01) @ y.T

    random = np.random.default_rng(0)
    x, y = (random.normal(size=(1024, 256)).astype(np.float32) for _ in range(2))
    program = tz.compile(f)
    np.testing.assert_allclose(
        program(x, y).numpy(), f(tz.tensor(x), tz.tensor(y)).numpy(), rtol=1e-3, atol=1e-2
    )
    builder = program.last.builder
    (first,) = [c for c in builder.calls if c.nest and c.nest.passes]
    assert sorted(s.passing for s in first.nest.outer) == [False, True]
    assert len({s.buffer for s in first.nest.outer}) == 1


def test_where_a_value_is_read() -> None:
    x = tz.tensor(np.ones((2, 2), np.float32)).node
    y = (tz.tensor(np.ones((2, 2), np.float32)) * 3.0).node
    both = (tz.Tensor(x) + tz.Tensor(y).T).node
    assert entrywise(both, {x, y}) == {x: True, y: False}
