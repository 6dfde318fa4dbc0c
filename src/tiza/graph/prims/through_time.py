"""Backpropagation through time: the derivative of a loop is a loop that runs the other way.

That loop is kept short. What the forward loop has computed and the way back needs is handed
over, as further results of the forward loop (`graph.loops` makes one loop of the two
again). And a product that is only added up over the steps,

    W̄ = Σₜ aₜᵀ gₜ = Aᵀ G    (the rows of all steps one below the other),

is one large product after the loop.
Source: Werbos 1990, Proc. IEEE 78(10); the single product: Appleyard et al. 2016,
arXiv:1604.01946, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tiza.graph.apply import placeholder
from tiza.graph.node import PRIMITIVES as P
from tiza.graph.node import Node
from tiza.graph.primitive import parts
from tiza.graph.prims.body import Body, Chain, is_zero, zeros
from tiza.graph.prims.families import reshaped
from tiza.graph.types import is_float
from tiza.graph.walk import depends_on, opened, rebuild, walk

# What is sooner done again than kept
AGAIN = {
    "where", "cast", "negative", "abs", "sign", "add", "subtract", "multiply", "maximum",
    "minimum", "relu", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal",
    "logical_not", "reshape", "permute", "broadcast_to", "flip", "pad", "slice", "take",
    "random_bits", "alias", "stop_gradient",
}  # fmt: skip


Total = Callable[[Node, set[Node]], Node | None]


def scan_vjp(gs: Sequence[Node], y: Node, *inputs: Node, body: Body, consts: int, carry: int,
             length: int, reverse: bool, chain: Chain) -> list[Node | None]:  # fmt: skip
    """The cotangents of what a scan is given: consts, the states at first, the rows."""
    first, several = consts + carry, len(y.shape) - carry
    seeds = [placeholder(n.shape, n.dtype) for n in body.outputs]
    known = [s if is_float(s.dtype) and (k < carry or not is_zero(g)) else None
             for k, (s, g) in enumerate(zip(seeds, gs, strict=False))]  # fmt: skip
    wrt = [i for i in body.inputs if is_float(i.dtype)]
    found = chain(body.outputs, wrt, known)

    kept = worth_keeping(found, body, seeds)
    forward = _wider(y, kept, inputs, y.attrs)
    made, results = parts(forward), [_bare(n) for n in forward.attrs["body"].outputs]
    fixed, state, xs = body.inputs[:consts], body.inputs[consts:first], body.inputs[first:]
    new = {node: placeholder(node.shape, node.dtype) for node in (*body.inputs, *kept)}
    back = Backwards(length, fixed={new[i]: x for i, x in zip(fixed, inputs, strict=False)})
    back.rows = {new[i]: past for i, past in zip(state, made[len(made) - carry :], strict=False)}
    back.rows |= {new[i]: x for i, x in zip(xs, inputs[first:], strict=True)}
    back.rows |= {new[n]: made[results.index(_bare(n), carry)] for n in kept}
    back.rows |= dict(zip(seeds[carry:], gs[carry:several], strict=True))

    share = dict(zip(wrt, rebuild(found, new), strict=True))
    for i, seed, g, later in zip(state, seeds, gs, gs[several:], strict=False):
        if i in share:
            back.carried[seed] = g, share[i] if is_zero(later) else share[i] + back.row(later)
    answers = {i: back.stacked(share[i]) for i in xs if i in share}
    sums = [i for i in fixed if i in share]
    inside, after = back.split([share[i] for i in sums])
    for total in filter(None, inside):
        so_far = placeholder(total.shape, total.dtype)
        back.carried[so_far] = zeros(total.shape, total.dtype), so_far + total
    last, whole = back.run(not reverse)
    begun = [i for i in state if i in share]
    answers |= dict(zip(begun, last, strict=False))
    added = iter(last[len(begun) :])
    for i, one, other in zip(sums, inside, after, strict=True):
        both = [x for x in (next(added) if one is not None else None, other) if x is not None]
        answers[i] = both[0] if len(both) == 1 else both[0] + both[1]
    outer = {x: x for x in (*back.rows.values(), *last)}
    done = iter(rebuild([answers[i] for i in wrt], outer | whole))
    return [next(done) if is_float(i.dtype) else None for i in body.inputs]


def worth_keeping(found: Sequence[Node], body: Body, seeds: Sequence[Node]) -> list[Node]:
    """What of the forward body the way back shall read instead of computing it again.

    Of everything that does not depend on the cotangents: what is dear, and what is cut out of
    that.
    """
    order = walk(found)
    moving = depends_on(found, seeds)
    near = set(body.inputs)  # quickly made of what the loop reads anyway
    for node in order:
        again = not node.inputs or node.prim.name in AGAIN
        if node not in moving and again and all(i in near for i in node.inputs):
            near.add(node)
    stack = [*found, *(i for node in order if node in moving for i in node.inputs)]
    kept, seen = set[Node](), moving | near
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.prim.name == "slice" or node.prim.name not in AGAIN:
            kept.add(node)
        else:
            stack += node.inputs
    return [n for n in order if n in kept]


def _bare(node: Node) -> Node:
    """What a composite stands for in the end."""
    while node.prim.body:
        node = opened(node)
    return node


def _wider(y: Node, kept: Sequence[Node], inputs: Sequence[Node], attrs: dict[str, Any]) -> Node:
    """The scan that also gives out, row by row, what is kept."""
    body, carry = attrs["body"], attrs["carry"]
    there = [_bare(n) for n in body.outputs[carry:]]
    more = {_bare(n): n for n in kept if _bare(n) not in there}
    if not more:
        return y
    return P["scan"](
        *inputs, **{**attrs, "body": Body(body.inputs, (*body.outputs, *more.values()))}
    )


@dataclass
class Backwards:
    """The reverse loop in the making: the placeholders of its body, and what stands for what.

    fixed: what stands still; rows: what is read row by row; carried: the states, each with its
    beginning and the body's result. emitted: results of the body that are given out row by
    row, each with a stand-in for all its rows.
    """

    length: int
    fixed: dict[Node, Node]
    rows: dict[Node, Node] = field(default_factory=dict)
    carried: dict[Node, tuple[Node, Node]] = field(default_factory=dict)
    emitted: dict[Node, Node] = field(default_factory=dict)

    def row(self, whole: Node) -> Node:
        """A placeholder for one row."""
        one = placeholder(whole.shape[1:], whole.dtype)
        self.rows[one] = whole
        return one

    def run(self, reverse: bool) -> tuple[Sequence[Node], dict[Node, Node]]:
        """The last states, and what the stand-ins stand for."""
        outputs = (*(new for _, new in self.carried.values()), *self.emitted)
        used = set(walk(outputs))
        fixed, rows = ({i: x for i, x in d.items() if i in used} for d in (self.fixed, self.rows))
        loop = P["scan"](
            *fixed.values(), *(start for start, _ in self.carried.values()), *rows.values(),
            body=Body((*fixed, *self.carried, *rows), outputs), consts=len(fixed),
            carry=len(self.carried), length=self.length, reverse=reverse,
        )  # fmt: skip
        k, made = len(self.carried), parts(loop)
        return made[:k], dict(zip(self.emitted.values(), made[k:], strict=False))

    def stacked(self, node: Node) -> Node:
        """All rows of a node of the body."""
        if node in self.rows:
            return self.rows[node]
        if node.prim.name == "reshape":
            return reshaped(self.stacked(node.inputs[0]), (self.length, *node.shape))
        if node.prim.name == "permute":
            axes = (0, *(a + 1 for a in node.attrs["axes"]))
            return P["permute"](self.stacked(node.inputs[0]), axes=axes)
        return self.emitted.setdefault(
            node, placeholder((self.length, *node.shape), node.dtype)
        )  # fmt: skip

    def split(self, wanted: Sequence[Node]) -> tuple[list[Node | None], list[Node | None]]:
        """Of each sum over all steps: what is added up in the loop, what is computed after it."""
        moving = depends_on(wanted, [*self.rows, *self.carried])
        inside = [_terms(node) for node in wanted]
        after: list[list[Node]] = [[] for _ in wanted]
        for total in (self._product, self._sum):  # sums only of what is given out for products
            for k, terms in enumerate(inside):
                found = [(term, self._total(term, total, moving)) for term in terms]
                inside[k] = [term for term, whole in found if whole is None]
                after[k] += [whole for _, whole in found if whole is not None]
        return [_added(x) for x in inside], [_added(x) for x in after]

    def _total(self, node: Node, total: Total, moving: set[Node]) -> Node | None:
        """The sum of `node` over all steps; None where that is left to the loop."""
        if node.prim.name not in ("reshape", "permute"):
            return total(node, moving)
        inner = self._total(node.inputs[0], total, moving)
        return None if inner is None else node.prim(inner, **node.attrs)

    def _product(self, node: Node, moving: set[Node]) -> Node | None:
        """Σₜ aₜ bₜ as one product."""
        if node.prim.name != "matmul" or any(i.ndim != 2 or i not in moving for i in node.inputs):
            return None
        (a, b), k = node.inputs, self.length * node.inputs[1].shape[0]
        if a.prim.name == "permute":
            tall = reshaped(self.stacked(a.inputs[0]), (k, a.shape[0]))
            left = P["permute"](tall, axes=a.attrs["axes"])
        else:
            wide = P["permute"](self.stacked(a), axes=(1, 0, 2))
            left = reshaped(wide, (a.shape[0], k))
        return left @ reshaped(self.stacked(b), (k, b.shape[1]))

    def _sum(self, node: Node, moving: set[Node]) -> Node | None:
        """Σₜ of a sum of what stands there in full anyway."""
        if node.prim.name != "sum":
            return None
        base = x = node.inputs[0]
        while base.prim.name in ("reshape", "permute"):
            base = base.inputs[0]
        if base not in self.emitted and base not in self.rows:
            return None
        axes = (0, *(a + 1 for a in node.attrs["axis"]))
        return reshaped(P["sum"](self.stacked(x), axis=axes, keepdims=False), node.shape)


def _terms(node: Node) -> list[Node]:
    """The summands of a sum."""
    found, stack = [], [node]
    while stack:
        node = stack.pop()
        if node.prim.name == "add" and all(i.shape == node.shape for i in node.inputs):
            stack += reversed(node.inputs)
        else:
            found.append(node)
    return found


def _added(nodes: Sequence[Node]) -> Node | None:
    total: Node | None = None
    for node in nodes:
        total = node if total is None else total + node
    return total
