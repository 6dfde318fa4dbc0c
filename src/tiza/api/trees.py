"""Arguments and results as trees: tuples, lists and dicts with tensors at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.lang.tensor import Tensor


class Leaf:
    """The place of tensor number `number` in a tree."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Leaf) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)


class Branch(tuple[Any, ...]):
    """A list or dict of a tree, as something that can be hashed: its type, keys and parts."""


def flat(tree: Any, *, tensors_only: bool = False) -> tuple[Any, list[Any]]:
    """The tree with numbered places for its tensors (and arrays), and these in order.

    >>> flat((np.zeros(1), {"a": 2}))[1]
    [array([0.])]
    """
    leaves: list[Any] = []

    def visit(x: Any) -> Any:
        if isinstance(x, Tensor) or (isinstance(x, np.ndarray) and not tensors_only):
            leaves.append(x)
            return Leaf(len(leaves) - 1)
        if isinstance(x, dict):
            return Branch((dict, tuple(x), tuple(visit(v) for v in x.values())))
        if isinstance(x, list):
            return Branch((list, None, tuple(visit(v) for v in x)))
        if isinstance(x, tuple):
            parts = tuple(visit(v) for v in x)
            return Branch((type(x), None, parts)) if hasattr(x, "_fields") else parts
        return x

    return visit(tree), leaves


def rebuilt(tree: Any, leaves: Sequence[Any]) -> Any:
    """The tree with `leaves` in their places."""
    if isinstance(tree, Leaf):
        return leaves[tree.number]
    if isinstance(tree, Branch):
        kind, keys, parts = tree
        made = [rebuilt(p, leaves) for p in parts]
        if kind is dict:
            return dict(zip(keys, made, strict=True))
        return kind(*made) if kind is not list else made
    if isinstance(tree, tuple):
        return tuple(rebuilt(p, leaves) for p in tree)
    return tree


def leaves_of(tree: Any) -> list[int]:
    """The numbers of the tensors in a tree."""
    if isinstance(tree, Leaf):
        return [tree.number]
    if isinstance(tree, Branch):
        return [i for part in tree[2] for i in leaves_of(part)]
    return [i for part in tree for i in leaves_of(part)] if isinstance(tree, tuple) else []
