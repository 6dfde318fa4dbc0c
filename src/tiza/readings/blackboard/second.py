"""Second derivatives: the Hessian as a formula, and Newton's step; the Jacobian of a vector.

The gradient is itself a graph; its differential, linear in dw, is spelled with the symbols of
the derivation, and what multiplies dw is the Hessian.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tiza.graph import PRIMITIVES, Node, literal, placeholder
from tiza.lang.trace import Program
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.derivation import Board, Chain
from tiza.readings.blackboard.expr import (
    Array,
    Attrs,
    Differential,
    Expr,
    Partial,
    Second,
)
from tiza.readings.blackboard.linear_maps import as_matrix
from tiza.readings.blackboard.spell import translate
from tiza.readings.blackboard.steps import Step
from tiza.transforms import differentiate, push_forward

LARGEST = 200  # entries of w for which the Hessian is computed


def second_derivatives(board: Board, chain: Chain) -> list[Step]:
    """∂²L/∂w² of each variable, a matrix being taken row after row, and Newton's step."""
    known = _known(board, chain)
    if board.scalar:
        return _of_scalars(board, known)
    made: list[Step] = []
    for w in board.wrt:
        if 1 <= w.ndim <= 2 and 0 < np.prod(w.shape) <= LARGEST:
            made += _of_vector(board, w, known)
    return made


def _known(board: Board, chain: Chain) -> dict[Node, Expr]:
    """Lines, leaves and adjoints with the symbols that stand for them."""
    known = dict(board.symbols)
    wanted = [n for n in chain.used if n is not board.loss]
    found = differentiate([board.loss], wanted, [literal(1, board.loss.dtype)])
    for node, g in zip(wanted, found, strict=True):
        name = chain.used[node]
        if g is not None and g.inputs and name.op == "sym":
            known.setdefault(g, name)
    return known


def _gradient(board: Board, w: Node) -> Node | None:
    (found,) = differentiate([board.loss], [w], [literal(1, board.loss.dtype)])
    return found


def _of_scalars(board: Board, known: Mapping[Node, Expr]) -> list[Step]:
    made: list[Step] = []
    for i, w in enumerate(board.wrt):
        g = _gradient(board, w)
        if g is None:
            continue
        rest = board.wrt[i:]
        found = differentiate([g], rest, [literal(1, g.dtype)])
        for v, h in zip(rest, found, strict=True):
            name = Second(board.top, board.names.of[w], board.names.of[v])
            formula = al.num(0) if h is None else board.spelled(translate([h], known)[0])
            value = np.zeros(()) if h is None else np.asarray(Program((), [h])()[0])
            board.values[name] = value
            made.append(Step("second", name, formula, value, (w, v), rule="hessian"))
    return made


def _of_vector(board: Board, w: Node, known: Mapping[Node, Expr]) -> list[Step]:
    g = _gradient(board, w)
    if g is None:
        return []
    dw = placeholder(w.shape, w.dtype)
    (pushed,) = push_forward([g], [w], [dw])
    name = board.names.of[w]
    change = Differential(name)
    formula = board.spelled(translate([pushed], {**known, dw: al.sym(change, w.shape)})[0])
    hessian = columns_of(dw, pushed)
    direction = board.values.get(change)
    if direction is None:
        direction = np.random.default_rng(0).normal(size=w.shape)
    board.values[change] = direction
    of_gradient = Differential(Partial(board.top, name))
    along = (hessian @ np.ravel(direction)).reshape(w.shape)
    board.values[of_gradient] = along
    made = [Step("second", of_gradient, formula, along, (w,), rule="hessian")]
    matrix = as_matrix(formula, change)
    if matrix is not None:
        second = Second(board.top, name, name)
        board.values[second] = hessian
        made.append(Step("second", second, matrix, hessian, (w,), rule="hessian"))
        made += _newton(board, w, second, hessian)
    return made


def _newton(board: Board, w: Node, second: Second, hessian: Array) -> list[Step]:
    """w ← w − H⁻¹ ∂L/∂w, where H is well conditioned."""
    if np.linalg.cond(hessian) > 1e10:
        return []
    name, n = board.names.of[w], int(np.prod(w.shape))
    g = al.view(al.sym(Partial(board.top, name), w.shape), (n,))
    column = Expr("view", (g,), (n, 1))
    solve = Attrs(PRIMITIVES["solve"], ())
    step = Expr("fun", (al.sym(second, (n, n)), column), (n, 1), solve)
    formula = al.sub(al.sym(name, w.shape), al.view(Expr("view", (step,), (n,)), w.shape))
    move = np.linalg.solve(hessian, np.ravel(board.adjoints[w])).reshape(w.shape)
    value = board.values[name] - move
    return [Step("second", name, formula, value, (w,), (), "←", rule="newton")]


def columns_of(dw: Node, pushed: Node) -> Array:
    """The matrix of a linear map, its arguments and answers taken row after row."""
    program = Program([dw], [pushed])
    size = int(np.prod(dw.shape))
    units = [unit.reshape(dw.shape) for unit in np.eye(size)]
    return np.stack([np.ravel(np.asarray(program(u)[0])) for u in units], axis=1)


def jacobian(board: Board, w: Node) -> list[Step]:
    """∂y/∂w of an array y as a matrix, read off the differential of y."""
    dw = placeholder(w.shape, w.dtype)
    change = Differential(board.names.of[w])
    (pushed,) = push_forward([board.loss], [w], [dw])
    known = {**board.symbols, dw: al.sym(change, w.shape)}
    formula = board.spelled(translate([pushed], known)[0])
    value = columns_of(dw, pushed)
    direction = board.values[change]  # drawn for the differentials
    whole = Differential(board.top)
    along = (value @ np.ravel(direction)).reshape(board.loss.shape)
    board.values[whole] = along
    made = [Step("gradients", whole, formula, along, (w,), rule="jacobian")]
    matrix = as_matrix(formula, change)
    if matrix is not None:
        name = Partial(board.top, board.names.of[w])
        board.values[name] = value
        made.append(Step("gradients", name, matrix, value, (w,), rule="jacobian"))
    return made
