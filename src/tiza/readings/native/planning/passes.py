"""In how many passes a long product is summed: what a pass reads stays in near caches.

The sums wait in memory between passes. Where registers are few, two kinds of products have a rule
of their own. A second factor that a near cache holds as a whole needs no passes. Where the sums fit
there and the second factor is far, a pass takes few of its rows: it reads them from their beginning
to their end, as memory likes to be read.
"""

from __future__ import annotations

import math

from tiza.graph.node import Node
from tiza.readings.native.terms.tables import AMPLE

DEEP, BLOCK = 512, 256  # products summed over more terms are made in passes of about so many
HELD, FAR = 1 << 17, 1 << 22  # bytes that a second cache holds beside all else; that none holds
ROWS = 16  # of a far factor


def deep(root: Node, registers: int = AMPLE) -> int:
    """In how many passes a product is summed; 0 where one will do.

    Equally long ones where possible; of many, the last may be shorter. Panels want short ones.
    """
    terms = root.inputs[0].shape[1] if root.prim.name == "matmul" and root.ndim == 2 else 0
    if terms <= DEEP:
        return 0
    count = next((terms // k for k in range(BLOCK, BLOCK // 2, -1) if terms % k == 0), 0)
    if not count and terms >= 4 * BLOCK:
        count = math.ceil(terms / math.ceil(terms / math.ceil(terms / BLOCK)))
    if registers >= AMPLE:
        return count
    (rows, columns), size = root.shape, root.dtype.itemsize
    if terms * columns * size <= HELD:
        return 0
    if rows * columns * size <= HELD and terms * columns * size > FAR:
        return math.ceil(terms / ROWS)
    return 2 * count  # the nearest cache holds two panels
