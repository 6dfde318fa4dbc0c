"""How operations of linear algebra, of whole numbers and of complex numbers look in books."""

from __future__ import annotations

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.boxes import Box, row
from tiza.readings.blackboard.expr import Expr
from tiza.readings.blackboard.functions import FUNCTIONS, WORDS
from tiza.readings.blackboard.matrices import PARTS
from tiza.readings.blackboard.notation import (
    ATOM,
    PROD,
    SUM,
    TOP,
    Look,
    Set,
    at_scalar,
    entry_of,
    formula,
    inside,
)

INVERSE = row(bx.Sign("−", "plain"), bx.Numeral("1"))


def _raised(sup: Box) -> Look:
    """A⁻¹, A⁺."""

    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        base = inside(e.args[0], ATOM)
        fenced = isinstance(base, bx.Script | bx.Fraction)
        made = bx.Script(bx.Fence("(", base, ")") if fenced else base, sup=sup)
        return (made, ATOM) if at is None else entry_of(e, at, made)

    return look


def _between(sign: str, holds: int = SUM) -> Look:
    """a mod b, a ⊕ b."""

    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        a, b = (inside(x, ATOM, at_scalar(x, at)) for x in e.args[:2])
        return row(a, bx.Sign(sign), b), holds

    return look


def _det(e: Expr, at: tuple[str, ...] | None) -> Set:
    return row(bx.Letter("det"), bx.SPACE, inside(e.args[0], ATOM)), PROD


def _whole_ratio(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = (formula(x, at_scalar(x, at)) for x in e.args)
    return bx.Fence("⌊", bx.Fraction(a, b), "⌋"), ATOM


def _hypotenuse(e: Expr, at: tuple[str, ...] | None) -> Set:
    two = bx.Numeral("2")
    a, b = (bx.Script(inside(x, ATOM, at_scalar(x, at)), sup=two) for x in e.args)
    return bx.Root(row(a, bx.Sign("+"), b)), ATOM


def _before(sign: str) -> Look:
    """∼a."""

    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        x = e.args[0]
        return row(bx.Sign(sign, "plain"), inside(x, ATOM, at_scalar(x, at))), PROD

    return look


def _conjugate(e: Expr, at: tuple[str, ...] | None) -> Set:
    return bx.Accent("bar", inside(e.args[0], ATOM, at_scalar(e.args[0], at))), ATOM


def _named(word: str, sup: Box | None = None) -> Box:
    return bx.Script(bx.Letter(word), sup=sup) if sup is not None else bx.Letter(word)


FUNCTIONS.update({
    "inv": _raised(INVERSE), "pinv": _raised(bx.Sign("+", "plain")), "det": _det,
    "remainder": _between("mod", PROD), "floor_divide": _whole_ratio, "hypot": _hypotenuse,
    "bitwise_xor": _between("⊕"), "bitwise_left_shift": _between("≪"),
    "bitwise_right_shift": _between("≫"), "bitwise_invert": _before("∼"), "conj": _conjugate,
})  # fmt: skip
WORDS.update({
    "cholesky": "chol", "real": "Re", "imag": "Im", "cross_entropy": "CE",
    "soft_cross_entropy": "CE", "attention_weights": "weights",
})  # fmt: skip
# The results of a decomposition by the letters of its factors.
PARTS.update({
    "eigh": (_named("λ"), _named("V")), "qr": (_named("Q"), _named("R")),
    "svd": (_named("U"), _named("σ"), _named("V", TOP)),
    "slogdet": (row(bx.Letter("sign"), bx.SPACE, bx.Letter("det")),
                row(bx.Letter("log"), bx.Fence("|", bx.Letter("det"), "|"))),
})  # fmt: skip
