"""Loops and branches as single nodes whose bodies are graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import GradientError, ShapeError
from tiza.graph.apply import literal, placeholder
from tiza.graph.node import PRIMITIVES, Node
from tiza.graph.primitive import Primitive, parts
from tiza.graph.prims.body import Body, Chain, zeros
from tiza.graph.prims.through_time import scan_vjp
from tiza.graph.types import DType, Shape, is_float
from tiza.graph.walk import rebuild

Aval = tuple[Shape, DType]

part: Primitive = Primitive(
    name="part", family="control", infer=lambda x, index: (x.shape[index], x.dtype[index]),
    value=lambda x, index: x[index], latex=r"{0}_{{{index}}}", says="one of several results",
)  # fmt: skip


def _avals(nodes: Sequence[Node]) -> list[Aval]:
    return [(n.shape, n.dtype) for n in nodes]


def _same(what: str, got: Sequence[Aval], want: Sequence[Aval]) -> None:
    if list(got) != list(want):
        raise ShapeError("body-types", what=what, got=list(got), want=list(want))


# scan: (constants, carry, rows of xs) -> (last carry, rows of ys, every carry on the way in)
def _scan_infer(*inputs: Node, body: Body, consts: int, carry: int, length: int,
                reverse: bool) -> list[Aval]:  # fmt: skip
    state, xs = inputs[consts : consts + carry], inputs[consts + carry :]
    for x in xs:
        if x.ndim == 0 or x.shape[0] != length:
            raise ShapeError("scan-length", shape=x.shape, length=length)
    _same("scan", _avals(body.outputs[:carry]), _avals(state))
    rows = [((length, *n.shape), n.dtype) for n in (*body.outputs[carry:], *state)]
    return _avals(state) + rows


def _scan_samples(rng: Any) -> list[Any]:
    w, h, x = (placeholder(s, np.dtype("float64")) for s in [(3, 3), (2, 3), (2, 3)])
    new = PRIMITIVES["tanh"](h @ w + x)
    body = Body((w, h, x), (new, new * x))
    arrays = (rng.normal(size=(3, 3)), rng.normal(size=(2, 3)), rng.normal(size=(4, 2, 3)))
    return [(arrays, {"body": body, "consts": 1, "carry": 1, "length": 4, "reverse": r})
            for r in (False, True)]  # fmt: skip


scan: Primitive = Primitive(
    name="scan", family="control", several=True, infer=_scan_infer, vjp=scan_vjp,
    samples=_scan_samples,
    latex=r"h_t = f(h_{{t-1}}, x_t)",
    latex_vjp=(r"\delta_{{t-1}} = \delta_t \, \partial f/\partial h",),
    says="a loop over the first axis: carry, y_t = body(constants, carry, x_t)",
)  # fmt: skip


def linear_recurrence(a: Node, b: Node) -> Node:
    """s_t = b_t + a_t s_{t+1}, from the last row to the first, s beyond the end being 0."""
    s, at, bt = (placeholder(a.shape[1:], a.dtype) for _ in range(3))
    new = bt + at * s
    node = scan(zeros(a.shape[1:], a.dtype), a, b, body=Body((s, at, bt), (new, new)), consts=0,
                carry=1, length=a.shape[0], reverse=True)  # fmt: skip
    return parts(node)[1]


# cond: (whether, operands) -> results of one of two bodies
def _cond_infer(whether: Node, *operands: Node, yes: Body, no: Body) -> list[Aval]:
    if whether.shape != () or whether.dtype.kind != "b":
        raise ShapeError("cond-scalar", shape=whether.shape, dtype=whether.dtype)
    _same("cond", _avals(no.outputs), _avals(yes.outputs))
    return _avals(yes.outputs)


def _cond_vjp(gs: Sequence[Node], y: Node, whether: Node, *operands: Node, yes: Body,
              no: Body, chain: Chain) -> list[Node | None]:  # fmt: skip
    """The derivative of the branch that was taken."""
    smooth = [is_float(x.dtype) for x in operands]

    def backwards(body: Body) -> Body:
        ins = [placeholder(n.shape, n.dtype) for n in operands]
        seeds = [placeholder(n.shape, n.dtype) for n in gs]
        outs = rebuild(body.outputs, dict(zip(body.inputs, ins, strict=True)))
        wrt = [i for i, s in zip(ins, smooth, strict=True) if s]
        return Body((*ins, *seeds), tuple(chain(outs, wrt, seeds)))

    if not any(smooth):
        return [None] * (1 + len(operands))
    results = iter(parts(cond(whether, *operands, *gs, yes=backwards(yes), no=backwards(no))))
    return [None, *(next(results) if s else None for s in smooth)]


def _cond_samples(rng: Any) -> list[Any]:
    def branch(name: str) -> Body:
        x = placeholder((2, 3), np.dtype("float64"))
        return Body((x,), (PRIMITIVES[name](x),))

    attrs = {"yes": branch("sin"), "no": branch("exp")}
    return [((np.array(c), rng.normal(size=(2, 3))), attrs) for c in (True, False)]


cond: Primitive = Primitive(
    name="cond", family="control", several=True, infer=_cond_infer, vjp=_cond_vjp,
    samples=_cond_samples,
    latex=r"\begin{{cases}} f({1}) & {0} \\ g({1}) & \text{{otherwise}} \end{{cases}}",
    latex_vjp=("", r"{g}\, \partial f/\partial x"), says="one of two bodies, by a boolean",
)  # fmt: skip


def _while_infer(*inputs: Node, test: Body, body: Body) -> list[Aval]:
    _same("while", _avals(body.outputs), _avals(inputs))
    if _avals(test.outputs) != [((), np.dtype("bool"))]:
        raise ShapeError("body-types", what="while", got=_avals(test.outputs), want="bool")
    return _avals(inputs)


def _while_vjp(gs: Sequence[Node], y: Node, *inputs: Node, **attrs: Any) -> list[Node | None]:
    raise GradientError("while-reverse")


def _while_samples(rng: Any) -> list[Any]:
    i, x = placeholder((), np.dtype("int64")), placeholder((3,), np.dtype("float64"))
    test = Body((i, x), (PRIMITIVES["less"](i, literal(4, i.dtype)),))
    return [
        ((np.array(0), rng.normal(size=3)), {"test": test, "body": Body((i, x), (i + 1, x * 0.5))})
    ]


while_: Primitive = Primitive(
    name="while", family="control", several=True, infer=_while_infer, vjp=_while_vjp,
    samples=_while_samples, latex=r"\text{{while}}",
    says="a body repeated for as long as a test holds",
)  # fmt: skip
