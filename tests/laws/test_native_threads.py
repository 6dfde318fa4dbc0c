"""Any number of threads gives the same bits."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from laws.cases import ALL, samples
from laws.native_cases import Case, case, difference, primitive_case
from laws.native_programs import program

import tiza as tz
from tiza import nn
from tiza.graph import PRIMITIVES as P
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.readings.native import program as building
from tiza.readings.native.driving import taking
from tiza.readings.native.machine.llvm import available

pytestmark = pytest.mark.skipif(available() is not None, reason="no llvmlite")


@pytest.fixture(autouse=True)
def _share_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are shared by threads, in pieces, however little there is to do."""
    monkeypatch.setattr(building, "SMALL", 0.0)
    for name, least in (("WORTH", 1e-7), ("PIECE", 1e-8), ("FEW", 1)):
        monkeypatch.setattr(taking, name, least)


def assert_same_bits(cases: Sequence[Case], **how: float) -> None:
    made = Compiled([i for c in cases for i in c.inputs], [o for c in cases for o in c.outputs])
    assert made.builder.parallel
    arrays = [a for c in cases for a in c.arrays]
    alone = made(*arrays, threads=1)
    for threads in (2, 3, 4, 2, 4):
        for one, many in zip(alone, made(*arrays, threads=threads), strict=True):
            assert one.tobytes() == many.tobytes()
    wanted = [v for c in cases for v in Program(c.inputs, c.outputs)(*c.arrays)]
    texts = [difference(a, np.asarray(b), **how) for a, b in zip(alone, wanted, strict=True)]
    assert not any(texts), [t for t in texts if t]


@pytest.mark.parametrize("family", ["reduction", "contraction", "indexing", "window", "movement"])
def test_samples(family: str) -> None:
    made = [primitive_case(p, xs, attrs) for p in ALL if p.family == family
            for xs, attrs in samples(p)]  # fmt: skip
    assert_same_bits([c for c in made if c is not None])


@pytest.mark.parametrize("n", [1, 5, 33, 257, 1000])
def test_sums_and_products_of_any_length(n: int) -> None:
    rng = np.random.default_rng(n)
    x, w = rng.normal(size=(n, 37)).astype("float32"), rng.normal(size=(37, 19)).astype("float32")
    everything = {"axis": (0, 1), "keepdims": False}
    assert_same_bits([
        case("all", lambda a: [P["sum"](a, **everything), P["max"](a * 2, **everything)], [x]),
        case("rows", lambda a: [P["sum"](P["exp"](a), axis=(0,), keepdims=False)], [x]),
        case("columns", lambda a: [P["sum"](a * a, axis=(1,), keepdims=True)], [x]),
        case("product", lambda a, b: [P["matmul"](a, b)], [x, w]),
        case("running", lambda a: [P["cumsum"](a, axis=0)], [x]),
    ])  # fmt: skip


def test_rows_that_are_added_up_where_they_belong() -> None:
    """Rows that occur several times are added in one order."""
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 7, 200)
    x = rng.normal(size=(7, 33)).astype("float32")
    assert_same_bits([case("take", lambda a: [P["take"](a, _constant(rows), axis=0)], [x])])


def _constant(rows: np.ndarray) -> tz.graph.Node:
    return tz.tensor(rows).node


def test_a_network_and_its_slopes() -> None:
    tz.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.3),
        nn.LayerNorm(36), nn.Linear(36, 10),
    )  # fmt: skip
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 1, 8, 8)).astype("float32"), rng.integers(0, 10, 9)

    def run(threads: int) -> list[bytes]:
        tz.manual_seed(5)

        @tz.compile(threads=threads)
        def slopes(x: tz.Tensor, y: tz.Tensor) -> list[tz.Tensor]:
            model.zero_grad()
            loss = nn.CrossEntropyLoss()(model(x), y)
            loss.backward()
            slopes = [p.grad for p in model.parameters()]
            model.zero_grad()
            return [loss, *slopes]

        return [v.numpy().tobytes() for v in slopes(x, y)]

    assert run(1) == run(2) == run(3) == run(4)


def test_random_words() -> None:
    key = np.array([1, 2, 3, 4], "uint32")
    made = case("bits", lambda k: [P["random_bits"](k, shape=(1003,))], [key], slopes=False)
    assert_same_bits([made])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_random_programs(dtype: str) -> None:
    draw = random.Random(8)
    cases = []
    for _ in range(12):
        steps = [tuple(draw.randrange(64) for _ in range(4)) for _ in range(draw.randint(5, 40))]
        sizes = tuple(draw.randrange(9) for _ in range(3))
        cases.append(program(steps, sizes, dtype))
    assert_same_bits(cases, close=3e-3 if dtype == "float32" else 1e-8, least=1e-3)


def test_a_sum_in_another_order_would_be_seen() -> None:
    """The law is awake: the sums of these numbers do depend on their order."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=1000).astype("float32")
    made = case("sum", lambda a: [P["sum"](a, axis=(0,), keepdims=False)], [x], slopes=False)
    total = Compiled(made.inputs, made.outputs)
    assert len({total(rng.permutation(x))[0].tobytes() for _ in range(10)}) > 1
