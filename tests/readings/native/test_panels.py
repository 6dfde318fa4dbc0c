"""Products on processors with few registers: columns copied side by side, several terms a turn."""

from dataclasses import replace

import numpy as np
import pytest

import tiza as tz
from tiza.readings.native.machine.llvm import available, host
from tiza.readings.native.recalling import graphs

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")

WAYS = {"ab": lambda a, b: a @ b, "aᵀb": lambda a, b: a.T @ b, "abᵀ": lambda a, b: a @ b.T}
SIZES = [(25, 40, 17), (48, 33, 129), (100, 512, 31), (131, 64, 257), (512, 48, 33)]


@pytest.fixture(autouse=True)
def few_registers(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = replace(host(), vector_bits=256, registers=16)
    monkeypatch.setattr(graphs, "host", lambda: narrow)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", WAYS)
def test_products_are_numpys(way: str, size: tuple[int, int, int], dtype: str) -> None:
    (m, n, k), draw = size, np.random.default_rng(0).normal
    a = draw(size=(k, m) if way == "aᵀb" else (m, k)).astype(dtype)
    b = draw(size=(n, k) if way == "abᵀ" else (k, n)).astype(dtype)
    product = tz.compile(lambda a, b: tz.maximum(WAYS[way](a, b) + 1, 0))
    found = product(a, b).numpy()
    limit = {"float32": 3e-6, "float64": 1e-14}[dtype] * k**0.5
    np.testing.assert_allclose(found, np.maximum(WAYS[way](a, b) + 1, 0), atol=limit)
    alike = [product.last(a, b, threads=threads)[0] for threads in (1, 2, 3)]
    assert all(np.array_equal(found, other) for other in alike)


def test_columns_are_copied_where_many_rows_read_them() -> None:
    x = tz.tensor(np.ones((48, 64), np.float32))
    product = tz.compile(lambda a, b: a @ b)
    for columns, copied in ((64, True), (16, False)):
        product(x, tz.tensor(np.ones((64, columns), np.float32)))
        (call,) = product.last.builder.calls
        assert call.plan is not None
        assert call.plan.packed is copied


def test_threads_keep_to_their_rows() -> None:
    rng = np.random.default_rng(0)
    x, w, v = (rng.normal(size=s).astype(np.float32) for s in ((448, 64), (64, 96), (96, 48)))
    layers = tz.compile(lambda x, w, v: tz.maximum(x @ w, 0) @ v)
    np.testing.assert_allclose(layers(x, w, v).numpy(), np.maximum(x @ w, 0) @ v, atol=1e-3)
    plans = [call.plan for call in layers.last.builder.calls if call.plan is not None]
    assert [plan.chunk for plan in plans] == [56, 56]
    assert [call.trips for call in layers.last.builder.calls] == [8, 8]
    assert "448/56/" in layers.last.show()
    assert "× 96 (lanes, panels) × reduced 64" in layers.last.show()


def test_gathered_rows_are_copied_once() -> None:
    """Rows picked by numbers, summed over: what the first layer's weights learn."""
    rng = np.random.default_rng(0)
    data, rows = rng.normal(size=(50, 96)).astype(np.float32), rng.permutation(50)[:32]
    errors = rng.normal(size=(32, 40)).astype(np.float32)
    learned = tz.compile(lambda e, x, i: e.T @ x[i])(errors, data, rows)
    np.testing.assert_allclose(learned.numpy(), errors.T @ data[rows], atol=1e-5)


@pytest.mark.parametrize(("batch", "together"), [(16, 8), (20, 0), (32, 16), (48, 16)])
def test_loops_take_rows_together_and_lengthen_what_they_read_again(
    batch: int, together: int
) -> None:
    """The turned weights of a recurrent layer, whose rows are a multiple of 1 KiB."""
    rng = np.random.default_rng(0)
    x, h, w = (rng.normal(size=s).astype(np.float32) / 8 for s in ((3, batch, 256), (batch, 256),
                                                                  (256, 256)))  # fmt: skip

    def f(x: tz.Tensor, h: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
        def step(h: tz.Tensor, row: tz.Tensor) -> tuple[tz.Tensor, tz.Tensor]:
            h = tz.tanh(row + h @ w.T)
            return h, h

        return tz.scan(step, h, x)[1]

    loop = tz.compile(f)
    found = loop(x, h, w).numpy()
    want = []
    for row in x:
        h = np.tanh(row + h @ w.T)
        want.append(h)
    np.testing.assert_allclose(found, want, atol=1e-5)
    (body,) = [c.loop.children[0] for c in loop.last.builder.calls if c.loop is not None]
    (product,) = [c for c in body.calls if c.plan is not None and c.plan.row is not None]
    assert product.plan is not None
    assert product.plan.chunk == together
    assert (256, 272) in [node.shape for node in body.plan.inputs]
    alike = [loop.last(x, want[-1] * 0 + want[-1], w, threads=threads)[0] for threads in (1, 2, 3)]
    assert all(np.array_equal(alike[0], other) for other in alike)
