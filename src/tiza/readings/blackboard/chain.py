"""The chain rule on lines: what each line's derivative is, as a printed formula.

Each line is a small graph of its own once the lines before it are taken as given; the engine
differentiates that small graph, and the result is spelled. No rule is written a second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiza.graph import Node, literal, placeholder, rebuild
from tiza.graph.types import is_float
from tiza.readings.blackboard.expr import Attrs, Expr
from tiza.readings.blackboard.spell import translate
from tiza.transforms import differentiate, push_forward


@dataclass(frozen=True)
class Line:
    """A line as a function of its symbols: holes for them, and its body in terms of the holes."""

    node: Node
    inputs: tuple[Node, ...]
    holes: tuple[Node, ...]
    body: Node
    beside: tuple[Node, ...] = ()


def opened_line(node: Node, inputs: Sequence[Node], beside: Sequence[Node] = ()) -> Line:
    """The formula of a line with holes in the place of the lines that it uses."""
    holes = tuple(placeholder(i.shape, i.dtype, i.name) for i in inputs)
    table = dict(zip(inputs, holes, strict=True))
    (body,) = rebuild([node], table)
    return Line(node, tuple(inputs), holes, body, tuple(beside))


def known(line: Line, symbols: Mapping[Node, Expr]) -> dict[Node, Expr]:
    """The table that spells a line: its holes as the symbols they stand for."""
    holes = dict(zip(line.inputs, line.holes, strict=True))
    table = {hole: symbols[i] for i, hole in holes.items()}
    for node in line.beside:  # probabilities that the line speaks of without using them
        table[rebuild([node], holes)[0]] = symbols[node]
    return table


def written(line: Line, symbols: Mapping[Node, Expr]) -> Expr:
    """The formula of a line."""
    return translate([line.body], known(line, symbols))[0]


def shares(line: Line, wanted: Sequence[Node], symbols: Mapping[Node, Expr],
           adjoint: Expr | None) -> list[Expr | None]:  # fmt: skip
    """What flows back to each of `wanted`, given the adjoint of the line; None: the slope alone.

    Without an adjoint (a scalar line) the derivative itself is given: the seed is 1.
    """
    holes = [line.holes[line.inputs.index(w)] for w in wanted]
    table = known(line, symbols)
    if adjoint is None:
        seed = literal(1, line.body.dtype)
    else:
        seed = placeholder(line.body.shape, line.body.dtype)
        table[seed] = adjoint
    whole = _carried_whole(line, holes, table, adjoint)
    if whole is not None:
        return whole
    found = differentiate([line.body], holes, [seed])
    if line.node in symbols:
        table[line.body] = symbols[line.node]
    made = translate([g for g in found if g is not None], table)
    answers = iter(made)
    return [None if g is None else next(answers) for g in found]


WHOLE = {"conv": (0, 1)}  # composites whose derivative has a notation of its own


def _carried_whole(line: Line, holes: Sequence[Node], table: Mapping[Node, Expr],
                   adjoint: Expr | None) -> list[Expr | None] | None:  # fmt: skip
    """The derivative of a convolution as a convolution."""
    body = line.body
    places = WHOLE.get(body.prim.name)
    if places is None or adjoint is None or any(i not in table for i in body.inputs):
        return None
    if any(h not in body.inputs or body.inputs.index(h) not in places for h in holes):
        return None
    attrs = Attrs(body.prim, tuple(body.attrs.items()))
    args = (adjoint, *(table[i] for i in body.inputs))
    return [Expr("pull", args, h.shape, (attrs, body.inputs.index(h))) for h in holes]


def pushed(line: Line, symbols: Mapping[Node, Expr], tangents: Mapping[Node, Expr]) -> Expr | None:
    """The differential of a line: d line in terms of the d of its symbols."""
    if line.body.prim.name in WHOLE:
        return None  # a convolution is linear in each input: nothing is left to be said
    moving = [i for i in line.inputs if i in tangents and is_float(i.dtype)]
    if not moving:
        return None
    holes = [line.holes[line.inputs.index(i)] for i in moving]
    seeds = [placeholder(h.shape, h.dtype) for h in holes]
    table = known(line, symbols)
    table.update({s: tangents[i] for s, i in zip(seeds, moving, strict=True)})
    if line.node in symbols:
        table[line.body] = symbols[line.node]
    (found,) = push_forward([line.body], holes, seeds)
    return translate([found], table)[0]
