"""Batching: the same expression for many values at once, along a new leading axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tiza.graph.apply import placeholder
from tiza.graph.loops import joined
from tiza.graph.node import PRIMITIVES, Node
from tiza.graph.primitive import parts
from tiza.graph.prims.body import Body
from tiza.graph.walk import opened_inputs, rebuild, walk

Batched = tuple[Node, bool]


def vectorise(outputs: Sequence[Node], batched: Mapping[Node, Node], size: int) -> list[Node]:
    """`outputs` with each key of `batched` replaced by its value, which has `size` rows.

    What does not depend on the keys is computed once, and repeated only at the end.
    """
    new: dict[Node, Batched] = {old: (node, True) for old, node in batched.items()}
    multi: dict[Node, Sequence[Node]] = {}
    outputs = joined(outputs)
    for node in walk(outputs, lambda n: () if n in new else opened_inputs(n)):
        if node in new:
            continue
        inputs = opened_inputs(node)
        if not any(new[i][1] for i in inputs):
            new[node] = (node, False)
        elif node.prim.body:
            new[node] = new[inputs[0]]
        elif node.prim.name == "part":
            new[node] = (multi[node.inputs[0]][node.attrs["index"]], True)
        else:
            xs, flags = zip(*(new[i] for i in inputs), strict=True)
            result = _batch(node, xs, flags, size)
            if node.prim.several:
                multi[node] = result
                new[node] = (node, True)  # only its parts are read
            else:
                new[node] = (result[0], True)
    return [_full(*new[node], size) for node in outputs]


def _full(node: Node, is_batched: bool, size: int) -> Node:
    if is_batched:
        return node
    return PRIMITIVES["broadcast_to"](node, shape=(size, *node.shape))


def _batch(node: Node, xs: Sequence[Node], flags: Sequence[bool], size: int) -> Sequence[Node]:
    """The results of `node` on batched inputs: by its rule, or by a loop over the rows."""
    name = node.prim.name
    if name in _CONTROL:
        return _CONTROL[name](node, xs, flags, size)
    if node.prim.batch:
        return [node.prim.batch(xs, flags, **node.attrs)]
    return _loop(node, xs, flags, size)


def _loop(node: Node, xs: Sequence[Node], flags: Sequence[bool], size: int) -> Sequence[Node]:
    """One row after the other, as a scan: right for every primitive, quick for none."""
    consts = [x for x, b in zip(xs, flags, strict=True) if not b]
    rows = [x for x, b in zip(xs, flags, strict=True) if b]
    ins = [placeholder(i.shape, i.dtype) for i in node.inputs]
    result = node.prim(*ins, **node.attrs)
    outs = parts(result) if node.prim.several else (result,)
    order = [i for i, b in zip(ins, flags, strict=True) if not b]
    order += [i for i, b in zip(ins, flags, strict=True) if b]
    loop = PRIMITIVES["scan"](*consts, *rows, body=Body(tuple(order), outs), consts=len(consts),
                              carry=0, length=size, reverse=False)  # fmt: skip
    return parts(loop)


def _swap(x: Node) -> Node:
    """The first two axes exchanged: (batch, time) <-> (time, batch)."""
    return PRIMITIVES["permute"](x, axes=(1, 0, *range(2, x.ndim)))


def _scan(node: Node, xs: Sequence[Node], flags: Sequence[bool], size: int) -> Sequence[Node]:
    at = node.attrs
    consts, carry, body = at["consts"], at["carry"], at["body"]
    ins, swapped, mapping = [], [], {}
    for k, (x, b, inner) in enumerate(zip(xs, flags, body.inputs, strict=True)):
        if consts <= k < consts + carry:
            x, b = _full(x, b, size), True
        timed = k >= consts + carry
        swapped.append(_swap(x) if timed and b else x)
        shape = (size, *inner.shape) if b else inner.shape
        fresh = placeholder(shape, inner.dtype)
        ins.append(fresh)
        if b:
            mapping[inner] = fresh
    plain = {i: f for i, f in zip(body.inputs, ins, strict=True) if i not in mapping}
    outs = vectorise(rebuild(body.outputs, plain), mapping, size)
    loop = PRIMITIVES["scan"](*swapped, body=Body(tuple(ins), tuple(outs)), consts=consts,
                              carry=carry,
                              length=at["length"], reverse=at["reverse"])  # fmt: skip
    return [p if i < carry else _swap(p) for i, p in enumerate(parts(loop))]


def _inline(body: Body, xs: Sequence[Node], flags: Sequence[bool], size: int) -> list[Node]:
    plain = {i: x for i, x, b in zip(body.inputs, xs, flags, strict=True) if not b}
    batched = {i: x for i, x, b in zip(body.inputs, xs, flags, strict=True) if b}
    return vectorise(rebuild(body.outputs, plain), batched, size)


def _cond(node: Node, xs: Sequence[Node], flags: Sequence[bool], size: int) -> Sequence[Node]:
    """A test for each row: both branches are computed, and each row takes its own."""
    yes = _inline(node.attrs["yes"], xs[1:], flags[1:], size)
    no = _inline(node.attrs["no"], xs[1:], flags[1:], size)
    return [
        PRIMITIVES["where"](_rowwise(xs[0], a.ndim) if flags[0] else xs[0], a, b)
        for a, b in zip(yes, no, strict=True)
    ]


def _rowwise(x: Node, ndim: int) -> Node:
    """One entry a row, with the axes that broadcasting against `ndim` axes needs."""
    return PRIMITIVES["reshape"](x, shape=(*x.shape, *(1,) * (ndim - 1)))


def _while(node: Node, xs: Sequence[Node], flags: Sequence[bool], size: int) -> Sequence[Node]:
    """Rows whose test has failed keep their values until the last one is done."""
    state = [_full(x, b, size) for x, b in zip(xs, flags, strict=True)]
    old_test, old_body = node.attrs["test"], node.attrs["body"]
    ins = [placeholder(x.shape, x.dtype) for x in state]
    all_rows = [True] * len(ins)
    alive = _inline(old_test, ins, all_rows, size)[0]
    any_alive = PRIMITIVES["any"](alive, axis=(0,), keepdims=False)
    stepped = _inline(old_body, ins, all_rows, size)
    kept = tuple(
        PRIMITIVES["where"](_rowwise(alive, x.ndim), y, x)
        for x, y in zip(ins, stepped, strict=True)
    )
    loop = PRIMITIVES["while"](
        *state, test=Body(tuple(ins), (any_alive,)), body=Body(tuple(ins), kept)
    )
    return parts(loop)


_CONTROL = {"scan": _scan, "cond": _cond, "while": _while}
