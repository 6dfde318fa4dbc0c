"""Many arrays at once: copied whole, and searched for what is not finite."""

from __future__ import annotations

import numpy as np
import pytest

from tiza.readings.native.machine.llvm import Machine, assembly, available
from tiza.readings.native.running import bulk

made = pytest.mark.skipif(available() is not None, reason="no machine code here")
SIZES = (1, 7, 16, 63, 64, 65, 1000, 100_003)
FLOATS = (np.float32, np.float64)


@pytest.fixture(params=[1, 2, 3], autouse=True)
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On one thread and on several, machine code however little there is."""
    monkeypatch.setenv("TIZA_THREADS", str(request.param))
    monkeypatch.setattr(bulk, "WORTH", 0)


@made
def test_copies_are_whole_and_touch_nothing_else() -> None:
    random = np.random.default_rng(0)
    kinds = [np.float32, np.float64, np.int8, np.int64]
    start = [random.integers(-99, 99, n).astype(kind) for n in (0, *SIZES) for kind in kinds]
    rooms = [np.full(len(a) + 2, 77, a.dtype) for a in start]
    bulk.copy([room[1:-1] for room in rooms], start)
    for room, a in zip(rooms, start, strict=True):
        assert room[0] == room[-1] == 77
        assert np.array_equal(room[1:-1], a)


@made
@pytest.mark.parametrize("kind", FLOATS)
@pytest.mark.parametrize("size", SIZES)
def test_one_bad_entry_is_found_wherever_it_stands(kind: type, size: int) -> None:
    edge = np.finfo(kind)
    good = np.resize(np.array([0, -0.0, edge.max, -edge.max, edge.smallest_subnormal], kind), size)
    others = [np.ones(5, np.float32), np.ones(5), np.ones(3, np.int32), np.empty(0, kind)]
    assert bulk.finite([*others, good])
    for bad in (-np.nan, np.inf):
        for place in {0, size // 2, size - 1}:
            array = good.copy()
            array[place] = bad
            assert not bulk.finite([*others, array])


@made
def test_what_is_no_row_or_another_kind_is_left_to_numpy() -> None:
    table = np.ones((8, 8), np.float32)
    table[3, 5] = np.nan
    assert not bulk.finite([table[:, 5]])
    assert bulk.finite([table[:, 4]])
    assert not bulk.finite([np.array([1, np.inf], np.float16)])
    assert not bulk.finite([np.array([1, complex(0, np.nan)])])


def test_without_machine_code_numpy_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_made", lambda: None)
    to = [np.zeros(5, np.float32)]
    bulk.copy(to, [np.arange(5, dtype=np.float32)])
    assert to[0].tolist() == [0, 1, 2, 3, 4]
    assert bulk.finite(to)
    assert not bulk.finite([*to, np.array([np.nan])])


@made
@pytest.mark.parametrize("name", ["NEON", "AVX2"])
def test_other_vectors_assemble(name: str) -> None:
    machine = Machine.named(name)
    assert "look64" in assembly(bulk.text(machine.vector_bits), machine)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("size", [0, 1, 999, 1000, 100_003])
def test_a_sum_in_order_is_python_s_to_the_last_bit(kind: type, size: int) -> None:
    each = np.random.default_rng(size).normal(size=size).astype(kind)
    total = 0.1
    for x in each.tolist():
        total += x * 3
    assert bulk.in_order(0.1, each, 3) == total
    assert bulk.in_order(total, each[::-1], 1) == pytest.approx(
        total + float(each.sum(dtype=float))
    )
