"""Zeros around a picture that are neither stored nor multiplied: loops end where it ends.

What a convolution learns about its input is the gradient, padded by k − 1 zeros on every side,
under the kernel turned round. Near an edge most products are with zeros:

    xᵢ = Σⱼ wⱼ g̃ᵢ₊ⱼ      with g̃ᵢ₊ⱼ = gᵢ₊ⱼ₋ₗ only for l − i ≤ j < l − i + n

So the padded copy is left out, and the loop over j runs from max(0, l − i) to min(k, l − i + n).
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from fractions import Fraction

from tiza.graph.node import Node

LANES = 16  # pictures, which fill them: a loop along a picture's rows must run by itself
WORTH = 0.9  # of the multiplications, at most


def rims(order: Sequence[Node], users: Mapping[Node, Sequence[Node]],
         given: Container[Node]) -> set[Node]:  # fmt: skip
    """The padded pictures that only one product reads, and better without their zeros."""
    return {node for node in order if node.prim.name == "pad" and node not in given
            and _only_slid(node, users) and node.inputs[0] not in given
            and _share(node, users[node][0]) <= WORTH}  # fmt: skip


def _only_slid(node: Node, users: Mapping[Node, Sequence[Node]]) -> bool:
    """Whether nobody sees it but a product, through windows that move on by single steps."""
    low, high = node.attrs["low"], node.attrs["high"]
    cut_off = min((*low, *high), default=-1) < 0
    if cut_off or any((*node.attrs["interior"], *low[:2], *high[:2])):
        return False
    for name in ("windows", "permute", "reshape"):
        if len(users[node]) != 1 or users[node][0].prim.name != name:
            return False
        (node,) = users[node]
        if name == "windows" and {*node.attrs["stride"]} != {1}:
            return False
    last = users[node]
    return len(last) == 1 and last[0].prim.name == "matmul" and last[0].inputs[1] is node


def _share(pad: Node, windows: Node) -> float:
    """Of the multiplications, those with pictures; more where these do not fill the lanes."""
    (x,), w, share = pad.inputs, windows.attrs, Fraction(1)
    places = zip(x.shape[2:], pad.attrs["low"][2:], windows.shape[2:], w["size"], w["dilation"],
                 strict=False)  # fmt: skip
    for n, low, many, k, apart in places:
        inside = sum(0 <= i + j * apart - low < n for i in range(many) for j in range(k))
        share *= Fraction(inside, many * k)
    return float(share) * math.ceil(x.shape[0] / LANES) * LANES / x.shape[0]
