"""How operations on whole arrays look: repetitions, sums, reshapes, blocks, convolutions."""

from __future__ import annotations

import math
from typing import Any

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.algebra import is_num
from tiza.readings.blackboard.boxes import Box, row
from tiza.readings.blackboard.expr import Expr, Symbol
from tiza.readings.blackboard.notation import (
    ATOM,
    LETTERS,
    ONES,
    POWER,
    PROD,
    SET,
    SUM,
    TOP,
    Set,
    call,
    entry_of,
    formula,
    index_box,
    inside,
    name_box,
    raised,
    set_box,
)


def _rep(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    if x.shape == ():
        if at is None and is_num(x, 1) and e.ndim:
            ones: Box = ONES if e.ndim == 1 else row(ONES, bx.SPACE, bx.Script(ONES, sup=TOP))
            return ones, ATOM if e.ndim == 1 else PROD
        return set_box(x, None if at is None else ())
    if at is not None:
        short = at[e.ndim - x.ndim :]
        return set_box(x, tuple(a if n != 1 else "" for a, n in zip(short, x.shape, strict=True)))
    if (e.ndim == 2 and x.ndim == 1) or (e.ndim > 2 and x.ndim == 1):
        return row(ONES, bx.SPACE, raised(x)), PROD
    if x.ndim >= 2 and x.shape[-2] == 1 and x.shape[-1] != 1 and e.shape[-2] != 1:
        return row(ONES, bx.SPACE, inside(x, PROD)), PROD
    if x.ndim >= 2 and x.shape[-1] == 1 and e.shape[-1] != 1:
        inner = inside(x, POWER if x.op in {"sum", "prod"} else PROD)
        return row(inner, bx.SPACE, bx.Script(ONES, sup=TOP)), PROD
    return set_box(x, None)


def _tot(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    axes, keepdims = e.data
    n = x.ndim
    lowered = x.op == "sym" and bool(getattr(x.data, "sub", ""))
    if at is None and lowered and n == 1:  # an index below would crowd the one that is there
        return row(bx.Script(ONES, sup=TOP), bx.SPACE, formula(x)), PROD
    if at is None and n > 2 and axes == tuple(range(n - 1)) and not keepdims:
        return _over_stack(x)
    if at is None and n == 3 and axes == (0,):
        return row(bx.Big("∑", index_box("b")), bx.SPACE, lower(x, "b")), PROD
    stacked = n > 2 and axes in ((n - 1,), (n - 2,)) and keepdims
    single = all(k == 1 for k in e.shape)
    if at is not None or len(axes) == n or single or (n > 2 and not stacked):
        return _summed(e, at)
    tight = POWER if x.op in {"prod", "sum", "frac"} else PROD
    if axes == (n - 1,):
        return row(inside(x, tight), bx.SPACE, ONES), PROD
    if keepdims:
        return row(bx.Script(ONES, sup=TOP), bx.SPACE, inside(x, tight)), PROD
    turned = inside(x.args[0], PROD) if x.op == "t" else raised(x)
    return row(turned, bx.SPACE, ONES), PROD


def _over_stack(x: Expr) -> Set:
    """The sum over a stack and its rows: Σ_b x_bᵀ 1."""
    letters = "b" if x.ndim == 3 else "b,h"
    inner = raised_lower(x, letters) if x.op == "sym" else bx.Script(lower(x, letters), sup=TOP)
    return row(bx.Big("∑", index_box(letters)), bx.SPACE, inner, bx.SPACE, ONES), PROD


def _summed(e: Expr, at: tuple[str, ...] | None) -> Set:
    """Σ over indices of an entry."""
    (x,) = e.args
    axes, keepdims = e.data
    outer = iter(at or ())
    letters: list[str] = []
    free = iter(a for a in LETTERS if a not in (at or ()))
    for i, n in enumerate(x.shape):
        if i in axes:
            letters.append(next(free) if n != 1 else "")
            if keepdims:
                next(outer, "")
        else:
            letters.append(next(outer, "") or (next(free) if at is None and n != 1 else ""))
    bound = index_box(",".join(filter(None, (letters[i] for i in axes))))
    if bound == bx.Row(()):  # one entry: nothing to add up
        return set_box(x, tuple(letters))
    sign = bx.Big("∑", bound)
    if all(k == 1 for k in e.shape) or at is not None:
        return row(sign, bx.SPACE, inside(x, PROD, tuple(letters))), PROD
    return row(sign, bx.SPACE, inside(x, PROD)), PROD


def _view(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    plain = [n for n in x.shape if n != 1] == [n for n in e.shape if n != 1]
    if plain:
        if at is None and x.ndim == 1 and e.ndim > 1 and e.shape[-2] == 1 != e.shape[-1]:
            return raised(x), ATOM  # a vector as a row
        if at is None:
            return set_box(x, None)
        letters = iter(a for a, n in zip(at, e.shape, strict=True) if n != 1)
        return set_box(x, tuple(next(letters) if n != 1 else "" for n in x.shape))
    if at is None and x.ndim and e.ndim and x.shape[-1] == e.shape[-1]:
        return set_box(x, None)  # rows of a stack one below the other
    joins = x.op == "fun" and x.data.prim.name == "permute" and swaps_heads(x.data.get("axes"))
    if joins and x.ndim > e.ndim and e.shape[-1] == x.shape[-1] * x.shape[-2]:
        made = call("join", x.args, None)
    elif e.ndim == 1:
        made = call("vec", e.args, None)
    elif e.ndim == 2 and math.prod(x.shape) == x.shape[0]:
        inverse = bx.Script(bx.Letter("vec"), sup=row(bx.Sign("−", "plain"), bx.Numeral("1")))
        made = row(inverse, bx.Fence("(", formula(x), ")"))
    else:
        made = row(bx.Letter("reshape"), bx.Fence("(", formula(x), ")"))
    return (made, PROD) if at is None else entry_of(e, at, made)


def _gram(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = e.args
    letters = "b" if a.ndim == 3 else "b,h"
    left = raised_lower(a, letters) if a.op == "sym" and isinstance(a.data, Symbol) else bx.Script(
        bx.Fence("(", lower(a, letters), ")"), sup=TOP)  # fmt: skip
    made = row(bx.Big("∑", index_box(letters)), bx.SPACE, left, bx.SPACE, lower(b, letters))
    return (made, PROD) if at is None else entry_of(e, at, made)


def swaps_heads(axes: tuple[int, ...]) -> bool:
    """Whether a permutation exchanges positions and heads: (b, t, h, d) and (b, h, t, d)."""
    n = len(axes)
    return n >= 3 and axes == (*range(n - 3), n - 2, n - 3, n - 1)


def _blocks(e: Expr, at: tuple[str, ...] | None) -> Set:
    cells = tuple(formula(a) for a in e.args)
    if len(cells) > 4:
        cells = (cells[0], bx.Sign("…", "plain"), cells[-1])
    rows = tuple((c,) for c in cells) if e.data == e.ndim - 2 else (cells,)
    made = bx.Grid(rows)
    return (made, ATOM) if at is None else entry_of(e, at, made)


def raised_lower(e: Expr, letters: str) -> Box:
    """x_bᵀ."""
    box = name_box(e.data, letters)
    if isinstance(box, bx.Script):
        return bx.Script(box.base, box.sub, TOP if box.sup is None else row(box.sup, TOP))
    return bx.Script(box, sup=TOP)


PARTS: dict[str, tuple[Box, ...]] = {}  # of each decomposition: its factors


def _parts(e: Expr, at: tuple[str, ...] | None) -> Set:
    attrs, index = e.data
    letters = PARTS.get(attrs.prim.name)
    if letters is not None:
        made: Box = row(letters[index], bx.Fence("(", formula(e.args[0]), ")"))
    else:
        made = bx.Script(call(attrs.prim.name, e.args, None), sub=bx.Numeral(str(index + 1)))
    return (made, PROD) if at is None else entry_of(e, at, made)


def lower(e: Expr, letters: str) -> Box:
    """x_b: one matrix of a stack."""
    if e.op == "sym":
        return name_box(e.data, letters)
    return bx.Script(bx.Fence("(", formula(e), ")"), sub=index_box(letters))


def _picked(e: Expr, at: tuple[str, ...] | None) -> Set:
    """P at the class of each example: P_{i,y_i}; of one example P_y."""
    p, t = e.args
    letters = at or (LETTERS[0],)
    target = formula(t, at if at is not None else letters)
    row_of = index_box("".join(letters)) if "".join(letters) else None
    comma = bx.Sign(",", "plain")
    inside_of = target if row_of is None else row(row_of, comma, target)
    if p.op == "t":
        p = p.args[0]
        inside_of = target if row_of is None else row(target, comma, row_of)
    base = formula(p)
    if isinstance(base, bx.Script) and p.op == "sym":
        sub = inside_of if base.sub is None else row(base.sub, comma, inside_of)
        return bx.Script(base.base, sub, base.sup), ATOM
    return bx.Script(base if p.op == "sym" else bx.Fence("(", base, ")"), inside_of), ATOM


def _array(e: Expr, at: tuple[str, ...] | None) -> Set:
    return entry_of(e, at, bx.Letter("C"))


def _onehot(e: Expr, at: tuple[str, ...] | None) -> Set:
    return call("onehot", [e.args[0]], None), PROD


def _pull(e: Expr, at: tuple[str, ...] | None) -> Set:
    """What flows back through a convolution."""
    g, x, w, *_ = e.args
    if e.data[1] == 0:
        made = row(inside(g, POWER), bx.Sign("∗"), inside(w, POWER))
    else:
        made = row(inside(x, POWER), bx.Sign("⋆"), inside(g, POWER))
    return (made, PROD) if at is None else entry_of(e, at, made)


def _row_of(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    index = number_word(e.data)
    if x.op == "sym" and isinstance(x.data, Symbol):
        made = name_box(x.data, index)
    else:
        made = bx.Script(bx.Fence("(", formula(x), ")"), sub=index_box(index))
    return (made, ATOM) if at is None else entry_of(e, at, made)


def number_word(index: Any) -> str:
    """An index as it is printed: 3, t, t−1."""
    return str(index + 1) if isinstance(index, int) else str(index)


def _series(e: Expr, at: tuple[str, ...] | None) -> Set:
    letter, first, last, pattern = e.data
    sign = bx.Big("∑", row(bx.Letter(letter), bx.Sign("=", "plain"), bx.Numeral(str(first))),
                  bx.Numeral(str(last)))  # fmt: skip
    return row(sign, bx.SPACE, inside(pattern, PROD, at)), PROD


def _stack(e: Expr, at: tuple[str, ...] | None) -> Set:
    items = [formula(a) for a in e.args]
    if len(items) > 3:
        items = [items[0], bx.Sign("…", "plain"), items[-1]]
    cells: list[Box] = []
    for item in items:
        cells += [bx.Sign(",", "comma")] if cells else []
        cells.append(item)
    made = bx.Fence("(", row(*cells), ")")
    return (made, ATOM) if at is None else entry_of(e, at, made)


def _diag(e: Expr, at: tuple[str, ...] | None) -> Set:
    made = call("diag", e.args, None)
    return (made, PROD) if at is None else entry_of(e, at, made)


def _norm(e: Expr, at: tuple[str, ...] | None) -> Set:
    """‖x‖, of a matrix Frobenius's."""
    (x,) = e.args
    fence = bx.Fence("‖", formula(x), "‖")
    return (fence if x.ndim < 2 else bx.Script(fence, sub=bx.Letter("F"))), ATOM


def _kron(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = (inside(x, POWER) for x in e.args)
    made = row(a, bx.Sign("⊗"), b)
    return (made, SUM) if at is None else entry_of(e, at, made)


SET.update({
    "rep": _rep, "tot": _tot, "view": _view, "gram": _gram, "blocks": _blocks, "parts": _parts,
    "picked": _picked, "onehot": _onehot, "array": _array, "pull": _pull, "row": _row_of,
    "series": _series,
    "stack": _stack, "eye": lambda e, at: (bx.Letter("I"), ATOM), "diag": _diag,
    "norm": _norm, "kron": _kron,
    "commute": lambda e, at: (bx.Letter("K"), ATOM),
})  # fmt: skip
