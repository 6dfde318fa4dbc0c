"""Convolutions of 3 × 3 with fewer multiplications, after Winograd: tiles, products, tiles.

A tile of m × m outputs sees n × n inputs, n = m + 2. Of a kernel g and a tile d

    y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A

needs n² multiplications instead of 9 m²: a quarter of them for m = 4. Summed over channels, the
middle is one product of matrices for each of the n² entries. What the kernel learns from the
gradient e of y is the transpose of that: dg = Gᵀ [ (A e Aᵀ) ⊙ (Bᵀ d B) ] G.

The matrices come from polynomials that are equal at n − 1 points and at infinity.
With 0, ±5/8 and ±3/2 rounding errors are smallest, a few times those of a plain sum.

Source: Winograd 1980, Arithmetic Complexity of Computations; Lavin & Gray 2016, Fast Algorithms
for Convolutional Neural Networks, CVPR, section 4.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node, constant
from tiza.graph.place import made_at
from tiza.graph.prims.families import reshaped
from tiza.graph.types import DType
from tiza.graph.walk import walk
from tiza.readings.native.terms.tiles import Matrix, apart, learned, slid, together

Ints = tuple[int, ...]
KERNEL = 3
POINTS: dict[int, tuple[Fraction, ...]] = {
    2: (Fraction(0), Fraction(1), Fraction(-1)),
    4: (Fraction(0), Fraction(5, 8), Fraction(-5, 8), Fraction(3, 2), Fraction(-3, 2)),
}
LEAST = 8  # pictures that fill lanes
MOVED = 16.0  # what transforming and moving an entry of a tile costs, in multiplications
WORTH = 0.8  # of the direct way's multiplications, at most


@dataclass(frozen=True)
class Matrices:
    """Aᵀ (m × n), G (n × 3), Bᵀ (n × n)."""

    a: Matrix
    g: Matrix
    b: Matrix


@cache
def matrices(m: int) -> Matrices:
    """Those of tiles of m × m outputs.

    Row j of G evaluates the kernel's polynomial at the point j, divided by ∏ (p_j − p_k); row j
    of Bᵀ holds the coefficients of ∏ (x − p_k), k ≠ j; column j of Aᵀ the powers of p_j.
    """
    points = POINTS[m]
    g, b = [], []
    for j, p in enumerate(points):
        others = [q for k, q in enumerate(points) if k != j]
        scale = math.prod((p - q for q in others), start=Fraction(1))
        g.append([p**i / scale for i in range(KERNEL)])
        b.append([*_expanded(others), Fraction(0)])
    g.append([Fraction(i == KERNEL - 1) for i in range(KERNEL)])
    b.append(_expanded(points))
    a = [[*(p**i for p in points), Fraction(i == m - 1)] for i in range(m)]
    return Matrices(_floats(a), _floats(g), _floats(b))


def _expanded(roots: Sequence[Fraction]) -> list[Fraction]:
    """The coefficients of ∏ (x − root), the constant first."""
    found = [Fraction(1)]
    for root in roots:
        higher = [Fraction(0), *found]
        found = [a - root * b for a, b in zip(higher, [*found, Fraction(0)], strict=True)]
    return found


def _floats(rows: Sequence[Sequence[Fraction]]) -> Matrix:
    return tuple(tuple(float(x) for x in row) for row in rows)


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _table(matrix: Matrix, dtype: DType) -> Node:
    return constant(np.array(matrix, dtype))


def tile(inner: int, outer: int, shape: Ints, pictures: int) -> int:
    """m, the side of the tiles for so many channels and outputs; 0 where the direct way is best."""
    if pictures < LEAST:
        return 0
    each = inner * outer + MOVED * (inner + outer)
    costs = {m: (m + KERNEL - 1) ** 2 * math.prod(-(-n // m) for n in shape) * each for m in POINTS}
    best = min(costs, key=lambda m: costs[m])
    return best if costs[best] < WORTH * KERNEL**2 * math.prod(shape) * inner * outer else 0


def convolution(x: Node, weight: Node, *bias: Node, stride: Ints, low: Ints, high: Ints,
              dilation: Ints, groups: int) -> Node | None:  # fmt: skip
    """A convolution by tiles; None where that does not apply or pay."""
    size, plain = weight.shape[2:], {*stride, *dilation, groups} == {1}
    if size != (KERNEL, KERNEL) or not plain or min(*low, *high) < 0:
        return None
    shape = tuple(n + a + b - KERNEL + 1 for n, a, b in zip(x.shape[2:], low, high, strict=True))
    out, inner = weight.shape[:2]
    m = tile(inner, out, shape, x.shape[0])
    if not m:
        return None
    way, tiles = matrices(m), tuple(-(-n // m) for n in shape)
    data = P["permute"](x, axes=(1, 2, 3, 0))
    kernel = P["permute"](weight, axes=(0, 2, 3, 1))
    u = apart(kernel, matrix=way.g, step=KERNEL, low=(0, 0), tiles=(1, 1))
    how = {"after": way.a, "before": way.b, "low": low, "tiles": tiles, "shape": shape}
    y = slid(data, u, *bias, **how, relu=False)
    return P["permute"](y, axes=(3, 0, 1, 2))


def rectified(outputs: Sequence[Node]) -> list[Node]:
    """ReLU of a convolution by tiles made where its results are put together."""
    order = walk(outputs, lambda n: () if n.value is not None else n.inputs)
    uses = Counter(i for node in order if node.value is None for i in node.inputs)
    uses.update(outputs)
    new: dict[Node, Node] = {}
    for node in order:
        inputs = () if node.value is not None else tuple(new[i] for i in node.inputs)
        with made_at(node.place):
            if node.prim.name == "relu" and inputs and _is_slid(node.inputs[0], uses):
                new[node] = _with_relu(inputs[0])
            else:
                new[node] = (
                    node if inputs in ((), node.inputs) else node.prim(*inputs, **node.attrs)
                )
    return [new[node] for node in outputs]


def _is_slid(x: Node, uses: Mapping[Node, int]) -> bool:
    """Whether it is a convolution by tiles that is used once."""
    below = x.inputs[0] if x.prim.name == "permute" else x
    return below.prim is slid and uses[x] == uses[below] == 1


def _with_relu(x: Node) -> Node:
    if x.prim.name == "permute":
        return P["permute"](_with_relu(x.inputs[0]), **x.attrs)
    return slid(*x.inputs, **{**x.attrs, "relu": True})


def slopes(node: Node) -> Node | None:
    """What a kernel learns, the product of gradients and windows, by tiles; None as above."""
    rows, seen = node.inputs
    windows = _windows(seen)
    if windows is None or node.ndim != 2:
        return None
    x, low, shape = windows
    pictures, inner = x.shape[:2]
    out = rows.shape[0]
    m = tile(inner, out, shape, pictures)
    if not m:
        return None
    way, tiles = matrices(m), tuple(-(-n // m) for n in shape)
    e = reshaped(rows, (out, *shape, pictures))
    data = P["permute"](x, axes=(1, 2, 3, 0))
    tables = (_table(_transposed(way.a), x.dtype), _table(way.b, x.dtype))
    u = learned(e, data, *tables, after=way.a, before=way.b, low=low, tiles=tiles)
    kernel = together(u, matrix=_transposed(way.g), tiles=(1, 1), shape=(KERNEL, KERNEL))
    return reshaped(P["permute"](kernel, axes=(0, 3, 1, 2)), node.shape)


def _windows(seen: Node) -> tuple[Node, Ints, Ints] | None:
    """Pictures whose windows of 3 × 3 are the rows of a matrix.

    Besides, how many zeros stand before them, and how many windows there are along each axis.
    """
    chain: list[Ints | None] = []
    while seen.prim.name in ("permute", "reshape") and len(chain) < 4:
        chain.append(seen.attrs.get("axes"))
        seen = seen.inputs[0]
    if chain != [(1, 0), None, (1, 4, 5, 2, 3, 0)] or seen.prim.name != "windows":
        return None
    w = seen.attrs
    if w["size"] != (KERNEL, KERNEL) or {*w["stride"], *w["dilation"]} != {1}:
        return None
    x, low = seen.inputs[0], (0, 0)
    if any(w["low"]) or any(w["high"]):
        return None
    if x.prim.name == "pad" and not any(x.attrs["interior"]):
        before, after = x.attrs["low"], x.attrs["high"]
        if min(*before, *after) >= 0 and not any((*before[:2], *after[:2])):
            x, low = x.inputs[0], before[2:]
    return x, low, seen.shape[2:4]
