"""The chain rule in numbers, edge by edge: which share of each adjoint goes to which input."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tiza.graph import Node, constant, parts
from tiza.graph.types import is_float
from tiza.graph.walk import depends_on, walk
from tiza.lang.trace import Program
from tiza.transforms import differentiate

Array = np.ndarray[Any, Any]


@dataclass
class Edge:
    """One factor of the chain: from the result `user` to its input number `index`."""

    user: Node
    index: int
    g: Array  # the adjoint that arrives at the result (of several: the first that is not 0)
    share: Array  # what goes on to the input
    inputs: list[Array]

    @property
    def input(self) -> Node:
        """The node that receives the share."""
        return self.user.inputs[self.index]


@dataclass
class Chain:
    """Everything between a loss and one node: adjoints, and the edges that carry them."""

    order: list[Node]
    adjoint: dict[Node, Array] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    values: dict[Node, Array] = field(default_factory=dict)


def carried(loss: Node, target: Node) -> Chain:
    """The chain rule from `loss` to `target`, with numbers; each operation by itself.

    Shares: (∂u/∂i)ᵀ ū for every operation u with input i that depends on the target.
    """
    behind = depends_on([loss], [target])
    order = [n for n in walk([loss]) if n in behind]
    chain = Chain(order)
    wanted = dict.fromkeys(
        n for u in order for n in (u, *u.inputs) if not n.prim.several
    )  # each once
    nodes = list(wanted)
    chain.values = dict(zip(nodes, map(np.asarray, Program((), nodes)()), strict=True))
    chain.adjoint[loss] = np.ones(loss.shape, loss.dtype)
    pieces: dict[Node, dict[int, Array]] = {}
    for user in reversed(order):
        if user.prim.name == "part":
            g = chain.adjoint.get(user)
            if g is not None:
                pieces.setdefault(user.inputs[0], {})[user.attrs["index"]] = g
            continue
        _pass_on(user, chain, pieces.get(user), behind)
    return chain


def _pass_on(user: Node, chain: Chain, several: dict[int, Array] | None,
             behind: set[Node]) -> None:  # fmt: skip
    wanted = [k for k, i in enumerate(user.inputs) if i in behind]
    g = chain.adjoint.get(user) if several is None else next(
        (v for v in several.values() if v.any()), next(iter(several.values())))  # fmt: skip
    if g is None or not wanted:
        return
    inputs = [chain.values[i] for i in user.inputs]
    shares = local(user, inputs, several or {0: g}, wanted)
    for k, share in zip(wanted, shares, strict=True):
        i = user.inputs[k]
        chain.edges.append(Edge(user, k, g, share, inputs))
        if is_float(i.dtype):
            before = chain.adjoint.get(i)
            chain.adjoint[i] = share if before is None else before + share


def local(user: Node, inputs: list[Array], cotangents: dict[int, Array],
          wanted: list[int]) -> list[Array]:  # fmt: skip
    """The shares of the wanted inputs, from one operation on numbers."""
    held = [constant(np.asarray(x)) for x in inputs]
    again = user.prim(*held, **user.attrs)
    outputs = parts(again) if user.prim.several else (again,)
    smooth = [k for k in wanted if is_float(held[k].dtype)]
    given = [(outputs[n], constant(np.asarray(g))) for n, g in cotangents.items()]
    found = differentiate([y for y, _ in given], [held[k] for k in smooth],
                          [g for _, g in given])  # fmt: skip
    known = {k: n for k, n in zip(smooth, found, strict=True) if n is not None}
    values = dict(zip(known, Program((), list(known.values()))(), strict=True))
    return [np.asarray(values.get(k, np.zeros_like(inputs[k]))) for k in wanted]
