"""The order of an epoch in machine code: `tiza.graph.philox.permutation`, word for word.

n random words are sorted, each with its number in its low bits. Random words fall evenly into
buckets by their first bits; in its bucket each is a place or two from where it belongs.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache as once
from itertools import accumulate
from typing import Any

import numpy as np

from tiza.readings.native import mathlib
from tiza.readings.native.machine.llvm import LLVMError, available, host, load
from tiza.readings.native.running.compiled import address
from tiza.readings.native.terms.text import Text

Array = np.ndarray[Any, Any]
MOST = 17  # bits of a bucket's number: what is counted stays in a near cache
KEPT = 1 << 24  # bytes of room that is kept: the system takes as long to give memory as sorting
WORD, WIDE = np.dtype("uint32"), "i64"


def permutation(key: Sequence[int], n: int, out: Array | None = None) -> Array | None:
    """The stable argsort of the n random 64-bit words of a key of four 32-bit words.

    None where no machine code can be made, or where two words are too much alike. out: where it
    goes, n entries of int64 one behind another; new memory where that is not given.

    Shapes: → (n), int64.

    >>> sorted(permutation([7, 0, 0, 0], 5).tolist())
    [0, 1, 2, 3, 4]
    """
    made = _made()
    if made is None or not 2 <= n < 1 << 31:
        return None
    function, block = made
    bits = (n - 1).bit_length()
    buckets = min(bits, MOST)
    words = -(-2 * n // block) * block
    order = np.empty(n, np.int64) if out is None else out
    ends = list(accumulate((4 << buckets, 4 * words, 8 * n)))
    with _room(ends[-1]) as room:
        room[: ends[0]] = 0  # nothing is counted yet
        rooms = (address(room) + start for start in (ends[0], 0, ends[1]))
        alike = function(*map(int, key), n, words, bits, 64 - buckets, 1 << buckets, *rooms,
                         address(order))  # fmt: skip
    return None if alike else order


_spare: list[Array] = []  # room that nobody uses now; pop and append are atomic


@contextmanager
def _room(size: int) -> Iterator[Array]:
    """So many bytes, kept for the next time where they are few."""
    try:
        room = _spare.pop()
    except IndexError:
        room = np.empty(size, np.uint8)
    if len(room) < size:
        room = np.empty(size, np.uint8)
    yield room
    if not _spare and len(room) <= KEPT:
        _spare.append(room)


@once
def _made() -> tuple[Callable[..., int], int] | None:
    """The function, and how many words it makes at a time."""
    if available() is not None:
        return None
    width = host().vector_bits // 32
    try:
        library = load(text(width))
    except LLVMError:
        return None
    kinds = [*[ctypes.c_uint32] * 4, *[ctypes.c_int64] * 5, *[ctypes.c_void_p] * 4]
    found: Any = ctypes.CFUNCTYPE(ctypes.c_int32, *kinds)(library.address("shuffle"))
    found.library = library  # lives as long as its function
    return found, 4 * width


def text(width: int) -> str:
    """The module, for vectors of so many words."""
    declared, philox = mathlib.definitions([("random_bits4", WORD, width)])
    t = Text()
    _words(t, width)
    _count(t)
    _spread(t)
    _settle(t)
    alike = _numbers(t)
    head = (
        "define i32 @shuffle(i32 %seed_lo, i32 %seed_hi, i32 %stream, i32 %step, i64 %n, "
        "i64 %many, i64 %bits, i64 %top, i64 %buckets, ptr noalias %words, ptr noalias %starts, "
        "ptr noalias %packed, ptr noalias %order)"
    )
    body = t.function(head).replace("  ret void", f"  ret i32 {alike}")
    return "\n".join([*sorted(declared | t.declared), philox, body])


def _at(t: Text, kind: str, base: str, index: str) -> str:
    return t.set(f"getelementptr {kind}, ptr {base}, i64 {index}")


def _words(t: Text, width: int) -> None:
    """Random words, 4 · width at a time."""
    vector = f"<{width} x i32>" if width > 1 else "i32"
    four = "{ " + ", ".join([vector] * 4) + " }"
    with t.loop("0", "%many", 4 * width) as i:
        block = t.set(f"lshr i64 {i}, 2")
        made = t.set(
            f"call {four} @{mathlib.symbol('random_bits4', WORD, width)}(i32 %seed_lo, "
            f"i32 %seed_hi, i32 %stream, i32 %step, i64 {block})"
        )
        start = _at(t, "i32", "%words", i)
        for k in range(4):
            part = t.set(f"extractvalue {four} {made}, {k}")
            t.line(f"store {vector} {part}, ptr {_at(t, vector, start, str(k))}, align 4")


def _bucket(t: Text, i: str) -> tuple[str, str, str]:
    """Word i, the place of its bucket's number, and that number."""
    word = t.set(f"load i64, ptr {_at(t, WIDE, '%words', i)}, align 4")
    place = _at(t, "i32", "%starts", t.set(f"lshr i64 {word}, %top"))
    return word, place, t.set(f"load i32, ptr {place}")


def _count(t: Text) -> None:
    """How many words fall into each bucket, then where it begins."""
    with t.loop("0", "%n") as i:
        _, place, before = _bucket(t, i)
        t.line(f"store i32 {t.set(f'add i32 {before}, 1')}, ptr {place}")
    total = t.room("i32")
    t.line(f"store i32 0, ptr {total}")
    with t.loop("0", "%buckets") as i:
        place = _at(t, "i32", "%starts", i)
        count, before = t.set(f"load i32, ptr {place}"), t.set(f"load i32, ptr {total}")
        t.line(f"store i32 {before}, ptr {place}")
        t.line(f"store i32 {t.set(f'add i32 {before}, {count}')}, ptr {total}")


def _spread(t: Text) -> None:
    """Each word, its last bits replaced by its number, to the next free place of its bucket."""
    with t.loop("0", "%n") as i:
        word, place, free = _bucket(t, i)
        first = t.set(f"shl i64 {t.set(f'lshr i64 {word}, %bits')}, %bits")
        whole = t.set(f"or i64 {first}, {i}")
        there = _at(t, WIDE, "%packed", t.set(f"sext i32 {free} to i64"))
        t.line(f"store i64 {whole}, ptr {there}")
        t.line(f"store i32 {t.set(f'add i32 {free}, 1')}, ptr {place}")


def _settle(t: Text) -> None:
    """Insertion sort: no word is far from its place."""
    hole = t.room(WIDE)
    with t.loop("1", "%n") as i:
        word = t.set(f"load i64, ptr {_at(t, WIDE, '%packed', i)}")
        t.line(f"store i64 {i}, ptr {hole}")
        head, body, shift, done = t.name(), t.name(), t.name(), t.name()
        t.line(f"br label {head}")
        t.label(head)
        here = t.set(f"load i64, ptr {hole}")
        t.line(f"br i1 {t.set(f'icmp sgt i64 {here}, 0')}, label {body}, label {done}")
        t.label(body)
        left = t.set(f"sub i64 {here}, 1")
        other = t.set(f"load i64, ptr {_at(t, WIDE, '%packed', left)}")
        t.line(f"br i1 {t.set(f'icmp ugt i64 {other}, {word}')}, label {shift}, label {done}")
        t.label(shift)
        t.line(f"store i64 {other}, ptr {_at(t, WIDE, '%packed', here)}")
        t.line(f"store i64 {left}, ptr {hole}")
        t.line(f"br label {head}")
        t.label(done)
        free = t.set(f"load i64, ptr {hole}")
        t.line(f"store i64 {word}, ptr {_at(t, WIDE, '%packed', free)}")


def _numbers(t: Text) -> str:
    """The numbers of the words in their order; whether bits that were left out would decide."""
    alike, last = t.room("i32"), t.room(WIDE)
    t.line(f"store i32 0, ptr {alike}")
    t.line(f"store i64 -1, ptr {last}")
    mask = t.set(f"sub i64 {t.set('shl i64 1, %bits')}, 1")
    with t.loop("0", "%n") as i:
        word = t.set(f"load i64, ptr {_at(t, WIDE, '%packed', i)}")
        number = t.set(f"and i64 {word}, {mask}")
        t.line(f"store i64 {number}, ptr {_at(t, WIDE, '%order', i)}")
        first = t.set(f"lshr i64 {word}, %bits")
        same = t.set(f"icmp eq i64 {first}, {t.set(f'load i64, ptr {last}')}")
        found = t.set(
            f"or i32 {t.set(f'load i32, ptr {alike}')}, {t.set(f'zext i1 {same} to i32')}"
        )
        t.line(f"store i32 {found}, ptr {alike}")
        t.line(f"store i64 {first}, ptr {last}")
    return t.set(f"load i32, ptr {alike}")
