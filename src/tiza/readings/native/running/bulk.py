"""Many arrays copied, or searched for what is not finite, on all threads.

A step of training keeps the tables that it began with, and looks through those that it made. NumPy
does either on one thread, or wakes threads that get into the way of the step's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache as once
from typing import Any, NamedTuple

import numpy as np

from tiza.readings.native.machine import pool
from tiza.readings.native.machine.llvm import Library, LLVMError, available, host, load
from tiza.readings.native.running.compiled import address
from tiza.readings.native.terms.text import Text

Array = np.ndarray[Any, Any]
WORTH = 1 << 19  # bytes: less is done by NumPy before threads are awake
SIGNLESS = {32: 0x7FFFFFFF, 64: 0x7FFFFFFFFFFFFFFF}
# The least that is not finite, as a whole number.
INFINITE = {32: 0x7F800000, 64: 0x7FF0000000000000}
VECTORS = 4  # searched at a turn
KINDS = {np.dtype("float32"): "look32", np.dtype("float64"): "look64"}
SUMS = {np.dtype("float32"): "sum32", np.dtype("float64"): "sum64"}
OFTEN = 100  # times after which its machine code has repaid its making for less, on one thread
ONES = 16  # entries that Python adds up before NumPy has begun
FEW = 1000  # entries that NumPy adds up before machine code has begun


class Bulk(NamedTuple):
    """The machine code, and where its functions begin."""

    library: Library
    at: dict[str, int]


Kept = dict[str, Array]  # where arrays stand, by function, for who comes with the same ones again


def copy(to: Sequence[Array], start: Sequence[Array], kept: Kept | None = None) -> None:
    """Copy each array of `start` into that of `to` with its shape and type; all are contiguous.

    kept: empty at first; with the same arrays in the same places it may be given again.
    """
    bulk, threads = _worth(start)
    if bulk is None:
        for there, here in zip(to, start, strict=True):
            np.copyto(there, here)
        return
    words = kept.get("copy") if kept else None
    if words is None:
        pairs = zip(to, start, strict=True)
        words = _words([(address(there), address(here), here.nbytes) for there, here in pairs])
        if kept is not None:
            kept["copy"] = words
    _run(bulk, "copy", words, threads)


def finite(arrays: Sequence[Array], kept: Kept | None = None) -> bool:
    """Whether none of these arrays holds NaN or infinity.

    kept: empty at first; with the same arrays in the same places it may be given again.

    >>> one = np.ones(100_000, np.float32)
    >>> finite([one]), finite([one, np.array([np.inf])]), finite([np.array([1])])
    (True, False, True)
    """
    bulk, threads = _worth(arrays)
    if bulk is not None and kept:
        return not any(_run(bulk, name, words, threads) for name, words in kept.items())
    rows: dict[str, list[tuple[int, ...]]] = {}
    rest: list[Array] = []
    for array in arrays:
        name = KINDS.get(array.dtype)
        if bulk is not None and name is not None and array.flags.c_contiguous:
            rows.setdefault(name, []).append((address(array), array.size))
        elif array.dtype.kind in "fc":
            rest.append(array)
    words = {name: _words(found) for name, found in rows.items()}
    if kept is not None and not rest:
        kept.update(words)
    if not all(np.isfinite(array).all() for array in rest):
        return False
    return bulk is None or not any(_run(bulk, name, found, threads)
                                   for name, found in words.items())  # fmt: skip


def in_order(start: float, each: Array, times: float) -> float:
    """`start` and `times` each entry, added one after another as Python would, in float64.

    NumPy does as much at a third of the speed, or adds in another order.

    >>> in_order(0.5, np.array([1, 2, 3], np.float32), 2)
    12.5
    """
    if len(each) <= ONES:
        for x in each.tolist():
            start += x * times
        return start
    bulk = _made() if len(each) >= FEW and each.dtype in SUMS else None
    if bulk is None or not each.flags.c_contiguous:
        whole = np.empty(len(each) + 1)
        whole[0] = start
        np.multiply(each, times, out=whole[1:], dtype=np.float64)
        return float(np.add.accumulate(whole, out=whole)[-1])
    words = np.array([address(each), len(each), 0, 0], np.int64)
    words[2:].view(np.float64)[:] = times, start
    pool.run(bulk.at[SUMS[each.dtype]], address(words), 1)
    return float(words[3:].view(np.float64)[0])


def _worth(arrays: Sequence[Array]) -> tuple[Bulk | None, int]:
    """The machine code where it is worth having for so much, and on how many threads."""
    if sum([a.nbytes for a in arrays]) >= WORTH:
        return _made(), pool.default_threads()
    _asked[0] += 1
    return (_made() if _asked[0] > OFTEN else None), 1


_asked = [0]  # how often little was to be done


def _words(rows: Sequence[tuple[int, ...]]) -> Array:
    """The context of a function."""
    return np.array([len(rows), 0, *(number for row in rows for number in row)], np.int64)


def _run(bulk: Bulk, name: str, words: Array, threads: int) -> int:
    """Run one of the functions; what it found."""
    words[1] = 0
    pool.run(bulk.at[name], address(words), threads)
    return int(words[1])


@once
def _made() -> Bulk | None:
    if available() is not None:
        return None
    try:
        library = load(text(host().vector_bits))
    except LLVMError:
        return None
    return Bulk(
        library, {name: library.address(name) for name in ("copy", *KINDS.values(), *SUMS.values())}
    )


def text(vector_bits: int) -> str:
    """The module, for vectors of so many bits.

    The context of each function is a row of words: how many arrays there are, what was found,
    then (to, from, bytes) or (where, entries) of each. A sum's: where, entries, factor, sum.
    """
    functions = [_copy(), _look(32, vector_bits), _look(64, vector_bits), _sum(32), _sum(64)]
    declared = set[str]().union(*(needed for _, needed in functions))
    return "\n".join([*sorted(declared), *(text for text, _ in functions)])


def _shared(t: Text, count: str) -> tuple[str, str]:
    """From where to where a thread works on so many entries."""
    start = t.set(f"udiv i64 {t.set(f'mul i64 %t, {count}')}, %n")
    return start, t.set(f"udiv i64 {t.set(f'mul i64 %t1, {count}')}, %n")


def _word(t: Text, number: str, kind: str = "i64") -> str:
    return t.set(f"load {kind}, ptr {t.set(f'getelementptr i64, ptr %context, i64 {number}')}")


def _begun(t: Text) -> str:
    """What each function begins with; how many arrays there are."""
    for line in ("%t = zext i32 %thread to i64", "%n = zext i32 %threads to i64",
                 "%t1 = add i64 %t, 1"):  # fmt: skip
        t.line(line)
    return _word(t, "0")


def _ended(t: Text, name: str) -> tuple[str, set[str]]:
    head = f"define void @{name}(ptr %context, i32 %thread, i32 %threads, ptr %team)"
    return t.function(head, "nounwind"), t.declared


def _copy() -> tuple[str, set[str]]:
    """Each thread copies its share of each array."""
    t = Text()
    with t.loop("0", _begun(t)) as k:
        first = t.set(f"add i64 {t.set(f'mul i64 {k}, 3')}, 2")
        to = _word(t, first, "ptr")
        start = _word(t, t.set(f"add i64 {first}, 1"), "ptr")
        low, high = _shared(t, _word(t, t.set(f"add i64 {first}, 2")))
        there, here = (t.set(f"getelementptr i8, ptr {x}, i64 {low}") for x in (to, start))
        given = [("ptr", there), ("ptr", here), ("i64", t.set(f"sub i64 {high}, {low}"))]
        t.do("llvm.memcpy.p0.p0.i64", [*given, ("i1", "false")], [""] * 4)
    return _ended(t, "copy")


def _look(bits: int, vector_bits: int) -> tuple[str, set[str]]:
    """The largest magnitude, its bits read as a whole number, tells whether all are finite."""
    t, entry = Text(), f"i{bits}"
    wide = VECTORS * vector_bits // bits
    vector = f"<{wide} x {entry}>"
    signless = f"splat ({entry} {SIGNLESS[bits]})"
    most, single = t.room(vector), t.room(entry)
    t.line(f"store {vector} zeroinitializer, ptr {most}")
    t.line(f"store {entry} 0, ptr {single}")

    def larger(kind: str, name: str, place: str, at: str, mask: str) -> None:
        found = t.set(f"load {kind}, ptr {at}, align {bits // 8}")
        size = t.set(f"and {kind} {found}, {mask}")
        before = t.set(f"load {kind}, ptr {place}")
        after = t.call(f"llvm.umax.{name}", kind, [(kind, before), (kind, size)])
        t.line(f"store {kind} {after}, ptr {place}")

    with t.loop("0", _begun(t)) as k:
        first = t.set(f"add i64 {t.set(f'mul i64 {k}, 2')}, 2")
        where = _word(t, first, "ptr")
        low, high = _shared(t, _word(t, t.set(f"add i64 {first}, 1")))
        many = t.set(f"udiv i64 {t.set(f'sub i64 {high}, {low}')}, {wide}")
        middle = t.set(f"add i64 {low}, {t.set(f'mul i64 {many}, {wide}')}")
        with t.loop(low, middle, wide) as i:
            at = t.set(f"getelementptr {entry}, ptr {where}, i64 {i}")
            larger(vector, f"v{wide}i{bits}", most, at, signless)
        with t.loop(middle, high) as i:
            at = t.set(f"getelementptr {entry}, ptr {where}, i64 {i}")
            larger(entry, f"i{bits}", single, at, str(SIGNLESS[bits]))
    whole = t.set(f"load {vector}, ptr {most}")
    one = t.call(f"llvm.vector.reduce.umax.v{wide}i{bits}", entry, [(vector, whole)])
    rest = t.set(f"load {entry}, ptr {single}")
    top = t.call(f"llvm.umax.i{bits}", entry, [(entry, one), (entry, rest)])
    with t.when(t.set(f"icmp uge {entry} {top}, {INFINITE[bits]}")):
        place = t.set("getelementptr i64, ptr %context, i64 1")
        t.line(f"store atomic i64 1, ptr {place} monotonic, align 8")
    return _ended(t, f"look{bits}")


def _sum(bits: int) -> tuple[str, set[str]]:
    """Each entry times a factor, added to what is there, in their order."""
    t, entry = Text(), "float" if bits == 32 else "double"
    total = t.room("double")
    t.line(f"store double {_word(t, '3', 'double')}, ptr {total}")
    where, factor = _word(t, "0", "ptr"), _word(t, "2", "double")
    with t.loop("0", _word(t, "1")) as i:
        x = t.set(f"load {entry}, ptr {t.set(f'getelementptr {entry}, ptr {where}, i64 {i}')}")
        x = x if bits == 64 else t.set(f"fpext float {x} to double")
        before = t.set(f"load double, ptr {total}")
        after = t.set(f"fadd double {before}, {t.set(f'fmul double {x}, {factor}')}")
        t.line(f"store double {after}, ptr {total}")
    place = t.set("getelementptr i64, ptr %context, i64 3")
    t.line(f"store double {t.set(f'load double, ptr {total}')}, ptr {place}")
    return _ended(t, f"sum{bits}")
