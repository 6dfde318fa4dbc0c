"""The computation graph: boxes for data, operations and layers; values above, adjoints below."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from tiza.graph import Node
from tiza.graph.place import describe
from tiza.graph.walk import opened, walk
from tiza.readings.draw.folding import grouped, path_of
from tiza.readings.draw.numbers import adjoint_text, full_text, shape_text, value_text
from tiza.readings.draw.render import LINE, Legend, render
from tiza.readings.draw.signs import is_number, sign
from tiza.readings.draw.svg import plain, width_of
from tiza.readings.draw.words import counted, say

HIGH = 30.0


@dataclass
class Facts:
    """What is known about the nodes besides the graph itself."""

    names: Mapping[Node, str] = field(default_factory=dict)
    parameters: Collection[Node] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)  # layer path → what it is
    values: Mapping[Node, Any] = field(default_factory=dict)
    adjoints: Mapping[Node, Any] = field(default_factory=dict)
    loss: str = "L"
    entering: Collection[Node] = ()  # drawn as data, whatever made them
    prepared: Collection[Node] = ()  # those of them that no variable had a part in


@dataclass
class Box:
    """One box of the picture and what stands on its arrow."""

    kind: str  # data, parameter, operation, layer
    lines: list[str]
    members: list[Node]
    out: Node
    above: str = ""
    below: str = ""
    name: str = ""  # of the result, above its arrow
    path: str = ""
    link: str = ""  # where its inside is drawn
    note: str = ""

    @property
    def wide(self) -> float:
        """Of the box itself."""
        sizes = [width_of(line, 13.0 if k == 0 else 11.5) for k, line in enumerate(self.lines)]
        return max(34.0, max(sizes) + 18)

    @property
    def stub(self) -> float:
        """Of the beginning of its arrow, where value and adjoint stand."""
        return self.words * 1.05 + 16 if self.words else 0.0

    @property
    def words(self) -> float:
        """Of the longer one of value and adjoint."""
        above = f"{plain(self.name)} = {self.above}" if self.name else self.above
        return max(width_of(above, 12), width_of(self.below, 12))

    @property
    def across(self) -> float:
        """Of the place that it takes where arrows point down, with words on both sides of one."""
        return max(self.wide, 2 * (self.words * 1.05 + 10) if self.words else 0.0)

    @property
    def high(self) -> float:
        """Of the whole."""
        return max(HIGH + LINE * (len(self.lines) - 1), 34.0 if self.below else HIGH)


@dataclass
class Graph:
    """The boxes, and which follows which."""

    boxes: list[Box]
    edges: list[tuple[int, int]]
    of: dict[Node, int]  # every node, and the box in which it is

    def svg(self, title: str, legend: Legend) -> str:
        """The picture."""
        return render(self.boxes, self.edges, title, legend)


def boxes_of(order: Sequence[Node], facts: Facts, depth: int | None, *, level: str = "",
             numbers: bool = True, shapes: bool = False) -> Graph:  # fmt: skip
    """The boxes of a graph whose nodes are given in order, layers folded at `depth`."""
    order = [n for n in order if not is_number(n)] or list(order)
    groups = grouped(order, depth, facts.parameters, level)
    boxes: list[Box] = []
    place: dict[Any, int] = {}
    of: dict[Node, int] = {}
    for node in order:
        key = groups.get(node, node)
        if key not in place:
            place[key] = len(boxes)
            boxes.append(_box(node, groups.get(node), facts))
        of[node] = place[key]
        box = boxes[of[node]]
        box.members.append(node)
        if node.inputs or not box.out.inputs:
            box.out = node  # the last of a layer's nodes is its answer
    edges = [(of[i], of[n]) for n in order for i in n.inputs if i in of and of[i] != of[n]]
    for box in boxes:
        _label(box, facts, numbers, shapes)
    return Graph(boxes, list(dict.fromkeys(edges)), of)


def _box(node: Node, group: tuple[str, int] | None, facts: Facts) -> Box:
    if group is not None:
        path = group[0]
        title = path.split(".", 1)[-1]
        kind = facts.kinds.get(path, "")
        lines = [f"{title}: {kind}"] if kind and kind != title else [title]
        return Box("layer", lines, [], node, path=path)
    if node in facts.entering:
        return Box("data", [_entering(node, facts)], [], node)
    if node.inputs:
        return Box("operation", [sign(node)], [], node, path=path_of(node),
                   name=facts.names.get(node) or "")  # fmt: skip
    name = facts.names.get(node) or node.name or ""
    kind = "parameter" if node in facts.parameters else "data"
    return Box(kind, [name or say(kind)], [], node)


def _entering(node: Node, facts: Facts) -> str:
    """What comes in from outside: its name, the layer that made it, or its operation."""
    name = facts.names.get(node) or node.name
    if name or not node.inputs:
        return name or say("data")
    if node in facts.prepared:
        drawn = any(n.prim.name == "random_bits" for n in walk([node]))
        return say("random" if drawn else "data")
    path = path_of(node)
    if "." in path:
        kind = facts.kinds.get(path, "")
        title = path.split(".", 1)[-1]
        return f"{title}: {kind}" if kind else title
    return sign(node) if node in facts.values else say("data")


def _label(box: Box, facts: Facts, numbers: bool, shapes: bool) -> None:
    node = box.out
    if box.kind == "layer":
        own = sum(prod(n.shape) for n in box.members if n in facts.parameters)
        if own:
            box.lines.append(counted("parameters", own))
    several = node.prim.several
    if numbers and node in facts.values and not several:
        box.above = value_text(facts.values[node])
        if node in facts.adjoints:
            box.below = adjoint_text(facts.adjoints[node])
    elif shapes and not several:
        box.above = shape_text(node.shape)
    if box.kind == "layer" and not box.name:
        box.name = facts.names.get(node) or ""
    if not box.above:
        box.name = ""
    box.note = _note(box, facts)


def _note(box: Box, facts: Facts) -> str:
    node = box.out
    lines = [box.path or box.name or box.lines[0]]
    if not node.prim.several:
        lines.append(f"{say('shape')}: {shape_text(node.shape) or say('scalar')}  {node.dtype}")
    if node in facts.values:
        lines.append(f"{say('value')}: {full_text(facts.values[node])}")
    if node in facts.adjoints:
        lines.append(f"∂{facts.loss}/∂: {full_text(facts.adjoints[node])}")
    where = describe(node.place)
    return "\n".join([*lines, say("made", place=where)] if where else lines)


def hides(box: Box) -> bool:
    """Whether a box has an inside worth a picture: a layer, a composite, a recurrence."""
    if box.kind == "layer":
        return len(box.members) > 1
    return box.kind == "operation" and bool(box.out.prim.body or box.out.prim.name == "scan")


def inside_of(box: Box) -> list[Node]:
    """The nodes that a box hides: those of a layer, or a composite's body."""
    if box.kind == "layer":
        return box.members
    given = set(box.out.inputs)
    order = walk([opened(box.out)], lambda n: () if n in given else n.inputs)
    return [n for n in order if n not in given]
