"""Products of rounded factors as products of pairs, where the processor has an instruction for it.

    Σ_k r(a_k) r(b_k)  →  Σ_k (r(a_2k) r(b_2k) + r(a_2k+1) r(b_2k+1))

One instruction makes both products of a pair and adds them. Each factor is rounded and put in
pairs once, whoever reads it; a second factor so that its columns stand side by side.

Source: Intel 2024, "Architecture instruction set extensions programming reference", VDPBF16PS.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.place import made_at
from tiza.graph.rounding import bfloat16
from tiza.graph.walk import walk
from tiza.readings.native.machine.processor import Machine
from tiza.readings.native.rewriting.rewrite import swaps
from tiza.readings.native.terms.words import pairs

FEATURE, BITS = "avx512bf16", 512  # its name in LLVM's spelling, and the vectors it comes with
FEW, TERMS, LEAST = 16, 16, 1 << 17  # rows and columns, terms, multiplications that are worth it
FLOAT32 = np.dtype("float32")


def takes_pairs(machine: Machine) -> bool:
    """Whether a processor multiplies pairs.

    >>> takes_pairs(Machine.portable())
    False
    """
    return machine.has(FEATURE) and machine.vector_bits == BITS


def paired(outputs: Sequence[Node]) -> list[Node]:
    """`outputs`, their large products of rounded matrices made of pairs."""
    new: dict[Node, Node] = {}
    for node in walk(outputs, lambda n: () if n.value is not None else n.inputs):
        inputs = node.inputs if node.value is not None else tuple([new[i] for i in node.inputs])
        with made_at(node.place):
            new[node] = _product(node, inputs) or (
                node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
            )
    return [new[node] for node in outputs]


def _product(node: Node, inputs: tuple[Node, ...]) -> Node | None:
    """A product as one of pairs; None where it stays."""
    if node.prim.name != "matmul" or node.value is not None or not _worth(node):
        return None
    a, b = (_bare(x) for x in inputs)
    if a is None or b is None:
        return None
    one = transposed(_words(a.inputs[0], 0)) if swaps(a) else _words(a, 1)
    two = _words(b.inputs[0], 1, turned=True) if swaps(b) else _words(b, 0)
    return node.prim(one, two)


def transposed(x: Node) -> Node:
    """A matrix with rows for columns."""
    return P["permute"](x, axes=(1, 0))


def _words(x: Node, axis: int, *, turned: bool = False) -> Node:
    return pairs(x, axis=axis, turned=turned)


def _worth(node: Node) -> bool:
    a, b = node.inputs
    if node.dtype != FLOAT32 or a.ndim != 2 or b.ndim != 2:
        return False
    terms = a.shape[1]
    most = math.prod(node.shape) * terms >= LEAST
    return most and terms % 2 == 0 and terms >= TERMS and min(node.shape) >= FEW


def _bare(x: Node) -> Node | None:
    """A rounded factor before it is rounded; None where it is none, or may be no matrix."""
    moves: list[Node] = []
    while x.prim.name in ("permute", "reshape", "alias") and x.value is None:
        moves.append(x)
        x = x.inputs[0]
    if x.prim is not bfloat16:
        return None
    x = x.inputs[0]
    for move in reversed(moves):
        x = move.prim(x, **move.attrs)
    if x.prim.name == "permute" and x.inputs[0].prim.name == "permute":  # two exchanges are none
        before = x.inputs[0]
        axes = tuple(before.attrs["axes"][i] for i in x.attrs["axes"])
        x = P["permute"](before.inputs[0], axes=axes)
        if axes == (0, 1):
            x = x.inputs[0]
    return x
