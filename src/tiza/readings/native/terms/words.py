"""Two numbers of bfloat16 in one word: the form in which a processor multiplies them.

A word takes the place of a float32. The first number of a pair stands in its lower half.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.graph.rounding import nearest
from tiza.graph.types import DType, Shape
from tiza.readings.native.terms.tiles import Own


def _pairs(x: Any, axis: int, turned: bool) -> Any:
    bits = np.moveaxis(nearest(x).view(np.uint32), axis, 0)
    words = np.moveaxis((bits[::2] >> 16) | bits[1::2], 0, axis).view(np.float32)
    return words.T.copy() if turned else words


def _infer(x: Node, axis: int, turned: bool) -> tuple[Shape, DType]:
    shape = tuple(n // 2 if a == axis else n for a, n in enumerate(x.shape))
    return shape[::-1] if turned else shape, x.dtype


# Neighbours of a matrix along `axis`, in one word; turned: the words of its transpose
pairs = Own(name="pairs", family="words", value=_pairs, infer=_infer)
