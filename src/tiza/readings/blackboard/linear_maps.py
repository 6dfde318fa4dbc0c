"""A formula that is linear in dw as a matrix times dw: how Jacobians and Hessians are read off.

A matrix of variables is written as a vector, its rows one after the other: vec(A dW B) is
(A ⊗ Bᵀ) vec(dW). Source: Magnus & Neudecker 2019, Matrix Differential Calculus, ch. 2 (there
columns are stacked, which exchanges the factors of ⊗).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.expr import Differential, Expr, symbols_of


def as_matrix(e: Expr, change: Differential) -> Expr | None:
    """The matrix M of an expression vec(e) = M vec(dw); None where it has no such look."""
    if e.op == "sym":
        n = _size(e.shape)
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
    return al.view(x, (_size(x.shape),))


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
    """vec(A dW B) = (A ⊗ Bᵀ) vec(dW)."""
    places = [i for i, a in enumerate(e.args) if change in symbols_of(a)]
    if len(places) != 1 or e.ndim != 2:
        return None
    (k,) = places
    matrix = as_matrix(e.args[k], change)
    if matrix is None:
        return None
    left, right = e.args[:k], e.args[k + 1 :]
    before = (al.matmul(*left) if len(left) > 1 else left[0]) if left else None
    after = (al.matmul(*right) if len(right) > 1 else right[0]) if right else None
    after = al.transpose(after) if after is not None else None
    if e.args[k].shape[1] == 1 and after is None:  # a vector: vec is no more than its name
        assert before is not None  # a product has two factors
        return _times(before, matrix)
    return _times(_kron(before, after, e.args[k].shape), matrix)


def _times(a: Expr, b: Expr) -> Expr:
    """A B; (A ⊗ B)(C ⊗ D) is AC ⊗ BD."""
    if b.op == "eye":
        return a
    if a.op == "eye":
        return b
    if a.op == b.op == "kron":
        pairs = list(zip(a.args, b.args, strict=True))
        if all(x.shape[1] == y.shape[0] for x, y in pairs):
            return _joined(*(_times(x, y) for x, y in pairs))
    if _is_ones(a) and _is_ones(b) and a.shape[0] == b.shape[1] == 1:
        return al.fill(al.num(a.shape[1]), (1, 1))
    return al.matmul(a, b)


def _is_ones(x: Expr) -> bool:
    inner = x.args[0] if x.op in {"view", "t"} else x
    return inner.op == "rep" and al.is_num(inner.args[0], 1)


def _joined(a: Expr, b: Expr) -> Expr:
    """A ⊗ B; a number of one side stands in front, I ⊗ I is I."""
    shape = (a.shape[0] * b.shape[0], a.shape[1] * b.shape[1])
    for number, rest in ((a, b), (b, a)):
        if number.shape == (1, 1) and number.op == "rep":
            return al.mul(number.args[0], rest)
    if a.op == b.op == "eye":
        return Expr("eye", (), shape)
    return Expr("kron", (a, b), shape)


def _kron(left: Expr | None, right: Expr | None, shape: tuple[int, ...]) -> Expr:
    """A ⊗ B, I where a side has no factor."""
    a = left if left is not None else Expr("eye", (), (shape[0], shape[0]))
    b = right if right is not None else Expr("eye", (), (shape[1], shape[1]))
    return _joined(a, b)


def _of_transpose(e: Expr, change: Differential) -> Expr | None:
    """vec(Xᵀ) = K vec(X), K putting the entries in their other order."""
    (x,) = e.args
    matrix = as_matrix(x, change)
    if matrix is None or x.ndim != 2:
        return None
    n = _size(x.shape)
    made = Expr("commute", (), (n, n), x.shape)
    return _times(made, matrix)


def _of_view(e: Expr, change: Differential) -> Expr | None:
    return as_matrix(e.args[0], change)  # rows one after the other: the same vector


def _of_total(e: Expr, change: Differential) -> Expr | None:
    """Σ v dw as a row: vᵀ times what stands before dw."""
    axes, _ = e.data
    (x,) = e.args
    if len(axes) != x.ndim and _size(x.shape) != max(x.shape):
        return _of_sums(x, axes, change)
    matrix = as_matrix(x, change)
    if matrix is None:
        return None
    ones = _ones_row(matrix.shape[0])
    if matrix.op == "diag":
        return Expr("view", matrix.args, (1, matrix.shape[0]))
    if matrix.op == "matmul" and matrix.args[0].op == "diag":
        row = Expr("view", matrix.args[0].args, (1, matrix.shape[0]))
        return al.matmul(row, *matrix.args[1:])
    return ones if matrix.op == "eye" else al.matmul(ones, matrix)


def _ones_row(n: int) -> Expr:
    return Expr("view", (al.fill(al.num(1), (n,)),), (1, n))


def _of_sums(x: Expr, axes: tuple[int, ...], change: Differential) -> Expr | None:
    """Sums of the rows or of the columns of a matrix: I ⊗ 1ᵀ, or 1ᵀ ⊗ I."""
    matrix = as_matrix(x, change)
    if matrix is None or x.ndim != 2 or len(axes) != 1:
        return None
    rows, columns = x.shape
    made = _kron(None, _ones_row(columns), x.shape) if axes == (1,) else (
        _kron(_ones_row(rows), None, x.shape))  # fmt: skip
    return _times(made, matrix)


def _of_repeated(e: Expr, change: Differential) -> Expr | None:
    """One number in every entry: the row repeated; a vector in every row: 1 ⊗ I."""
    (x,) = e.args
    matrix = as_matrix(x, change)
    if matrix is None:
        return None
    if matrix.shape[0] == 1:
        return al.rep(matrix, (_size(e.shape), matrix.shape[1]))
    if e.ndim != 2:
        return None
    rows, columns = e.shape
    ones = Expr("view", (al.fill(al.num(1), (rows if x.shape[-1] == columns else columns,)),),
                ((rows if x.shape[-1] == columns else columns), 1))  # fmt: skip
    made = (_kron(ones, None, (1, columns)) if x.shape[-1] == columns
            else _kron(None, ones, (rows, 1)))  # fmt: skip
    return _times(made, matrix)


def _of_outer(e: Expr, change: Differential) -> Expr | None:
    """vec(a dbᵀ) = (a ⊗ I) db, vec(da bᵀ) = (I ⊗ b) da."""
    a, b = e.args
    first = change in symbols_of(a)
    if first and change in symbols_of(b):
        return None
    matrix = as_matrix(a if first else b, change)
    if matrix is None:
        return None
    other = b if first else a
    column = Expr("view", (other,), (other.shape[0], 1))
    made = _kron(None, column, (a.shape[0], 1)) if first else _kron(column, None, (1, b.shape[0]))
    return _times(made, matrix)


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape))


_RULES: dict[str, Callable[[Expr, Differential], Expr | None]] = {
    "tot": _of_total, "rep": _of_repeated, "sum": _of_sum, "prod": _of_product,
    "frac": _of_quotient, "matmul": _of_matmul, "view": _of_view, "t": _of_transpose,
    "outer": _of_outer,
}  # fmt: skip
