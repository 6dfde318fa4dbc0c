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
    symbols_of,
)
from tiza.readings.blackboard.spell import translate
from tiza.readings.blackboard.steps import Step
from tiza.transforms import differentiate, push_forward

LARGEST = 200  # entries of w for which the Hessian is computed


def second_derivatives(board: Board, chain: Chain) -> list[Step]:
    """∂²L/∂w² of each variable that is a number or a vector, and Newton's step of a vector."""
    known = _known(board, chain)
    if board.scalar:
        return _of_scalars(board, known)
    made: list[Step] = []
    for w in board.wrt:
        if w.ndim == 1 and w.shape[0] <= LARGEST:
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
    program = Program([dw], [pushed])
    n = w.shape[0]
    columns = [np.asarray(program(row)[0]) for row in np.eye(n)]
    hessian = np.stack(columns, axis=1)
    direction = np.random.default_rng(0).normal(size=n)
    board.values[change] = direction
    of_gradient = Differential(Partial(board.top, name))
    board.values[of_gradient] = hessian @ direction
    made = [Step("second", of_gradient, formula, hessian @ direction, (w,), rule="hessian")]
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
    name, n = board.names.of[w], w.shape[0]
    g = al.sym(Partial(board.top, name), w.shape)
    column = Expr("view", (g,), (n, 1))
    solve = Attrs(PRIMITIVES["solve"], ())
    step = Expr("fun", (al.sym(second, (n, n)), column), (n, 1), solve)
    formula = al.sub(al.sym(name, w.shape), Expr("view", (step,), (n,)))
    value = board.values[name] - np.linalg.solve(hessian, board.adjoints[w])
    return [Step("second", name, formula, value, (w,), (), "←", rule="newton")]


def as_matrix(e: Expr, change: Differential) -> Expr | None:
    """The matrix M of an expression M dw; None where the expression has no such look."""
    if e.op == "sym":
        n = e.shape[0]
        return Expr("eye", (), (n, n)) if e.data == change else None
    if change not in symbols_of(e):
        return None
    rule = _RULES.get(e.op)
    return rule(e, change) if rule is not None else None


def _of_sum(e: Expr, change: Differential) -> Expr | None:
    parts = [as_matrix(a, change) for a in e.args]
    return None if any(p is None for p in parts) else al.add(*(p for p in parts if p is not None))


def _of_product(e: Expr, change: Differential) -> Expr | None:
    inside = [a for a in e.args if change in symbols_of(a)]
    if len(inside) != 1:
        return None
    matrix = as_matrix(inside[0], change)
    if matrix is None:
        return None
    rest = [a for a in e.args if a is not inside[0]]
    if inside[0].shape == () and any(a.shape for a in rest):
        return _column_times(matrix, rest)
    return _scaled(matrix, rest)


def _column_times(row: Expr, factors: list[Expr]) -> Expr:
    """A vector times a number that is a row times dw: v uᵀ."""
    scalars = [a for a in factors if a.shape == ()]
    v = al.mul(*(_flat(a) for a in factors if a.shape != ()))
    n = row.shape[1]
    if row.op == "view" and row.args[0].ndim == 1:
        made = Expr("outer", (v, row.args[0]), (v.shape[0], n))
    else:
        made = al.matmul(Expr("view", (v,), (v.shape[0], 1)), row)
    return al.mul(*scalars, made) if scalars else made


def _scaled(matrix: Expr, factors: list[Expr]) -> Expr:
    scalars = [a for a in factors if a.shape == ()]
    vectors = [a for a in factors if a.shape != ()]
    if vectors:
        v = al.mul(*(_flat(x) for x in vectors))
        diagonal = Expr("diag", (v,), (v.shape[0], v.shape[0]))
        matrix = diagonal if matrix.op == "eye" else al.matmul(diagonal, matrix)
    return al.mul(*scalars, matrix) if scalars else matrix


def _flat(x: Expr) -> Expr:
    n = int(np.prod(x.shape))
    return al.view(x, (n,))


def _of_quotient(e: Expr, change: Differential) -> Expr | None:
    over, under = e.args
    if change in symbols_of(under):
        return None
    matrix = as_matrix(over, change)
    if matrix is None:
        return None
    if under.shape == ():
        return al.div(matrix, under)
    return _scaled(matrix, [al.div(al.num(1), _flat(under))])


def _of_matmul(e: Expr, change: Differential) -> Expr | None:
    if any(change in symbols_of(a) for a in e.args[:-1]):
        return None
    matrix = as_matrix(e.args[-1], change)
    if matrix is None:
        return None
    return al.matmul(*e.args[:-1]) if matrix.op == "eye" else al.matmul(*e.args[:-1], matrix)


def _of_view(e: Expr, change: Differential) -> Expr | None:
    plain = [n for n in e.shape if n != 1] == [n for n in e.args[0].shape if n != 1]
    return as_matrix(e.args[0], change) if plain else None


def _of_total(e: Expr, change: Differential) -> Expr | None:
    """Σ v dw as a row: vᵀ times what stands before dw."""
    axes, _ = e.data
    (x,) = e.args
    if len(axes) != x.ndim and _size(x.shape) != max(x.shape):
        return None
    matrix = as_matrix(x, change)
    if matrix is None:
        return None
    ones = Expr("view", (al.fill(al.num(1), (matrix.shape[0],)),), (1, matrix.shape[0]))
    if matrix.op == "diag":
        return Expr("view", matrix.args, (1, matrix.shape[0]))
    if matrix.op == "matmul" and matrix.args[0].op == "diag":
        row = Expr("view", matrix.args[0].args, (1, matrix.shape[0]))
        return al.matmul(row, *matrix.args[1:])
    return ones if matrix.op == "eye" else al.matmul(ones, matrix)


def _of_repeated(e: Expr, change: Differential) -> Expr | None:
    """One number in every entry: the row repeated."""
    row = as_matrix(e.args[0], change)
    if row is None or row.shape[0] != 1:
        return None
    return al.rep(row, (_size(e.shape), row.shape[1]))


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape))


def jacobian(board: Board, w: Node) -> list[Step]:
    """∂y/∂w of a vector y as a matrix, read off the differential of y."""
    dw = placeholder(w.shape, w.dtype)
    change = Differential(board.names.of[w])
    (pushed,) = push_forward([board.loss], [w], [dw])
    known = {**board.symbols, dw: al.sym(change, w.shape)}
    formula = board.spelled(translate([pushed], known)[0])
    program = Program([dw], [pushed])
    columns = [np.asarray(program(row)[0]).reshape(-1) for row in np.eye(w.shape[0])]
    value = np.stack(columns, axis=1)
    direction = board.values[change]  # drawn for the differentials
    whole = Differential(board.top)
    board.values[whole] = value @ direction
    made = [Step("gradients", whole, formula, value @ direction, (w,), rule="jacobian")]
    matrix = as_matrix(formula, change)
    if matrix is not None:
        name = Partial(board.top, board.names.of[w])
        board.values[name] = value
        made.append(Step("gradients", name, matrix, value, (w,), rule="jacobian"))
    return made


_RULES = {"tot": _of_total, "rep": _of_repeated,
          "sum": _of_sum, "prod": _of_product, "frac": _of_quotient, "matmul": _of_matmul,
          "view": _of_view}  # fmt: skip
