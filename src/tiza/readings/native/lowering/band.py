"""Bands around the diagonal: which entries of a matrix may be other than 0, which are asked for.

Behind a causal mask query i sees the keys 0 … i: its weights for later keys are 0, and nobody asks
for those scores. So a product with such weights is summed over keys up to i, and the gradients go
the same way:

    y = P V      yᵢ = Σ_{j ≤ i} Pᵢⱼ Vⱼ          V̄ = Pᵀ ȳ      V̄ⱼ = Σ_{i ≥ j} Pᵢⱼ ȳᵢ

A band is what lies between two diagonals: entries (i, j) with low ≤ j − i ≤ high. It is known from
a mask that the program was written with, and followed from value to value, one rule a primitive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native.terms.index import Affine, Loop

MOST = 1 << 24  # entries of a mask that is looked through
ZERO_AT_ZERO = {"negative", "cast", "abs", "sqrt", "relu", "sign", "tanh", "sin", "expm1"}
# Of what is finite they make what is finite: 0 may stand in the place of what is not asked for.
FINITE = {"add", "subtract", "multiply", "where", "maximum", "minimum", *ZERO_AT_ZERO}


class Band(NamedTuple):
    """The entries (i, j) with low ≤ j − i ≤ high."""

    low: int
    high: int

    def turned(self) -> Band:
        """The band of the transposed matrix."""
        return Band(-self.high, -self.low)

    def both(self, other: Band) -> Band:
        """What lies in both."""
        return Band(max(self.low, other.low), min(self.high, other.high))

    def either(self, other: Band) -> Band:
        """The least band around both."""
        if self.low > self.high:
            return other
        if other.low > other.high:
            return self
        return Band(min(self.low, other.low), max(self.high, other.high))


FAR = 1 << 40
ALL, NONE = Band(-FAR, FAR), Band(FAR, -FAR)


def of_mask(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Band:
    """The least band that holds every True of matrices of truth values."""
    rows, columns = mask.shape[-2:]
    seen: np.ndarray[Any, np.dtype[np.bool_]] = np.any(mask.reshape(-1, rows, columns), axis=0)
    some = np.flatnonzero(seen.any(axis=1))
    if not some.size:
        return NONE
    first = seen[some].argmax(axis=1)
    last = columns - 1 - seen[some, ::-1].argmax(axis=1)
    low, high = int((first - some).min()), int((last - some).max())
    return Band(low if low > 1 - rows else -FAR, high if high < columns - 1 else FAR)


class Product(NamedTuple):
    """Which entries of a product a (…, m, k) · b (…, k, n) matter: of a, of b, of the result."""

    a: Band
    b: Band
    result: Band


class Limits(NamedTuple):
    """A product's entry (row, column) is summed along `loop` within the bands of its factors."""

    loop: Loop
    row: Affine
    column: Affine
    bands: Product


class Bands:
    """The bands of a program's values, given in the order in which they are computed.

    zero: outside it a value is 0; lowest: outside it −∞, as scores are before their exponential;
    asked: outside it nobody looks at a value, or multiplies it by 0.
    """

    def __init__(self, order: Sequence[Node], outputs: Sequence[Node]) -> None:
        self.order = order
        self.true: dict[Node, Band] = {}
        self.false: dict[Node, Band] = {}
        self.zero: dict[Node, Band] = {}
        self.lowest: dict[Node, Band] = {}
        self.asked: dict[Node, Band] = dict.fromkeys(outputs, ALL)
        masks = [node for node in order if self._masks(node)]
        if not masks:
            return
        for node in order:
            self._follow(node)
        for node in reversed(order):
            self._ask(node)

    def product(self, node: Node) -> Product | None:
        """What matters of a product; None where all of it does."""
        a, b = (self.zero.get(x, ALL) for x in node.inputs)
        result = self.asked.get(node, ALL) if self.zero else ALL
        found = Product(a, b, result)
        return None if found == (ALL, ALL, ALL) else found

    # -- on the way forth: zeros ------------------------------------------------------------

    def _masks(self, node: Node) -> bool:
        """Whether a value holds known truths of which some band is all that matters."""
        x = node.value
        if node.prim.name != "constant" or x is None or x.dtype != bool or x.ndim < 2:
            return False
        rows, columns = x.shape[-2:]
        if min(rows, columns) < 2 or x.size > MOST:
            return False
        known = [of_mask(m) for m in (x, ~x)]
        self.true[node], self.false[node] = known
        return known != [ALL, ALL]

    def _follow(self, node: Node) -> None:
        name = node.prim.name
        if node.value is not None and node.value.size == 1:
            self.zero[node] = NONE if node.value.item() == 0 else ALL
            self.lowest[node] = NONE if node.value.item() == -math.inf else ALL
            return
        if name == "where":
            self.zero[node] = self._chosen(node, self.zero)
            self.lowest[node] = self._chosen(node, self.lowest)
        elif name == "exp":
            self.zero[node] = self.lowest[node.inputs[0]]
        elif name in ("multiply", "divide", *ZERO_AT_ZERO):
            parts = [self._of(x, node, self.zero) for x in node.inputs]
            self.zero[node] = parts[0] if name != "multiply" else parts[0].both(parts[1])
        elif name in ("add", "subtract"):
            a, b = (self._of(x, node, self.zero) for x in node.inputs)
            self.zero[node] = a.either(b)
            low = [self._of(x, node, self.lowest) for x in node.inputs]
            self.lowest[node] = low[0] if name == "subtract" else low[0].both(low[1])
        elif node.prim.family == "movement" and len(node.inputs) == 1:
            for known in (self.zero, self.lowest):
                known[node] = _moved(known.get(node.inputs[0], ALL), node.inputs[0], node)
        self.zero.setdefault(node, ALL)
        self.lowest.setdefault(node, ALL)

    def _chosen(self, node: Node, known: dict[Node, Band]) -> Band:
        c, a, b = node.inputs
        yes, no = (self._of(c, node, truth) for truth in (self.true, self.false))
        return yes.both(self._of(a, node, known)).either(no.both(self._of(b, node, known)))

    @staticmethod
    def _of(x: Node, user: Node, known: dict[Node, Band]) -> Band:
        """The band of an operand, as far as it holds after broadcasting."""
        alike = x.shape[-2:] == user.shape[-2:] and x.ndim >= 2
        return known.get(x, ALL) if alike or math.prod(x.shape) == 1 else ALL

    # -- on the way back: what is asked for -------------------------------------------------

    def _ask(self, node: Node) -> None:
        asked = self.asked.setdefault(node, NONE)
        if node.value is not None:
            return
        for k, x in enumerate(node.inputs):
            alike = x.shape[-2:] == node.shape[-2:] and x.ndim >= 2 and not node.prim.several
            part = ALL
            if alike and (node.prim.name in FINITE or (node.prim.name == "divide" and k == 0)):
                part = asked.both(self._needed(node, k))
            elif node.prim.family == "movement" and len(node.inputs) == 1:
                part = _moved(asked, node, x)
            self.asked[x] = self.asked.get(x, NONE).either(part)

    def _needed(self, node: Node, k: int) -> Band:
        """Where operand k makes a difference."""
        if node.prim.name == "where" and k:
            return self._of(node.inputs[0], node, self.true if k == 1 else self.false)
        if node.prim.name == "multiply":
            return self._of(node.inputs[1 - k], node, self.zero)
        return ALL


def _moved(band: Band, x: Node, y: Node) -> Band:
    """The band of y, whose entries are those of x elsewhere; ALL where that is not known."""
    node = y if x in y.inputs else x  # the operation, which goes from x to y or back
    if min(x.ndim, y.ndim) < 2:
        return ALL
    if node.prim.name in ("reshape", "broadcast_to"):
        return band if x.shape[-2:] == y.shape[-2:] else ALL
    if node.prim.name == "permute":
        k = node.ndim
        last = tuple(node.attrs["axes"][-2:])
        if last == (k - 2, k - 1):
            return band
        return band.turned() if last == (k - 1, k - 2) else ALL
    return ALL
