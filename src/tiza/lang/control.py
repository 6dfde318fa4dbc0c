"""Loops and branches of traced functions: scan, cond, while_loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tiza.graph import PRIMITIVES, Body, Node, depends_on, placeholder, rebuild, walk
from tiza.lang.autodiff import flatten
from tiza.lang.tensor import Tensor, as_tensor, make_several


def _closed(ins: Sequence[Node], outs: Sequence[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """What a body reads from outside, as constants of the loop: (outside, inside, outputs)."""
    inner = depends_on(outs, ins)
    outside: list[Node] = []
    for node in walk(outs, lambda n: n.inputs if n in inner else ()):
        if node not in inner and node.prim.name != "literal":
            outside.append(node)
    holes = [placeholder(n.shape, n.dtype, n.name) for n in outside]
    return outside, holes, rebuild(outs, dict(zip(outside, holes, strict=True)))


def _holes(values: Sequence[Tensor], row: bool = False) -> list[Node]:
    return [placeholder(v.shape[1:] if row else v.shape, v.dtype, v.name) for v in values]


def _as_variables(nodes: Sequence[Node], like: Sequence[Tensor]) -> list[Tensor]:
    return [Tensor(n, requires_grad=t.requires_grad) for n, t in zip(nodes, like, strict=True)]


def scan(f: Callable[[Any, Any], tuple[Any, Any]], init: Any, xs: Any = None, *,
         length: int | None = None, reverse: bool = False) -> tuple[Any, Any]:  # fmt: skip
    """carry, y_t = f(carry, x_t) for each row x_t of xs: the last carry and all y_t.

    Shapes: xs (T, ...) → ys (T, ...); the carry keeps its shape. One node of the graph,
    whatever T is; derivatives of any order are loops again (backpropagation through time).

    >>> import tiza as tz
    >>> tz.scan(lambda s, x: (s + x, s + x), 0.0, tz.tensor([1.0, 2.0, 3.0]))
    (tensor(6.), tensor([1., 3., 6.]))
    """
    start, join_state = flatten(init)
    rows, join_rows = flatten(xs) if xs is not None else ([], lambda _: None)
    state, rows = [as_tensor(s) for s in start], [as_tensor(r) for r in rows]
    steps = rows[0].shape[0] if length is None else length
    in_state, in_rows = _holes(state), _holes(rows, row=True)
    new, ys = f(join_state(_as_variables(in_state, state)), join_rows(_as_variables(in_rows, rows)))
    outs, join_ys = flatten(ys) if ys is not None else ([], lambda _: None)
    new_state = [as_tensor(s, t.dtype) for s, t in zip(flatten(new)[0], state, strict=True)]
    y_tensors = [as_tensor(y) for y in outs]
    made = [t.node for t in (*new_state, *y_tensors)]
    outside, holes, closed = _closed([*in_state, *in_rows], made)
    body = Body((*holes, *in_state, *in_rows), tuple(closed))
    inputs = [
        Tensor(n, requires_grad=any(t.requires_grad for t in (*new_state, *y_tensors)))
        for n in outside
    ]
    results = make_several(
        PRIMITIVES["scan"], *inputs, *state, *rows, body=body, consts=len(outside),
        carry=len(state), length=int(steps), reverse=reverse,
    )  # fmt: skip
    n = len(state)
    return join_state(results[:n]), join_ys(results[n : n + len(outs)])


def _branch(
    f: Callable[..., Any], values: Sequence[Tensor], join: Any
) -> tuple[list[Node], list[Tensor], Any]:
    ins = _holes(values)
    outs, back = flatten(f(*join(_as_variables(ins, values))))
    return ins, [as_tensor(o) for o in outs], back


def cond(whether: Any, yes: Callable[..., Any], no: Callable[..., Any], *operands: Any) -> Any:
    """yes(*operands) where the condition holds, else no(*operands); only one is computed.

    >>> import tiza as tz
    >>> tz.cond(tz.tensor(2.0) > 1, lambda x: x * 10, lambda x: x, tz.tensor(3.0))
    tensor(30.)
    """
    leaves, join = flatten(operands)
    values = [as_tensor(v) for v in leaves]
    sides = [_branch(f, values, join) for f in (yes, no)]
    outside: list[Node] = []
    closed = []
    for ins, outs, _ in sides:
        lifted, holes, new = _closed(ins, [o.node for o in outs])
        closed.append((ins, lifted, holes, new))
        outside += lifted
    bodies = []
    for k, (ins, _, holes, new) in enumerate(closed):
        other = [placeholder(n.shape, n.dtype) for n in closed[1 - k][1]]
        lifted_in = [*holes, *other] if k == 0 else [*other, *holes]
        bodies.append(Body((*ins, *lifted_in), tuple(new)))
    variable = any(o.requires_grad for _, outs, _ in sides for o in outs)
    results = make_several(
        PRIMITIVES["cond"], as_tensor(whether), *values,
        *(Tensor(n, requires_grad=variable) for n in outside), yes=bodies[0], no=bodies[1],
    )  # fmt: skip
    return sides[0][2](results)


def while_loop(test: Callable[..., Any], f: Callable[..., Any], *init: Any) -> Any:
    """f applied again and again for as long as test holds; no reverse-mode derivative.

    >>> import tiza as tz
    >>> tz.while_loop(lambda n, x: n < 3, lambda n, x: (n + 1, x * 2), 0, 1.0)
    (tensor(3), tensor(8.))
    """
    values = [as_tensor(v) for v in init]
    ins = _holes(values)
    given = _as_variables(ins, values)
    going = as_tensor(test(*given))
    made = f(*given)
    new = [
        as_tensor(v, t.dtype)
        for v, t in zip(made if isinstance(made, tuple) else (made,), values, strict=True)
    ]
    outside, holes, closed = _closed(ins, [going.node, *(n.node for n in new)])
    inside = (*ins, *holes)
    results = make_several(
        PRIMITIVES["while"], *values, *(Tensor(n) for n in outside),
        test=Body(inside, (closed[0],)), body=Body(inside, (*closed[1:], *holes)),
    )  # fmt: skip
    kept = results[: len(values)]
    return kept if isinstance(made, tuple) else kept[0]
