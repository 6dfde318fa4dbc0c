"""Which nodes stand together in one box: those of a layer, called once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tiza.graph import Node
from tiza.graph.walk import walk
from tiza.readings.draw.signs import is_number

Group = tuple[str, int]  # path of the layer, and which of its calls


def path_of(node: Node) -> str:
    """The path of the layer that made a node: `MLP.fc1`."""
    return node.place[2] if node.place is not None else ""


def folded(path: str, depth: int | None) -> str:
    """The path of the box: `depth` names below the model's; "" for what stands by itself.

    >>> folded("GPT.blocks.0.attn", 1), folded("GPT", 1), folded("GPT.blocks", None)
    ('GPT.blocks', '', '')
    """
    parts = path.split(".")
    if depth is None or not path or len(parts) <= depth:
        return ""
    return ".".join(parts[: depth + 1])


def grouped(order: Sequence[Node], depth: int | None, leaves: Collection[Node],
            level: str = "") -> dict[Node, Group]:  # fmt: skip
    """The group of every node that is folded away; calls of one layer are told apart.

    A second call is one that needs the first through something outside the layer. `leaves`
    (parameters) belong to the layer that uses them, if it is the only one; `level` is the
    path of the layer whose inside is drawn.
    """
    base = level.count(".") + 1 if level else 0
    deep = None if depth is None else base + depth
    found: dict[Node, Group] = {}
    left: dict[Node, dict[str, int]] = {}  # how often each layer has been left behind
    for node in order:
        path = path_of(node)
        inside = not level or path == level or path.startswith(level + ".")
        key = folded(path, deep) if node.inputs and inside else ""
        behind: dict[str, int] = {}
        call = 0
        for i in node.inputs:
            inner, number = found.get(i, ("", 0))
            for path, n in left.get(i, {}).items():
                behind[path] = max(n, behind.get(path, 0))
            if inner and inner != key:
                behind[inner] = max(number + 1, behind.get(inner, 0))
            elif inner and inner == key:
                call = max(call, number)
        left[node] = behind
        if key:
            found[node] = key, max(call, behind.get(key, 0))
    for leaf, group in _owned(order, found, leaves).items():
        found[leaf] = group
    return _acyclic(order, found)


def _owned(order: Sequence[Node], found: Mapping[Node, Group],
           leaves: Collection[Node]) -> dict[Node, Group]:  # fmt: skip
    """Parameters, and constants that nobody named, inside the only layer that uses them."""
    users: dict[Node, set[Group | None]] = {}
    for node in order:
        for i in node.inputs:
            if not i.inputs:
                users.setdefault(i, set()).add(found.get(node))
    return {
        leaf: group
        for leaf, groups in users.items()
        if len(groups) == 1
        and (group := next(iter(groups))) is not None
        and (leaf in leaves or is_number(leaf) or (path_of(leaf) + ".").startswith(group[0] + "."))
    }


def _acyclic(order: Sequence[Node], found: dict[Node, Group]) -> dict[Node, Group]:
    """Groups that wait for one another are opened again."""
    known = set(order)
    while True:
        needs: dict[object, set[object]] = {}
        for node in order:
            own: object = found.get(node, node)
            mine = needs.setdefault(own, set())
            mine.update(i for n in node.inputs if n in known and (i := found.get(n, n)) != own)
        while ready := [own for own, rest in needs.items() if not rest]:
            for own in ready:
                del needs[own]
            gone = set(ready)
            for rest in needs.values():
                rest -= gone
        stuck = {own for own in needs if isinstance(own, tuple)}
        if not stuck:
            return found
        found = {node: group for node, group in found.items() if group not in stuck}


def order_of(outputs: Sequence[Node], start: Collection[Node] = ()) -> list[Node]:
    """Every node behind `outputs`, inputs first; the history of `start` is left out."""
    known = set(start)
    return walk(outputs, lambda n: () if n in known else n.inputs)


def prepared(output: Node, variables: Collection[Node]) -> set[Node]:
    """Data that was computed beforehand: what depends on no variable, and is used by what does.

    Its history is not part of the network; empty where there is no variable.
    """
    order = walk([output])
    depends = set(variables)
    for node in order:
        if any(i in depends for i in node.inputs):
            depends.add(node)
    if output not in depends:
        return set()
    used = {i for n in order if n in depends for i in n.inputs if i not in depends}
    return {n for n in used if n.inputs}
