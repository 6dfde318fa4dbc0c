"""The reference reading: every node computed by NumPy, in order."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tiza.errors import TraceError
from tiza.graph.blas import ONE_THREAD
from tiza.graph.loops import joined
from tiza.graph.node import Node
from tiza.graph.place import forget
from tiza.graph.precision import precision
from tiza.graph.prims.body import Body
from tiza.graph.rounding import rounded
from tiza.graph.walk import opened, walk

Array = np.ndarray[Any, Any]
Step = tuple[Callable[..., Any], tuple[int, ...], int, dict[str, Any], tuple[int, ...]]


def _edges(node: Node) -> Sequence[Node]:
    if node.value is not None:
        return ()
    return (opened(node),) if node.prim.body else node.inputs


class Program:
    """`outputs` as a function of `inputs`, made ready once and run often.

    A value lives only until its last use. Nodes that carry a value count as data. Products are as
    exact as the thread that makes it ready asks for.
    """

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node]) -> None:
        given = set(inputs)
        outputs = rounded(outputs, given)
        order = walk(outputs, lambda n: () if n in given else _edges(n))
        slot: dict[Node, int] = {node: i for i, node in enumerate(inputs)}
        self.start: list[Any] = [None] * len(inputs)
        steps: list[tuple[Node, tuple[int, ...], int]] = []
        for node in order:
            if node in slot:
                continue
            if node.value is not None:
                slot[node] = len(self.start)
                self.start.append(node.value)
            elif node.prim.body:
                slot[node] = slot[opened(node)]
            elif node.prim.name == "input":
                raise TraceError("input-unknown", name=node.name or "x", shape=node.shape)
            else:
                slot[node] = len(self.start)
                self.start.append(None)
                steps.append((node, tuple(slot[i] for i in node.inputs), slot[node]))
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        self.results = [slot[node] for node in outputs]
        self.nodes = [node for node, _, _ in steps]
        self.steps = self._with_lifetimes(steps)

    def _with_lifetimes(self, steps: Sequence[tuple[Node, tuple[int, ...], int]]) -> list[Step]:
        last = dict.fromkeys(self.results, -1)
        computed = {out for _, _, out in steps}
        for k, (_, ins, out) in enumerate(steps):
            for s in (*ins, out):
                if last.get(s) != -1:
                    last[s] = k
        dead: dict[int, list[int]] = {}
        for s, k in last.items():
            if k >= 0 and s in computed:
                dead.setdefault(k, []).append(s)
        return [
            (value_of(node), ins, out, node.attrs, tuple(dead.get(k, ())))
            for k, (node, ins, out) in enumerate(steps)
        ]

    def __call__(self, *arrays: Any) -> list[Any]:
        """The values of `outputs` for these values of `inputs`."""
        with np.errstate(all="ignore"), ONE_THREAD:
            return self.run(arrays)

    def run(self, arrays: Sequence[Any]) -> list[Any]:
        """As a call, under the caller's own `np.errstate`."""
        if len(arrays) != len(self.inputs):
            raise TypeError(f"{len(arrays)} arrays for a program of {len(self.inputs)} inputs")
        slots = self.start.copy()
        slots[: len(arrays)] = arrays
        for value, ins, out, attrs, dead in self.steps:
            if len(ins) == 1:
                slots[out] = value(slots[ins[0]], **attrs)
            else:
                slots[out] = value(*[slots[i] for i in ins], **attrs)
            for s in dead:
                slots[s] = None
        return [slots[i] for i in self.results]

    def traced(self, arrays: Sequence[Any]) -> tuple[Node, list[Any]] | None:
        """The first node whose value is not finite though its inputs are, and those inputs."""
        slots: list[Any] = self.start.copy()
        slots[: len(arrays)] = arrays
        with np.errstate(all="ignore"):
            for node, (value, ins, out, attrs, _) in zip(self.nodes, self.steps, strict=True):
                given = [slots[i] for i in ins]
                slots[out] = value(*given, **attrs)
                if not _finite(slots[out]) and all(_finite(x) for x in given):
                    return node, given
        return None


class Later(Program):
    """A program that is made ready when it is first used."""

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node]) -> None:
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)

    def __getattr__(self, name: str) -> Any:
        if name not in ("start", "results", "nodes", "steps"):
            raise AttributeError(name)
        vars(self).update(vars(Program(self.inputs, self.outputs)))
        return vars(self)[name]


def _finite(x: Any) -> bool:
    if isinstance(x, tuple):
        return all(_finite(i) for i in x)
    return np.asarray(x).dtype.kind not in "fc" or bool(np.isfinite(x).all())


def value_of(node: Node) -> Callable[..., Any]:
    """What computes a node: its record's `value`, or the loop that its bodies need."""
    made = _CONTROL.get(node.prim.name)
    if made is not None:
        return made(**node.attrs)
    assert node.prim.value is not None  # every primitive has one
    return node.prim.value


def _scan(body: Body, consts: int, carry: int, length: int, reverse: bool) -> Callable[..., Any]:
    program = Program(body.inputs, body.outputs)
    rows = [
        (o.shape, o.dtype) for o in (*body.outputs[carry:], *body.inputs[consts : consts + carry])
    ]

    def run(*arrays: Any, **_: Any) -> tuple[Any, ...]:
        fixed, state, xs = (
            arrays[:consts],
            list(arrays[consts : consts + carry]),
            arrays[consts + carry :],
        )
        out = [np.empty((length, *shape), dtype) for shape, dtype in rows]
        for t in range(length - 1, -1, -1) if reverse else range(length):
            made = program.run((*fixed, *state, *(x[t] for x in xs)))
            for buffer, value in zip(out, (*made[carry:], *state), strict=True):
                buffer[t] = value
            state = made[:carry]
        return (*state, *out)

    return run


def _cond(yes: Body, no: Body) -> Callable[..., Any]:
    branches = [Program(b.inputs, b.outputs) for b in (no, yes)]

    def run(whether: Any, *operands: Any, **_: Any) -> tuple[Any, ...]:
        return tuple(branches[bool(whether)].run(operands))

    return run


def _while(test: Body, body: Body) -> Callable[..., Any]:
    going, step = Program(test.inputs, test.outputs), Program(body.inputs, body.outputs)

    def run(*state: Any, **_: Any) -> tuple[Any, ...]:
        current: Sequence[Any] = state
        while going.run(current)[0]:
            current = step.run(current)
        return tuple(current)

    return run


_CONTROL: dict[str, Callable[..., Callable[..., Any]]] = {
    "scan": _scan,
    "cond": _cond,
    "while": _while,
}


def evaluate(nodes: Sequence[Node]) -> list[Array]:
    """The values of `nodes`, remembered on them.

    Shared parts are computed once; what was computed before is not computed again.
    """
    wanted = [node for node in nodes if node.value is None]
    if wanted and precision.rounds:
        for node, value in zip(wanted, _computed(rounded(wanted)), strict=True):
            node.value = value
    else:
        _computed(wanted)
    return [node.value for node in nodes]


def _computed(nodes: Sequence[Node]) -> list[Array]:
    wanted = [node for node in nodes if node.value is None]
    if wanted:
        forget()
        with _lock, np.errstate(all="ignore"), ONE_THREAD:
            made: list[Node] = []
            try:
                if not _at_once(list(wanted), made):
                    _by_program(wanted)
                for node in wanted:
                    value = node.value
                    several = isinstance(value, tuple)
                    node.value = tuple(map(np.asarray, value)) if several else np.asarray(value)
            except BaseException:
                wanted = []
                raise
            finally:
                kept = set(wanted)
                for node in made:
                    if node not in kept:
                        node.value = None
    return [node.value for node in nodes]


_lock = threading.RLock()  # intermediate values stand on the nodes while `evaluate` works
if hasattr(os, "register_at_fork"):  # a fork waits until they are gone: the child could not
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
AT_ONCE = 1 << 24  # entries; larger expressions give each buffer back after its last use


def _at_once(stack: list[Node], made: list[Node]) -> bool:  # noqa: C901  flat, for speed
    """Compute what is on the stack straight away; False where it is better planned first."""
    held = 0
    while stack:
        node = stack.pop()
        if node.value is not None:
            continue
        prim = node.prim
        body = prim.body and prim.value is None
        inputs = _edges(node) if body else node.inputs
        ready = True
        for i in inputs:
            if i.value is None:
                if ready:
                    stack.append(node)
                    ready = False
                stack.append(i)
        if not ready:
            continue
        if body:
            value = inputs[0].value
        elif prim.value is None or prim.family == "control":
            return False
        elif len(inputs) == 2 and not node.attrs:
            value = prim.value(inputs[0].value, inputs[1].value)
        else:
            value = prim.value(*[i.value for i in inputs], **node.attrs)
        node.value = value
        made.append(node)
        if not prim.several:
            held += value.size
            if held > AT_ONCE:
                return False
    return True


def _by_program(wanted: Sequence[Node]) -> None:
    rest = [node for node in wanted if node.value is None]
    for node, value in zip(rest, Program((), joined(rest))(), strict=True):
        node.value = value
