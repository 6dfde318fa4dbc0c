"""Square tiles turned in registers; products of stacks whose second factor is turned."""

from __future__ import annotations

import numpy as np
import pytest

import tiza as tz

RANDOM = np.random.default_rng(0)
SIZES = (1, 7, 8, 15, 16, 17, 33, 130)


def kinds(f: object) -> set[str]:
    """The schedules of the kernels of a compiled function."""
    return {c.plan.kind for c in f.last.builder.calls if c.plan is not None}  # type: ignore[attr-defined]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_matrices_of_any_size_are_turned(dtype: str) -> None:
    many = [RANDOM.normal(size=(m, n)).astype(dtype) for m in SIZES for n in SIZES]
    f = tz.compile(lambda *xs: [x.T for x in xs])
    for x, got in zip(many, f(*many), strict=True):
        np.testing.assert_array_equal(got.numpy(), x.T)
    assert "turned" in kinds(f)


@pytest.mark.parametrize("axes", [(0, 2, 3, 1), (2, 1, 0, 3), (3, 2, 1, 0), (1, 0, 3, 2)])
def test_axes_are_exchanged(axes: tuple[int, ...]) -> None:
    x = RANDOM.normal(size=(5, 19, 3, 34)).astype("float32")
    f = tz.compile(lambda x: tz.permute_dims(x, axes))
    np.testing.assert_array_equal(f(x).numpy(), x.transpose(axes))


def test_threads_share_a_turned_matrix() -> None:
    x = RANDOM.normal(size=(515, 770)).astype("float32")
    for threads in (1, 2, 3, 4):
        f = tz.compile(lambda x: x.T, threads=threads)
        np.testing.assert_array_equal(f(x).numpy(), x.T)


@pytest.mark.parametrize("t", [16, 40, 65])
def test_a_stack_of_products_reads_a_turned_copy(t: int) -> None:
    q, k = (RANDOM.normal(size=(3, t, 2, 24)).astype("float32") for _ in range(2))
    heads = lambda x: tz.permute_dims(x, (0, 2, 1, 3))
    f = tz.compile(lambda q, k: heads(q) @ heads(k).mT)
    want = np.einsum("nihd,njhd->nhij", q.astype("float64"), k.astype("float64"))
    np.testing.assert_allclose(f(q, k).numpy(), want, rtol=2e-5, atol=2e-5)
    assert ("turned" in kinds(f)) == (t >= 32)


def test_the_same_program_is_written_in_the_same_words() -> None:
    """Or the cache of objects would not know it again."""
    x, w, m, v = (np.ones(s, "float32") for s in ((64, 300), *[(300, 128)] * 3))

    def step(x: tz.Tensor, w: tz.Tensor, m: tz.Tensor, v: tz.Tensor) -> list[tz.Tensor]:
        g = x.T @ tz.tanh(x @ w)
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
        return [w - 0.1 * m / (tz.sqrt(v) + 1e-8), m, v]

    def text() -> str:
        f = tz.compile(step)
        f(x, w, m, v)
        return f.last.builder.text()

    assert len({text() for _ in range(6)}) == 1


def test_kernels_share_what_turns_a_tile() -> None:
    def shuffles(*shapes: tuple[int, int]) -> int:
        f = tz.compile(lambda *xs: [x.T for x in xs])
        f(*(np.ones(s, "float32") for s in shapes))
        assert kinds(f) == {"turned"}
        return sum("shufflevector" in line for line in f.last.builder.text().splitlines())

    assert shuffles((64, 128)) == shuffles((64, 128), (128, 64), (256, 192)) > 0
    assert shuffles((64, 128)) < shuffles((64, 128), (130, 64))  # what is left at the edge
