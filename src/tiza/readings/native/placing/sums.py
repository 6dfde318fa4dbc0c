"""Where sums over many rows are made in parts, how many parts, and where their sums stand."""

from __future__ import annotations

from tiza.readings.native.planning.plan import Group
from tiza.readings.native.terms.memory import Buffer

ROWS = 256  # rows, from which on parts pay
PART = 64, 16  # rows of a part: at most, at least
WIDE = 16, 1024  # columns: fewer fill no vector, of more each thread has enough


def parts_of(group: Group) -> int:
    """In how many parts the rows of a kernel's sums are added up; 0 where all at once will do."""
    if group.kind != "loops" or group.axes != (0,) or len(group.shape) != 2:
        return 0
    plain = all(r.prim.name == "sum" and r.dtype.kind == "f" for r in group.reduced)
    (rows, columns), (most, least), (narrow, wide) = group.shape, PART, WIDE
    if not plain or not group.reduced or rows < ROWS or not narrow <= columns <= wide:
        return 0
    return next((rows // n for n in range(most, least - 1, -1) if rows % n == 0), 0)


def sums(group: Group) -> list[Buffer]:
    """Where the sums of the parts stand: a row for each part."""
    count = parts_of(group)
    return [Buffer((count, group.shape[1]), r.dtype) for r in group.reduced] if count else []
