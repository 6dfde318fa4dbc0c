"""Where the first NaN or infinity of a training step came from: the step replayed node by node."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tiza.errors import NonFiniteError
from tiza.graph.node import Node
from tiza.graph.place import describe
from tiza.graph.walk import opened_inputs, walk
from tiza.readings.evaluate import Program
from tiza.train.words import word

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Origin:
    """The node that made the first non-finite value, the values it was given, what it made.

    `node` is an input of the step (data, a parameter) where that itself was not finite.
    """

    node: Node
    inputs: tuple[Node, ...]
    given: tuple[Array, ...]
    made: Array
    loop: Node | None = None  # the scan or cond in whose body the node stands


def finite(value: Any) -> bool:
    """Whether an array (or each of several) holds neither NaN nor infinity.

    >>> finite(np.array([1.0, 2.0])), finite(np.array([1.0, np.inf])), finite(np.array([1]))
    (True, False, True)
    """
    if isinstance(value, tuple):
        return all(finite(item) for item in value)
    array = np.asarray(value)
    if array.dtype.kind not in "fc":
        return True
    if array.dtype.kind == "f" and math.isfinite(np.vdot(array, array)):
        return True  # Σx² is finite in nearly every step, and quick
    return bool(np.isfinite(array).all())


def origin(program: Program, arrays: Sequence[Any]) -> Origin | None:
    """Replay `program` and follow what is not finite in its outputs back to where it began.

    An infinity that no output depends on (a masked one, say) is passed by.
    """
    slots: list[Any] = program.start.copy()
    slots[: len(arrays)] = arrays
    maker: dict[int, int] = {}
    with np.errstate(all="ignore"):
        for k, (value, ins, out, attrs, _) in enumerate(program.steps):
            slots[out] = value(*[slots[i] for i in ins], **attrs)
            maker[out] = k
        return _begun(program, slots, maker)


def _begun(program: Program, slots: list[Any], maker: dict[int, int]) -> Origin | None:
    """The earliest value that is not finite, of those that the outputs' troubles come from."""
    begun: list[int] = []
    stack = [slot for slot in program.results if not finite(slots[slot])]
    seen = set(stack)
    while stack:
        slot = stack.pop()
        ins = program.steps[maker[slot]][1] if slot in maker else ()
        bad = [i for i in ins if not finite(slots[i])]
        if not bad:
            begun.append(slot)
        stack += [i for i in bad if i not in seen]
        seen.update(bad)
    if not begun:
        return None
    first = min(begun, key=lambda slot: maker.get(slot, -1))
    if first not in maker:
        node = program.inputs[first] if first < len(program.inputs) else program.outputs[0]
        return Origin(node, (), (), np.asarray(slots[first]))
    node = program.nodes[maker[first]]
    given = tuple(np.asarray(slots[i]) for i in program.steps[maker[first]][1])
    made = slots[first] if not isinstance(slots[first], tuple) else _worst(slots[first])
    inner = _inside(node, given)
    if inner is not None:
        return replace(inner, loop=node)
    return Origin(node, node.inputs, given, np.asarray(made))


def _inside(node: Node, given: Sequence[Array]) -> Origin | None:
    """The origin in the body of a loop or branch: the first turn that went wrong, replayed."""
    attrs = node.attrs
    if node.prim.name == "cond":
        body = attrs["yes"] if given[0] else attrs["no"]
        return origin(Program(body.inputs, body.outputs), given[1:])
    if node.prim.name != "scan":
        return None
    body, consts, carry = attrs["body"], attrs["consts"], attrs["carry"]
    program = Program(body.inputs, body.outputs)
    fixed, xs = given[:consts], given[consts + carry :]
    state: Sequence[Any] = given[consts : consts + carry]
    turns = range(attrs["length"])
    for t in reversed(turns) if attrs["reverse"] else turns:
        arrays = (*fixed, *state, *(x[t] for x in xs))
        made = program(*arrays)
        if not all(map(finite, made)):
            return origin(program, arrays)
        state = made[:carry]
    return None


def nonfinite_error(
    found: Origin | None, *, what: str, epoch: int, batch: int, forward: Sequence[Node]
) -> NonFiniteError:
    """The error that names the operation, layer, source line and offending numbers.

    what: which result was not finite first. forward: the results of the forward pass, to tell
    whether the operation belongs to it or to a derivative.
    """
    moment: dict[str, Any] = {"what": what, "epoch": epoch + 1, "batch": batch + 1}
    if found is None:
        return NonFiniteError("nonfinite-unknown", **moment)
    if not found.inputs:
        return NonFiniteError(
            "nonfinite-input",
            operands=((found.node.name or "x", _summary(found.made)),),
            name=found.node.name or "x",
            **moment,
        )
    inside = (found.loop or found.node) in set(walk(forward, opened_inputs))
    names = [node.name or letter for node, letter in zip(found.inputs, "abcdefgh", strict=False)]
    at = _first_bad(found.made)
    rows = [
        (name, _summary(array) + _entry(array, found.made.shape, at))
        for name, array in zip(names, found.given, strict=False)
    ]
    rows.append((word("answer"), _summary(found.made) + _entry(found.made, found.made.shape, at)))
    return NonFiniteError(
        "nonfinite-forward" if inside else "nonfinite-backward",
        operands=tuple(rows),
        place=describe(found.node.place),
        formula=f"{found.node.prim.name}({', '.join(names)})",
        **moment,
    )


def _worst(several: tuple[Any, ...]) -> Any:
    return next(item for item in several if not finite(item))


def _first_bad(array: Array) -> tuple[int, ...]:
    flat = int(np.argmin(np.isfinite(array).reshape(-1))) if array.size else 0
    return tuple(int(i) for i in np.unravel_index(flat, array.shape))


def _entry(array: Array, shape: tuple[int, ...], at: tuple[int, ...]) -> str:
    """The entry of `array` that met position `at` of the answer, where they correspond."""
    try:
        value = np.broadcast_to(array, shape)[at]
    except ValueError:
        return ""
    index = "".join(f"[{', '.join(map(str, at))}]" if at else "")
    return f"; {index or word('value')} = {value:.6g}"


def _summary(array: Array) -> str:
    """Shape, type, range of the finite entries, how many are not."""
    text = f"{array.shape} {array.dtype}"
    if array.dtype.kind not in "fc" or not array.size:
        return text
    good = array[np.isfinite(array)]
    if good.size:
        text += f" {good.min():.4g} … {good.max():.4g}"
    if good.size < array.size:
        text += ", " + word("not-finite", count=array.size - good.size, all=array.size)
    return text
