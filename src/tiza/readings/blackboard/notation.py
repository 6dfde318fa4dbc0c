"""How formulas look: from expressions to boxes, once for all media."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.algebra import is_num, split_number
from tiza.readings.blackboard.boxes import Box, row
from tiza.readings.blackboard.expr import Attrs, Expr, Name, Number, Partial, Shape, Symbol

RELATION, SUM, PROD, POWER, ATOM = range(5)  # how tightly a formula holds together
Set = tuple[Box, int]
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
    base: Box = bx.Letter(name.base)
    if name.accent:
        base = bx.Accent(name.accent, base)
    parts = [word_box(name.sub)] if name.sub else []
    if indices:
        parts += [bx.Sign(",", "plain")] if parts else []
        parts.append(index_box(indices))
    sup = bx.Fence("(", word_box(name.sup), ")") if name.sup else None
    return bx.Script(base, row(*parts) if parts else None, sup) if parts or sup else base


def index_box(letters: str) -> Box:
    """Indices side by side: ij, or i,j where one of them is more than a letter."""
    parts: list[Box] = []
    for piece in re.findall(r"[^\W\d]|\d+|[^\w\s]", letters):
        if piece.isdigit():
            parts.append(bx.Numeral(piece))
        elif piece.isalpha():
            parts.append(bx.Letter(piece))
        else:
            parts.append(bx.Sign(piece, "plain"))
    return row(*parts)


def word_box(text: str) -> Box:
    """What stands in a script: numbers, letters, words."""
    parts: list[Box] = []
    for piece in _pieces(text):
        if piece.isdigit():
            parts.append(bx.Numeral(piece))
        elif piece in ",+-":
            parts.append(bx.Sign(piece, "plain"))
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
    return _set(expr, entry)[0]


def _set(e: Expr, at: tuple[str, ...] | None) -> Set:
    """Boxes and how tightly they hold together; `at` has one letter ("" for none) an axis."""
    return _SET[e.op](e, at)


def _inside(e: Expr, least: int, at: tuple[str, ...] | None = None) -> Box:
    """In brackets where it holds together less than `least`."""
    made, holds = _set(e, at)
    return made if holds >= least else bx.Fence("(", made, ")")


def _at_scalar(e: Expr, at: tuple[str, ...] | None) -> tuple[str, ...] | None:
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
        box = _inside(term, PROD, _at_scalar(term, at)) if term.op == "sum" else None
        shown, _ = (box, SUM) if box is not None else _set(term, _at_scalar(term, at))
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
        box = _inside(f, PROD if f.op != "prod" else POWER, _at_scalar(f, at))
        if hadamard and f.op in {"matmul", "outer"}:
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


def _starts_with_number(e: Expr) -> bool:
    if e.op in {"pow", "prod"}:
        return _starts_with_number(e.args[0])
    return e.op == "num"


def _frac(e: Expr, at: tuple[str, ...] | None) -> Set:
    over, under = e.args
    number, rest = split_number(over)
    if number < 0:
        return row(MINUS, _frac(Expr("frac", (_negated(number, rest), under), e.shape), at)[0]), SUM
    below = formula(under, _at_scalar(under, at))
    if over.op == "tot":
        return row(bx.Fraction(bx.Numeral("1"), below), bx.SPACE, _set(over, at)[0]), PROD
    return bx.Fraction(formula(over, _at_scalar(over, at)), below), PROD


def _negated(number: Fraction | float, rest: Expr) -> Expr:
    if number == -1:
        return rest
    return Expr("prod", (Expr("num", (), (), -number), rest), rest.shape)


def _pow(e: Expr, at: tuple[str, ...] | None) -> Set:
    base, exponent = e.args
    if is_num(exponent) and exponent.data == Fraction(1, 2):
        return bx.Root(formula(base, _at_scalar(base, at))), ATOM
    power: Box = formula(exponent, _at_scalar(exponent, at))
    if base.ndim >= 2 and at is None:
        power = row(bx.Sign("∘", "plain"), power)
    scripted = base.op == "sym" and isinstance(base.data, Symbol) and not base.data.sup
    plain = scripted or (base.op == "num" and base.data >= 0 and base.data.denominator == 1
                         if isinstance(base.data, Fraction) else scripted)  # fmt: skip
    inner = formula(base, _at_scalar(base, at))
    if not plain:
        return bx.Script(bx.Fence("(", inner, ")"), sup=power), ATOM
    if isinstance(inner, bx.Script) and inner.sup is None:
        return bx.Script(inner.base, inner.sub, power), ATOM
    return bx.Script(inner, sup=power), ATOM


def _entry_of(e: Expr, at: tuple[str, ...] | None, whole: Box) -> Set:
    """A whole matrix in brackets with indices below, where only an entry is wanted."""
    letters = "".join(at or ())
    return (
        bx.Script(bx.Fence("(", whole, ")"), sub=index_box(letters)) if letters else whole
    ), ATOM


def _matmul(e: Expr, at: tuple[str, ...] | None) -> Set:
    parts: list[Box] = []
    for a in e.args:
        box = _inside(a, POWER if a.op in {"sum", "prod", "frac"} else PROD)
        parts += [bx.SPACE, box] if parts else [box]
    made = row(*parts)
    return (made, PROD) if at is None else _entry_of(e, at, made)


def raised(e: Expr) -> Box:
    """xᵀ, the sign joining the superscript that is there."""
    inner, holds = _set(e, None)
    if isinstance(inner, bx.Script) and e.op == "sym":
        sup = TOP if inner.sup is None else row(inner.sup, TOP)
        return bx.Script(inner.base, inner.sub, sup)
    fenced = holds < ATOM or isinstance(inner, bx.Script | bx.Fraction)
    return bx.Script(bx.Fence("(", inner, ")") if fenced else inner, sup=TOP)


def _t(e: Expr, at: tuple[str, ...] | None) -> Set:
    if at is None:
        return raised(e.args[0]), ATOM
    return _set(e.args[0], (*at[:-2], at[-1], at[-2]))


def _outer(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = e.args
    if at is not None:
        left, right = _inside(a, PROD, at[:-1]), _inside(b, PROD, (*at[:-2], at[-1]))
        return row(left, bx.SPACE, right), PROD
    return row(_inside(a, POWER if a.op == "prod" else PROD), bx.SPACE, raised(b)), PROD


def _dot(e: Expr, at: tuple[str, ...] | None) -> Set:
    return row(raised(e.args[0]), bx.SPACE, _inside(e.args[1], PROD)), PROD


def _rep(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    if x.shape == ():
        if at is None and is_num(x, 1) and e.ndim:
            ones: Box = ONES if e.ndim == 1 else row(ONES, bx.SPACE, bx.Script(ONES, sup=TOP))
            return ones, ATOM if e.ndim == 1 else PROD
        return _set(x, None if at is None else ())
    if at is not None:
        short = at[e.ndim - x.ndim :]
        return _set(x, tuple(a if n != 1 else "" for a, n in zip(short, x.shape, strict=True)))
    if (e.ndim == 2 and x.ndim == 1) or (e.ndim > 2 and x.ndim == 1):
        return row(ONES, bx.SPACE, raised(x)), PROD
    if x.ndim >= 2 and x.shape[-2] == 1 and x.shape[-1] != 1 and e.shape[-2] != 1:
        return row(ONES, bx.SPACE, _inside(x, PROD)), PROD
    if x.ndim >= 2 and x.shape[-1] == 1 and e.shape[-1] != 1:
        inner = _inside(x, POWER if x.op in {"sum", "prod"} else PROD)
        return row(inner, bx.SPACE, bx.Script(ONES, sup=TOP)), PROD
    return _set(x, None)


def _tot(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    axes, _ = e.data
    if len(axes) == x.ndim or x.ndim > 2 or at is not None:
        outer = iter(at or ())
        letters: list[str] = []
        free = iter(a for a in LETTERS if a not in (at or ()))
        for i, n in enumerate(x.shape):
            if i in axes:
                letters.append(next(free) if n != 1 else "")
                if e.data[1]:
                    next(outer, "")
            else:
                letters.append(next(outer, "") or (next(free) if at is None and n != 1 else ""))
        bound = "".join(letters[i] for i in axes)
        if len(axes) == x.ndim or at is not None:
            body = _inside(x, PROD, tuple(letters))
            sign = bx.Big("∑", index_box(",".join(bound)) if bound else None)
            return row(sign, bx.SPACE, body), PROD
        return row(bx.Big("∑", index_box(",".join(bound))), bx.SPACE,
                   _inside(x, PROD)), PROD  # fmt: skip
    tight = POWER if x.op in {"prod", "sum", "frac"} else PROD
    if axes == (1,):
        return row(_inside(x, tight), bx.SPACE, ONES), PROD
    if e.data[1]:
        return row(bx.Script(ONES, sup=TOP), bx.SPACE, _inside(x, tight)), PROD
    turned = _inside(x.args[0], PROD) if x.op == "t" else raised(x)
    return row(turned, bx.SPACE, ONES), PROD


def _view(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    plain = [n for n in x.shape if n != 1] == [n for n in e.shape if n != 1]
    if plain:
        if at is None:
            return _set(x, None)
        letters = iter(a for a, n in zip(at, e.shape, strict=True) if n != 1)
        return _set(x, tuple(next(letters) if n != 1 else "" for n in x.shape))
    if at is None and x.ndim and e.ndim and x.shape[-1] == e.shape[-1]:
        return _set(x, None)  # rows of a stack one below the other
    made = row(bx.Letter("reshape"), bx.Fence("(", formula(x), ")"))
    return (made, PROD) if at is None else _entry_of(e, at, made)


def _gram(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = e.args
    letters = "b" if a.ndim == 3 else "b,h"
    left = bx.Script(bx.Fence("(", _lower(a, letters), ")"), sup=TOP)
    made = row(bx.Big("∑", index_box(letters)), bx.SPACE, left, bx.SPACE, _lower(b, letters))
    return (made, PROD) if at is None else _entry_of(e, at, made)


def _lower(e: Expr, letters: str) -> Box:
    if e.op == "sym":
        return name_box(e.data, letters)
    return bx.Script(bx.Fence("(", formula(e), ")"), sub=index_box(letters))


def _ind(e: Expr, at: tuple[str, ...] | None) -> Set:
    return row(ONES, bx.Fence("[", formula(e.args[0], _at_scalar(e.args[0], at)), "]")), PROD


def _picked(e: Expr, at: tuple[str, ...] | None) -> Set:
    p, t = e.args
    letters = at or (LETTERS[0],)
    target = formula(t, at if at is not None else letters)
    inside = row(index_box("".join(letters)), bx.Sign(",", "plain"), target)
    if p.op == "t":
        p, inside = p.args[0], row(target, bx.Sign(",", "plain"), index_box("".join(letters)))
    base = formula(p)
    if isinstance(base, bx.Script) and p.op == "sym":
        sub = inside if base.sub is None else row(base.sub, bx.Sign(",", "plain"), inside)
        return bx.Script(base.base, sub, base.sup), ATOM
    return bx.Script(base if p.op == "sym" else bx.Fence("(", base, ")"), inside), ATOM


def _array(e: Expr, at: tuple[str, ...] | None) -> Set:
    return _entry_of(e, at, bx.Letter("C"))


def _onehot(e: Expr, at: tuple[str, ...] | None) -> Set:
    return call("onehot", [e.args[0]], None), PROD


def call(name: str, args: Sequence[Expr], at: tuple[str, ...] | None) -> Box:
    """f(x, y)."""
    shown: list[Box] = []
    for a in args:
        shown += [bx.Sign(",", "comma")] if shown else []
        shown.append(formula(a, _at_scalar(a, at)))
    return row(bx.Letter(name), bx.Fence("(", row(*shown), ")"))


def _fun(e: Expr, at: tuple[str, ...] | None) -> Set:
    attrs: Attrs = e.data
    name = attrs.prim.name
    special = FUNCTIONS.get(name)
    if special is not None:
        return special(e, at)
    word = WORDS.get(name, name)
    if attrs.prim.family == "elementwise" or name in ENTRYWISE:
        return call(word, e.args, at), PROD
    made = call(word, e.args, None)
    return (made, PROD) if at is None else _entry_of(e, at, made)


Look = Callable[[Expr, "tuple[str, ...] | None"], Set]
_SET: dict[str, Look] = {
    "num": _num, "sym": _sym, "sum": _sum, "prod": _prod,
    "frac": _frac, "pow": _pow, "matmul": _matmul, "t": _t, "outer": _outer, "dot": _dot,
    "rep": _rep, "tot": _tot, "view": _view, "gram": _gram, "ind": _ind, "fun": _fun,
    "picked": _picked, "onehot": _onehot, "array": _array,
}  # fmt: skip


def _relation(sign: str) -> Look:
    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        a, b = e.args
        left, right = (_inside(x, SUM, _at_scalar(x, at)) for x in (a, b))
        return row(left, bx.Sign(sign, "relation"), right), RELATION

    return look


def _fenced(left: str, right: str) -> Look:
    return lambda e, at: (
        bx.Fence(left, formula(e.args[0], _at_scalar(e.args[0], at)), right), ATOM)  # fmt: skip


def _exp(e: Expr, at: tuple[str, ...] | None) -> Set:
    return bx.Script(bx.Letter("e"), sup=formula(e.args[0], _at_scalar(e.args[0], at))), ATOM


def _log_base(base: str) -> Look:
    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        inner = formula(e.args[0], _at_scalar(e.args[0], at))
        return row(
            bx.Script(bx.Letter("log"), sub=bx.Numeral(base)), bx.Fence("(", inner, ")")
        ), PROD

    return look


def _log(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    inner, holds = _set(x, _at_scalar(x, at))
    if holds == ATOM and x.op in {"sym", "picked"}:
        return row(bx.Letter("log"), bx.SPACE, inner), PROD
    return row(bx.Letter("log"), bx.Fence("(", inner, ")")), PROD


def _cases(e: Expr, at: tuple[str, ...] | None) -> Set:
    c, a, b = e.args
    c_box, a_box, b_box = (formula(x, _at_scalar(x, at)) for x in (c, a, b))
    return bx.Cases(((a_box, c_box), (b_box, bx.Words("otherwise")))), PROD


def _negation(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    opposite = {"greater": "≤", "less": "≥", "equal": "≠", "not_equal": "=", "greater_equal": "<",
                "less_equal": ">"}  # fmt: skip
    if x.op == "fun" and x.data.prim.name in opposite:
        return _relation(opposite[x.data.prim.name])(x, at)
    return row(bx.Sign("¬", "plain"), _inside(x, ATOM, _at_scalar(x, at))), PROD


def _softmax(word: str) -> Look:
    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        made = call(word, e.args, None)
        return (made, PROD) if at is None else _entry_of(e, at, made)

    return look


FUNCTIONS: dict[str, Look] = {
    "equal": _relation("="), "not_equal": _relation("≠"), "less": _relation("<"),
    "less_equal": _relation("≤"), "greater": _relation(">"), "greater_equal": _relation("≥"),
    "abs": _fenced("|", "|"), "floor": _fenced("⌊", "⌋"), "ceil": _fenced("⌈", "⌉"),
    "exp": _exp, "log": _log, "log2": _log_base("2"), "log10": _log_base("10"),
    "where": _cases, "logical_not": _negation, "softmax": _softmax("softmax"),
    "masked_softmax": _softmax("softmax"), "log_softmax": _softmax("log softmax"),
}  # fmt: skip
WORDS = {
    "relu": "ReLU", "sigmoid": "σ", "leaky_relu": "LeakyReLU", "elu": "ELU", "gelu": "GELU",
    "gelu_tanh": "GELU", "silu": "SiLU", "mish": "Mish", "selu": "SELU", "celu": "CELU",
    "max": "max", "min": "min", "maximum": "max", "minimum": "min", "layer_norm": "LayerNorm",
    "batch_norm": "BatchNorm", "rms_norm": "RMSNorm", "group_norm": "GroupNorm",
    "batch_norm_fixed": "BatchNorm", "standardize": "standardize", "attention": "Attention",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arsinh", "acosh": "arcosh",
    "atanh": "artanh", "permute": "permute", "conv": "conv", "logsumexp": "logsumexp",
}  # fmt: skip
ENTRYWISE = {
    "leaky_relu", "elu", "celu", "selu", "gelu", "gelu_tanh", "silu", "mish", "logsigmoid",
    "softplus_beta", "softsign", "hardtanh", "hardsigmoid", "hardswish", "tanhshrink",
    "softshrink", "hardshrink", "threshold", "bce_with_logits", "bce",
}  # fmt: skip
