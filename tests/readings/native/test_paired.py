"""Products of pairs: the same numbers, each factor put in pairs once, any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, placeholder, walk
from tiza.graph.precision import precision
from tiza.graph.rounding import nearest, rounded
from tiza.nn import functional as F
from tiza.readings.native import Compiled
from tiza.readings.native import program as building
from tiza.readings.native.machine.llvm import available, host
from tiza.readings.native.machine.processor import Machine
from tiza.readings.native.rewriting.paired import paired, takes_pairs, transposed
from tiza.readings.native.terms.words import pairs

FLOAT32 = np.dtype("float32")
RANDOM = np.random.default_rng(0)
CLOSE = 3e-6  # of the largest entry
can_pair = available() is None and takes_pairs(host())
needs_pairs = pytest.mark.skipif(not can_pair, reason="no AVX512_BF16 here")


@pytest.fixture(autouse=True)
def _medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "products", "medium")


def draw(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def words_of(nodes: list[Node]) -> list[tuple[int, bool]]:
    found = [n for n in walk(nodes) if n.prim is pairs]
    return sorted((n.attrs["axis"], n.attrs["turned"]) for n in found)


def rounded_product(a: Node, b: Node) -> Node:
    return rounded([a @ b])[0]


def test_a_layer_puts_each_matrix_in_pairs_once_for_each_way_of_reading() -> None:
    x, w, g = (placeholder(s, FLOAT32) for s in ((64, 96), (48, 96), (64, 48)))
    there = rounded_product(x, transposed(w))
    back = rounded_product(g, w)
    learned = rounded_product(transposed(g), x)
    again = rounded_product(x, transposed(w)) + there
    # x along its rows and its columns, w turned and as it is, g along rows and columns
    assert words_of(paired([there, back, learned, again])) == [
        (0, False), (0, False), (0, False), (1, False), (1, False), (1, True),
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [(4, 96, 4), (64, 95, 64), (64, 8, 64), (16, 16, 16)], ids=str)
def test_small_and_odd_products_stay(shape: tuple[int, int, int]) -> None:
    m, k, n = shape
    y = rounded_product(placeholder((m, k), FLOAT32), placeholder((k, n), FLOAT32))
    assert paired([y]) == [y]


def test_only_rounded_factors_are_put_in_pairs() -> None:
    x = placeholder((64, 64), FLOAT32)
    assert paired([x @ x]) == [x @ x]


def test_other_processors_multiply_numbers() -> None:
    assert not any(takes_pairs(Machine.named(name)) for name in ("SSE", "AVX2", "AVX-512", "NEON"))


# -- what is computed ------------------------------------------------------------------------

SIZES = [(16, 32), (1, 2), (3, 34), (15, 30), (17, 66), (33, 14), (130, 258), (31, 2)]


@needs_pairs
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("way", [(0, False), (1, False), (1, True)], ids=str)
def test_words(size: tuple[int, int], way: tuple[int, bool],
               monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(building, "SMALL", 0.0)
    axis, turned = way
    shape = size if axis else size[::-1]
    array = draw(*shape)
    array.ravel()[:2] = np.inf, np.nan
    x = placeholder(shape, FLOAT32)
    node = pairs(x, axis=axis, turned=turned)
    want = pairs.value(array, axis=axis, turned=turned)
    made = Compiled([x], [node])
    for threads in (1, 2, 3, 4):
        got = made(array, threads=threads)[0]
        assert got.shape == want.shape
        assert np.array_equal(halves(got), halves(want), equal_nan=True)


def halves(words: Any) -> np.ndarray:
    """The two numbers of each word."""
    bits = np.ascontiguousarray(words).view(np.uint32)
    return np.stack([bits << 16, bits & 0xFFFF0000]).view(np.float32)


@needs_pairs
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("turned", [False, True])
def test_words_of_a_matrix_that_lies_the_other_way(axis: int, turned: bool) -> None:
    array = draw(18, 34)
    x = placeholder((18, 34), FLOAT32)
    node = pairs(transposed(x), axis=axis, turned=turned)
    want = pairs.value(np.ascontiguousarray(array.T), axis=axis, turned=turned)
    assert np.array_equal(halves(Compiled([x], [node])(array)[0]), halves(want))


@needs_pairs
@pytest.mark.parametrize("size", [(1, 2, 1), (2, 4, 3), (3, 6, 2), (5, 8, 7)], ids=str)
def test_short_products_of_pairs(size: tuple[int, int, int],
                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """They are not made, but would be right: narrower vectors, and single numbers."""
    m, k, n = size
    a, b = draw(m, k), draw(k, n)
    x, y = placeholder(a.shape, FLOAT32), placeholder(b.shape, FLOAT32)
    node = P["matmul"](pairs(x, axis=1, turned=False), pairs(y, axis=0, turned=False))
    want = nearest(a) @ nearest(b)
    monkeypatch.setattr(precision, "products", "highest")  # words are no numbers to be rounded
    np.testing.assert_allclose(Compiled([x, y], [node])(a, b)[0], want, rtol=1e-5, atol=1e-5)


SHAPES = [
    (64, 96, 48),
    (129, 64, 77),
    (33, 130, 50),
    (16, 1024, 16),
    (256, 600, 130),
    (400, 32, 17),
]


@needs_pairs
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_layer(shape: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward and both gradients against NumPy; equal bits for all numbers of threads."""
    monkeypatch.setattr(building, "SMALL", 0.0)
    m, k, n = shape
    x, w, t = draw(m, k), draw(n, k), draw(m, n)

    def both(x: tz.Tensor, w: tz.Tensor, t: tz.Tensor) -> tuple[tz.Tensor, ...]:
        loss = lambda x, w: tz.sum(F.linear(x, w) * t)
        return (F.linear(x, w), *tz.grad(loss, argnums=(0, 1))(x, w))

    rx, rw, rt = map(nearest, (x, w, t))
    wanted = rx @ rw.T, rt @ rw, rt.T @ rx
    alone = None
    for threads in (1, 2, 3, 4):
        f = tz.compile(both, threads=threads)
        made = [y.numpy() for y in f(x, w, t)]
        assert words_of([r for g in f.last.builder.plan.groups for r in g.roots])
        for got, want in zip(made, wanted, strict=True):
            assert np.abs(got - want).max() <= CLOSE * np.abs(want).max()
        alone = alone or [y.tobytes() for y in made]
        assert [y.tobytes() for y in made] == alone


@needs_pairs
def test_what_is_no_number_stays() -> None:
    a, b = draw(64, 64), draw(64, 64)
    a[0, 0], a[1, 3], b[2, 2], a[5, :], b[:, 9] = np.nan, np.inf, -np.inf, 1e-41, 1e-42
    got = tz.compile(lambda a, b: a @ b)(a, b).numpy()
    with np.errstate(invalid="ignore"):
        want = nearest(a) @ nearest(b)
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)
    assert not got[5, 9:].any()  # subnormal numbers count as 0


@needs_pairs
def test_formulas_say_what_is_rounded() -> None:
    f = tz.compile(lambda x, w: x @ w)
    f(draw(64, 64), draw(64, 64))
    text = f.last.show()
    assert "= bf16(x)" in text
    assert "= bf16(w)" in text
    rows = f.profile().rows
    flops = [row.flops for row in rows]
    assert max(flops) == pytest.approx(2 * 64**3, rel=0.1)
