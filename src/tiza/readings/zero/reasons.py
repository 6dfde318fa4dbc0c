"""From the numbers of the chain rule to reasons: which factor is 0, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tiza.errors import language
from tiza.graph import Node
from tiza.graph.place import describe
from tiza.graph.walk import walk
from tiza.lang.trace import Program
from tiza.readings.zero.backwards import Array, Chain, Edge, carried
from tiza.readings.zero.explanation import Explanation, Reason, figure
from tiza.readings.zero.words import say

SAID = {"relu": "ReLU", "relu6": "ReLU6", "gelu": "GELU", "silu": "SiLU", "elu": "ELU",
        "hardtanh": "hardtanh", "pow": "(·)ⁿ"}  # fmt: skip
KINKED = {"relu", "leaky_relu", "hardtanh", "hardsigmoid", "hardswish", "threshold", "softshrink",
          "hardshrink", "clip"}  # fmt: skip
CURVED = {"sigmoid", "tanh", "erf", "softmax", "log_softmax", "softplus", "gelu", "gelu_tanh",
          "silu", "mish", "logsigmoid", "softsign", "elu", "selu", "celu", "exp", "masked_softmax",
          "softplus_beta"}  # fmt: skip
STEPS = {"floor", "ceil", "round", "trunc", "sign", "equal", "not_equal", "less", "less_equal",
         "greater", "greater_equal", "argmax", "argmin", "argsort", "logical_not",
         "floor_divide", "cast", "all", "any"}  # fmt: skip
CHOOSING = {"max", "min", "take", "take_along", "slice", "maximum", "minimum", "window_max",
            "put", "prod", "sort"}  # fmt: skip
PRODUCTS = {"matmul", "linear", "conv", "conv_transpose", "bilinear", "attention", "propagate"}
MEASURES = {"pow", "abs", "cross_entropy", "soft_cross_entropy", "bce", "bce_with_logits", "sqrt",
            "hypot"}  # fmt: skip
PER_UNIT = KINKED | (CURVED - {"softmax", "log_softmax", "masked_softmax"})
LINEAR = {"divide", "negative", "sum", "add", "subtract"}
BOUNDED = {"hardtanh", "hardsigmoid", "relu6", "clip"}
PICKING = {"take", "take_along", "slice"}
BY_NAME = {"detached": {"stop_gradient"}, "step": STEPS, "masked": {"where"}, "saturated": CURVED,
           "fitted": MEASURES, "unchosen": CHOOSING}  # fmt: skip
MOST_UNITS = 4


def explain(loss: Node, target: Node, *, name: str, names: Mapping[Node, str],
            trained: bool = True) -> Explanation:  # fmt: skip
    """Every reason for zeros in d loss / d target, nearest to the loss first."""
    size = int(np.prod(target.shape, dtype=np.int64))

    def given(zeros: int, reasons: list[Reason]) -> Explanation:
        return Explanation(name, target.shape, zeros, size, tuple(reasons), language())

    if not trained:
        return given(size, [Reason("frozen", "", {"name": name})])
    if target not in set(walk([loss])):
        return given(size, [Reason("unused", "", {"name": name})])
    chain = carried(loss, target)
    gradient = chain.adjoint.get(target, np.zeros(target.shape))
    zeros = int(size - np.count_nonzero(gradient))
    finder = _Finder(chain, target, name, names)
    return given(zeros, finder.reasons(all_zero=zeros == size) if zeros else [])


class _Finder:
    """Goes along the edges, and asks of each that passes less on than it was given: why."""

    def __init__(self, chain: Chain, target: Node, name: str, names: Mapping[Node, str]) -> None:
        self.chain, self.target, self.name, self.names = chain, target, name, names

    def reasons(self, *, all_zero: bool) -> list[Reason]:
        """Where nothing is passed on; then where only some entries are."""
        full, some = [], []
        reaching: dict[Node, list[Edge]] = {}
        for edge in self.chain.edges:
            reaching.setdefault(edge.input, []).append(edge)
            if not edge.g.any():
                continue
            if not edge.share.any():
                full.append(self.reason(edge, edge.g != 0))
                some += self.causes(edge)
            elif edge.user.prim.name in PICKING and edge.input is self.target:
                some.append(self.reason(edge, edge.share == 0, complete=False))
            elif edge.user.prim.name in PER_UNIT | {"multiply", "where"}:
                blocked = self.blocked(edge)
                if blocked.any():
                    some.append(self.reason(edge, blocked, complete=False))
        for node, edges in reaching.items():
            if any(e.share.any() for e in edges) and not self.chain.adjoint[node].any():
                largest = max(float(np.abs(e.share).max()) for e in edges)
                full.append(Reason("cancels", describe(edges[0].user.place),
                                   {"largest": figure(largest)}))  # fmt: skip
        return _each_once(full + some if all_zero else some + full)

    def blocked(self, edge: Edge) -> Array:
        """The entries where an adjoint arrives and nothing goes on."""
        if edge.share.shape != edge.g.shape:
            return np.zeros(edge.g.shape, bool)
        dead: Array = (edge.g != 0) & (edge.share == 0)
        if edge.user.prim.name not in PER_UNIT or dead.ndim < 2:
            return dead
        axis = _rest(dead.ndim)
        silent = (dead | (edge.g == 0)).all(axis, keepdims=True)
        quiet: Array = dead & silent  # a unit that passes something for some example is alive
        return quiet

    def causes(self, edge: Edge) -> list[Reason]:
        """Why the other factor of a product is 0: a dead unit in front of it."""
        if edge.user.prim.name not in PRODUCTS or edge.index == 0:
            return []
        source = edge.user.inputs[0]
        if edge.inputs[0].any() or not source.inputs:
            return []
        while source.prim.name in {"reshape", "permute"}:
            source = source.inputs[0]
        if source.prim.name not in KINKED:
            return []
        z = self.chain.values.get(source.inputs[0])
        if z is None:
            z = np.asarray(Program((), [source.inputs[0]])()[0])
        return [self.of_units("dead", source, z, np.ones(z.shape, bool), complete=True)]

    def reason(self, edge: Edge, where: Array, *, complete: bool = True) -> Reason:
        """The kind of one edge, with its numbers."""
        user, name = edge.user, edge.user.prim.name
        z = edge.inputs[0]
        if name in PER_UNIT and z.shape == where.shape:
            kind = "clamped" if name in BOUNDED else "dead" if name in KINKED else "saturated"
            return self.of_units(kind, user, z, where, complete=complete)
        bounded = len(user.inputs) == 2 and is_bound(user.inputs[1 - edge.index])
        if name in {"maximum", "minimum"} and bounded:
            return self.of_units("clamped", user, edge.inputs[edge.index], where,
                                 complete=complete)  # fmt: skip
        kind = self.kind(edge, where)
        z = edge.inputs[edge.index]
        partner = 0 if name == "where" else _partner(edge)
        if partner >= len(user.inputs):
            partner = edge.index
        size = edge.inputs[partner].size if name in PRODUCTS else int(where.sum())
        numbers = {
            "op": _said(user), "name": self.name, "dtype": str(user.dtype), "size": size,
            "other": self.called(user.inputs[partner]),
            "largest": figure(float(np.abs(edge.g).max())),
            "low": figure(float(z.min())), "high": figure(float(z.max())),
            "units": _counted("entries", int(where.sum()), where.size),
            "examples": _examples(user.shape[0] if user.shape else 1),
        }  # fmt: skip
        return Reason(kind, describe(user.place), numbers, complete)

    def kind(self, edge: Edge, where: Array) -> str:
        """A key of words.KINDS for an edge that passes nothing on."""
        name = edge.user.prim.name
        if name == "multiply":
            factor = np.broadcast_to(edge.inputs[1 - edge.index], where.shape)
            if factor[where].any():
                return "underflow" if _tiny(edge) else "cancels"
            return "multiplied" if edge.inputs[1 - edge.index].ndim == 0 else "masked"
        if name in PRODUCTS:
            return self.of_product(edge)
        if name in {"softmax", "masked_softmax"} and _level(edge):
            return "cancels"  # probabilities sum to 1, whatever the scores are
        if name in LINEAR:
            return "underflow" if _tiny(edge) else "cancels"
        return next((kind for kind, known in BY_NAME.items() if name in known), "flat")

    def of_product(self, edge: Edge) -> str:
        """Of a sum of products: a factor is 0, both never meet, or the products cancel."""
        other = edge.inputs[_partner(edge)]
        if not other.any():
            return "zero-weights" if edge.index == 0 else "zero-input"
        if edge.user.prim.name in {"matmul", "linear"} and other.ndim == 2:
            if edge.index == 0:
                rows = other if edge.user.prim.name == "linear" else other.T
                if len(rows) > 1 and (rows == rows[0]).all():
                    return "symmetric"
            g = edge.g.reshape(-1, edge.g.shape[-1])
            x = other.reshape(-1, other.shape[-1])
            if edge.index and len(g) == len(x) and not (np.abs(g).T @ np.abs(x)).any():
                return "apart"
        return "underflow" if _tiny(edge) else "cancels"

    def of_units(self, kind: str, user: Node, z: Array, where: Array, *, complete: bool) -> Reason:
        """Dead or saturated units: how many, and between which values their inputs lie."""
        axis = _rest(where.ndim)
        found = np.flatnonzero(where.any(axis)) if where.ndim > 1 else np.flatnonzero(where)
        whole = where.shape[1 if where.ndim > 2 else -1] if where.ndim else 1
        rows = []
        for unit in found[:MOST_UNITS] if where.ndim > 1 else ():
            mine = np.take(z, unit, axis=1 if where.ndim > 2 else -1)
            rows.append((int(unit), float(mine.min()), float(mine.max())))
        hit = z[where] if where.any() else z
        key = "units" if where.ndim > 1 else "entries"
        count = len(found) if where.ndim else 1
        return Reason(kind, describe(user.place), {
            "op": _said(user),
            "units": _counted(key, count, whole),
            "examples": _examples(where.shape[0] if where.ndim > 1 else 1),
            "low": figure(float(hit.min())), "high": figure(float(hit.max())),
            "dtype": str(user.dtype),
        }, complete, tuple(rows))  # fmt: skip

    def called(self, node: Node) -> str:
        """The name of a node, or what it is."""
        while node.prim.name in {"broadcast_to", "reshape", "permute", "cast"} and not node.name:
            node = node.inputs[0]
        name = self.names.get(node) or node.name
        if name:
            return name
        if node.prim.name == "literal":
            return say("number")
        return _said(node)


def _said(node: Node) -> str:
    """An operation as it is called in a sentence."""
    return SAID.get(node.prim.name, node.prim.name.replace("_", " "))


def is_bound(node: Node) -> bool:
    """Whether a node is a number written in the formula."""
    while node.prim.name in {"broadcast_to", "cast"}:
        node = node.inputs[0]
    return node.prim.name == "literal" or (node.prim.name == "constant" and node.shape == ())


def _level(edge: Edge) -> bool:
    """Whether the adjoints of a softmax are the same for all its classes."""
    axis = edge.user.attrs.get("axis", -1)
    return bool((np.ptp(edge.g, axis=axis) == 0).all())


def _partner(edge: Edge) -> int:
    """The other factor of a product: the weights for the input, the input for the weights."""
    return 1 if edge.index == 0 else 0


def _rest(ndim: int) -> tuple[int, ...]:
    """The axes over which the examples of a unit run: units are last, or channels."""
    unit = 1 if ndim > 2 else ndim - 1
    return tuple(k for k in range(ndim) if k != unit)


def _tiny(edge: Edge) -> bool:
    """Whether the adjoint that arrives is so small that a product with it may underflow."""
    if edge.g.dtype.kind != "f":
        return False
    return bool(np.abs(edge.g).max() < np.finfo(edge.g.dtype).tiny * 1e8)


def _counted(key: str, n: int, whole: int) -> Any:
    return lambda: say(key, n=n, all=whole)


def _examples(n: int) -> Any:
    return lambda: say("one-example") if n == 1 else say("examples", n=n)


def _each_once(reasons: list[Reason]) -> list[Reason]:
    """Without those that say the same of the same place."""
    seen: set[tuple[str, str, str]] = set()
    found = []
    for reason in reasons:
        key = reason.kind, reason.place, str(reason.numbers.get("other", ""))
        if key not in seen:
            seen.add(key)
            found.append(reason)
    return found
