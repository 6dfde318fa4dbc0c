"""Sums, products and powers, simplified as they are built.

A factor 1 is not printed, −(−x) is x, constants fold, x·x is x², a sum of one term is no sum.
Each constructor returns a formula of the same value and the same shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from tiza.readings.blackboard.expr import Expr, Name, Number, Shape


def num(value: float | Fraction) -> Expr:
    """A number; exact where a float is a fraction that a person would write."""
    return Expr("num", (), (), exact(value))


def exact(value: float | Fraction) -> Number:
    """3.0 → 3, 0.5 → 1/2, 0.3333333333333333 → 1/3; 0.1 stays a decimal."""
    if isinstance(value, Fraction) or not math.isfinite(value):
        return value
    for denominator in (1, 2, 3, 4, 6, 7, 8, 9):
        near = Fraction(round(value * denominator), denominator)
        if float(near) == value and abs(near) < 10**9:
            return near
    return float(value)


def sym(name: Name, shape: Shape) -> Expr:
    """A symbol."""
    return Expr("sym", (), shape, name)


def is_num(x: Expr, value: float | None = None) -> bool:
    """Whether x is a number (this number)."""
    return x.op == "num" and (value is None or x.data == value)


def common(*shapes: Shape) -> Shape:
    """The shape that scalars and arrays of one shape have together."""
    longest: Shape = ()
    for shape in shapes:
        if (len(shape), math.prod(shape)) > (len(longest), math.prod(longest)):
            longest = shape
    return longest


def rep(x: Expr, shape: Shape) -> Expr:
    """x repeated to `shape`; a number needs no sign for that."""
    if x.shape == shape or x.shape == ():
        return x
    if x.op == "rep":
        return Expr("rep", x.args, shape)
    number, rest = split_number(x)
    if number != 1 and rest.shape == x.shape:
        return scale(number, rep(rest, shape))
    return Expr("rep", (x,), shape)


def fill(x: Expr, shape: Shape) -> Expr:
    """x with `shape`, even where x is a number (used where a value stands alone)."""
    if x.shape == shape:
        return x
    if x.op == "rep":
        return fill(x.args[0], shape)
    if x.shape:
        number, rest = split_number(x)
        if number != 1 and rest.shape == x.shape:
            return scale(number, fill(rest, shape))
    return Expr("rep", (x,), shape)


# sums ------------------------------------------------------------------------------------


def _terms(x: Expr) -> list[tuple[Number, Expr | None]]:
    """x as numbers times things without a number in front."""
    if x.op == "sum":
        return [t for a in x.args for t in _terms(a)]
    if x.op == "num":
        return [(x.data, None)]
    if x.op == "rep" and is_num(x.args[0]):
        return [(x.args[0].data, None)]
    number, rest = split_number(x)
    return [(number, rest)]


def _opened(number: Number, rest: Expr | None) -> list[tuple[Number, Expr | None]]:
    """−(a − 1) as −a and 1, where numbers can meet."""
    if number != -1 or rest is None or rest.op != "sum" or not any(map(is_num, rest.args)):
        return [(number, rest)]
    return [(-n, r) for n, r in _terms(rest)]


def add(*xs: Expr) -> Expr:
    """Their sum: like terms together, zeros gone."""
    shape = common(*(x.shape for x in xs))
    totals: dict[Expr | None, Number] = {}
    given = [t for x in xs for t in _terms(x)]
    if any(rest is None for _, rest in given):  # 1 − (1 − x) is x
        given = [t for number, rest in given for t in _opened(number, rest)]
    for number, rest in given:
        totals[rest] = totals.get(rest, Fraction(0)) + number
    totals = _padded_together(totals)
    kept = [(n, r) for r, n in totals.items() if n != 0]
    if not kept:
        return num(0) if shape == () else fill(num(0), shape)
    if kept[0][0] < 0 and any(n > 0 for n, _ in kept):  # −a + b is written b − a
        first = next(i for i, (n, _) in enumerate(kept) if n > 0)
        kept.insert(0, kept.pop(first))
    terms = tuple(num(n) if r is None else scale(n, r) for n, r in kept)
    if len(terms) == 1:
        return terms[0] if terms[0].shape == shape else fill(terms[0], shape)
    return side_by_side(terms, shape) or Expr("sum", terms, shape)


def _padded_together(totals: dict[Expr | None, Number]) -> dict[Expr | None, Number]:
    """pad(a) + pad(b) in the same place is pad(a + b)."""
    places: dict[tuple[object, Shape], list[Expr]] = {}
    for r, n in totals.items():
        if r is not None and n == 1 and _is_pad(r):
            places.setdefault((r.data, r.shape), []).append(r)
    if all(len(some) < 2 for some in places.values()):
        return totals
    made = dict(totals)
    for some in places.values():
        if len(some) > 1:
            for r in some:
                del made[r]
            inner = add(*(r.args[0] for r in some))
            made[Expr("fun", (inner,), some[0].shape, some[0].data)] = Fraction(1)
    return made


def _is_pad(x: Expr) -> bool:
    return x.op == "fun" and x.data.prim.name == "pad"


def side_by_side(terms: tuple[Expr, ...], shape: Shape) -> Expr | None:
    """Blocks padded with zeros and added are one matrix of blocks."""
    starts: dict[int, Expr] = {}
    axes: set[int] = set()
    for t in terms:
        if not _is_pad(t) or any(t.data.get("interior")):
            return None
        low, high = t.data.get("low"), t.data.get("high")
        cut = [i for i in range(len(low)) if low[i] or high[i]]
        if len(cut) != 1 or low[cut[0]] in starts:
            return None
        axes.add(cut[0])
        starts[low[cut[0]]] = t.args[0]
    if len(axes) != 1:
        return None
    (axis,) = axes
    blocks = tuple(starts[k] for k in sorted(starts))
    ends = [k + starts[k].shape[axis] for k in sorted(starts)]
    if [0, *ends[:-1]] != sorted(starts) or ends[-1] != shape[axis]:
        return None
    return Expr("blocks", blocks, shape, axis)


def neg(x: Expr) -> Expr:
    """−x."""
    if x.op == "sum":
        signs = [split_number(t)[0] < 0 for t in x.args]
        if all(signs) or (signs == [False, True] and x.args[1].op == "num"):  # −(x − 1) is 1 − x
            return add(*(neg(t) for t in x.args))
    return scale(Fraction(-1), x)


def sub(a: Expr, b: Expr) -> Expr:
    """a − b."""
    return add(a, neg(b))


# products --------------------------------------------------------------------------------

Powers = dict[Expr, Fraction]


def split_number(x: Expr) -> tuple[Number, Expr]:
    """x as a number times the rest."""
    if x.op == "num":
        return x.data, num(1)
    if x.op == "prod" and x.args[0].op == "num":
        rest = x.args[1:]
        return x.args[0].data, rest[0] if len(rest) == 1 else Expr("prod", rest, x.shape)
    if x.op == "frac":
        over, under = x.args
        n, a = split_number(over)
        m, b = split_number(under)
        if (n, m) != (1, 1):
            if not (isinstance(n, Fraction) and isinstance(m, Fraction)) or m == 0:
                return _float_ratio(n, m), _plain_frac(a, b, x.shape)
            return n / m, _plain_frac(a, b, x.shape)
    if x.op in {"rep", "view", "t"} and x.args:
        n, a = split_number(x.args[0])
        if n != 1 and not is_num(a, 1):
            return n, Expr(x.op, (a,), x.shape, x.data)
    return Fraction(1), x


def _float_ratio(n: Number, m: Number) -> float:
    return float(n) / float(m) if m else math.nan


def _plain_frac(a: Expr, b: Expr, shape: Shape) -> Expr:
    return a if is_num(b, 1) else Expr("frac", (a, b), shape)


def _gather(x: Expr, sign: Fraction, powers: Powers, numbers: list[Number]) -> None:
    """x^sign written as powers of things, and numbers."""
    if x.op == "rep" and x.args[0].shape == ():
        _gather(x.args[0], sign, powers, numbers)
    elif x.op == "num" and (x.data != 0 or sign > 0):
        value = x.data if sign > 0 else (1 / x.data)
        numbers.append(value)
    elif x.op == "prod" and sign.denominator == 1:
        for a in x.args:
            _gather(a, sign, powers, numbers)
    elif x.op == "frac" and sign.denominator == 1:
        _gather(x.args[0], sign, powers, numbers)
        _gather(x.args[1], -sign, powers, numbers)
    elif x.op == "pow" and is_num(x.args[1]) and isinstance(x.args[1].data, Fraction):
        e = x.args[1].data * sign
        base = x.args[0]
        powers[base] = powers.get(base, Fraction(0)) + e
    else:
        powers[x] = powers.get(x, Fraction(0)) + sign


def mul(*xs: Expr) -> Expr:
    """Their entrywise product: the number first, equal factors as powers, quotients as one."""
    shape = common(*(x.shape for x in xs))
    powers: Powers = {}
    numbers: list[Number] = []
    for x in xs:
        _gather(x, Fraction(1), powers, numbers)
    number: Number = Fraction(1)
    for n in numbers:
        number = number * n
    if number == 0:
        return num(0) if shape == () else fill(num(0), shape)
    _absolute(powers)
    for b, e in powers.items():  # 𝟏[...]² is 𝟏[...]
        if e > 1 and (b.op == "ind" or (b.op == "rep" and b.args[0].op == "ind")):
            powers[b] = Fraction(1)
    flips = {b: e for b, e in powers.items() if b.op == "sum" and e % 2 and _leads_negative(b)}
    for b, e in flips.items():  # (−a − b) c is −(a + b) c
        del powers[b]
        powers[neg(b)] = powers.get(neg(b), Fraction(0)) + e
        number = -number
    over = [_power(b, e) for b, e in powers.items() if e > 0]
    under = [_power(b, -e) for b, e in powers.items() if e < 0]
    own = common(*(b.shape for b in (*over, *under)))
    made = _quotient(number, over, under, own)
    return made if own == shape else fill(made, shape)  # numbers alone, in every entry


def _absolute(powers: Powers) -> None:
    """|x|² is x², and |x| sign(x) is x."""
    for b in [x for x in powers if _is_function(x, "abs")]:
        (x,) = b.args
        sign = next((y for y in powers if _is_function(y, "sign") and y.args == b.args), None)
        if powers[b] == 1 and sign is not None and powers[sign] == 1:
            del powers[b], powers[sign]
            powers[x] = powers.get(x, Fraction(0)) + 1
        elif powers[b] % 2 == 0:
            powers[x] = powers.get(x, Fraction(0)) + powers.pop(b)


def _is_function(x: Expr, name: str) -> bool:
    return x.op == "fun" and bool(x.data.prim.name == name)


def _leads_negative(x: Expr) -> bool:
    return all(split_number(t)[0] < 0 for t in x.args)


def _quotient(number: Number, over: list[Expr], under: list[Expr], shape: Shape) -> Expr:
    below = Fraction(1)
    if isinstance(number, Fraction) and number.denominator != 1 and (over or under):
        below, number = Fraction(number.denominator), Fraction(number.numerator)
    if below != 1:
        under = [num(below), *under]
    top = _product(number, over)
    if not under:
        return top if top.shape == shape else fill(top, shape)
    negative = split_number(top)[0] < 0
    if negative:
        top = _product(-number, over)
    made = Expr("frac", (top, _product(Fraction(1), under)), shape)
    return Expr("prod", (num(-1), made), shape) if negative else made


def _product(number: Number, factors: Iterable[Expr]) -> Expr:
    items = list(factors)
    if not items:
        return num(number)
    if number != 1:
        items.insert(0, num(number))
    if len(items) == 1:
        return items[0]
    scalars = [x for x in items if x.op != "num" and x.shape == ()]
    arrays = [x for x in items if x.op != "num" and x.shape != ()]
    head = [x for x in items if x.op == "num"]
    return Expr("prod", (*head, *scalars, *arrays), common(*(x.shape for x in items)))


def _power(base: Expr, e: Fraction) -> Expr:
    return base if e == 1 else Expr("pow", (base, num(e)), base.shape)


def scale(number: Number, x: Expr) -> Expr:
    """A number times x."""
    if number == 1:
        return x
    if x.op == "sum" and number == -1 and len(x.args) == 2:
        first, second = (split_number(t)[0] for t in x.args)
        if first > 0 > second:  # −(a − b) is kept: the sign belongs to the chain rule
            return Expr("prod", (num(-1), x), x.shape)
    return mul(num(number), x)


def div(a: Expr, b: Expr) -> Expr:
    """a / b."""
    return mul(a, power(b, num(-1)))


def power(a: Expr, b: Expr) -> Expr:
    """a to the power b."""
    if is_num(b, 1):
        return a
    if is_num(b, 0):
        return num(1) if a.shape == () else fill(num(1), a.shape)
    e = b.data if is_num(b) and isinstance(b.data, Fraction) else None
    whole = e is not None and e.denominator == 1
    if (
        e is not None
        and whole
        and is_num(a)
        and isinstance(a.data, Fraction)
        and (a.data != 0 or e > 0)
    ):
        return num(a.data ** int(e))
    if e is not None and whole and e % 2 == 0 and _is_function(a, "abs"):
        return power(a.args[0], b)
    if e is not None and whole and a.op == "pow" and is_num(a.args[1]):
        return power(a.args[0], num(a.args[1].data * e))
    if e is not None and e < 0:
        if a.op in {"prod", "frac"} and e == -1:
            return _inverted(Expr("frac", (num(1), a), a.shape))
        return Expr("frac", (num(1), _power(a, -e)), a.shape)
    return Expr("pow", (a, b), common(a.shape, b.shape))


def _inverted(x: Expr) -> Expr:
    powers: Powers = {}
    numbers: list[Number] = []
    _gather(x, Fraction(1), powers, numbers)
    number: Number = Fraction(1)
    for n in numbers:
        number = number * n
    over = [_power(b, e) for b, e in powers.items() if e > 0]
    under = [_power(b, -e) for b, e in powers.items() if e < 0]
    return _quotient(number, over, under, x.shape)
