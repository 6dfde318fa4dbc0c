"""The table of a network: layers, output shapes, parameters, floating-point operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.errors import pick
from tiza.graph import Node, placeholder
from tiza.graph.walk import opened_inputs, walk
from tiza.lang.arrays import default_dtype
from tiza.lang.mode import no_grad
from tiza.lang.tensor import Tensor
from tiza.nn.words import WORDS

if TYPE_CHECKING:
    from tiza.nn.module import Module

FREE = {"movement", "indexing", "window", "leaf", "control", "random"}  # no arithmetic


@dataclass(frozen=True)
class Row:
    """One call of one layer."""

    path: str
    kind: str
    output: str
    parameters: int
    flops: int


@dataclass(frozen=True)
class Summary:
    """The rows in the order of the calls, and the totals; printing it gives the table."""

    rows: tuple[Row, ...]
    trainable: int
    frozen: int
    bytes: int

    @property
    def flops(self) -> int:
        """Of the whole network, for the inputs that were given."""
        return self.rows[0].flops if self.rows else 0

    def __str__(self) -> str:
        words = [pick(WORDS[key]) for key in ("layer", "output", "parameters", "flops")]
        cells = [words]
        for row in self.rows:
            depth = row.path.count(".") + 1 if row.path else 0
            name = f"{row.path.rsplit('.', 1)[-1]}: " if row.path else ""
            cells.append(["  " * depth + name + row.kind, row.output,
                          f"{row.parameters:,}", f"{row.flops:,}"])  # fmt: skip
        wide = [max(len(line[i]) for line in cells) for i in range(4)]
        lines = [
            f"{a:<{wide[0]}}  {b:<{wide[1]}}  {c:>{wide[2]}}  {d:>{wide[3]}}"
            for a, b, c, d in cells
        ]
        foot = [f"{pick(WORDS['trainable'])}: {self.trainable:,}"]
        if self.frozen:
            foot.append(f"{pick(WORDS['frozen'])}: {self.frozen:,}")
        foot.append(f"{pick(WORDS['bytes'])}: {self.bytes:,}")
        return "\n".join([*lines, ", ".join(foot)])

    __repr__ = __str__


def summarise(module: Module, inputs: tuple[Any, ...], dtype: object = None) -> Summary:
    """Build (not compute) the network's expression and read the table off it."""
    given = [x if isinstance(x, Tensor) else _stand_in(module, x, dtype) for x in inputs]
    paths = {part: path for path, part in reversed(list(module.named_modules()))}
    calls: list[tuple[str, Module, Any, Any]] = []
    handles = []
    for part in paths:
        handles.append(part.register_forward_pre_hook(
            lambda m, args: calls.append((paths[m], m, args, None)), prepend=True))  # fmt: skip
        handles.append(part.register_forward_hook(_filler(calls)))
    modes = [(part, part.training) for part in paths]
    try:
        with no_grad():
            module.eval()(*given)
    finally:
        for handle in handles:
            handle.remove()
        for part, mode in modes:
            part.training = mode
    rows = tuple(_row(*call) for call in calls)
    counts = [(p.requires_grad, p.size, p.dtype.itemsize) for p in module.parameters()]
    return Summary(
        rows,
        trainable=sum(n for wanted, n, _ in counts if wanted),
        frozen=sum(n for wanted, n, _ in counts if not wanted),
        bytes=sum(n * width for _, n, width in counts),
    )


def _filler(calls: list[tuple[str, Module, Any, Any]]) -> Any:
    def fill(module: Module, args: Any, output: Any) -> None:
        for i in range(len(calls) - 1, -1, -1):
            path, part, given, answer = calls[i]
            if part is module and answer is None:
                calls[i] = path, part, given, output
                return

    return fill


def _stand_in(module: Module, shape: Any, dtype: object) -> Tensor:
    first = next(iter(module.parameters()), None)
    own = first.dtype if first is not None else default_dtype()
    return Tensor(placeholder(tuple(shape), np.dtype(dtype or own)))  # type: ignore[call-overload]


def _row(path: str, module: Module, given: Any, output: Any) -> Row:
    outputs = _tensors(output)
    shapes = ", ".join(str(tuple(t.shape)) for t in outputs)
    start = {t.node for t in _tensors(given)}
    own = sum(p.size for p in module.parameters())
    return Row(path, type(module).__name__, shapes, own, flops([t.node for t in outputs], start))


def _tensors(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    return [t for v in value for t in _tensors(v)] if isinstance(value, Iterable) else []


def flops(outputs: Sequence[Node], start: set[Node]) -> int:
    """Floating-point operations from `start` to `outputs`.

    A product of an (m, k) and a (k, n) matrix counts 2mkn, an element-wise operation one for
    each entry of its answer, a reduction one for each entry of its input; moving is free.
    """

    def edges(node: Node) -> Any:
        return () if node in start else opened_inputs(node)

    return sum(_cost(node) for node in walk(outputs, edges) if node not in start)


def _cost(node: Node) -> int:
    family = node.prim.family
    if node.prim.name == "scan":  # the body once for each step
        body = node.attrs["body"]
        return int(node.attrs["length"]) * flops(body.outputs, set(body.inputs))
    if node.prim.several or node.prim.body or not node.inputs or family in FREE:
        return 0
    if family == "contraction":
        return 2 * prod(node.shape) * node.inputs[0].shape[-1]
    if family == "reduction":
        return prod(node.inputs[0].shape)
    return prod(node.shape) if node.dtype.kind == "f" and node.prim.name != "cast" else 0
