"""Chains of many additions, such as those of a long loop, gathered before they are spelled."""

from __future__ import annotations

from collections.abc import Sequence

from tiza.graph import Node

MANY = 20  # terms of a sum that are gathered before they are added


def long_sums(order: Sequence[Node], kept: set[Node]) -> dict[Node, list[Node]]:
    """The terms of sums that are chains of many additions; of the links in between none."""
    users: dict[Node, list[Node]] = {}
    for node in order:
        for i in set(node.inputs):
            users.setdefault(i, []).append(node)

    def link(node: Node) -> bool:
        """A sum that is no more than a term of one other sum."""
        over = users.get(node, [])
        if node.prim.name != "add" or node in kept or len(over) != 1:
            return False
        (top,) = over
        return top.prim.name == "add" and top.shape == node.shape and top.inputs != (node, node)

    terms: dict[Node, list[Node]] = {}
    inside: dict[Node, list[Node]] = {}
    found: dict[Node, list[Node]] = {}
    for node in order:
        if node.prim.name != "add":
            continue
        before = [i for i in node.inputs if link(i)]
        terms[node] = [t for i in node.inputs for t in (terms[i] if i in before else [i])]
        inside[node] = [n for i in before for n in (*inside[i], i)]
        if not link(node) and len(terms[node]) > MANY:
            found.update({key: [] for key in inside[node]})
            found[node] = terms[node]
    return found
