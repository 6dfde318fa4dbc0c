"""Differentials of the lines: the local derivatives of matrices, and forward mode along dw."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tiza.graph import Node, constant, depends_on
from tiza.lang.trace import Program
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.chain import Line, pushed
from tiza.readings.blackboard.derivation import Board, rule_of
from tiza.readings.blackboard.expr import Array, Attrs, Differential, Expr, Partial, symbols_of
from tiza.readings.blackboard.naming import layer_of
from tiza.readings.blackboard.steps import Introduced, Step
from tiza.transforms import push_forward

Direction = Mapping[Node, Array]


def differentials(board: Board) -> list[Step]:
    """Part 2 of a derivation by matrices: d of each line in terms of d of what it is made of."""
    rng = np.random.default_rng(0)
    return _pushed_lines(board, {w: rng.normal(size=w.shape) for w in board.wrt}, "local")


def directional(board: Board, direction: Direction) -> list[Step]:
    """Forward mode: the numbers of d along one direction, line by line, up to dL.

    The last line is the same number read the other way: Σ ⟨∂L/∂w, dw⟩ over the variables.
    """
    for w, value in direction.items():
        name = Differential(board.names.of[w])
        board.introduced.append(Introduced(name, "direction", w.shape, value))
    made = _pushed_lines(board, direction, "direction")
    if board.loss.shape == ():
        made.append(_by_gradients(board, direction))
    return made


def _by_gradients(board: Board, direction: Direction) -> Step:
    terms: list[Expr] = []
    for w in direction:
        gradient = al.sym(Partial(board.top, board.names.of[w]), w.shape)
        change = al.sym(Differential(board.names.of[w]), w.shape)
        if w.ndim == 1:
            terms.append(Expr("dot", (gradient, change), ()))
        else:
            terms.append(al.total(al.mul(gradient, change), tuple(range(w.ndim)), False))
    name = Differential(board.top)
    return Step("direction", name, al.add(*terms), board.values[name], (board.loss, *direction),
                rule="direction")  # fmt: skip


def _pushed_lines(board: Board, direction: Direction, part: str) -> list[Step]:
    moved = list(direction)
    reached = depends_on(board.plan.steps, moved)
    lines = [n for n in board.plan.steps if n in reached and n in board.plan.live]
    tangents = [constant(np.asarray(direction[w], float)) for w in moved]
    pushes = push_forward(lines, moved, tangents)
    numbers = dict(zip(lines, Program((), pushes)(), strict=True))
    numbers.update(direction)
    names = {n: Differential(board.names.of[n]) for n in numbers}
    symbols = {n: board.symbol(n, name) for n, name in names.items()}
    for n, value in numbers.items():
        board.values[names[n]] = board.seen(n, value)
    made = []
    for node in lines:
        if node in direction:
            continue
        found = pushed(board.lines[node], board.symbols, symbols)
        if found is None and part == "direction":
            found = _of_convolution(board.lines[node], board.symbols, symbols)
        if found is None:
            continue
        formula = _changes_last(board.defined(node, board.spelled(found)))
        value = board.values[names[node]]
        made.append(Step(part, names[node], formula, value, (node,), layer=layer_of(node),
                         rule=rule_of(board, node)))  # fmt: skip
    return made


def _changes_last(e: Expr) -> Expr:
    """x dw, and not dw x, of numbers."""
    args = tuple(map(_changes_last, e.args))
    if e.op == "prod" and e.shape == () and all(a.shape == () for a in args):
        args = tuple(sorted(args, key=_is_change))
    return e if args == e.args else Expr(e.op, args, e.shape, e.data)


def _is_change(e: Expr) -> bool:
    return any(isinstance(name, Differential) for name in symbols_of(e))


def _of_convolution(line: Line, symbols: Mapping[Node, Expr],
                    tangents: Mapping[Node, Expr]) -> Expr | None:  # fmt: skip
    """d(x ⋆ w + b) = dx ⋆ w + x ⋆ dw + db."""
    body = line.body
    given = {hole: i for i, hole in zip(line.inputs, line.holes, strict=True)}
    if any(i not in given for i in body.inputs):
        return None
    attrs = Attrs(body.prim, tuple(body.attrs.items()))
    x, w, *bias = (given[i] for i in body.inputs)
    terms: list[Expr] = []
    if x in tangents:
        terms.append(Expr("fun", (tangents[x], symbols[w]), body.shape, attrs))
    if w in tangents:
        terms.append(Expr("fun", (symbols[x], tangents[w]), body.shape, attrs))
    for b in bias:
        if b in tangents:
            channels = (*b.shape, *(1,) * (body.ndim - 2))
            terms.append(Expr("rep", (al.view(tangents[b], channels),), body.shape))
    return al.add(*terms) if terms else None
