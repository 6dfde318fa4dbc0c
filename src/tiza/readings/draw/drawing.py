"""From an expression to its picture: the graph, its legend, and the inside of folded boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import count

from tiza.errors import language
from tiza.graph import Node
from tiza.readings.draw.compute import inner, numbers
from tiza.readings.draw.folding import order_of, prepared
from tiza.readings.draw.graph import Box, Facts, Graph, boxes_of, hides, inside_of
from tiza.readings.draw.numbers import adjoint_text
from tiza.readings.draw.picture import Inside, Picture
from tiza.readings.draw.words import say

MOST_INSIDES = 120  # pictures of insides in one page
_pages = count(1)


class _Insides:
    """The pictures of what boxes hide, made from the outside inwards."""

    def __init__(self, values: bool, shapes: bool) -> None:
        self.values, self.shapes = values, shapes
        self.made, self.page = 0, next(_pages)

    def of(self, graph: Graph, facts: Facts) -> list[Inside]:
        """One for each box that hides something; the boxes learn where to find it."""
        worth = [box for box in graph.boxes if hides(box)][: MOST_INSIDES - self.made]
        for box in worth:  # all of this level before any of the next
            self.made += 1
            box.link = f"tz{self.page}-{self.made}"
        return [self.step(box, facts) if box.out.prim.name == "scan" and box.kind == "operation"
                else self.one(box, facts) for box in worth]  # fmt: skip

    def step(self, box: Box, facts: Facts) -> Inside:
        """One step of a recurrence: from a state and the step's input to the next state."""
        node = box.out
        body, consts, carry = (node.attrs[k] for k in ("body", "consts", "carry"))
        words = [facts.names.get(i) or i.name for i in node.inputs[:consts]]
        words += [say("state") if carry == 1 else f"{say('state')} {k + 1}" for k in range(carry)]
        given = zip(body.inputs, words, strict=False)
        names = {n: w or say("data") for n, w in given}
        names |= {n: say("at-step") for n in body.inputs[consts + carry :]}
        inner_facts = Facts(names, set(body.inputs[:consts]), facts.kinds)
        order = order_of(body.outputs, body.inputs)
        graph = boxes_of(order, inner_facts, None, numbers=False, shapes=True)
        title = say("one-step", n=node.attrs["length"])
        return Inside(box.link, title, graph.svg(title, lambda down: [say("shapes")]), [])

    def one(self, box: Box, facts: Facts) -> Inside:
        """The inside of one box, with what enters it as data."""
        nodes = inside_of(box)
        inside = set(nodes)
        before = inside & set(facts.entering)
        used = {i for n in inside - before for i in n.inputs}
        entering = (used - inside) | before
        values, adjoints = facts.values, facts.adjoints
        if box.kind == "operation" and values:
            new = inner(nodes, box.out, adjoints.get(box.out))
            values, adjoints = {**values, **new[0]}, {**adjoints, **new[1]}
        facts = replace(facts, values=values, adjoints=adjoints,
                        entering=entering - set(facts.parameters))  # fmt: skip
        level = box.path if box.kind == "layer" else ""
        depth = 1 if box.kind == "layer" else None
        order = order_of(nodes, entering)
        graph = boxes_of(order, facts, depth, level=level,
                         numbers=self.values, shapes=self.shapes)  # fmt: skip
        parts = self.of(graph, facts)
        title = say("inside", name=box.path if box.kind == "layer" else box.lines[0])
        return Inside(box.link, title, graph.svg(title, lambda down: []), parts)


def draw_graph(output: Node, facts: Facts, *, view: str = "graph", depth: int | None = 1,
               values: bool = True, start: Sequence[Node] = ()) -> Picture:  # fmt: skip
    """The graph of an expression, its layers folded `depth` levels below the model."""
    before = prepared(output, [*facts.parameters, *start])
    facts.entering = facts.prepared = before
    order = order_of([output], [*start, *before])
    shapes = view == "blocks"
    if values and not shapes:
        facts.values, facts.adjoints = numbers(output, order)
    shown = bool(facts.values)
    graph = boxes_of(order, facts, depth, numbers=shown, shapes=shapes or not shown)
    inside = _Insides(shown, shapes or not shown).of(graph, facts)
    return Picture(view, graph.svg(say(view), partial(legend, facts, shown)), language(), inside)


def legend(facts: Facts, numbers_shown: bool, down: bool) -> list[str]:
    """What stands where: above and below an arrow to the right, on both sides of one down."""
    if not numbers_shown:
        return [say("shapes")]
    if not facts.adjoints:
        return [say("right" if down else "above")]
    words = ("right", "left") if down else ("above", "below")
    lines = [f"{say(words[0])}; {say(words[1], loss=facts.loss)}"]
    if any(adjoint_text(g).startswith("‖") for g in facts.adjoints.values()):
        lines.append(say("norm"))
    return lines
