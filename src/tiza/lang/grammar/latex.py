"""Trees in LaTeX, as a book prints them."""

from __future__ import annotations

import re

from tiza.lang.grammar.names import LATIN, canonical
from tiza.lang.grammar.tree import (
    Call,
    Chain,
    Compare,
    Index,
    Name,
    Neg,
    Num,
    Pow,
    Total,
    Transpose,
    Tree,
    children,
)
from tiza.lang.grammar.words import FUNCTIONS, GREEK_WORDS

COMPARE, SUM, ENTRIES, PRODUCT, PREFIX, POWER, ATOM = 5, 10, 20, 30, 40, 50, 60
LEVELS = {"sum": SUM, "entries": ENTRIES, "product": PRODUCT}
COMMANDS = {
    "tanh": r"\tanh", "exp": r"\exp", "log": r"\log", "sin": r"\sin", "cos": r"\cos",
    "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh", "max": r"\max", "min": r"\min",
    "sigmoid": r"\sigma", "relu": r"\operatorname{ReLU}", "det": r"\det", "atan": r"\arctan",
    "asin": r"\arcsin", "acos": r"\arccos", "log_softmax": r"\operatorname{logsoftmax}",
    "log2": r"\log_{2}", "log10": r"\log_{10}",
}  # fmt: skip
SIGNS = {"*": r"\,", "": r"\,", "·": r" \cdot ", "@": r"\,", "⊙": r" \odot ", "+": " + ",
         "-": " - "}  # fmt: skip
SUMMARIES = {"sum", "mean", "max", "min", "norm", "dot", "det", "trace", "logsumexp"}
COMPARISONS = {"<": "<", ">": ">", "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "==": "=", "=": "="}
_NAME = re.compile(rf"([{LATIN}]+)(_(?:hat|bar|tilde|dot))?(\d*)(?:_(\w+))?")
_DERIVATIVE = re.compile(r"d([A-Za-z]\w*?)_d([A-Za-z]\w*)")


def name_latex(name: str) -> str:
    r"""A name in LaTeX.

    >>> print(name_latex("w20"), name_latex("y_hat"), name_latex("delta_f"), name_latex("de_dw1"))
    w_{20} \hat{y} \delta_{f} \frac{\partial e}{\partial w_{1}}
    """
    slope = _DERIVATIVE.fullmatch(name)
    if slope and canonical(name) == name:
        return rf"\frac{{\partial {name_latex(slope[1])}}}{{\partial {name_latex(slope[2])}}}"
    found = _NAME.fullmatch(name)
    if found:
        word, hat, digits, rest = found.groups()
        base = f"\\{word}" if word in GREEK_WORDS else word
        base = base if len(word) == 1 or word in GREEK_WORDS else rf"\mathrm{{{word}}}"
        base = rf"\{hat[1:]}{{{base}}}" if hat else base
        minus = (rest or "").replace("_minus_", "-").replace("_plus_", "+").replace("_", ",")
        below = ",".join(part for part in (digits, minus) if part)
        text = f"{base}_{{{below}}}" if below else base
        if canonical(text) == name:
            return text
    return rf"\mathrm{{{name}}}"


def _sign(op: str, left: Tree, right: Tree) -> str:
    """The sign to print: ⊙ for entries of arrays, · for the inner product of vectors."""
    capitals = [_capital(left), _capital(right)]
    if op == "*" and any(capitals):
        return "⊙"
    small = isinstance(left, Name) and isinstance(right, Name) and not any(capitals)
    return "·" if op == "@" and small else op


def _capital(tree: Tree) -> bool:
    """Whether a tree is an array by its names."""
    inside = [tree]
    while inside:
        part = inside.pop()
        if isinstance(part, Name) and re.sub(r"^d\w+_d", "", part.name)[0].isupper():
            return True
        if not isinstance(part, Call) or part.function not in SUMMARIES:
            inside += children(part)
    return False


class Latex:
    """The printer: each method gives a tree, and says how closely it binds."""

    def of(self, tree: Tree, level: int = 0) -> str:
        """The tree, in parentheses unless it binds at least as closely as `level`."""
        text, own = self._tree(tree)
        return text if own >= level else rf"\left({text}\right)"

    def _tree(self, tree: Tree) -> tuple[str, int]:
        match tree:
            case Chain():
                return self._chain(tree)
            case Call():
                return self._call(tree), ATOM
            case Neg(x):
                return f"-{self.of(x, PRODUCT + 1)}", SUM
            case Transpose(x):
                return rf"{self.of(x, ATOM)}^\top", ATOM
            case Pow(base, exponent):
                return f"{self._base(base)}^{{{self.of(exponent)}}}", POWER
            case Compare(op, left, right):
                return f"{self.of(left, SUM)} {COMPARISONS[op]} {self.of(right, SUM)}", COMPARE
            case Total():
                return self._total(tree), SUM
            case Num(value):
                return self._number(value)
            case _:
                return self._leaf(tree), ATOM

    def _leaf(self, tree: Tree) -> str:
        match tree:
            case Name(name):
                return name_latex(name) if name not in FUNCTIONS else f"{{{name_latex(name)}}}"
            case Index(Name(name), at):
                return self._entry(name, at)
            case _:
                return r"\mathbf{1}"

    @staticmethod
    def _number(value: int | float) -> tuple[str, int]:
        text = repr(value)
        if "e" not in text:
            return text, ATOM
        digits, _, power = text.partition("e")
        return rf"{digits} \cdot 10^{{{int(power)}}}", PRODUCT

    @staticmethod
    def _entry(name: str, at: tuple[int | str, ...]) -> str:
        if any(isinstance(i, int) for i in at):
            return f"{name_latex(name)}[{', '.join(map(str, at))}]"
        letters = f"_{{{','.join(map(str, at))}}}"
        slope = _DERIVATIVE.fullmatch(name)
        if slope:  # ∂L/∂W_jk, not (∂L/∂W)_jk
            below = name_latex(slope[2]) + letters
            return rf"\frac{{\partial {name_latex(slope[1])}}}{{\partial {below}}}"
        return name_latex(name) + letters

    def _base(self, base: Tree) -> str:
        text = self.of(base, ATOM)
        return f"{{{text}}}" if isinstance(base, Transpose) else text

    def _total(self, tree: Total) -> str:
        above = f"^{{{tree.upto}}}" if tree.upto is not None else ""
        sign = rf"\sum_{{{','.join(tree.over)}}}{above}"
        if tree.mean:
            sign = f"mean_{''.join(tree.over)}"
        return f"{sign} {self.of(tree.body, ENTRIES)}"

    def _call(self, tree: Call) -> str:
        inside = ", ".join(self.of(a) for a in tree.args)
        match tree.function:
            case "sqrt":
                return rf"\sqrt{{{inside}}}"
            case "abs":
                return rf"\left\lvert {inside} \right\rvert"
            case "norm" if not tree.options:
                return rf"\left\lVert {inside} \right\rVert"
            case "indicator":
                return rf"\mathbf{{1}}[{inside}]"
        inside += "".join(f", {name}={value}" for name, value in tree.options)
        plain = rf"\operatorname{{{tree.function}}}"
        return rf"{COMMANDS.get(tree.function, plain)}{chr(39) * tree.primes}\left({inside}\right)"

    def _chain(self, tree: Chain) -> tuple[str, int]:
        level = LEVELS[tree.kind]
        if tree.kind == "product":
            return self._product(tree)
        out = self.of(tree.first, level)
        for op, operand in tree.rest:
            out += SIGNS[op] + self.of(operand, level + 1)
        return out, level

    def _product(self, tree: Chain) -> tuple[str, int]:
        out, own = self._tree(tree.first)
        for op, operand in tree.rest:
            if op == "/":
                out, own = rf"\frac{{{out}}}{{{self.of(operand)}}}", ATOM
                continue
            left = out if own >= PRODUCT else rf"\left({out}\right)"
            right = self.of(operand, PRODUCT + 1)
            sign = SIGNS[_sign(op, tree.first, operand)]
            if right[0].isdigit() or (op == "*" and left[-1].isdigit() and right[0].isdigit()):
                sign = r" \cdot "
            out, own = f"{left}{sign}{right}", PRODUCT
        return out, own
