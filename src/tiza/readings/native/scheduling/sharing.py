"""In which order a kernel's kept loops run, and whose turns threads share.

Threads share the outermost loop whose turns are independent. A product that is summed piece by
piece goes through its pieces first: what one of them reads stays in a near cache while all tiles
take it up. Threads then share tiles within each piece, or pairs of two loops, where one is short.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tiza.readings.native.lowering.lower import Value
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import Schedule, halved, product
from tiza.readings.native.terms.index import Affine, Loop
from tiza.readings.native.terms.memory import Buffer

FEW = 8  # turns of a loop, too few for several threads to share evenly
MANY = 16  # turns that they do share evenly
APART = 0.4e-9  # seconds to load or store a lane that stands apart from its neighbours
LATE = 40e-9  # seconds until a row comes that was picked from far memory
Item = tuple[Loop, int]  # a loop, and how many entries a turn takes


class Order(NamedTuple):
    """The loops, the outermost first; the one, or two neighbours, that threads share.

    Of two, the second is cut in whole tiles.
    """

    items: list[Item]
    shared: list[Loop]

    @property
    def trips(self) -> int:
        """How many turns there are to share."""
        steps = dict(reversed(self.items))  # of the outermost, where a loop runs in chunks
        return math.prod(math.ceil(loop.extent / steps[loop]) for loop in self.shared)


def order(nest: Nest, plan: Schedule, width: int) -> Order:
    """The kept loops of a nest under its schedule."""
    items = [*((loop, 1) for loop in plan.outer), *_tile(plan, width)]
    serial = [i for i in items if i[0] in nest.serial]
    free = [i for i in items if i[0] not in nest.serial]
    turns = [math.ceil(loop.extent / step) for loop, step in free]
    pieces = serial and free and product(nest) is not None
    fixed = plan.own or bool(free and halved(nest, free[0][0]))
    if pieces and not fixed:  # are there far more pairs of turns than turns of any loop?
        pairs = _paired(free)
        fixed = Order(pairs, _shared(pairs)).trips >= 3 * max(turns)
    if free and turns[0] < FEW and not fixed:  # more turns to share
        most = max(turns[:-1] if plan.packed else turns)  # rows stay inside: they share a panel
        free.insert(0, free.pop(turns.index(most)))
    if pieces:
        free = _paired(free)
        return Order([*serial, *free], _shared(free))
    items = [*free[:1], *serial, *free[1:]]  # order is kept inside
    return Order(items, [loop for loop, _ in items[:1]])


def waiting(nest: Nest, near: int) -> float:
    """Seconds for which a core waits for rows picked from arrays of more than `near` bytes."""
    found: dict[Buffer, int] = {}
    for value in nest.values():
        if value.op == "load" and value.extra[0].bytes > near:
            picks = [x for x in value.extra[1].terms if isinstance(x, Value)]
            loops = {i for x in picks for i in (*nest.kept, *nest.reduced) if i in x.atoms}
            rows = math.prod(i.extent for i in loops) if picks else 0
            found[value.extra[0]] = max(rows, found.get(value.extra[0], 0))
    return LATE * sum(found.values())


def scattered(nest: Nest, lane: Loop | None) -> float:
    """Seconds for lanes that stand apart in memory, where nothing is reduced."""
    if lane is None or nest.reduced:
        return 0.0
    places: list[Affine] = [v.extra[1] for v in nest.values() if v.op == "load"]
    places += [s.place for s in nest.stores]
    apart = sum(abs(p.coefficient(lane)) > 1 for p in places)
    return APART * apart * math.prod(loop.extent for loop in nest.kept)


def _paired(free: list[Item]) -> list[Item]:
    """The loops with, next to the first one, another whose turns threads may share with it."""
    first, *rest = free
    pair = next((x for x in rest if _turns(x) > 1 and x[0].extent % x[1] == 0), None)
    if not _few(first) or pair is None:
        return free
    return [first, pair, *(x for x in rest if x is not pair)]


def _shared(free: list[Item]) -> list[Loop]:
    """The first loop; with the second one, where its own turns are few and that is cut evenly."""
    first, *rest = free
    both = _few(first) and rest and rest[0][0].extent % rest[0][1] == 0
    return [first[0], rest[0][0]] if both else [first[0]]


def _few(item: Item) -> bool:
    """Whether a loop is not cut, and has too few turns."""
    return item[1] == 1 and _turns(item) < MANY


def _turns(item: Item) -> int:
    return math.ceil(item[0].extent / item[1])


def _tile(plan: Schedule, width: int) -> list[Item]:
    """The loops of which several entries are computed at once."""
    tile: list[Item] = []
    if plan.columns is not None and plan.row is not None:
        tile = [(plan.row, plan.rows), (plan.columns, width)]
    elif plan.kind in ("across", "turned") and plan.lane is not None:
        tile = [(plan.lane, plan.vectors * width)]
        if plan.row is not None:
            tile.insert(0, (plan.row, plan.rows))
    elif plan.row is not None:
        tile = [(plan.row, plan.rows)]
    if len(tile) == 2 and not plan.row_outside:
        tile.reverse()
    if plan.chunk and plan.row is not None:
        tile.insert(0, (plan.row, plan.chunk))
    return tile
