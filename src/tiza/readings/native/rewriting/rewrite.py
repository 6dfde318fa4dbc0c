"""Rewrites before planning: what has a simpler form for the compiler, one rule each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from tiza.graph.apply import constant, literal
from tiza.graph.node import COMPOSITES, Node
from tiza.graph.node import PRIMITIVES as P
from tiza.graph.place import made_at
from tiza.graph.prims.contraction import transposed
from tiza.graph.prims.families import reshaped
from tiza.graph.walk import walk
from tiza.readings.native.rewriting.gather import early_product, late_product
from tiza.readings.native.rewriting.halves import in_halves
from tiza.readings.native.rewriting.scales import again, without_scale
from tiza.readings.native.rewriting.totals import by_rows
from tiza.readings.native.rewriting.winograd import convolution, slopes

Ints = tuple[int, ...]
EMPTY = {"prod": 1, "all": True}  # what a reduction of nothing gives, where it is not 0


def full(value: float, like: Node) -> Node:
    """One number in every entry."""
    number = literal(value, like.dtype)
    return P["broadcast_to"](number, shape=like.shape) if like.shape else number


def rewritten(node: Node) -> Node:
    """The form of a node that the compiler takes."""
    if node.prim.several or not node.inputs:
        return node
    if math.prod(node.shape) == 0:
        return full(0, node)
    if any(not i.prim.several and math.prod(i.shape) == 0 for i in node.inputs):
        return _of_nothing(node)
    rule = _RULES.get(node.prim.name)
    return rule(node, node.inputs[0]) if rule else node


def simpler(node: Node) -> Node | None:
    """A composite in a form that the compiler likes better than its body."""
    if node.prim.name == "conv_transpose" and set(node.attrs["stride"]) == {1}:
        return _convolved(*node.inputs, **node.attrs)
    return convolution(*node.inputs, **node.attrs) if node.prim.name == "conv" else None


def _convolved(x: Node, weight: Node, *bias: Node, stride: Ints, padding: Ints,
               output_padding: Ints, dilation: Ints, groups: int) -> Node:  # fmt: skip
    """A transposed convolution of stride 1 is a convolution with the kernel turned round."""
    size = weight.shape[2:]
    channels, out = weight.shape[0] // groups, weight.shape[1]
    split = reshaped(weight, (groups, channels, out, *size))
    swapped = P["permute"](split, axes=(0, 2, 1, *range(3, split.ndim)))
    kernel = reshaped(swapped, (groups * out, channels, *size))
    turned = P["flip"](kernel, axes=tuple(range(2, kernel.ndim)))
    low = tuple(d * (k - 1) - p for d, k, p in zip(dilation, size, padding, strict=True))
    high = tuple(a + e for a, e in zip(low, output_padding, strict=True))
    return COMPOSITES["conv"](x, turned, *bias, stride=stride, low=low, high=high,
                              dilation=dilation, groups=groups)  # fmt: skip


def _of_nothing(node: Node) -> Node:
    """Sums, products, joins, of empty operands."""
    name = node.prim.name
    if name == "concat":
        some = [i for i in node.inputs if math.prod(i.shape)]
        return some[0] if len(some) == 1 else P["concat"](*some, axis=node.attrs["axis"])
    if name in ("sum", "any", "matmul", "pad", "windows_add", "take_add", "take_along_add",
                "window_put", *EMPTY):  # fmt: skip
        return full(EMPTY.get(name, 0), node)
    return node


def _side_by_side(node: Node) -> Node:
    """A sum of values padded with zeros, each of them elsewhere: they are joined."""
    pads, stack = [], [node]
    while stack:
        x = stack.pop()
        if x.prim.name == "add" and all(i.shape == node.shape for i in x.inputs):
            stack += x.inputs
        elif x.prim.name == "pad" and not any(x.attrs["interior"]):
            pads.append(x)
        else:
            return node
    axes = {i for p in pads for side in ("low", "high") for i, k in enumerate(p.attrs[side]) if k}
    if len(axes) != 1:
        return node
    (axis,) = axes
    pads.sort(key=lambda p: p.attrs["low"][axis])
    place = 0
    for p in pads:
        if p.attrs["low"][axis] != place:
            return node
        place += p.inputs[0].shape[axis]
    whole = place == node.shape[axis]
    return P["concat"](*(p.inputs[0] for p in pads), axis=axis) if whole else node


def padded(x: Node, low: tuple[int, ...], high: tuple[int, ...], fill: float = 0) -> Node:
    """x with its last axes made longer (or shorter), `fill` in the new entries."""
    if not any(low) and not any(high):
        return x
    none = (0,) * (x.ndim - len(low))
    sides = {"low": (*none, *low), "high": (*none, *high), "interior": (0,) * x.ndim}
    whole = P["pad"](x, **sides)
    if fill == 0:
        return whole
    inside = P["pad"](P["broadcast_to"](literal(True, _BOOL), shape=x.shape), **sides)
    return P["where"](inside, whole, literal(fill, x.dtype))


def _windows(node: Node, x: Node, fill: float = 0) -> Node:
    w = dict(node.attrs)
    none = (0,) * len(w["size"])
    x = padded(x, w["low"], w["high"], fill)
    return P["windows"](x, **{**w, "low": none, "high": none})


def _summary(name: str) -> Callable[[Node, Node], Node]:
    def rule(node: Node, x: Node) -> Node:
        k = len(node.attrs["size"])
        fill = 0.0
        if name == "max":
            fill = -math.inf if x.dtype.kind == "f" else int(np.iinfo(x.dtype).min)
        seen = _windows(node, x, fill)
        if name == "max":
            flat = _in_a_row(seen, k)
            return P[name](flat, axis=(flat.ndim - 1,), keepdims=False)
        return P[name](seen, axis=tuple(range(seen.ndim - k, seen.ndim)), keepdims=False)

    return rule


def _argmax(node: Node, x: Node) -> Node:
    fill = -math.inf if x.dtype.kind == "f" else int(np.iinfo(x.dtype).min)
    flat = _in_a_row(_windows(node, x, fill), len(node.attrs["size"]))
    place = P["argmax"](flat, axis=flat.ndim - 1, last_nan=True)  # as `evaluate` and PyTorch do
    return P["cast"](place, dtype=node.dtype)


def _in_a_row(seen: Node, k: int) -> Node:
    """The entries of each window along one axis: greatest and its number are found together."""
    lead = seen.shape[: seen.ndim - k]
    return P["reshape"](seen, shape=(*lead, math.prod(seen.shape[seen.ndim - k :])))


def _put(node: Node, x: Node) -> Node:
    """Where windows lie side by side and cover everything, each entry asks whether it is meant."""
    w, k = node.attrs, len(node.attrs["size"])
    sizes = tuple(n * s for n, s in zip(x.shape[-k:], w["size"], strict=True))
    apart = w["stride"] == w["size"] and not any(w["low"]) and set(w["dilation"]) == {1}
    if not apart or sizes != node.shape[-k:]:
        return node
    lead = x.shape[: x.ndim - k]
    split = tuple(m for n, s in zip(x.shape[-k:], w["size"], strict=True) for m in (n, s))
    ones = (*lead, *(m for n in x.shape[-k:] for m in (n, 1)))
    number = np.arange(math.prod(w["size"])).reshape(w["size"]).astype(node.inputs[1].dtype)
    one = constant(number.reshape([m for s in w["size"] for m in (1, s)]))
    g, which = (P["broadcast_to"](P["reshape"](i, shape=ones), shape=(*lead, *split))
                for i in (x, node.inputs[1]))  # fmt: skip
    here = P["equal"](which, P["broadcast_to"](one, shape=(*lead, *split)))
    return P["reshape"](P["where"](here, g, literal(0, x.dtype)), shape=node.shape)


def _by_inverse(node: Node, x: Node) -> Node:
    """x/(1 − βᵗ), as optimizers write it: a multiplication by what is computed once a step.

    Of other divisors nobody knows that their inverse is a number: here it is.
    """
    d = node.inputs[1]
    power = d.inputs[0] if d.prim.name == "broadcast_to" else d
    if power.shape or [n.prim.name for n in _chain(power, 3)] != ["negative", "expm1", "multiply"]:
        return node
    rate = _chain(power, 3)[-1].inputs[1].value
    if rate is None or not abs(float(rate)) > SMALLEST:
        return node
    inverse = P["divide"](literal(1, d.dtype), power)
    return P["multiply"](x, P["broadcast_to"](inverse, shape=d.shape) if d.shape else inverse)


def _chain(node: Node, count: int) -> list[Node]:
    """A node, its first input, the first input of that, ..."""
    found = [node]
    while len(found) < count and found[-1].inputs:
        found.append(found[-1].inputs[0])
    return found


def _product(node: Node) -> Node:
    """Of rows that are picked from a table, in another order; a number in a factor comes last."""
    plain, scaling = without_scale(node)
    if plain is not node:
        found = _product(plain)
        return found if scaling is None else again(scaling, found)
    found = early_product(node)
    return slopes(node) or in_halves(node) if found is node else found


SMALLEST = 1e-12  # |log β|, where β is not 1
_BOOL = np.dtype("bool")
_RULES: dict[str, Callable[[Node, Node], Node]] = {
    "add": lambda node, x: _side_by_side(node),
    "divide": _by_inverse,
    "matmul": lambda node, x: _product(node),
    **dict.fromkeys(("sum", "max", "min"), by_rows),
    "take_add": lambda node, x: late_product(node),
    "windows": lambda node, x: (
        _windows(node, x) if any(node.attrs["low"]) or any(node.attrs["high"]) else node
    ),
    "window_sum": _summary("sum"),
    "window_max": _summary("max"),
    "window_argmax": _argmax,
    "window_put": _put,
}


def turned(outputs: Sequence[Node]) -> list[Node]:
    """Products that are only used transposed, computed that way: (a b)ᵀ → bᵀ aᵀ."""
    order = walk(outputs, lambda n: () if n.value is not None else n.inputs)
    users: dict[Node, int] = {}
    for node in order:
        for i in node.inputs:
            users[i] = users.get(i, 0) + 1
    for node in outputs:
        users[node] = users.get(node, 0) + 1
    known: dict[Node, Node] = {}
    for node in order:
        x = node.inputs[0] if node.inputs else None
        if x is not None and _reads_columns(node, x) and users[x] == 1:
            a, b = (known.get(i, i) for i in x.inputs)
            axes, k = list(node.attrs["axes"]), node.ndim
            axes = [{k - 1: k - 2, k - 2: k - 1}.get(axis, axis) for axis in axes]
            with made_at(x.place):
                product = P["matmul"](transposed(b), transposed(a))
            with made_at(node.place):
                straight = axes == [*range(k)]
                known[node] = product if straight else P["permute"](product, axes=tuple(axes))
        elif any(i in known for i in node.inputs):
            with made_at(node.place):
                known[node] = node.prim(*(known.get(i, i) for i in node.inputs), **node.attrs)
    return [known.get(n, n) for n in outputs]


def _reads_columns(node: Node, x: Node) -> bool:
    """Whether a product is only moved about so that its columns become rows.

    Where other axes change places, too, its first factor must have been turned itself.
    """
    if node.prim.name != "permute" or x.prim.name != "matmul" or node.ndim < 2:
        return False
    return swaps(node) or (node.attrs["axes"][-1] == node.ndim - 2 and swaps(x.inputs[0]))


def swaps(node: Node) -> bool:
    """Whether a node exchanges the last two axes."""
    axes = node.attrs.get("axes", ())
    k = node.ndim
    return node.prim.name == "permute" and k >= 2 and axes == (*range(k - 2), k - 1, k - 2)
