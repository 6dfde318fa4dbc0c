"""How formulas look: from expressions to boxes, once for all media.

Here stand names, numbers, sums, products and powers; `matrices` and `functions` enter the looks
of the other operations into `SET`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.algebra import is_num, split_number
from tiza.readings.blackboard.boxes import Box, row
from tiza.readings.blackboard.expr import (
    Differential,
    Expr,
    Name,
    Number,
    Partial,
    Second,
    Shape,
    Symbol,
)

RELATION, SUM, PROD, POWER, ATOM = range(5)  # how tightly a formula holds together
Set = tuple[Box, int]
Look = Callable[[Expr, "tuple[str, ...] | None"], Set]
SET: dict[str, Look] = {}  # of each operation
ONES = bx.Letter("1", bold=True)
TOP = bx.Sign("⊤", "plain")
MINUS = bx.Sign("−", "prefix")
LETTERS = "ijklmnpq"


def name_box(name: Name, indices: str = "") -> Box:
    """A symbol or a partial derivative."""
    if isinstance(name, Partial):
        d = bx.Letter("∂")
        made: Box = bx.Fraction(row(d, name_box(name.of)), row(d, name_box(name.wrt)))
        return made if not indices else bx.Script(bx.Fence("(", made, ")"), sub=index_box(indices))
    if isinstance(name, Differential):
        inner = name_box(name.of, indices)
        if isinstance(name.of, Partial):
            inner = bx.Fence("(", inner, ")")
        return row(bx.Letter("d", upright=True), inner)
    if isinstance(name, Second):
        return _second(name)
    base: Box = bx.Letter(name.base)
    if name.accent:
        base = bx.Accent(name.accent, base)
    parts = [word_box(name.sub)] if name.sub else []
    if indices:
        parts += [bx.Sign(",", "plain")] if parts else []
        parts.append(index_box(indices))
    sup = bx.Fence("(", word_box(name.sup), ")") if name.sup else None
    return bx.Script(base, row(*parts) if parts else None, sup) if parts or sup else base


def _second(name: Second) -> Box:
    d, two = bx.Letter("∂"), bx.Numeral("2")
    first, second = name_box(name.first), name_box(name.second)
    under = row(d, first, d, second)
    if name.first == name.second:
        square = bx.Script(first, sup=two)
        if isinstance(first, bx.Script) and first.sup is None:
            square = bx.Script(first.base, first.sub, two)
        under = row(d, square)
    return bx.Fraction(row(bx.Script(d, sup=two), name_box(name.of)), under)


def index_box(letters: str) -> Box:
    """Indices side by side: ij, or i,j where one of them is more than a letter."""
    parts: list[Box] = []
    for piece in re.findall(r"[^\W\d]|\d+|[^\w\s]", letters):
        if piece.isdigit():
            parts.append(bx.Numeral(piece))
        elif piece.isalpha():
            parts.append(bx.Letter(piece))
        else:
            parts.append(bx.Sign("−" if piece == "-" else piece, "plain"))
    return row(*parts)


def word_box(text: str) -> Box:
    """What stands in a script: numbers, letters, words."""
    parts: list[Box] = []
    for piece in _pieces(text):
        if piece.isdigit():
            parts.append(bx.Numeral(piece))
        elif piece in ",+-":
            parts.append(bx.Sign("−" if piece == "-" else piece, "plain"))
        else:
            parts.append(bx.Letter(piece))
    return row(*parts)


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    for char in text:
        joins = found and (
            (char.isdigit() and found[-1].isdigit()) or (char.isalpha() and found[-1].isalpha())
        )
        if joins:
            found[-1] += char
        else:
            found.append(char)
    return found


def number_box(value: Fraction | float) -> Set:
    """A number as a person writes it."""
    if isinstance(value, Fraction):
        whole: Box = bx.Numeral(str(abs(value.numerator)))
        if value.denominator != 1:
            whole = bx.Fraction(whole, bx.Numeral(str(value.denominator)))
        return (row(MINUS, whole), SUM) if value < 0 else (whole, ATOM)
    text = f"{abs(value):.6g}"
    if "inf" in text or "nan" in text:
        made: Box = bx.Letter("∞") if "inf" in text else bx.Letter("NaN")
    elif "e" in text:
        mantissa, exponent = text.split("e")
        ten = bx.Script(bx.Numeral("10"), sup=number_box(Fraction(int(exponent)))[0])
        made = ten if mantissa == "1" else row(bx.Numeral(mantissa), bx.Sign("·"), ten)
        return (row(MINUS, made), SUM) if value < 0 else (made, PROD)
    else:
        made = bx.Numeral(text)
    return (row(MINUS, made), SUM) if value < 0 else (made, ATOM)


def formula(expr: Expr, entry: tuple[str, ...] | None = None) -> Box:
    """The boxes of a formula; with `entry`, of its entry at these indices."""
    return set_box(expr, entry)[0]


def set_box(e: Expr, at: tuple[str, ...] | None) -> Set:
    """Boxes and how tightly they hold together; `at` has one letter ("" for none) an axis."""
    return SET[e.op](e, at)


def inside(e: Expr, least: int, at: tuple[str, ...] | None = None) -> Box:
    """In brackets where it holds together less than `least`."""
    made, holds = set_box(e, at)
    return made if holds >= least else bx.Fence("(", made, ")")


def at_scalar(e: Expr, at: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The indices for a part of an entrywise operation: a scalar part takes none."""
    return None if at is None else (at if e.shape else ())


def indices_of(shape: Shape, letters: str = LETTERS) -> tuple[str, ...]:
    """One letter for each axis that has more than one entry."""
    free = iter(letters)
    return tuple(next(free) if n != 1 else "" for n in shape)


def _num(e: Expr, at: tuple[str, ...] | None) -> Set:
    value: Number = e.data
    return number_box(value)


# the operations --------------------------------------------------------------------------


def _sym(e: Expr, at: tuple[str, ...] | None) -> Set:
    return name_box(e.data, ",".join(filter(None, at or ())) if at and len("".join(at)) > 3
                    else "".join(at or ())), ATOM  # fmt: skip


def _sum(e: Expr, at: tuple[str, ...] | None) -> Set:
    parts: list[Box] = []
    for i, term in enumerate(e.args):
        box = inside(term, PROD, at_scalar(term, at)) if term.op == "sum" else None
        shown, _ = (box, SUM) if box is not None else set_box(term, at_scalar(term, at))
        if i and isinstance(shown, bx.Row) and shown.items[0] == MINUS:
            parts += [bx.Sign("−"), *shown.items[1:]]
        elif i:
            parts += [bx.Sign("+"), shown]
        else:
            parts.append(shown)
    return row(*parts), SUM


def _prod(e: Expr, at: tuple[str, ...] | None) -> Set:
    number, rest = split_number(e)
    factors = list(rest.args) if rest.op == "prod" else [rest]
    hadamard = at is None and sum(1 for f in factors if f.shape) > 1
    parts: list[Box] = []
    for i, f in enumerate(factors):
        box = inside(f, PROD if f.op != "prod" else POWER, at_scalar(f, at))
        if hadamard and _core(f).op in {"matmul", "outer"}:
            box = bx.Fence("(", box, ")")
        if i and hadamard and factors[i - 1].shape and f.shape:
            parts.append(bx.Sign("⊙"))
        elif i:
            parts.append(bx.Sign("·") if _starts_with_number(f) else bx.SPACE)
        parts.append(box)
    made = row(*parts)
    if number == 1:
        return made, PROD
    if number == -1:
        return row(MINUS, made), SUM
    box, _ = number_box(abs(float(number)) if isinstance(number, float) else abs(number))
    sign = bx.Sign("·") if _starts_with_number(factors[0]) else bx.SPACE
    made = row(box, sign, made)
    return (row(MINUS, made), SUM) if number < 0 else (made, PROD)


def _core(e: Expr) -> Expr:
    while e.op == "view":
        e = e.args[0]
    return e


def _starts_with_number(e: Expr) -> bool:
    if e.op in {"pow", "prod"}:
        return _starts_with_number(e.args[0])
    return e.op == "num"


def _frac(e: Expr, at: tuple[str, ...] | None) -> Set:
    over, under = e.args
    number, rest = split_number(over)
    if number < 0:
        return row(MINUS, _frac(Expr("frac", (_negated(number, rest), under), e.shape), at)[0]), SUM
    below = formula(under, at_scalar(under, at))
    if over.op == "tot":
        return row(bx.Fraction(bx.Numeral("1"), below), bx.SPACE, set_box(over, at)[0]), PROD
    return bx.Fraction(formula(over, at_scalar(over, at)), below), PROD


def _negated(number: Fraction | float, rest: Expr) -> Expr:
    if number == -1:
        return rest
    return Expr("prod", (Expr("num", (), (), -number), rest), rest.shape)


def _pow(e: Expr, at: tuple[str, ...] | None) -> Set:
    base, exponent = e.args
    if is_num(exponent) and exponent.data == Fraction(1, 2):
        return bx.Root(formula(base, at_scalar(base, at))), ATOM
    power: Box = formula(exponent, at_scalar(exponent, at))
    if base.ndim >= 2 and at is None:
        power = row(bx.Sign("∘", "plain"), power)
    scripted = base.op == "sym" and isinstance(base.data, Symbol) and not base.data.sup
    whole = not isinstance(base.data, Fraction) or base.data.denominator == 1
    plain = scripted or (base.op == "num" and base.data >= 0 and whole)
    inner = formula(base, at_scalar(base, at))
    if not plain:
        return bx.Script(bx.Fence("(", inner, ")"), sup=power), ATOM
    if isinstance(inner, bx.Script) and inner.sup is None:
        return bx.Script(inner.base, inner.sub, power), ATOM
    return bx.Script(inner, sup=power), ATOM


def entry_of(e: Expr, at: tuple[str, ...] | None, whole: Box) -> Set:
    """A whole matrix in brackets with indices below, where only an entry is wanted."""
    letters = "".join(at or ())
    return (
        bx.Script(bx.Fence("(", whole, ")"), sub=index_box(letters)) if letters else whole
    ), ATOM


def _matmul(e: Expr, at: tuple[str, ...] | None) -> Set:
    parts: list[Box] = []
    for a in e.args:
        box = inside(a, POWER if a.op in {"sum", "prod", "frac"} else PROD)
        parts += [bx.SPACE, box] if parts else [box]
    made = row(*parts)
    return (made, PROD) if at is None else entry_of(e, at, made)


def raised(e: Expr) -> Box:
    """xᵀ, the sign joining the superscript that is there."""
    inner, holds = set_box(e, None)
    if isinstance(inner, bx.Script) and e.op == "sym":
        sup = TOP if inner.sup is None else row(inner.sup, TOP)
        return bx.Script(inner.base, inner.sub, sup)
    if isinstance(inner, bx.Script) and inner.sup is None and holds == ATOM:
        return bx.Script(inner.base, inner.sub, TOP)
    fenced = holds < ATOM or isinstance(inner, bx.Script | bx.Fraction)
    return bx.Script(bx.Fence("(", inner, ")") if fenced else inner, sup=TOP)


def _t(e: Expr, at: tuple[str, ...] | None) -> Set:
    if at is None:
        return raised(e.args[0]), ATOM
    return set_box(e.args[0], (*at[:-2], at[-1], at[-2]))


def _outer(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = e.args
    if at is not None:
        left, right = inside(a, PROD, at[:-1]), inside(b, PROD, (*at[:-2], at[-1]))
        return row(left, bx.SPACE, right), PROD
    return row(inside(a, POWER if a.op == "prod" else PROD), bx.SPACE, raised(b)), PROD


def _dot(e: Expr, at: tuple[str, ...] | None) -> Set:
    return row(raised(e.args[0]), bx.SPACE, inside(e.args[1], PROD)), PROD


def _ind(e: Expr, at: tuple[str, ...] | None) -> Set:
    return row(ONES, bx.Fence("[", formula(e.args[0], at_scalar(e.args[0], at)), "]")), PROD


def call(name: str, args: Sequence[Expr], at: tuple[str, ...] | None) -> Box:
    """f(x, y)."""
    shown: list[Box] = []
    for a in args:
        shown += [bx.Sign(",", "comma")] if shown else []
        shown.append(formula(a, at_scalar(a, at)))
    return row(bx.Letter(name), bx.Fence("(", row(*shown), ")"))


SET.update({
    "num": _num, "sym": _sym, "sum": _sum, "prod": _prod, "frac": _frac, "pow": _pow,
    "matmul": _matmul, "t": _t, "outer": _outer, "dot": _dot, "ind": _ind,
    "const": lambda e, at: (bx.Letter(e.data), ATOM),
})  # fmt: skip
