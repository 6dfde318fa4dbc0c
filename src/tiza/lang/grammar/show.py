"""Trees to text again: in plain characters, and in LaTeX."""

from __future__ import annotations

import re

from tiza.lang.grammar.latex import Latex
from tiza.lang.grammar.names import differential
from tiza.lang.grammar.tree import (
    Call,
    Chain,
    Compare,
    Index,
    Name,
    Neg,
    Num,
    Pow,
    Statement,
    Total,
    Transpose,
    Tree,
)
from tiza.lang.grammar.words import FUNCTIONS

COMPARE, SUM, ENTRIES, PRODUCT, PREFIX, POWER, ATOM = 5, 10, 20, 30, 40, 50, 60
LEVELS = {"sum": SUM, "entries": ENTRIES, "product": PRODUCT}


def to_text(what: Tree | Statement) -> str:
    """A tree or a line in plain characters; `parse` reads the same tree from it.

    >>> to_text(Chain("sum", Name("a"), (("-", Pow(Name("b"), Num(2))),)))
    'a - b^2'
    """
    if isinstance(what, Statement):
        return " = ".join(_text(t)[0] for t in (*what.targets, *what.values))
    return _text(what)[0]


def to_latex(what: Tree | Statement) -> str:
    r"""A tree or a line in LaTeX; `parse` reads the same formula from it.

    >>> print(to_latex(Chain("product", Name("a1"), (("/", Name("b_hat")),))))
    \frac{a_{1}}{\hat{b}}
    """
    if isinstance(what, Statement):
        return " = ".join(Latex().of(t) for t in (*what.targets, *what.values))
    return Latex().of(what)


def _wrapped(tree: Tree, level: int) -> str:
    """The text of a tree, in parentheses unless it binds at least as closely as `level`."""
    text, own = _text(tree)
    return text if own >= level else f"({text})"


def _text(tree: Tree) -> tuple[str, int]:
    """The text of a tree, and how closely it binds."""
    match tree:
        case Chain():
            return _chain(tree)
        case Call():
            return _call(tree), ATOM
        case Neg(x):
            return f"-{_wrapped(x, POWER)}", PREFIX
        case Transpose(x):
            return f"{_wrapped(x, ATOM)}^T", ATOM
        case Pow(base, exponent):
            return f"{_wrapped(base, ATOM)}^{_wrapped(exponent, PREFIX)}", POWER
        case Compare(op, left, right):
            sign = "==" if op == "=" else op
            return f"{_wrapped(left, SUM)} {sign} {_wrapped(right, SUM)}", COMPARE
        case Total(over, body, mean, upto):
            head = f"mean_{''.join(over)}" if mean else f"∑_{{{','.join(over)}}}"
            above = f"^{{{upto}}}" if upto is not None else ""
            return f"{head}{above} {_wrapped(body, ENTRIES)}", SUM
        case _:
            return _leaf(tree), ATOM


def _leaf(tree: Tree) -> str:
    match tree:
        case Num(value):
            return repr(value)
        case Name(name):
            bare = name not in FUNCTIONS and differential(name) is None
            return name if bare else f"({name})"
        case Index(Name(name), at):
            return f"{name}[{', '.join(map(str, at))}]"
        case _:
            return "𝟏"


def _call(tree: Call) -> str:
    if tree.function == "indicator":
        return f"1[{_text(tree.args[0])[0]}]"
    inside = [_text(a)[0] if not isinstance(a, Compare) else f"({_text(a)[0]})" for a in tree.args]
    inside += [f"{name}={value}" for name, value in tree.options]
    return f"{tree.function}{chr(39) * tree.primes}({', '.join(inside)})"


def _chain(tree: Chain) -> tuple[str, int]:
    level = LEVELS[tree.kind]
    out = _wrapped(tree.first, level + 1)
    for op, operand in tree.rest:
        text = _wrapped(operand, level + 1)
        if op == "" and re.match(r"[\d.-]|1\[", text) and not isinstance(operand, Call):
            text = f"({text})"
        out += f" {text}" if op == "" else f"/{text}" if op == "/" else f" {op} {text}"
    return out, level
