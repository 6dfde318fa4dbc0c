"""What the compiled program calls back into Python for: NumPy's linear algebra, and loops.

Loops and branches whose bodies are graphs run compiled bodies, one after another.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.graph.prims.body import Body


def value_of(node: Node) -> Callable[..., Any]:
    """The function that computes a node."""
    made = _CONTROL.get(node.prim.name)
    if made is not None:
        return made
    assert node.prim.value is not None  # every other primitive has one
    return node.prim.value


@cache
def _compiled(body: Body) -> Callable[..., list[Any]]:
    from tiza.readings.native.running.compiled import Compiled

    return Compiled(body.inputs, body.outputs, threads=1)


def _scan(*arrays: Any, body: Body, consts: int, carry: int, length: int,
          reverse: bool) -> tuple[Any, ...]:  # fmt: skip
    fixed, state = arrays[:consts], list(arrays[consts : consts + carry])
    xs = arrays[consts + carry :]
    rows = [*body.outputs[carry:], *body.inputs[consts : consts + carry]]
    out = [np.empty((length, *o.shape), o.dtype) for o in rows]
    for t in range(length - 1, -1, -1) if reverse else range(length):
        made = _compiled(body)(*fixed, *state, *(x[t] for x in xs))
        for buffer, value in zip(out, (*made[carry:], *state), strict=True):
            buffer[t] = value
        state = made[:carry]
    return (*state, *out)


def _cond(whether: Any, *operands: Any, yes: Body, no: Body) -> tuple[Any, ...]:
    return tuple(_compiled(yes if whether else no)(*operands))


def _while(*state: Any, test: Body, body: Body) -> tuple[Any, ...]:
    current: Any = state
    while _compiled(test)(*current)[0]:
        current = _compiled(body)(*current)
    return tuple(current)


_CONTROL: dict[str, Callable[..., Any]] = {"scan": _scan, "cond": _cond, "while": _while}
