"""Smart constructors of formulas: what is built is simplified, and means the same.

Transposes go inside, numbers come out in front of products and sums; sums, products and powers
themselves stand in `terms`.
"""

from __future__ import annotations

import math

import numpy as np

from tiza.readings.blackboard.expr import Expr, Shape
from tiza.readings.blackboard.terms import (
    add,
    common,
    div,
    exact,
    fill,
    is_num,
    mul,
    neg,
    num,
    power,
    rep,
    scale,
    side_by_side,
    split_number,
    sub,
    sym,
)

__all__ = [
    "add",
    "common",
    "div",
    "exact",
    "fill",
    "is_num",
    "matmul",
    "mul",
    "neg",
    "num",
    "power",
    "rep",
    "scale",
    "side_by_side",
    "split_number",
    "split_scalars",
    "sub",
    "sym",
    "total",
    "transpose",
    "view",
]


def transpose(x: Expr) -> Expr:
    """xᵀ, carried to the inside: (AB)ᵀ = BᵀAᵀ, (Xᵀ)ᵀ = X."""
    if x.ndim < 2:
        return x
    shape = (*x.shape[:-2], x.shape[-1], x.shape[-2])
    if x.op == "t":
        return x.args[0]
    if x.op == "matmul":
        return matmul(*(transpose(a) for a in reversed(x.args)))
    if x.op in {"outer", "gram"}:
        return Expr(x.op, (x.args[1], x.args[0]), shape)
    if x.op == "sum":
        return add(*(transpose(a) for a in x.args))
    if x.op in {"prod", "frac", "pow", "ind"} or _entrywise(x):
        return Expr(x.op, tuple(transpose(a) for a in x.args), shape, x.data)
    turned = _turned(x, shape) if x.ndim == 2 else None
    return turned if turned is not None else Expr("t", (x,), shape)


def _entrywise(x: Expr) -> bool:
    return x.op == "fun" and x.data.prim.family == "elementwise"


def _turned(x: Expr, shape: Shape) -> Expr | None:
    """The transpose of what has rows and columns of its own; None: it is written xᵀ."""
    if x.op == "rep":
        inner = x.args[0]
        if inner.ndim == 1:  # rows b become columns b
            return Expr("rep", (view(inner, (*inner.shape, 1)),), shape)
        return Expr("rep", (transpose(inner),), shape)
    if x.op == "view" and x.args[0].ndim == 1:
        return Expr("view", x.args, shape)
    if x.op == "tot" and x.data[1]:
        axes = tuple(sorted(1 - a for a in x.data[0]))
        return Expr("tot", (transpose(x.args[0]),), shape, (axes, True))
    if x.op == "fun" and x.data.prim.name in {"softmax", "log_softmax"}:
        axis = 1 - x.data.get("axis")
        return Expr("fun", (transpose(x.args[0]),), shape, x.data.exchanged(axis=axis))
    return None


def matmul(*xs: Expr) -> Expr:
    """The matrix product, numbers in front."""
    front: list[Expr] = []
    factors: list[Expr] = []
    for x in xs:
        scalar, rest = split_scalars(x)
        front.append(scalar)
        factors.extend(rest.args if rest.op == "matmul" else (rest,))
    left, right = factors[0].shape, factors[-1].shape
    lead = np.broadcast_shapes(*(f.shape[:-2] for f in factors))
    if any(f.op == "rep" and is_num(f.args[0], 0) for f in factors):  # a state that begins at 0
        return fill(num(0), (*lead, left[-2], right[-1]))
    made = Expr("matmul", tuple(factors), (*lead, left[-2], right[-1]))
    return mul(*front, made)


def split_scalars(x: Expr) -> tuple[Expr, Expr]:
    """A matrix as a scalar times the rest: 2 A/√d is 2/√d times A."""
    number, rest = split_number(x)
    front = num(number)
    if rest.op == "frac" and rest.args[1].shape == () and rest.args[0].shape == x.shape:
        more, top = split_scalars(rest.args[0])
        return div(mul(front, more), rest.args[1]), top
    if rest.op == "prod":
        scalars = [a for a in rest.args if a.shape == ()]
        arrays = [a for a in rest.args if a.shape != ()]
        if scalars and arrays:
            whole = arrays[0] if len(arrays) == 1 else Expr("prod", tuple(arrays), rest.shape)
            return mul(front, *scalars), whole
    return front, rest


def total(x: Expr, axes: tuple[int, ...], keepdims: bool) -> Expr:
    """The sum over axes; a number comes out in front."""
    if not axes:
        return x
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape) if keepdims or i not in axes)
    number, rest = split_number(x)
    if number != 1 and rest.shape == x.shape:
        return scale(number, total(rest, axes, keepdims))
    if x.op == "rep" and x.args[0].shape == ():  # the sum of n equal numbers
        count = math.prod(x.shape[i] for i in axes)
        return fill(mul(num(count), x.args[0]), shape)
    scalars = [a for a in x.args if a.shape == ()] if x.op == "prod" else []
    if scalars and len(scalars) < len(x.args):
        rest = mul(*(a for a in x.args if a.shape != ()))
        return mul(*scalars, total(rest, axes, keepdims))
    if x.op == "frac" and x.args[1].shape == () and x.args[0].shape == x.shape:
        return div(total(x.args[0], axes, keepdims), x.args[1])
    return Expr("tot", (x,), shape, (axes, keepdims))


def view(x: Expr, shape: Shape) -> Expr:
    """x with another shape of as many entries."""
    if x.shape == shape:
        return x
    if x.shape == ():
        return fill(x, shape)
    if x.op == "view":
        return view(x.args[0], shape)
    if x.op == "tot" and _only_ones(x.shape) == _only_ones(shape):
        axes, _ = x.data
        inner = x.args[0]
        for keep in (True, False):
            candidate = total(inner, axes, keep)
            if candidate.shape == shape:
                return candidate
    if x.op == "rep" and x.args[0].shape == ():
        return fill(x.args[0], shape)
    number, rest = split_number(x)
    if number != 1:
        return scale(number, view(rest, shape))
    if x.op in {"sum", "prod", "frac"} and all(a.shape in ((), x.shape) for a in x.args):
        args = tuple(a if a.shape == () else view(a, shape) for a in x.args)
        return Expr(x.op, args, shape, x.data)
    return Expr("view", (x,), shape)


def _only_ones(shape: Shape) -> Shape:
    return tuple(n for n in shape if n != 1)
