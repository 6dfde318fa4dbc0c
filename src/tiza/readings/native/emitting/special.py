"""Kernels that are not made from a formula: copies, zeros, joins, rows put, random bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tiza.graph.node import Node
from tiza.readings.native.emitting.spell import ir
from tiza.readings.native.lowering.lower import Lowering, wrapped
from tiza.readings.native.lowering.nest import Nest, Store, merge
from tiza.readings.native.terms.index import Loop, NeedSplit, joined, split
from tiza.readings.native.terms.memory import Buffer, View

TOGETHER = 4  # parts that are written side by side


def copy_nest(node: Node, buffer: Buffer, memory: Mapping[Node, View]) -> Nest:
    """`node` written into `buffer`."""
    return copies_nest([(node, (0,) * node.ndim)], buffer.shaped(node.shape), memory)


def copies_nest(nodes: Sequence[tuple[Node, tuple[int, ...]]], view: View,
                memory: Mapping[Node, View]) -> Nest:  # fmt: skip
    """Nodes of one shape written into `view`, each shifted by so much."""
    axes = [[Loop(n)] for n in nodes[0][0].shape]
    while True:
        low = Lowering(memory)
        index = tuple(joined(loops) for loops in axes)
        try:
            values = [low.value(node, index) for node, _ in nodes]
        except NeedSplit as need:
            split(axes, need)
            continue
        nest = Nest([i for loops in axes for i in loops], [])
        for value, (_, shift) in zip(values, nodes, strict=True):
            place = view.at(tuple(i + k for i, k in zip(index, shift, strict=True)))
            nest.inner.append(Store(view.buffer, place, value))
        nest.checked = low.checked
        merge(nest)
        return nest


def row_nest(node: Node, buffer: Buffer, row: int, memory: Mapping[Node, View]) -> Nest:
    """`node` written into one row of `buffer`, or over the whole of it."""
    if len(buffer.shape) == node.ndim:
        return copy_nest(node, buffer, memory)
    nest = copy_nest(node, Buffer(node.shape, node.dtype), memory)
    store = nest.inner[0]
    nest.inner[0] = Store(buffer, store.place + row * buffer.strides[0], store.value)
    return nest


def fill_nest(buffer: Buffer) -> Nest:
    """Zeros everywhere."""
    low = Lowering({})
    loop = Loop(buffer.room)
    nest = Nest([loop], [])
    flat = View(buffer, (buffer.room,), (1,), 0)
    nest.inner.append(Store(buffer, flat.at((joined([loop]),)), low.number(0, buffer.dtype)))
    merge(nest)
    return nest


def concat_nests(node: Node, memory: Mapping[Node, View]) -> list[Nest]:
    """Each operand copied to where it belongs, if it was not computed there; alike ones at once."""
    axis, start = node.attrs["axis"], 0
    alike: dict[tuple[int, ...], list[tuple[Node, tuple[int, ...]]]] = {}
    buffer, low = memory[node].buffer, Lowering(memory)
    for x in node.inputs:
        view = low.view(x)
        if math.prod(x.shape) and (view is None or view.buffer is not buffer):
            offset = tuple(start if i == axis else 0 for i in range(node.ndim))
            alike.setdefault(x.shape, []).append((x, offset))
        start += x.shape[axis]
    groups = [g[i : i + TOGETHER] for g in alike.values() for i in range(0, len(g), TOGETHER)]
    return [copies_nest(group, memory[node].buffer.view(), memory) for group in groups]


def put_nest(root: Node, memory: Mapping[Node, View]) -> Nest:
    """The new rows written, one after another where their places may repeat."""
    _, i, v = root.inputs
    view = memory[root]
    axes = [[Loop(n)] for n in v.shape]
    while True:
        low = Lowering(memory, [root])
        index = tuple(joined(loops) for loops in axes)
        try:
            row = wrapped(low, i, index[: i.ndim], root.shape[0])
            value = low.value(v, index)
        except NeedSplit as need:
            split(axes, need)
            continue
        rest = View(view.buffer, view.shape[1:], view.strides[1:], view.offset)
        place = rest.at(index[i.ndim :]) + row * view.strides[0]
        nest = Nest([loop for loops in axes for loop in loops], [])
        nest.inner.append(Store(view.buffer, place, value))
        nest.serial = [loop for loops in axes[: i.ndim] for loop in loops]
        nest.checked = low.checked
        merge(nest)
        return nest


def random_text(size: int, width: int, offset: int) -> tuple[str, int]:
    """The function that writes `size` random words, and how many turns it takes.

    A turn makes four vectors of words; the last one is written word by word.
    """
    vector, word = f"<{width} x i32>", ir_word()
    four = f"{{ {vector}, {vector}, {vector}, {vector} }}"
    step = 4 * width
    trips = -(-size // step)
    lines = [
        "define internal void @@(ptr noalias %b0, ptr noalias %b1, i64 %from, i64 %to) #0 {",
        "entry:",
    ]
    for i, name in enumerate(("seed_lo", "seed_hi", "stream", "step")):
        lines += [
            f"  %at{i} = getelementptr {word}, ptr %b0, i64 {offset + i}",
            f"  %{name} = load {word}, ptr %at{i}",
        ]
    lines += [
        "  br label %head",
        "head:",
        "  %i = phi i64 [ %from, %entry ], [ %next, %after ]",
        "  %going = icmp slt i64 %i, %to",
        "  br i1 %going, label %body, label %done",
        "body:",
        f"  %block = mul i64 %i, {width}",
        f"  %words = call {four} @tz_random_bits4_v{width}i32(i32 %seed_lo, i32 %seed_hi, "
        "i32 %stream, i32 %step, i64 %block)",
        f"  %start = mul i64 %i, {step}",
        f"  %whole = icmp sle i64 %i, {size // step - 1}",
        *(f"  %word{k} = extractvalue {four} %words, {k}" for k in range(4)),
        "  br i1 %whole, label %all, label %some",
        "all:",
    ]
    for k in range(4):
        lines += [
            f"  %to{k} = getelementptr {word}, ptr %b1, i64 %start",
            f"  %place{k} = getelementptr {vector}, ptr %to{k}, i64 {k}",
            f"  store {vector} %word{k}, ptr %place{k}, align 4",
        ]
    lines += ["  br label %after", "some:"]
    for k in range(size % step):
        lines += [
            f"  %one{k} = extractelement {vector} %word{k // width}, i64 {k % width}",
            f"  %there{k}_ = getelementptr {word}, ptr %b1, i64 %start",
            f"  %there{k} = getelementptr {word}, ptr %there{k}_, i64 {k}",
            f"  store {word} %one{k}, ptr %there{k}, align 4",
        ]
    lines += ["  br label %after", "after:", "  %next = add i64 %i, 1", "  br label %head",
              "done:", "  ret void", "}"]  # fmt: skip
    return "\n".join(lines), trips


def ir_word() -> str:
    """The type of a random word."""
    import numpy as np

    return ir(np.dtype("uint32"))
