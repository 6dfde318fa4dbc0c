"""Kernels taken piece by piece: every piece once, the same bits whoever takes them."""

import ctypes
import re
import threading
from functools import partial

import numpy as np
import pytest

import tiza as tz
from tiza.graph import placeholder
from tiza.readings.native import Compiled
from tiza.readings.native import program as building
from tiza.readings.native.driving import taking
from tiza.readings.native.machine import pool
from tiza.readings.native.machine.llvm import available, load
from tiza.readings.native.machine.team import COUNTED, LINE, SIZE

pytestmark = pytest.mark.skipif(available() is not None, reason="no machine code here")

TAKE = (
    taking.TEXT
    + """
define i64 @take(ptr %w, i64 %t, i64 %n, i64 %tag, i64 %cuts, i64 %trips, ptr %from) {
  %piece = call { i64, i64, i64 } @tz_take(ptr %w, i64 %t, i64 %n, i64 %tag, i64 %cuts, i64 %trips)
  %start = extractvalue { i64, i64, i64 } %piece, 0
  %stop = extractvalue { i64, i64, i64 } %piece, 1
  store i64 %start, ptr %from
  ret i64 %stop
}
"""
)


@pytest.fixture(scope="module")
def take():
    library = load(TAKE)
    kinds = [ctypes.c_void_p, *[ctypes.c_int64] * 5, ctypes.c_void_p]
    function = ctypes.CFUNCTYPE(ctypes.c_int64, *kinds)(library.address("take"))

    def taken(lines, *numbers):
        start = ctypes.c_int64(-1)
        stop = function(lines.ctypes.data, *numbers, ctypes.addressof(start))
        return None if stop < 0 else range(start.value, stop)

    taken.library = library
    return taken


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("trips", [1, 4, 7, 1001])
@pytest.mark.parametrize("cuts", [0, 1, 3, taking.MOST])
def test_one_that_works_alone_takes_its_own_part_first(take, n, trips, cuts):
    lines = np.full(n * LINE // 8, -1)  # of some other kernel
    for t in range(n):
        for tag in (7, 8, 2**40 + 8):
            own = range(trips * t // n, trips * (t + 1) // n)
            found = list(iter(partial(take, lines, t, n, tag, cuts, trips), None))
            assert all(found)  # a kernel of no turns would make its last one
            turns = [k for piece in found for k in piece]
            assert turns[: len(own)] == list(own)
            assert sorted(turns) == list(range(trips))
            lines[:] = 3 << 24 | 5


def test_others_take_the_last_of_a_part(take):
    lines = np.zeros(2 * LINE // 8, np.int64)
    order = [take(lines, t, 2, 1, 2, 16) for t in (1, 1, 1, 1, 0, 1, 1, 0)]
    assert order == [range(8, 12), range(12, 14), range(14, 16), range(6, 8), range(4),
                     range(4, 6), None, None]  # fmt: skip


def test_threads_that_run_side_by_side_take_each_piece_once(take):
    lines, trips = np.zeros(3 * LINE // 8, np.int64), 1000
    found = [[], [], []]

    def work(t):
        start.wait()
        for tag in range(1, 60):
            while (piece := take(lines, t, 3, tag, taking.MOST, trips)) is not None:
                found[t] += piece
            start.wait()

    start = threading.Barrier(3)
    workers = [threading.Thread(target=work, args=(t,)) for t in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(k for own in found for k in own) == sorted([*range(trips)] * 59)


def step(deep=2, m=67, n=133):
    """A chain of products whose results are changed into one another, as `fit` makes steps."""
    rng = np.random.default_rng(3)
    arrays = [rng.normal(size=s).astype(np.float32) / 9 for s in ((m, n), (n, m))]
    inputs = [tz.Tensor(placeholder(a.shape, a.dtype)) for a in arrays]
    a, b = inputs
    for _ in range(deep):
        a, b = tz.tanh(a @ b @ a), tz.tanh(b @ a @ b)
    return Compiled([t.node for t in inputs], [a.node, b.node], {0: 0, 1: 1}, fresh=True), arrays


def taken(program):
    numbers = re.findall(r"^@entry.*?\[i64 \d+, i64 \d+, i64 (\d+),", program.builder.text(), re.M)
    return sum(number != "0" for number in numbers)


@pytest.fixture
def _in_small_pieces(monkeypatch):
    monkeypatch.setattr(building, "SMALL", 0.0)
    monkeypatch.setattr(taking, "WORTH", 0.0)
    monkeypatch.setattr(taking, "PIECE", 1e-8)
    monkeypatch.setattr(taking, "FEW", 0)


@pytest.mark.usefixtures("_in_small_pieces")
@pytest.mark.parametrize("deep", [1, 2, 4])
def test_any_number_of_threads_gives_the_same_bits(deep):
    program, arrays = step(deep)
    assert taken(program) >= deep
    for steps in (1, 3, 50):
        alone = [a.copy() for a in arrays]
        program.run(alone, steps=steps, threads=1)
        for threads in (2, 3, 4, 2, 7):
            given = [a.copy() for a in arrays]
            program.run(given, steps=steps, threads=threads)
            assert all(np.array_equal(x, y) for x, y in zip(given, alone, strict=True))


@pytest.mark.usefixtures("_in_small_pieces")
def test_a_team_knows_how_many_kernels_were_taken():
    program, arrays = step()
    team = pool._take(2)
    pool._give(team)
    counted = ctypes.c_int64.from_address(team.address + COUNTED)
    before = counted.value
    program.run([a.copy() for a in arrays], steps=5, threads=2)
    assert counted.value == before + 5 * taken(program)
    assert team.address + SIZE + 2 * LINE <= ctypes.addressof(team._block) + len(team._block)


def test_small_kernels_are_shared_as_they_are():
    program, _ = step(m=33, n=65)
    assert program.builder.parallel
    assert taken(program) == 0
