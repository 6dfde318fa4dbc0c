"""Compiled programs touch no memory but their own: every array ends where none may be read."""

from __future__ import annotations

import ctypes
import mmap
import random
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laws.cases import ALL, samples
from laws.native_cases import Case, case, primitive_case
from laws.native_programs import program

from tiza.graph import COMPOSITES, constant, walk
from tiza.graph import PRIMITIVES as P
from tiza.graph.precision import precision
from tiza.readings.native import Compiled
from tiza.readings.native import program as building
from tiza.readings.native.machine.llvm import available
from tiza.readings.native.planning.plan import opened

pytestmark = [
    pytest.mark.skipif(available() is not None, reason="no llvmlite"),
    pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for guarded pages"),
]
PAGE = mmap.PAGESIZE
TESTS = Path(__file__).parents[1]
held: list[mmap.mmap] = []
CONV = COMPOSITES["conv"]


def room(count: int) -> np.ndarray:
    """Bytes between two pages that may not be touched, at the end of what lies between."""
    inside = -(-max(count, 1) // PAGE) * PAGE
    whole = mmap.mmap(-1, inside + 2 * PAGE)
    held.append(whole)
    start = ctypes.addressof(ctypes.c_char.from_buffer(whole))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    for edge in (start, start + PAGE + inside):
        assert protect(ctypes.c_void_p(edge), ctypes.c_size_t(PAGE), 0) == 0
    pages = np.frombuffer(whole, np.uint8, inside, PAGE)
    return pages[inside - count :]


def guarded(array: Any) -> np.ndarray:
    """The same numbers where nothing may be read behind them."""
    a = np.ascontiguousarray(array)
    new = room(a.nbytes).view(a.dtype).reshape(a.shape) if a.size else a
    new[...] = a
    return new


def run_guarded(cases: list[Case], threads: int = 1) -> None:
    """Everything on guarded pages: what reads or writes elsewhere ends the process."""
    module = sys.modules[Compiled.__module__]
    module.aligned = room
    building.SMALL = 0.0  # kernels are shared by threads however little there is to do
    for made in cases:
        compiled = Compiled(made.inputs, made.outputs)
        wanted = compiled(*made.arrays)
        compiled.spare.clear()
        into = {k: (guarded(np.zeros_like(w)), 0) for k, w in enumerate(wanted)}
        given = [guarded(a) for a in made.arrays]
        got = compiled.run(given, into=into, threads=threads)
        assert [g.tobytes() for g in got] == [w.tobytes() for w in wanted], made.label
        compiled.spare.clear()
        held.clear()


def run_guarded_by(*threads: int, cases: list[Case]) -> None:
    """As many threads as each of these numbers, in turn: what is compiled is so only once."""
    for count in threads:
        sys.stderr.write(f"threads: {count}\n")  # the last one told is to blame
        run_guarded(cases, count)


def random_cases(count: int) -> list[Case]:
    draw = random.Random(3)
    made = []
    for _ in range(count):
        steps = [tuple(draw.randrange(64) for _ in range(4)) for _ in range(draw.randint(5, 30))]
        made.append(program(steps, tuple(draw.randrange(9) for _ in range(3)), "float32"))
    return made


def sample_cases(family: str) -> list[Case]:
    made = [primitive_case(p, xs, attrs) for p in ALL if p.family == family
            for xs, attrs in samples(p)]  # fmt: skip
    return [c for c in made if c is not None]


def tiled_cases() -> list[Case]:
    """Convolutions by tiles that reach over every edge, and their slopes."""
    rng = np.random.default_rng(0)
    made = []
    for n, size, pad in ((9, (9, 13), 1), (16, (8, 6), 0), (32, (4, 11), 2)):
        arrays = [
            rng.normal(size=s).astype("float32") for s in ((n, 48, *size), (48, 48, 3, 3), 48)
        ]
        sides = {"low": (pad, pad), "high": (pad, pad)}
        how = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, **sides}
        made.append(case(f"conv {n} {size}", lambda *x, how=how: [CONV(*x, **how)], arrays))
        assert {"slid", "learned"} <= {node.prim.name for node in walk(opened(made[-1].outputs))}
    return made


def segment_cases() -> list[Case]:
    """Sums at known places: of the last rows there may be no entries, or all."""
    rng = np.random.default_rng(0)
    made = []
    for rows, wide in ((700, 16), (9, 7), (5000, 1)):
        to = constant(rng.integers(0, rows, 9000) ** 2 // rows)
        add = partial(P["take_add"], axis=0, size=rows)
        made.append(case(f"segments {rows}", lambda x, to=to, add=add: [add(x, to)],
                         [rng.normal(size=(9000, wide)).astype("float32")]))  # fmt: skip
    return made


def word_cases() -> list[Case]:
    """Factors put in pairs of bfloat16 (where they are), rows and columns that fill no vector."""
    rng = np.random.default_rng(0)
    precision.products = "medium"  # of this process
    made = []
    for m, k, n in ((64, 96, 48), (33, 66, 50), (17, 1030, 35)):
        arrays = [rng.normal(size=s).astype("float32") for s in ((m, k), (n, k))]
        layer = lambda x, w: [x @ P["permute"](w, axes=(1, 0))]
        made.append(case(f"words {m} {k} {n}", layer, arrays))
    return made


def alone(call: str) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own, which may crash."""
    text = f"from laws.test_native_guard import *\n{call}"
    return subprocess.run([sys.executable, "-W", "error", "-c", text], cwd=TESTS, text=True,
                          capture_output=True, timeout=300, check=False)  # fmt: skip


@pytest.mark.parametrize("family", ["contraction", "movement", "window", "indexing", "reduction"])
def test_samples_stay_within_their_arrays(family: str) -> None:
    ended = alone(f"run_guarded(sample_cases({family!r}))")
    assert ended.returncode == 0, ended.stderr


def test_tiles_stay_within_their_arrays() -> None:
    ended = alone("run_guarded_by(1, 3, cases=tiled_cases())")
    assert ended.returncode == 0, ended.stderr


def test_words_stay_within_their_arrays() -> None:
    ended = alone("run_guarded_by(1, 3, cases=word_cases())")
    assert ended.returncode == 0, ended.stderr


def test_segments_stay_within_their_arrays() -> None:
    ended = alone("run_guarded_by(1, 3, cases=segment_cases())")
    assert ended.returncode == 0, ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 3])
def test_random_programs_stay_within_their_arrays(threads: int) -> None:
    ended = alone(f"run_guarded(random_cases(60), {threads})")
    assert ended.returncode == 0, ended.stderr


def test_the_guard_is_awake() -> None:
    """Reading one byte too far ends the process."""
    ended = alone("a = guarded(np.ones(3)); ctypes.string_at(a.ctypes.data, 25)")
    assert ended.returncode < 0
    assert alone("a = guarded(np.ones(3)); ctypes.string_at(a.ctypes.data, 24)").returncode == 0
