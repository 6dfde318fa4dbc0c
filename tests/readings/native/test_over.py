"""Rows put over others: in place where nobody needs what was there, else over a copy."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import tiza as tz
from tiza.graph import Node, placeholder
from tiza.graph.node import PRIMITIVES as P
from tiza.readings.evaluate import Program
from tiza.readings.native import program as building
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.running.compiled import Compiled

if available() is not None:
    pytest.skip("no llvmlite", allow_module_level=True)

ROWS = 6
PLACES = np.array([4, 0, -2, 4])


Written = Callable[[Node, Node, Node], list[Node]]
CASES: dict[str, Written] = {  # x, places, rows
    "plain": lambda x, i, v: [P["put"](x, i, v)],
    "twice": lambda x, i, v: [P["put"](P["put"](x, i, v), i + 1, v * 2)],
    "read between": lambda x, i, v: [
        P["put"](a := P["put"](x, i, v), i + 1, P["take"](a, i, axis=0) * 2)
    ],
    "read after": lambda x, i, v: [P["put"](a := P["put"](x, i, v), i + 1, v), a * 2],
    "old one read after": lambda x, i, v: [a := P["put"](x, i, v), x - a],
    "rows of its own": lambda x, i, v: [P["put"](x, i, P["take"](x, i + 1, axis=0) * v)],
    "its own rows turned": lambda x, i, v: [
        P["put"](x, i, P["flip"](P["slice"](x, starts=(0, 0), stops=(4, x.shape[1]), steps=(1, 1)),
                                 axes=(0,)))
    ],
    "of a sum": lambda x, i, v: [P["put"](x + 1, i, v)],
    "two ways": lambda x, i, v: [P["put"](x, i, v), P["put"](x, i, v * 2)],
    "and the old one": lambda x, i, v: [P["put"](x, i, v), x],
    "in another shape": lambda x, i, v: [
        P["reshape"](P["put"](P["reshape"](x, shape=(ROWS, 1, x.shape[1])), i,
                              P["reshape"](v, shape=(4, 1, x.shape[1]))), shape=x.shape)
    ],
    "greatest": lambda x, i, v: [P["max"](P["put"](x, i, v), axis=(0,), keepdims=False)],
}  # fmt: skip


@pytest.mark.parametrize("wide", [1, 5, 40])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("donated", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_as_evaluated(case: str, donated: bool, threads: int, wide: int,
                      monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The same numbers, whatever may be written over."""
    monkeypatch.setattr(building, "SMALL", 0.0)
    rng = np.random.default_rng(0)
    given = [rng.normal(size=(ROWS, wide)), PLACES, rng.normal(size=(4, wide))]
    holes = [placeholder(a.shape, a.dtype) for a in given]
    outputs = CASES[case](*holes)
    wanted = [np.array(a) for a in Program(holes, outputs)(*given)]
    over = {0: 0} if donated and outputs[0].shape == (ROWS, wide) else {}
    made = Compiled(holes, outputs, over)
    first = given[0].copy()
    got = made(first, *given[1:], keep=False, threads=threads)
    for mine, want in zip(got, wanted, strict=True):
        assert_array_equal(mine, want)
    assert (got[0] is first) == bool(over)
    again = made(*given, threads=threads)
    for mine, want in zip(again, wanted, strict=True):
        assert_array_equal(mine, want)


def calls(f: Callable[..., object]) -> int:
    """How many kernels write rows or copy."""
    return len([c for c in f.last.builder.calls if c.group and c.group.kind == "put"])  # type: ignore[attr-defined]


def test_a_donated_cache_is_not_copied():
    """One kernel a put, and no other."""

    @tz.compile(donate=0)
    def step(cache, place, new):
        cache[0, place] = new
        cache[1, place] = new * 2
        return cache

    cache = tz.zeros(2, 50, 3)
    for t in range(4):
        cache = step(cache, np.array(t), np.full(3, t + 1.0, np.float32))
    assert cache[0, :4, 0].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert cache[1, :4, 2].tolist() == [2.0, 4.0, 6.0, 8.0]
    assert not np.any(cache.numpy()[:, 4:])
    assert calls(step) == len(step.last.builder.calls) == 2
    assert step.last.peak_memory == 0


def test_the_state_of_a_loop_is_written_in_place():
    """A scan whose carry loses a row and gains one each step."""

    def turn(cache, t):
        seen = tz.sum(cache, axis=0)
        cache[t] = seen + t
        return cache, tz.max(seen)

    f = tz.compile(lambda c, ts: tz.scan(turn, c, ts))
    start, ts = np.ones((8, 3), np.float32), np.arange(8)
    last, seen = f(start, ts)
    cache = start.copy()
    for t in ts:
        assert seen.numpy()[t] == cache.sum(0).max()
        cache[t] = cache.sum(0) + t
    assert_array_equal(last.numpy(), cache)
    body = next(c for c in f.last.builder.calls if c.loop is not None).loop.child
    assert len([c for c in body.calls if c.group is not None and c.group.kind == "put"]) == 1


@pytest.mark.parametrize("place", [6, -7])
def test_a_place_outside_is_told(place):
    f = tz.compile(lambda x, i, v: tz.select_scatter(x, v, 0, 0) + _put(x, i, v))
    with pytest.raises(tz.errors.IndexingError, match=str(place)):
        f(np.zeros((6, 2)), np.array(place), np.ones(2))


@pytest.mark.parametrize("place", [1, -2])
def test_a_place_outside_an_axis_of_one_is_told(place):
    with pytest.raises(tz.errors.IndexingError, match=str(place)):
        tz.compile(_put)(np.zeros((1, 2)), np.array(place), np.ones(2))


def _put(x, i, v):
    y = x * 1
    y[i] = v
    return y
