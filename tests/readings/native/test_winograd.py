"""Convolutions with fewer multiplications: the same numbers, and only where that pays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import Node, walk
from tiza.nn import functional as F
from tiza.readings.evaluate import evaluate
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.placing.cuts import NEAR, cut
from tiza.readings.native.planning.plan import opened
from tiza.readings.native.rewriting.winograd import POINTS, matrices, tile
from tiza.readings.native.scheduling.sharing import APART, scattered
from tiza.readings.native.terms.tables import TILES

RANDOM = np.random.default_rng(0)
Sizes = tuple[int, int, int, int, int]  # pictures, channels before and after, rows, columns
CASES: list[tuple[Sizes, Any]] = [
    ((16, 32, 32, 12, 12), 0),
    ((33, 24, 48, 13, 11), 1),
    ((9, 48, 24, 6, 7), 2),
    ((64, 40, 40, 4, 4), (1, 0)),
    ((8, 64, 64, 3, 21), 1),
    ((20, 33, 31, 10, 6), (0, 1)),
]
CLOSE = {"float32": 1e-5, "float64": 1e-13}  # of the largest entry
needs_compiler = pytest.mark.skipif(available() is not None, reason="no llvmlite")


def numbers(sizes: Sizes, dtype: str) -> list[Any]:
    n, inner, out, rows, columns = sizes
    x = RANDOM.normal(size=(n, inner, rows, columns))
    w = RANDOM.normal(size=(out, inner, 3, 3)) / np.sqrt(9 * inner)
    return [a.astype(dtype) for a in (x, w, RANDOM.normal(size=out))]


def learning(padding: Any, **options: Any) -> Any:
    """A convolution of a formula, what follows, and all slopes."""

    def f(x: tz.Tensor, w: tz.Tensor, b: tz.Tensor) -> tuple[tz.Tensor, ...]:
        def loss(x: tz.Tensor, w: tz.Tensor, b: tz.Tensor) -> tz.Tensor:
            y = F.conv2d(tz.tanh(x), w, b, padding=padding, **options)
            return tz.sum(tz.tanh(y) * tz.relu(y))

        y = F.conv2d(tz.tanh(x), w, b, padding=padding, **options)
        return (tz.relu(y), *tz.grad(loss, argnums=(0, 1, 2))(x, w, b))

    return f


def tiled(outputs: list[Node]) -> list[str]:
    return [n.prim.name for n in walk(outputs) if n.prim.name in TILES]


def assert_near(mine: Any, want: Any, close: float) -> None:
    assert np.abs(mine - want).max() <= close * np.abs(want).max()


@pytest.mark.parametrize("m", POINTS)
def test_a_tile_is_a_correlation(m: int) -> None:
    way = matrices(m)
    a, g, b = (np.array(x) for x in (way.a, way.g, way.b))
    kernel, d = RANDOM.normal(size=(3, 3)), RANDOM.normal(size=(m + 2, m + 2))
    want = [[np.sum(kernel * d[i : i + 3, j : j + 3]) for j in range(m)] for i in range(m)]
    np.testing.assert_allclose(a @ ((g @ kernel @ g.T) * (b @ d @ b.T)) @ a.T, want, rtol=1e-12)


def test_tiles_pay_where_there_are_channels_and_pictures() -> None:
    assert tile(32, 64, (24, 24), 64) == 4
    assert tile(64, 64, (2, 2), 64) == 2  # tiles of four would be three quarters empty
    assert tile(32, 64, (24, 24), 1) == 0  # nothing to fill the lanes with
    assert tile(1, 32, (26, 26), 64) == 0
    assert tile(64, 64, (1, 1), 64) == 0


@pytest.mark.parametrize(("sizes", "padding"), CASES, ids=str)
def test_the_rewritten_graph_has_the_same_value(sizes: Sizes, padding: Any) -> None:
    given = [tz.tensor(a) for a in numbers(sizes, "float64")]
    outputs = [t.node for t in learning(padding)(*given)]
    new = opened(outputs)
    assert tiled(new)
    for mine, want in zip(evaluate(new), evaluate(outputs), strict=True):
        assert_near(mine, want, 1e-13)


@needs_compiler
@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize(("sizes", "padding"), CASES, ids=str)
def test_compiled_convolutions_and_slopes(sizes: Sizes, padding: Any, dtype: str) -> None:
    f, given = learning(padding), numbers(sizes, dtype)
    compiled = tz.compile(f, threads=1)
    first = [t.numpy() for t in compiled(*given)]
    rest = [compiled.last(*given, threads=n) for n in (2, 3, 4)]  # of the same machine code
    want = [t.numpy() for t in f(*(tz.tensor(a.astype("float64")) for a in given))]
    assert {c.group.kind for c in compiled.last.builder.calls if c.group} & TILES
    for mine, one in zip(first, want, strict=True):
        assert_near(mine, one, CLOSE[dtype])
    for other in rest:
        for mine, one in zip(other, first, strict=True):
            np.testing.assert_array_equal(mine, one)


@needs_compiler
def test_threads_share_channels_of_the_only_piece() -> None:
    x, w, b = numbers((16, 64, 96, 4, 4), "float32")
    f = lambda x, w, b: F.conv2d(tz.tanh(x), w, b, padding=1)
    compiled = [tz.compile(f, threads=n) for n in (1, 2, 3)]
    first, *rest = [c(x, w, b).numpy() for c in compiled]
    calls = compiled[0].last.builder.calls
    (call,) = [c for c in calls if c.group and c.group.kind == "slid"]
    assert cut(call.group.roots[0], compiled[0].last.builder.machine).pieces == 1
    assert (call.trips, call.shared) == (6, True)  # 16 channels each
    assert_near(first, f(*(tz.tensor(a.astype("float64")) for a in (x, w, b))).numpy(), 1e-5)
    for other in rest:
        np.testing.assert_array_equal(other, first)


@pytest.mark.parametrize(
    "options",
    [{"stride": 2}, {"dilation": 2}, {"groups": 2}, {"stride": (1, 2)}],
    ids=str,
)
def test_other_convolutions_stay_as_they_are(options: dict[str, Any]) -> None:
    x, w, b = numbers((16, 64, 64, 12, 12), "float64")
    w = w[:, : 64 // options.get("groups", 1)]
    outputs = learning(1, **options)(*(tz.tensor(a) for a in (x, w, b)))
    slopes = [t.node for t in outputs]
    assert not tiled(opened([slopes[0], slopes[2]]))


@needs_compiler
@pytest.mark.peer
@pytest.mark.parametrize("dtype", CLOSE)
def test_pytorch_computes_the_same(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    x, w, b = numbers((32, 48, 64, 14, 15), dtype)
    mine = [t.numpy() for t in tz.compile(learning(1))(x, w, b)]
    given = [torch.tensor(a, requires_grad=True) for a in (x, w, b)]
    y = torch.nn.functional.conv2d(torch.tanh(given[0]), given[1], given[2], padding=1)
    (torch.tanh(y) * torch.relu(y)).sum().backward()
    theirs = [torch.relu(y).detach(), *(a.grad for a in given)]
    for one, other in zip(mine, theirs, strict=True):
        assert_near(one, other.numpy(), CLOSE[dtype])


@needs_compiler
def test_it_is_shown_in_words_and_formulas() -> None:
    compiled = tz.compile(learning(0))
    compiled(*numbers((16, 32, 32, 12, 12), "float32"))
    text = compiled.last.show()
    assert "tiles of 4 × 4 results: 36 multiplications instead of 144" in text
    assert "= Aᵀ (u" in text
    assert "G w Gᵀ" in text
    with tz.errors.use_language("es"):
        assert "36 multiplicaciones en vez de 144" in compiled.last.show()


@needs_compiler
@pytest.mark.parametrize("sizes", [(32, 128, 24, 24, 24), (48, 16, 160, 20, 20)], ids=str)
def test_pieces_fit_into_a_near_cache(sizes: Sizes) -> None:
    compiled = tz.compile(learning(1))
    compiled(*numbers(sizes, "float32"))
    builder = compiled.last.builder
    found = [rooms for rooms in builder.places.rooms.values() if rooms]
    assert len(found) == 3  # the convolution, what comes back through it, what its kernel learns
    for rooms in found:
        assert sum(b.bytes // b.shares for b in rooms) < 2 * NEAR


@pytest.mark.parametrize("twice", [False, True])
def test_relu_is_made_where_results_are_put_together(twice: bool) -> None:
    x, w, b = (tz.tensor(a) for a in numbers((16, 32, 32, 12, 12), "float64"))
    y = F.conv2d(x, w, b)
    outputs = [F.relu(y).node, *([tz.tanh(y).node] if twice else [])]
    new = opened(outputs)
    assert ("relu" in [n.prim.name for n in walk(new)]) == twice
    for mine, want in zip(evaluate(new), evaluate(outputs), strict=True):
        assert_near(mine, want, 1e-13)


@needs_compiler
def test_a_block_learns_as_without_tiles() -> None:
    def slopes(*given: tz.Tensor) -> tuple[tz.Tensor, ...]:
        def loss(x: tz.Tensor, w: tz.Tensor, b: tz.Tensor) -> tz.Tensor:
            y = F.relu(F.conv2d(F.relu(x), w, b, padding=1))
            return tz.sum(F.max_pool2d(y, 2) ** 2)

        return tz.grad(loss, argnums=(0, 1, 2))(*given)

    given = numbers((16, 32, 48, 12, 10), "float64")
    compiled = tz.compile(slopes)
    mine = compiled(*given)
    slid = [c.group.roots[0] for c in compiled.last.builder.calls if c.group.kind == "slid"]
    assert [n.attrs["relu"] for n in slid] == [True, False]
    for one, want in zip(mine, slopes(*map(tz.tensor, given)), strict=True):
        assert_near(one.numpy(), want.numpy(), 1e-13)


@needs_compiler
def test_weights_that_stand_apart_are_gathered_by_all_threads() -> None:
    x, w, b = numbers((16, 32, 64, 12, 12), "float32")
    f = tz.compile(lambda x, w, b: tz.tanh(F.conv2d(x, w, b)))
    f(x, w, b)
    calls = {c.group.kind: c for c in f.last.builder.calls if c.group is not None}
    apart = calls["apart"]
    assert apart.shared
    assert scattered(apart.nest, apart.plan.lane) == APART * 9 * 64 * 32
    assert scattered(apart.nest, None) == 0
    found = [f.last(x, w, b, threads=n)[0] for n in (1, 2, 3)]
    assert all(np.array_equal(found[0], other) for other in found)
