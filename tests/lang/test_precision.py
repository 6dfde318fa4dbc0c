"""set_float32_matmul_precision: which products are rounded, wherever they are computed."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.graph.rounding import nearest
from tiza.nn import functional as F
from tiza.readings.native.machine.llvm import available

RNG = np.random.default_rng(0)
UNCOMPILED = pytest.mark.skipif(available() is not None, reason="no llvmlite")
WAYS = [
    pytest.param(lambda f: lambda *xs: f(*map(tz.tensor, xs)), id="lazy"),
    pytest.param(tz.compile, id="compiled", marks=UNCOMPILED),
]
Way = Callable[[Callable[..., tz.Tensor]], Callable[..., tz.Tensor]]


@pytest.fixture(autouse=True)
def _medium() -> Iterator[None]:
    before = tz.get_float32_matmul_precision()
    tz.set_float32_matmul_precision("medium")
    yield
    tz.set_float32_matmul_precision(before)


def draw(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def assert_close(got: tz.Tensor, want: np.ndarray) -> None:
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got.numpy(), want, rtol=2e-5, atol=2e-5 * np.abs(want).max())


def test_word() -> None:
    assert tz.get_float32_matmul_precision() == "medium"
    for word, text in (
        ("en", "precision cannot be 'low'\n    fix: one of: highest, high, medium"),
        ("es", "precision no puede ser 'low'\n    arreglo: uno de: highest, high, medium"),
    ):
        with tz.errors.use_language(word):
            with pytest.raises(tz.errors.ArgumentError) as error:
                tz.set_float32_matmul_precision("low")
            assert str(error.value) == text
    assert tz.get_float32_matmul_precision() == "medium"


def test_each_thread_has_its_own() -> None:
    seen = []
    thread = threading.Thread(target=lambda: seen.append(tz.get_float32_matmul_precision()))
    thread.start()
    thread.join()
    assert seen == ["highest"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shapes", [
    ((64, 96), (96, 48)), ((5, 7), (7, 3)), ((1, 2), (2, 1)), ((33, 17), (17, 65)),
    ((3, 8, 10), (3, 10, 6)), ((2, 4, 16), (16, 5)), ((129, 256), (256, 130)),
], ids=str)  # fmt: skip
def test_product(shapes: tuple[tuple[int, ...], ...], way: Way) -> None:
    a, b = (draw(*s) for s in shapes)
    assert_close(way(lambda a, b: a @ b)(a, b), nearest(a) @ nearest(b))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [(64, 32, 48), (6, 5, 7), (128, 96, 250)])
def test_gradients_are_products_too(size: tuple[int, int, int], way: Way) -> None:
    n, i, o = size
    x, w, t = draw(n, i), draw(o, i), draw(n, o)

    def loss(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
        return tz.sum(F.linear(x, w) * t)  # the gradient that comes back is t

    dx, dw = way(tz.grad(loss, argnums=(0, 1)))(x, w)
    assert_close(dx, nearest(t) @ nearest(w))
    assert_close(dw, nearest(t).T @ nearest(x))


@pytest.mark.peer
@pytest.mark.parametrize("way", WAYS)
def test_product_of_pytorchs_bfloat16(way: Way) -> None:
    torch = pytest.importorskip("torch")
    a, b = draw(40, 64), draw(64, 24)
    one, two = (torch.from_numpy(x).bfloat16().float() for x in (a, b))
    assert_close(way(lambda a, b: a @ b)(a, b), (one @ two).numpy())


@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_number_stays(way: Way) -> None:
    a, b = draw(4, 8), draw(8, 32)
    a[0, 0], a[1, 3], b[2, 2] = np.nan, np.inf, -np.inf
    got = way(lambda a, b: a @ b)(a, b).numpy()
    with np.errstate(invalid="ignore"):
        want = nearest(a) @ nearest(b)
    assert np.array_equal(np.isnan(got), np.isnan(want))
    assert np.array_equal(np.isposinf(got), np.isposinf(want))
    assert np.array_equal(np.isneginf(got), np.isneginf(want))


@pytest.mark.parametrize("way", WAYS)
def test_double_and_convolutions_stay(way: Way) -> None:
    a, b = RNG.normal(size=(5, 6)), RNG.normal(size=(6, 7))
    x, w = draw(2, 3, 8, 8), draw(4, 3, 3, 3)
    both = tz.value_and_grad(lambda x, w: tz.sum(F.conv2d(x, w, padding=1) ** 2), argnums=(0, 1))
    got = [way(lambda a, b: a @ b)(a, b), *tz_flat(way(both)(x, w))]
    tz.set_float32_matmul_precision("highest")
    want = [way(lambda a, b: a @ b)(a, b), *tz_flat(way(both)(x, w))]
    for one, two in zip(got, want, strict=True):
        assert one.numpy().tobytes() == two.numpy().tobytes()


def tz_flat(made: tuple[tz.Tensor, tuple[tz.Tensor, ...]]) -> list[tz.Tensor]:
    value, slopes = made
    return [value, *slopes]


@pytest.mark.parametrize("way", WAYS)
def test_loops(way: Way) -> None:
    """A recurrent step: the state is rounded before each product, not the sum."""
    w, xs, h = draw(6, 6) / 2, draw(5, 3, 6), draw(3, 6)

    def run(w: tz.Tensor, xs: tz.Tensor, h: tz.Tensor) -> tz.Tensor:
        step = lambda h, x: (h @ w + x, h)
        return tz.scan(step, h, xs)[0]

    want = h
    for x in xs:
        want = nearest(want) @ nearest(w) + x
    got = way(run)(w, xs, h).numpy()
    np.testing.assert_allclose(got, want, rtol=1e-2, atol=2e-2)
    tz.set_float32_matmul_precision("highest")
    assert not np.allclose(way(run)(w, xs, h).numpy(), got, rtol=1e-6)


def test_a_word_counts_for_what_is_compiled_already() -> None:
    f = tz.compile(lambda a, b: a @ b)
    a, b = draw(8, 16), draw(16, 8)
    for _ in range(3):
        tz.set_float32_matmul_precision("medium")
        assert_close(f(a, b), nearest(a) @ nearest(b))
        tz.set_float32_matmul_precision("highest")
        assert_close(f(a, b), a @ b)


def test_a_word_counts_in_a_loop_of_ones_own() -> None:
    """Loops are recognised and compiled; they are other loops under another word."""
    x, t = draw(32, 16), draw(32, 4)
    weights = {}
    for word in ("highest", "medium", "high"):
        tz.set_float32_matmul_precision(word)
        tz.manual_seed(0)
        model = nn.Linear(16, 4)
        optimizer = tz.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(40):
            optimizer.zero_grad()
            loss = F.mse_loss(model(tz.tensor(x)), tz.tensor(t))
            loss.backward()
            optimizer.step()
        weights[word] = model.weight.numpy().copy()
    assert np.array_equal(weights["highest"], weights["high"])
    far = np.abs(weights["highest"] - weights["medium"]).max()
    assert 1e-6 < far < 2e-2


def task() -> tuple[np.ndarray, np.ndarray]:
    """Three classes in 32 dimensions, which overlap a little."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 600)
    return (rng.normal(size=(3, 32))[y] * 1.2 + rng.normal(size=(600, 32))).astype(np.float32), y


@pytest.mark.parametrize("compiles", [True, False])
def test_training_learns_as_much(compiles: bool) -> None:
    x, y = task()
    found = {}
    for word in ("highest", "medium"):
        tz.set_float32_matmul_precision(word)
        tz.manual_seed(0)
        model = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
        trainer = tz.Trainer(model, nn.CrossEntropyLoss(), tz.optim.Adam(model.parameters(), 1e-2),
                             metrics=["accuracy"], compile=compiles)  # fmt: skip
        history = trainer.fit(x, y, epochs=6, batch_size=32, verbose=0)
        found[word] = history.rows[-1]["loss"], history.rows[-1]["accuracy"]
    (one, right), (two, also) = found["highest"], found["medium"]
    assert one != two
    assert two == pytest.approx(one, rel=0.1, abs=0.01)
    assert also > 0.9
    assert also == pytest.approx(right, abs=0.03)
