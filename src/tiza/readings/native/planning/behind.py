"""Work that a loop does not need is done right behind it: threads then need not wait there.

Where threads keep to rows of their own through all steps of a loop, nobody can take a part of
another's, and cores are never quite even. The product by which other weights learn, ready before
the loop, is moved behind it. Who leaves the loop first begins with it, and takes more of it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from tiza.graph.node import Node

if TYPE_CHECKING:
    from tiza.readings.native.planning.plan import Group

LARGE = 1 << 24  # multiplications of a product that is worth taking piece by piece


def behind(groups: Sequence[Group], home: Mapping[Node, Group]) -> list[Group]:
    """The kernels in another order: behind each scan one large product that is free of it."""
    order = list(groups)
    for loop in [g for g in groups if g.kind == "scan"]:
        start = order.index(loop)
        ready = set(order[:start])
        for i, found in enumerate(order[start + 1 :], start + 1):
            made = {home[x] for x in found.reads if x in home} - {found}
            if _large(found) and made <= ready and not _shares(found, order[start:i], home):
                found.behind = True
                order.insert(start + 1, order.pop(i))
                break
    return order


def _large(group: Group) -> bool:
    product = group.kind == "loops" and [r.prim.name for r in group.reduced] == ["matmul"]
    return product and math.prod(group.shape) >= LARGE


def _shares(group: Group, others: Collection[Group], home: Mapping[Node, Group]) -> bool:
    """Whether others read something given, which this kernel may write over; not single numbers."""
    given = {x for x in group.reads if x not in home and math.prod(x.shape) > 1}
    return any(given & other.reads for other in others)
