"""What is changed in place around a compiled function is noticed at the next call."""

from __future__ import annotations

import os
from array import array
from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.readings.native import SlowWarning

X = np.ones(3, np.float32)


def assert_noticed(f: Callable[[Any], Any], change: Callable[[], object]) -> None:
    fast = tz.compile(f)
    before = fast(X).numpy().copy()
    assert np.array_equal(fast(X).numpy(), before)
    change()
    want = f(tz.tensor(X)).numpy()
    assert not np.array_equal(want, before)
    assert np.array_equal(fast(X).numpy(), want)
    assert np.array_equal(fast(X).numpy(), want)


def test_bytes_and_arrays_of_python() -> None:
    held, numbers = bytearray(b"\1\2"), array("d", [1.0, 2.0])
    view = memoryview(bytearray(b"\3\4"))
    assert_noticed(lambda x: x * held[0], lambda: held.__setitem__(0, 9))
    assert_noticed(lambda x: x * held[-1], lambda: held.append(7))  # it can still grow
    assert_noticed(lambda x: x * view[0], lambda: view.__setitem__(0, 9))
    assert_noticed(lambda x: x * numbers[0], lambda: numbers.__setitem__(0, 9.0))


def test_long_lists_dictionaries_and_queues() -> None:
    row, table = list(range(1000)), {i: i for i in range(1000)}
    line = deque(range(1000))
    assert_noticed(lambda x: x * row[800], lambda: row.__setitem__(800, 9))
    assert_noticed(lambda x: x * len(row), lambda: row.append(1))
    assert_noticed(lambda x: x * table[800], lambda: table.__setitem__(800, 9))
    assert_noticed(lambda x: x * line[0], lambda: line.__setitem__(0, 9))


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIZA_TEST_SCALE", "2")
    scale = lambda x: x * float(os.environ["TIZA_TEST_SCALE"])
    assert_noticed(scale, lambda: monkeypatch.setenv("TIZA_TEST_SCALE", "3"))
    again = lambda x: x * float(os.getenv("TIZA_TEST_SCALE", "1"))
    assert_noticed(again, lambda: monkeypatch.delenv("TIZA_TEST_SCALE"))


def test_pandas_tables() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0, 3.0]})
    column = pandas.Series([1.0, 2.0, 3.0])
    assert_noticed(lambda x: x * tz.tensor(frame["a"].to_numpy()),
                   lambda: frame.__setitem__("a", frame["a"] * 2))  # fmt: skip
    assert_noticed(lambda x: x * float(frame.iloc[0, 0]),
                   lambda: frame.iloc.__setitem__((0, 0), 7.0))  # fmt: skip
    assert_noticed(lambda x: x * tz.tensor(column.to_numpy()),
                   lambda: column.iloc.__setitem__(0, 5.0))  # fmt: skip


@pytest.mark.peer
def test_tensors_of_torch() -> None:
    torch = pytest.importorskip("torch")
    other, half = torch.ones(3), torch.ones(3, dtype=torch.bfloat16)
    assert_noticed(lambda x: x * tz.tensor(other), lambda: other.add_(1))
    assert_noticed(lambda x: x * other[0].item(), lambda: other.numpy().fill(5))
    assert tz.compile(lambda x: x * half.shape[0])(X).tolist() == [3.0] * 3


def test_a_file_or_an_iterator_is_read_at_every_call(tmp_path: Path) -> None:
    path = tmp_path / "numbers.txt"
    path.write_text("5\n6\n7\n")
    with path.open() as lines:
        read = tz.compile(lambda x: x * float(lines.readline()))
        with pytest.warns(SlowWarning, match="runs uncompiled"):
            assert read(X).tolist() == [5.0] * 3
        assert [read(X).tolist()[0] for _ in range(2)] == [6.0, 7.0]
    numbers = count(1)
    step = tz.compile(lambda x: x * next(numbers))
    with pytest.warns(SlowWarning, match="runs uncompiled"):
        assert [step(X).tolist()[0] for _ in range(3)] == [1.0, 2.0, 3.0]
