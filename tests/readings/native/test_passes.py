"""Long products summed in several passes, and what stands still in a loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder, walk
from tiza.readings.native.machine.llvm import host
from tiza.readings.native.planning.passes import HELD, deep
from tiza.readings.native.planning.plan import opened
from tiza.readings.native.terms.tables import AMPLE

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "shape",
    [
        (2048, 130, 67),
        (1024, 33, 256),
        (1536, 200, 16),
        (2080, 65, 128),
        (2708, 16, 143),
        (1433, 77, 130),
    ],
)
def test_long_products_equal_numpys(shape: tuple[int, int, int], dtype: str) -> None:
    k, m, n = shape
    a, b, w = (RANDOM.normal(size=s).astype(dtype) for s in ((k, m), (k, n), (m, n)))
    f = tz.compile(lambda a, b, w: (w - tz.tanh(a.T @ b), w * 2))
    got = f(a, b, w)
    want = w - np.tanh(a.astype("float64").T @ b.astype("float64"))
    tight = 2e-5 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(got[0], want, rtol=tight, atol=100 * tight)
    passes = [call.nest.passes for call in f.last.builder.calls if call.nest is not None]
    held = host().registers < AMPLE and b.nbytes <= HELD
    assert any(passes) is not held


def test_threads_do_not_change_long_products() -> None:
    a, b = (RANDOM.normal(size=(2048, n)).astype("float32") for n in (130, 130))
    f: Any = lambda a, b: tz.tanh(a.T @ b)
    first, *rest = [tz.compile(f, threads=n)(a, b).numpy() for n in (1, 2, 3, 4)]
    for other in rest:
        np.testing.assert_array_equal(first, other)


def test_few_terms_need_one_pass() -> None:
    f64 = np.dtype("float64")
    product = lambda k: placeholder((3, k), f64) @ placeholder((k, 4), f64)
    assert [deep(product(k)) for k in (64, 512, 768, 1000, 2048, 521)] == [0, 0, 3, 4, 8, 0]
    assert [deep(product(k)) for k in (1433, 2708, 4099)] == [6, 11, 17]  # the last one shorter


def test_few_registers_read_far_rows_one_after_another() -> None:
    f32 = np.dtype("float32")
    product = lambda m, k, n: placeholder((m, k), f32) @ placeholder((k, n), f32)
    assert deep(product(2708, 1433, 16), 16) == 0  # 92 kB stay near
    assert deep(product(16, 2708, 1433), 16) == 170  # 15 MB, 16 rows a pass
    assert deep(product(300, 2048, 600), 16) == 16  # neither: as many as two panels ask for


@pytest.mark.parametrize("size", [(2708, 1433, 16), (16, 2708, 1433), (9, 4099, 301)])
def test_their_sums_are_numpys(size: tuple[int, int, int]) -> None:
    m, k, n = size
    a, b = (RANDOM.normal(size=s).astype("float32") for s in ((m, k), (k, n)))
    made = tz.compile(lambda a, b: tz.maximum(a @ b + 1, 0))
    found = made(a, b).numpy()
    np.testing.assert_allclose(found, np.maximum(a @ b + 1, 0), atol=1e-5 * k**0.5)
    alike = [made.last(a, b, threads=threads)[0] for threads in (1, 2, 3)]
    assert all(np.array_equal(found, other) for other in alike)


def body_of(f: Any, *shapes: tuple[int, ...]) -> set[str]:
    """The operations in the body of the one loop of f."""
    ins = [tz.Tensor(placeholder(s, np.dtype("float64"))) for s in shapes]
    (loop,) = [n for n in walk(opened([f(*ins).node])) if n.prim.name == "scan"]
    return {n.prim.name for n in walk(loop.attrs["body"].outputs)}


def test_what_stands_still_is_computed_before_the_loop() -> None:
    def f(w: Any, x: Any) -> Any:
        def step(h: Any, row: Any) -> Any:
            h = tz.tanh(row + h @ tz.softmax(w, dim=1).T)
            return h, h

        return tz.scan(step, tz.zeros((2, 3), dtype="float64"), x)[1]

    assert body_of(f, (3, 3), (4, 2, 3)) == {"input", "add", "matmul", "tanh"}
    w, x = (tz.tensor(RANDOM.normal(size=s)) for s in ((3, 3), (4, 2, 3)))
    np.testing.assert_allclose(tz.compile(f)(w, x), f(w, x), rtol=1e-12)


@pytest.mark.parametrize("cell", [tz.nn.LSTM, tz.nn.GRU, tz.nn.RNN], ids=lambda c: c.__name__)
def test_threads_do_not_change_a_recurrent_step(cell: Any) -> None:
    x = tz.tensor(RANDOM.normal(size=(6, 24, 48)).astype("float32"))

    def stepped(threads: int) -> list[Any]:
        tz.manual_seed(0)
        layer = cell(48, 64, bidirectional=True)
        optimizer = tz.optim.SGD(layer.parameters(), lr=0.1)

        @tz.compile(threads=threads)
        def step(x: Any) -> Any:
            optimizer.zero_grad()
            loss = tz.mean(layer(x)[0] ** 2)
            loss.backward()
            optimizer.step()
            return loss

        return [step(x).numpy(), step(x).numpy(), *(p.numpy() for p in layer.parameters())]

    first = stepped(1)
    assert first[1] < first[0]
    for threads in (2, 3, 4):
        for got, want in zip(stepped(threads), first, strict=True):
            np.testing.assert_array_equal(got, want)
