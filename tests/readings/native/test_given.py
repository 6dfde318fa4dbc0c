"""Pictures given by the caller are copied once where windows overlap in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder, walk
from tiza.nn import functional as F
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.planning.plan import opened

RANDOM = np.random.default_rng(0)
CASES = [
    ((64, 1, 12, 12), (8, 1, 3, 3)),
    ((33, 2, 9, 8), (5, 2, 2, 3)),
    ((16, 3, 20), (4, 3, 5)),
]
needs_compiler = pytest.mark.skipif(available() is not None, reason="no llvmlite")


def learned(x: tz.Tensor, w: tz.Tensor) -> tuple[tz.Tensor, tz.Tensor]:
    """Results and what a kernel learns."""
    slide = F.conv2d if x.ndim == 4 else F.conv1d
    return slide(x, w), tz.grad(lambda w: tz.sum(tz.tanh(slide(x, w))))(w)


def copies(f: Any, *shapes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The shapes of what is copied."""
    ins = [tz.Tensor(placeholder(s, np.dtype("float32"))) for s in shapes]
    found = f(*ins)
    nodes = walk(opened([t.node for t in (found if isinstance(found, tuple) else (found,))]))
    return [n.shape for n in nodes if n.prim.name == "pad" and n.shape == n.inputs[0].shape]


@pytest.mark.parametrize(("shape", "kernel"), CASES)
def test_one_copy_serves_all_windows(shape: tuple[int, ...], kernel: tuple[int, ...]) -> None:
    assert copies(learned, shape, kernel) == [shape]


def test_nothing_else_is_copied() -> None:
    assert copies(learned, (4, 1, 12, 12), (8, 1, 3, 3)) == []  # no lanes to fill
    assert copies(lambda x, w: F.conv2d(tz.sin(x), w), (64, 1, 12, 12), (8, 1, 3, 3)) == []
    assert copies(lambda x: F.max_pool2d(x, 2), (64, 1, 12, 12)) == []  # each entry is read once


@needs_compiler
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "kernel"), CASES)
def test_copies_change_no_value(
    shape: tuple[int, ...], kernel: tuple[int, ...], dtype: str
) -> None:
    x, w = (RANDOM.normal(size=s).astype(dtype) for s in (shape, kernel))
    want = [t.numpy() for t in learned(*map(tz.tensor, (x.astype("float64"), w.astype("float64"))))]
    first, *rest = [[t.numpy() for t in tz.compile(learned, threads=n)(x, w)] for n in (1, 2, 3)]
    close = 1e-5 if dtype == "float32" else 1e-13
    for one, exact in zip(first, want, strict=True):
        assert np.abs(one - exact).max() <= close * np.abs(exact).max()
    for other in rest:
        for mine, one in zip(other, first, strict=True):
            np.testing.assert_array_equal(mine, one)
