"""Roughly how long expressions take to compute and to compile, counted from their shapes.

Counted, not measured: what is decided by it is decided alike at every run, so that a loop gives
the same bits again. Right within a factor of about two, which is enough to choose by.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tiza.graph.late import Late
from tiza.graph.loops import alike
from tiza.graph.node import Node
from tiza.graph.walk import opened_inputs, walk

CALL = 1e-5  # of one operation, however small
ENTRY, ROW = 4e-10, 4e-9  # for each entry that is read or written, one after another or picked
PRODUCT = 1 / 60e9  # of a floating-point operation in a product
CURVE = 4e-9  # of one value of a function that is no arithmetic
UPDATE = 12  # operations of the update of one parameter
VIEWS = {"reshape", "permute", "broadcast_to", "slice", "flip", "part", "stop_gradient", "alias"}
CURVES = {"exp", "expm1", "log", "log1p", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sigmoid",
          "softplus", "erf", "pow", "logaddexp"}  # fmt: skip


class Effort(NamedTuple):
    """seconds: to compute it once by NumPy; kinds: operations unlike each other, to be compiled.

    Equal operations share their machine code.
    """

    seconds: float = 0.0
    kinds: int = 0

    def and_also(self, other: Effort) -> Effort:
        """Both, one after the other."""
        return Effort(self.seconds + other.seconds, self.kinds + other.kinds)


def effort(outputs: Sequence[Node]) -> Effort:
    """What it takes to compute `outputs` from what has a value.

    >>> import numpy as np
    >>> from tiza.graph import placeholder
    >>> x = placeholder((1000, 1000), np.dtype("float32"))
    >>> one, two = effort([x @ x]), effort([x @ x @ x])
    >>> round(two.seconds / one.seconds, 6), one.kinds, two.kinds
    (2.0, 1, 1)
    """
    order = [node for node in walk(outputs, _edges) if node.value is None and not node.prim.body]
    sources = {node.source for node in order if type(node) is Late}
    whole = of_each(node for node in order if type(node) is not Late)
    for source in sources:
        whole = whole.and_also(source.effort)
    return whole


def of_each(nodes: Iterable[Node]) -> Effort:
    """What these operations take."""
    made = [node for node in nodes if node.inputs]
    kinds = {(n.prim.name, n.shape, *[i.shape for i in n.inputs]) for n in made}
    loops: dict[Any, float] = {}  # equal ones are run once
    for node in made:
        if node.prim.name == "scan":
            loops[alike(node)] = max(_looped(node), loops.get(alike(node), 0.0))
    plain = sum(_seconds(node) for node in made if node.prim.name != "scan")
    return Effort(plain + sum(loops.values()), len(kinds))


def of_update(sizes: Sequence[int]) -> Effort:
    """What a step of an optimizer takes for parameters of these sizes, roughly."""
    seconds = sum(UPDATE * (CALL + 3 * ENTRY * size) for size in sizes)
    return Effort(seconds, UPDATE * len(set(sizes)))


def _edges(node: Node) -> Sequence[Node]:
    return () if node.value is not None or type(node) is Late else opened_inputs(node)


def _seconds(node: Node) -> float:
    name, family = node.prim.name, node.prim.family
    if name in VIEWS:
        return CALL
    made, read = _entries(node), sum(map(_entries, node.inputs))
    if name == "matmul":
        return CALL + PRODUCT * 2 * made * node.inputs[0].shape[-1] + ENTRY * (made + read)
    if name in CURVES:
        return CALL + CURVE * made
    if family in ("indexing", "window", "random"):
        return CALL + ROW * (made + read) / 2
    return CALL + ENTRY * (made + read)


def _looped(node: Node) -> float:
    length: int = node.attrs["length"]
    return CALL + length * effort(node.attrs["body"].outputs).seconds


def _entries(node: Node) -> int:
    shapes = node.shape if node.prim.several else (node.shape,)
    return sum(map(math.prod, shapes))  # type: ignore[arg-type]
