"""Threads meet where one would touch what another may be using, and nowhere else."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from tiza.graph import Node, placeholder
from tiza.graph.prims.elementwise import add, divide, exp, multiply
from tiza.readings.evaluate import Program
from tiza.readings.native.driving.meeting import meetings
from tiza.readings.native.lowering.nest import Nest, Store
from tiza.readings.native.running.compiled import Compiled
from tiza.readings.native.terms.memory import Buffer

F32 = np.dtype("float32")


def buffer(offset: int, size: int = 16) -> Buffer:
    """A part of the arena."""
    found = Buffer((size,), F32)
    found.offset = offset
    return found


@dataclass
class Work:
    """As much of a call as decides where threads meet."""

    written: Buffer
    read: list[Buffer] = field(default_factory=list)
    shared: bool = True

    @property
    def buffers(self) -> list[Buffer]:
        return [*self.read, self.written]

    @property
    def nest(self) -> Nest:
        return Nest([], [], [Store(self.written, None, None)])  # type: ignore[arg-type]


A, B, C, D = (buffer(64 * k) for k in range(4))


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([Work(A), Work(B), Work(C)], {3}),  # at the end of each step: A is written again
        ([Work(A), Work(B, [A])], {1, 2}),
        ([Work(B, [A]), Work(A)], {1, 2}),  # what others still read is not written over
        ([Work(A, shared=False), Work(B, [A], shared=False)], set()),
        ([Work(A, shared=False), Work(B), Work(C, [A])], {2, 3}),
        ([Work(A), Work(B, [A], shared=False), Work(D, [C])], {1, 3}),
        ([Work(A), Work(buffer(32), [B])], {1, 2}),  # they overlap
    ],
)
def test_meetings(calls: list[Work], expected: set[int]) -> None:
    assert meetings(calls, chained=False) == expected  # type: ignore[arg-type]
    assert meetings(calls, chained=True) == expected | {len(calls)}  # type: ignore[arg-type]


def divided(dtype: str) -> tuple[list[Node], Node]:
    x, d = placeholder((7, 300), np.dtype(dtype)), placeholder((), np.dtype(dtype))
    return [x, d], divide(x, d)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_division_serves_all_entries(dtype: str) -> None:
    """Also where the inverse of the divisor would be no normal number."""
    info = np.finfo(dtype)
    inputs, output = divided(dtype)
    quotient = Compiled(inputs, [output])
    rng = np.random.default_rng(0)
    x = rng.normal(size=(7, 300)).astype(dtype)
    x[0, :7] = 0, -0.0, np.inf, -np.inf, np.nan, info.max, info.tiny
    sizes = [1, 3, 7e-30, 1e30, info.max, info.max / 3, info.tiny, 1 / info.max * 4, 0, np.inf]
    with np.errstate(all="ignore"):
        for d in [*sizes, *(-s for s in sizes), np.nan]:
            divisor = np.asarray(d, dtype)
            want = x / divisor
            want[np.abs(want) < info.tiny] *= 0  # compiled programs leave out what is smaller
            (found,) = quotient(x, divisor)
            far = np.abs(found) < info.tiny
            np.testing.assert_allclose(np.where(far, 0, found), want, rtol=3 * info.eps)
            np.testing.assert_array_equal(np.signbit(found), np.signbit(want))


def test_shared_kernels_that_do_not_touch_agree_on_any_threads() -> None:
    """Independent chains, which threads run through without meeting."""
    xs = [placeholder((64, 1000), F32) for _ in range(3)]
    outs = [multiply(exp(x), add(x, x)) for x in xs]
    outs.append(add(outs[0], outs[2]))
    arrays = [np.random.default_rng(k).normal(size=(64, 1000)).astype(F32) for k in range(3)]
    compiled, want = Compiled(xs, outs), Program(xs, outs)(*arrays)
    first = compiled(*arrays, threads=1)
    for threads in (2, 3, 4):
        for a, b, w in zip(first, compiled(*arrays, threads=threads), want, strict=True):
            np.testing.assert_array_equal(a, b)
            np.testing.assert_allclose(a, w, rtol=1e-5, atol=1e-5)
