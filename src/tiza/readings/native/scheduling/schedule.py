"""How a nest is run: which loop fills the lanes of a vector, which are unrolled together.

Every schedule is one of four, and the cheapest that applies is taken:

    across    lanes along a kept loop; of a reduction, tiles of rows by vectors are kept in
              registers (each row's factor is repeated in all lanes)
    along     lanes along a reduced loop, added up at its end; of a product, tiles of rows by
              columns, whose sums then stand side by side in the lanes of one vector
    turned    square tiles read along one loop and written along another, turned in registers
    plain     one entry at a time
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tiza.readings.native.lowering.lower import Value
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.rewriting.halves import HALVES, LONG
from tiza.readings.native.scheduling.small import chunk, own_chunk, small_tile
from tiza.readings.native.terms.index import Affine, Loop
from tiza.readings.native.terms.tables import AMPLE

STRIDED = 6.0  # what reading one lane from afar costs, in vector loads
UNEVEN = 1.06
ODD = 1.07  # what a tile of three vectors costs more: it fills all registers
CROOKED = 1.1  # rows that stand side by side, in tiles that begin anywhere in a cache line
NARROW = 1.1  # few vectors of a row at a time, each row of the matrix in another page
FAR = 1.2  # the same, among products, and from a near cache
NEAR = 1 << 15  # bytes
TOGETHER = 8  # short rows that are summed at once, so that what is made of them fills lanes
SHORT = 32  # values of a row's body, for that not to be long code
OFTEN = 12  # rows that read a panel, for its copy to be worth while
PANEL, LEAST = 1 << 16, 1 << 12  # bytes of one that is two vectors wide
TERMS = 4  # of a product's sum at a turn, where registers, and so tiles, are small
OWN = 16  # rows of a loop's body that several threads may have to themselves


@dataclass
class Schedule:
    """lane: the loop in the lanes; vectors: how many side by side; row: unrolled with it.

    outer: the kept loops around the tile, outermost first. columns: of the schedule `along`
    for products: the kept loop whose sums end up in the lanes.
    """

    kind: str
    outer: list[Loop]
    lane: Loop | None = None
    vectors: int = 1
    row: Loop | None = None
    rows: int = 1
    columns: Loop | None = None
    row_outside: bool = True  # whether the loop over rows is around the loop over lanes
    own: bool = False  # whether threads share the loop over rows, however few
    packed: bool = False  # whether a tile's columns are copied side by side (see `panels`)
    terms: int = 1  # of a product's sum at a turn
    chunk: int = 0  # rows that a thread takes at a time, if these go around all other loops


def lanes_of(nest: Nest, bits: int) -> int:
    """How many lanes: a vector of the widest floating-point type, of 32 bits at least.

    Single numbers, such as a learning rate, are no vectors; short loops fill shorter ones.
    """
    kinds = [v.dtype for v in nest.values() if v.atoms or v.op == "result"]
    kinds += [s.buffer.dtype for s in nest.stores if s.place.terms]
    wide = max((t.itemsize for t in kinds if t.kind == "f"), default=4)
    longest = max((loop.extent for loop in (*nest.kept, *nest.reduced)), default=1)
    return max(1, min(bits // 8 // max(wide, 4), max(2, 1 << (longest - 1).bit_length())))


def _far(place: Affine, loop: Loop) -> bool | None:
    """Whether the lanes of a vector stand apart; None where all are the same entry."""
    if any(isinstance(a, Value) and loop in a.atoms for a in place.terms):
        return True
    c = place.coefficient(loop)
    return None if c == 0 else c != 1


def _cost(nest: Nest, loop: Loop, width: int) -> float:
    """Loads and stores of one entry with its lanes along `loop`."""
    inside = cone([r.value for r in nest.reductions] + [s.value for s in nest.inner])
    outside = cone([s.value for s in nest.outer]) - inside
    often = 1 / math.prod(r.extent for r in nest.reduced)  # what is done once a result
    groups = ((inside, nest.inner, 1.0), (outside, nest.outer, often))
    total = 1.0
    for values, stores, weight in groups:
        places = [v.extra[1] for v in values if v.op == "load"] + [s.place for s in stores]
        apart = [_far(p, loop) for p in places]
        total += weight * (apart.count(False) + apart.count(True) * (2 + STRIDED * width / 4))
    full = math.ceil(loop.extent / width) * width / loop.extent
    return total * full


def cone(values: Iterable[Value]) -> set[Value]:
    """The values and what they are computed from."""
    seen: set[Value] = set()
    stack = list(values)
    while stack:
        value = stack.pop()
        if value not in seen:
            seen.add(value)
            stack += value.args
    return seen


def product(nest: Nest) -> tuple[Value, Value] | None:
    """The factors, where the nest is nothing but one sum of products of two loads."""
    if len(nest.reductions) != 1 or nest.inner or nest.turns or nest.reductions[0].op != "sum":
        return None
    value = nest.reductions[0].value
    times = value.op in ("multiply", "multiply_pairs")
    loads = times and all(a.op == "load" for a in value.args)
    if loads and value.dtype.kind == "f" and not nest.reductions[0].carried:
        return value.args[0], value.args[1]
    return None


def halved(nest: Nest, loop: Loop) -> bool:
    """Whether a loop runs over halves of long sums, each a thread's own (see `halves`)."""
    pair = product(nest) if nest.reduced and loop.extent == HALVES else None
    if pair is None or nest.reduced[-1].extent * HALVES < LONG:
        return False
    return all(loop in x.atoms for x in pair)


def schedule(nest: Nest, width: int, registers: int, *, again: bool = False) -> Schedule:
    """The schedule of a nest for vectors of `width` lanes; again: it is run step after step."""
    kept = nest.kept
    carried = any(r.carried for r in nest.reductions)
    positions = any(r.op in ("argmax", "argmin") for r in nest.reductions)
    moving = {a for s in nest.stores for a in s.place.terms if isinstance(a, Value)}
    fixed = {loop for loop in nest.serial if moving} | rows_of(nest)
    across = [k for k in kept if k not in fixed and not _meet(nest, k)]
    sums = nest.reductions and not (carried or positions or nest.turns)
    along = nest.reduced if sums else []
    plain = Schedule("plain", list(kept))
    if width == 1:
        return plain
    turned = _turned(nest, width)
    if turned is not None:
        return turned
    ways = [_across(nest, loop, width, registers, again) for loop in across]
    ways += [_along(nest, loop, width, registers) for loop in along]
    tiled = [w for w in ways if w.row is not None and (w.kind == "across" or w.columns)]
    if product(nest) is not None and tiled:
        return min(tiled, key=lambda w: _product_cost(nest, w, width))
    costs = [_cost(nest, w.lane, width) + _summing(nest, w, width) for w in ways if w.lane]
    best = min(costs, default=math.inf)
    return ways[costs.index(best)] if best < _plain_cost(nest) else plain


def rows_of(nest: Nest) -> set[Loop]:
    """The loops on whose turn it depends how many entries are summed."""
    atoms = nest.turns.terms if nest.turns else ()
    return {loop for a in atoms if isinstance(a, Value)
            for loop in a.atoms if isinstance(loop, Loop)}  # fmt: skip


def _turned(nest: Nest, width: int) -> Schedule | None:
    """Where all that is read stands side by side along one loop, all that is written along another.

    Either loop must fill at least half a vector.
    """
    if nest.reductions or nest.serial or any(s.add or s.checks for s in nest.inner):
        return None
    values = nest.values()
    loads = [v.extra[1] for v in values if v.op == "load"]
    plain = all(v.op == "number" or (v.op == "load" and not v.extra[2]) for v in values)
    floats = all(s.buffer.dtype.kind == "f" for s in nest.inner)
    places = [*loads, *(s.place for s in nest.inner)]
    if not (plain and floats and loads) or any(
        isinstance(a, Value) for p in places for a in p.terms
    ):
        return None
    long = [k for k in nest.kept if 2 * k.extent >= width]
    read = [k for k in long if all(p.coefficient(k) == 1 for p in loads)]
    written = [k for k in long if all(s.place.coefficient(k) == 1 for s in nest.inner)]
    if len(read) != 1 or len(written) != 1 or read == written:
        return None
    row, lane = read[0], written[0]
    outer = [k for k in nest.kept if k is not lane and k is not row]
    return Schedule("turned", outer, lane, 1, row, width)


def _summing(nest: Nest, way: Schedule, width: int) -> float:
    """What adding up the lanes costs, for each vector that was added to them."""
    if way.kind == "across":
        return 0.0
    return 0.5 * math.log2(width) * width / math.prod(r.extent for r in nest.reduced)


def _product_cost(nest: Nest, way: Schedule, width: int) -> float:
    """Of one vector of products: its loads, each shared by a row or column of the tile."""
    pair = product(nest)
    assert pair is not None  # asked only of products
    assert way.lane is not None
    side = 4 if way.columns else way.vectors
    across = way.columns or way.lane  # the other side of the tile
    total = 1.0
    for factor in pair:
        far = _far(factor.extra[1], way.lane)
        cost = FAR * width if far else 1.0
        total += cost / (way.rows if way.row not in factor.atoms else 1) / (
            side if across not in factor.atoms else 1)  # fmt: skip
    length = math.prod(r.extent for r in nest.reduced)
    places = [(s.buffer, s.place) for s in nest.outer]
    places += [v.extra[:2] for v in cone([s.value for s in nest.outer]) if v.op == "load"]
    apart = sum(2.0 + (FAR if b.bytes <= NEAR else STRIDED) * width if _far(p, across) else 1.0
                for b, p in places)  # fmt: skip
    total += (apart + (3.0 * width if way.columns else 0.0)) / length
    return total * math.ceil(way.lane.extent / width) * width / way.lane.extent * (
        math.ceil(across.extent / 4) * 4 / across.extent if way.columns else 1.0)  # fmt: skip


def _meet(nest: Nest, loop: Loop) -> bool:
    """Whether lanes along `loop` would be added, or written if something holds, to one entry."""
    return any((s.add or any(c[0].coefficient(loop) for c in s.checks))
               and not s.place.coefficient(loop) and loop not in nest.reduced
               for s in nest.inner)  # fmt: skip


def _plain_cost(nest: Nest) -> float:
    """One entry at a time, against vectors: as many instructions as a vector has lanes."""
    loads = sum(v.op == "load" for v in nest.values())
    return (1 + loads + len(nest.stores)) * 14.0


def _row(nest: Nest, lane: Loop) -> Loop | None:
    """The kept loop along which what the lanes load is used again."""
    pair = product(nest)
    if pair is None:
        return None
    moving = [x for x in pair if lane in x.atoms]
    loops = [k for k in nest.kept if k is not lane and k.extent > 1
             and any(k not in x.atoms for x in moving)]  # fmt: skip
    return max(loops, key=lambda k: min(k.extent, 16), default=None)


def _across(nest: Nest, lane: Loop, width: int, registers: int, again: bool) -> Schedule:
    groups = math.ceil(lane.extent / width)
    if not nest.reductions:
        vectors = min(4, max(1, lane.extent // width))
        return Schedule("across", [k for k in nest.kept if k is not lane], lane, vectors)
    row = _row(nest, lane)
    outer = [k for k in nest.kept if k is not lane and k is not row]
    if row is None:
        return Schedule("across", outer, lane, min(4, groups))
    own = again and row.extent >= OWN
    packed = registers < AMPLE and not again and _packs(nest, row, lane, 2 * width)
    row_outside = not packed and _row_outside(nest, row, lane, own)
    way = Schedule("across", outer, lane, row=row, row_outside=row_outside,
                   own=own and row_outside, packed=packed)  # fmt: skip
    if registers < AMPLE:
        _small(nest, way, groups, registers)
    else:
        way.vectors, way.rows = _large_tile(nest, way, groups, registers - 8, own)
    return way


def _small(nest: Nest, way: Schedule, groups: int, registers: int) -> None:
    """Choose a product's tile where registers are few, and how threads share its rows."""
    row, lane = way.row, way.lane
    assert row is not None
    assert lane is not None
    if way.own and not way.outer and (mine := own_chunk(row.extent)):
        way.chunk, way.row_outside = mine, False
        far, extent = False, mine
    else:
        terms = math.prod(r.extent for r in nest.reduced)
        far, extent = not way.packed and terms * lane.extent * 4 > NEAR, row.extent
    way.vectors, way.rows = small_tile(groups, extent, registers, way.own and not way.chunk, far)
    way.terms = TERMS
    if way.packed and not way.outer:
        way.chunk = chunk(row.extent, way.rows)


def _large_tile(nest: Nest, way: Schedule, groups: int, room: int, own: bool) -> tuple[int, int]:
    """How many vectors and rows of a product fit in `room` registers, with little waste."""
    row, choices = way.row, []
    assert row is not None  # a product has rows
    beside = way.row_outside and any(x.extra[1].coefficient(row) == 1 for x in product(nest) or ())
    for vectors in (2, 1, 3, 4):
        if vectors > groups:
            continue
        rows = min(row.extent, max(1, room // vectors), 8 if vectors > 1 or own else 14)
        waste = _waste(groups, vectors) * _waste(row.extent, rows)
        loads = (rows + vectors) / (rows * vectors)
        odd = ODD if vectors == 3 else 1.0
        odd *= CROOKED if beside and rows % 4 and rows < row.extent else 1.0
        odd *= NARROW if not way.row_outside and vectors < min(4, groups) else 1.0
        choices.append((waste * odd * (1 + loads * 0.5), vectors, rows))
    _, vectors, rows = min(choices)
    return vectors, rows


def in_lanes(nest: Nest, lane: Loop | None) -> Value | None:
    """The one factor of a product whose entries for the lanes stand side by side."""
    found = [x for x in product(nest) or () if lane in x.atoms]
    beside = lane is not None and len(found) == 1 and found[0].extra[1].coefficient(lane) == 1
    return found[0] if beside and not found[0].extra[2] else None


def _packs(nest: Nest, row: Loop, lane: Loop, side: int) -> bool:
    """Whether a tile's columns, `side` of them, should be copied side by side.

    They must be read often enough, by tiles of rows, and be no part of a long row already.
    """
    factor = in_lanes(nest, lane)
    if factor is None or row in factor.atoms or nest.serial:
        return False
    if nest.limits or nest.turns or row.extent < OFTEN or lane.extent < 2 * side:
        return False
    terms = math.prod(r.extent for r in nest.reduced)
    size = terms * side * factor.dtype.itemsize
    return LEAST <= size <= PANEL


def _row_outside(nest: Nest, row: Loop, lane: Loop, own: bool) -> bool:
    """Whether a product's rows are the outer loop, which threads share, and its lanes the inner.

    The factor of the inner loop is read again for every tile of the outer one, by every thread:
    it should be the smaller one where it does not stay in the nearest cache, and no giant. In the
    body of a loop rows are the examples, which a thread should keep to itself (see `own`).
    """
    terms = math.prod(r.extent for r in nest.reduced) * 4
    wide = terms * lane.extent
    return wide <= 1 << 17 or (wide <= 1 << 19 and (own or lane.extent < 2 * row.extent))


def _waste(extent: int, step: int) -> float:
    """Work done in whole tiles against work asked for; a smaller last tile is more code."""
    whole = math.ceil(extent / step) * step / extent
    return whole if whole == 1 or extent < step else whole * UNEVEN


def _stored_beside(nest: Nest, loop: Loop) -> bool:
    """Whether results that are neighbours along `loop` stand side by side."""
    return all(s.place.coefficient(loop) == 1 for s in nest.outer)


def _in_lanes(nest: Nest, loop: Loop) -> float:
    """How well the results fill lanes along `loop`: what is stored often should stand together."""
    long = math.prod(r.extent for r in nest.reduced) >= 256 and len(nest.outer) == 1
    if long:
        return min(loop.extent, 16)
    return min(loop.extent, 16) if _stored_beside(nest, loop) else 0


def _along(nest: Nest, lane: Loop, width: int, registers: int) -> Schedule:
    pair = product(nest)
    if pair is not None:
        a, b = pair
        of_a = [k for k in nest.kept if k in a.atoms and k not in b.atoms]
        of_b = [k for k in nest.kept if k in b.atoms and k not in a.atoms]
        if of_a and of_b:
            fit = lambda k: (_in_lanes(nest, k), _stored_beside(nest, k), k.extent)
            columns = max((*of_a, *of_b), key=fit)
            others = of_a if columns in of_b else of_b
            row = max(others, key=lambda k: k.extent)
            outer = [k for k in nest.kept if k not in (row, columns)]
            most = range(4, 7) if registers >= AMPLE else range(2, 4)
            best = min(most, key=lambda r: _waste(row.extent, r) * (1 + (r + 4) / (4 * r)))
            rows = min(row.extent, best)
            wide = math.prod(r.extent for r in nest.reduced) * columns.extent * 4
            return Schedule("along", outer, lane, 1, row, rows, columns,
                            row_outside=wide <= 1 << 19)  # fmt: skip
    vectors = max(1, lane.extent // width)
    if not nest.kept:
        return Schedule("along", [], lane, min(4, vectors))
    *outer, row = nest.kept
    if pair is not None:  # rows times one vector, whose parts serve four rows
        return Schedule("along", outer, lane, min(2, vectors), row, min(row.extent, 4))
    vectors = min(4, vectors)
    inside = cone([r.value for r in nest.reductions] + [s.value for s in nest.inner])
    rows = TOGETHER if vectors <= 2 and len(inside) <= SHORT else max(1, 4 // vectors)
    return Schedule("along", outer, lane, vectors, row, min(row.extent, rows))
