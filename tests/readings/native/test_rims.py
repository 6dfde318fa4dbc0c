"""Zeros around pictures that are skipped: the same numbers, fewer multiplications."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder, walk
from tiza.graph.node import PRIMITIVES
from tiza.nn import functional as F
from tiza.readings.native.emitting.ends import within
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.planning.plan import Planner, opened

RANDOM = np.random.default_rng(0)
CLOSE = {"float32": 1e-5, "float64": 1e-13}  # of the largest entry
CASES: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((64, 6, 14, 14), (16, 6, 5, 5), {}),
    ((32, 5, 9, 7), (7, 5, 5, 3), {}),
    ((16, 3, 8, 8), (40, 3, 5, 5), {}),  # long sums, in several passes
    ((48, 4, 6, 11), (5, 4, 2, 4), {"padding": (1, 0)}),
    ((33, 4, 9, 9), (5, 4, 3, 3), {"dilation": 2}),
    ((20, 4, 5, 6), (8, 4, 5, 6), {}),  # one result a picture
    ((7, 4, 9, 9), (5, 4, 5, 5), {}),  # too few pictures to fill lanes
    ((64, 4, 12), (5, 4, 5), {}),
]
needs_compiler = pytest.mark.skipif(available() is not None, reason="no llvmlite")


def slope(shape: tuple[int, ...], options: dict[str, Any]) -> Any:
    """What a convolution learns about what it sees, in a formula."""
    slide = F.conv2d if len(shape) == 4 else F.conv1d

    def loss(x: tz.Tensor, w: tz.Tensor) -> tz.Tensor:
        return tz.sum(tz.tanh(slide(tz.sin(x), w, **options)))

    return tz.grad(loss)


def numbers(shape: tuple[int, ...], kernel: tuple[int, ...], dtype: str) -> list[Any]:
    w = RANDOM.normal(size=kernel) / math.sqrt(math.prod(kernel[1:]))
    return [a.astype(dtype) for a in (RANDOM.normal(size=shape), w)]


@needs_compiler
@pytest.mark.parametrize("dtype", CLOSE)
@pytest.mark.parametrize(("shape", "kernel", "options"), CASES)
def test_slopes_equal_numpys(
    shape: tuple[int, ...], kernel: tuple[int, ...], options: dict[str, Any], dtype: str
) -> None:
    arrays, f = numbers(shape, kernel, dtype), slope(shape, options)
    want = f(*map(tz.tensor, arrays)).numpy()
    first, *rest = (tz.compile(f, threads=n)(*arrays).numpy() for n in (1, 2, 3))
    assert np.abs(first - want).max() <= CLOSE[dtype] * np.abs(want).max()
    for other in rest:
        np.testing.assert_array_equal(first, other)


def skipped(shape: tuple[int, ...], kernel: tuple[int, ...], **options: Any) -> int:
    """How many padded copies are not made."""
    ins = [placeholder(s, np.dtype("float32")) for s in (shape, kernel)]
    outputs = opened([slope(shape, options)(*map(tz.Tensor, ins)).node])
    assert any(n.prim.name == "pad" for n in walk(outputs))
    planner = Planner(ins, outputs)
    assert not any(pad in planner.plan().kept for pad in planner.rims)
    return len(planner.rims)


def test_copies_are_left_out_where_that_pays() -> None:
    assert skipped((64, 6, 14, 14), (16, 6, 5, 5)) == 1
    assert skipped((64, 4, 12), (5, 4, 5)) == 1
    assert skipped((17, 6, 14, 14), (16, 6, 5, 5)) == 0  # half of the lanes would be empty
    assert skipped((64, 6, 40, 40), (16, 6, 2, 2)) == 0  # hardly any zeros


@needs_compiler
def test_half_of_the_products_are_left() -> None:
    arrays = numbers((64, 6, 14, 14), (16, 6, 5, 5), "float32")
    f = tz.compile(slope((64, 6, 14, 14), {}))
    f(*arrays)
    nests = [call.nest for call in f.last.builder.calls if call.nest is not None]
    assert min(map(within, nests)) == pytest.approx((50 / 70) ** 2)
    assert not any(n.prim.name == "pad" for n in f.last.builder.plan.kept)


def test_other_pads_are_left_alone() -> None:
    number, rows = (placeholder(s, np.dtype("float32")) for s in ((), (20, 3)))
    none, some = (PRIMITIVES["pad"](PRIMITIVES["sin"](x), low=(1,) * x.ndim, high=(0,) * x.ndim,
                                    interior=(0,) * x.ndim) for x in (number, rows))  # fmt: skip
    assert Planner([number, rows], [none, some]).rims == set()
