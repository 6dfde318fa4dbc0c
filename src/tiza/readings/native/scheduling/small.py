"""The tiles of a product where registers are few, and how threads share its rows."""

from __future__ import annotations

from functools import cache

DELAY = 5  # cycles from a sum to the next one, with some to spare
TURN = 0.25  # cycles of a loop's turn besides
CHUNKS = 8  # at least, for threads to share them evenly
LEAST, MOST = 48, 128  # rows of one, for which a panel is copied anew
MINE = (16, 8)  # rows of a loop's body that go to a thread together


@cache
def small_tile(groups: int, extent: int, registers: int, own: bool, far: bool) -> tuple[int, int]:
    """How many vectors and rows: by the cycles of a term of all rows and columns.

    Two products a cycle and two loads, but not before earlier sums have come, in `DELAY` cycles;
    loads from the second cache (far) take twice as long. own: rows go to threads tile by tile.
    """

    def cycles(rows: int, vectors: int) -> float:
        loads = rows + vectors * (2 if far else 1)
        return max(rows * vectors, DELAY * 2, loads) / 2 + TURN

    def whole(rows: int, vectors: int) -> float:
        return sum(n * m * cycles(r, v) for r, n in _parts(extent, rows)
                   for v, m in _parts(groups, vectors))  # fmt: skip

    choices = []
    for vectors in range(1, min(4, groups) + 1):
        most = min(extent, (registers - 1 - vectors) // vectors, 4 if own else 14)
        choices += [(whole(rows, vectors), -rows * vectors, vectors, rows)
                    for rows in range(1, most + 1)]  # fmt: skip
    *_, vectors, rows = min(choices)
    return vectors, rows


def _parts(extent: int, step: int) -> list[tuple[int, int]]:
    """Into which parts a loop is cut, and how many of each there are."""
    full, rest = divmod(extent, step)
    return [(step, full), (rest, 1)] if rest else [(step, full)]


def chunk(extent: int, rows: int) -> int:
    """How many rows a thread takes at a time; 0 where they do not part evenly.

    A thread that keeps to its rows finds them in its own cache from product to product.
    """
    fits = [n for n in range(LEAST, MOST + 1) if extent % n == 0 and extent >= CHUNKS * n]
    return min(fits, key=lambda n: (-(-n // rows) * rows / n, -n), default=0)


def own_chunk(extent: int) -> int:
    """How many rows of a loop's body a thread takes through each tile of columns; 0 for few rows.

    What a tile reads of the other factor then serves all of them from the nearest cache.
    """
    return next((n for n in MINE if extent % n == 0 and extent >= 2 * n), 0)
