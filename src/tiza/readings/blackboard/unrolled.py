"""A loop written out step by step, so that backpropagation through time can be derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tiza.graph import PRIMITIVES, Body, Node, constant, walk

LONGEST = 5000  # steps that are derived one by one; they are printed once, for any t


@dataclass
class Times:
    """Of each node of an unrolled loop: which step made it, and which loop."""

    step: dict[Node, int] = field(default_factory=dict)
    loop: dict[Node, int] = field(default_factory=dict)
    letter: dict[Node, str] = field(default_factory=dict)  # h for the state, c for a cell's memory
    stacks: set[Node] = field(default_factory=set)  # all steps of an output, one after the other
    loops: int = 0


def can_unroll(node: Node) -> bool:
    """Whether a node is a loop short enough."""
    return node.prim.name == "scan" and 0 < node.attrs["length"] <= LONGEST


def unrolled(node: Node, inputs: Sequence[Node], body: Body, times: Times,
             opens: frozenset[str]) -> tuple[Node, ...]:  # fmt: skip
    """The results of a scan, one copy of its body for each step."""
    consts, carry = node.attrs["consts"], node.attrs["carry"]
    length, reverse = node.attrs["length"], node.attrs["reverse"]
    times.loops += 1
    state = [
        _beginning(x, letter, times)
        for x, letter in zip(inputs[consts : consts + carry], "hcuvwxyz", strict=False)
    ]
    outs: list[list[Node]] = [[] for _ in body.outputs[carry:]]
    history: list[list[Node]] = [[] for _ in state]
    order = range(length - 1, -1, -1) if reverse else range(length)
    for t in order:
        rows = [row(x, t) for x in inputs[consts + carry :]]
        known = dict(zip(body.inputs, (*inputs[:consts], *state, *rows), strict=True))
        before = set(known.values())
        results = _copied(body, known, opens)
        _note(results, before, t + 1, times)
        for kept, old in zip(history, state, strict=True):
            kept.append(old)
        state = results[:carry]
        for letter, new in zip("hc", state, strict=False):
            times.letter.setdefault(new, letter)
        for kept, new in zip(outs, results[carry:], strict=True):
            kept.append(new)
    if reverse:
        outs, history = [x[::-1] for x in outs], [x[::-1] for x in history]
    whole = tuple(stacked(x) for x in outs)
    times.stacks.update(whole)
    return (*state, *whole, *(stacked(x) for x in history))


def _note(results: Sequence[Node], before: set[Node], step: int, times: Times) -> None:
    for made in walk(results, lambda n: () if n in before else n.inputs):
        if made not in before and made.inputs and made not in times.step:
            times.step[made] = step
            times.loop[made] = times.loops


def _beginning(x: Node, letter: str, times: Times) -> Node:
    """h₀: zeros that nobody named get this name, so that the first step looks like the others."""
    plain = x.prim.name in {"constant", "broadcast_to"} and x.name is None
    if not plain or (x.inputs and x.inputs[0].prim.name != "literal"):
        return x
    value = x.value if x.value is not None else np.full(x.shape, x.inputs[0].value)
    start = constant(np.asarray(value), f"{letter}_0")
    times.step[start] = 0
    times.loop[start] = times.loops
    return start


def row(x: Node, t: int) -> Node:
    """x[t] along the first axis."""
    starts = (t, *(0,) * (x.ndim - 1))
    stops = (t + 1, *x.shape[1:])
    cut = PRIMITIVES["slice"](x, starts=starts, stops=stops, steps=(1,) * x.ndim)
    return PRIMITIVES["reshape"](cut, shape=x.shape[1:])


def stacked(xs: Sequence[Node]) -> Node:
    """All steps along a new first axis."""
    rows = [PRIMITIVES["reshape"](x, shape=(1, *x.shape)) for x in xs]
    return rows[0] if len(rows) == 1 else PRIMITIVES["concat"](*rows, axis=0)


def _copied(body: Body, known: dict[Node, Node], opens: frozenset[str]) -> list[Node]:
    from tiza.readings.blackboard.twin import all_opened

    new = dict(known)
    for node in walk(body.outputs, lambda n: () if n in new else n.inputs):
        if node in new:
            continue
        inputs = tuple(new[i] for i in node.inputs)
        made = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
        new[node] = all_opened(made, opens) if made.prim.name in opens else made
    return [new[o] for o in body.outputs]
