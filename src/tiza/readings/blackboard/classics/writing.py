"""A classical result as it is written on the blackboard: sentences, and equations that are true.

Every equation is typed once. Its printed form is evaluated and compared with what tiza
computes from the same text; where its left side is a derivative, with tiza's own derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from tiza.errors import LANGUAGES, language, pick, use_language
from tiza.graph import constant
from tiza.lang.grammar import parse
from tiza.lang.grammar.build import Builder
from tiza.lang.grammar.tree import Tree, target_name
from tiza.lang.tensor import Tensor
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.boxes import EQUALS, Box, row
from tiza.readings.blackboard.classics.spelled import Speller
from tiza.readings.blackboard.document import PREAMBLE, text
from tiza.readings.blackboard.expr import Array, Expr, Name, Partial, Symbol
from tiza.readings.blackboard.figures import array_box, given_box, plain_figure
from tiza.readings.blackboard.latex import latex
from tiza.readings.blackboard.letters import read, symbol
from tiza.readings.blackboard.mathml import mathml
from tiza.readings.blackboard.notation import formula, name_box
from tiza.readings.blackboard.printed import Printed
from tiza.transforms import differentiate

SHOWN = 12  # entries of an array that are printed as numbers


@dataclass(frozen=True)
class Sentence:
    """A sentence between equations, in both languages."""

    en: str
    es: str

    @property
    def text(self) -> str:
        """In the language in force."""
        return pick((self.en, self.es))


@dataclass(frozen=True)
class Equation(Printed):
    """name = formula = formula, or formulas that are equal; and the value that all of them have."""

    name: Name | None
    formulas: Sequence[Expr]
    value: Array
    truth: Array | None = None  # the same by tiza's own derivative or algorithm

    @property
    def box(self) -> Box:
        """All sides, without numbers."""
        sides = [formula(f) for f in self.formulas]
        if self.name is not None:
            sides.insert(0, name_box(self.name))
        parts = [sides[0]]
        for side in sides[1:]:
            parts += [EQUALS, side]
        return row(*parts)

    @property
    def sides(self) -> Sequence[Expr]:
        """All sides but the name."""
        return self.formulas

    @property
    def truths(self) -> Sequence[Array]:
        """The value, and tiza's own where there is one."""
        return (self.value,) if self.truth is None else (self.value, self.truth)


@dataclass
class Classic:
    """A classical result, derived; prints itself, and knows whether it is right.

    `parts` are its sentences and equations, `values` the numbers behind the names; `check()`
    is the greatest difference between a printed formula and what tiza computes.
    """

    title: tuple[str, str]
    parts: list[Sentence | Equation] = field(default_factory=list)
    values: dict[Name, Any] = field(default_factory=dict)
    lang: str | None = None
    numbers: bool = True
    decimal: str = "."

    @property
    def equations(self) -> list[Equation]:
        """The equations in their order."""
        return [p for p in self.parts if isinstance(p, Equation)]

    def check(self) -> float:
        """Greatest difference of any printed side from the truth, relative where that is large."""
        return max(e.error(self.values) for e in self.equations)

    def _spoken(self) -> str:
        return self.lang or language()

    def __str__(self) -> str:
        with use_language(self._spoken()):
            title = pick(self.title)
            rows = [title, "─" * len(title)]
            for part in self.parts:
                rows += [part.text] if isinstance(part, Sentence) else [f"    {self._line(part)}"]
            return "\n".join(rows)

    __repr__ = __str__

    def _line(self, equation: Equation) -> str:
        value = self._number(equation)
        return f"{equation.text} = {value}" if value else equation.text

    def _number(self, equation: Equation) -> str:
        """The value in plain characters; empty where it is not shown."""
        value = np.asarray(equation.value)
        if not self.numbers or value.size > SHOWN:
            return ""
        return _array(value, self.decimal)

    def _box(self, equation: Equation) -> Box:
        value = np.asarray(equation.value)
        if not self.numbers or value.size > SHOWN:
            return equation.box
        number = given_box(float(value), self.decimal) if value.ndim == 0 else None
        return row(equation.box, EQUALS, number or array_box(value, self.decimal))

    def _repr_markdown_(self) -> str:
        with use_language(self._spoken()):
            rows = [f"## {pick(self.title)}", ""]
            for part in self.parts:
                if isinstance(part, Sentence):
                    rows += [part.text, ""]
                else:
                    rows += [f"$${latex(self._box(part))}$$", ""]
            return "\n".join(rows)

    def _repr_latex_(self) -> str:
        rows = [latex(self._box(e)) for e in self.equations]
        return "$$\\begin{gathered}\n" + " \\\\\n".join(rows) + "\n\\end{gathered}$$"

    def _repr_html_(self) -> str:
        with use_language(self._spoken()):
            rows = [f"<h2>{escape(pick(self.title))}</h2>"]
            for part in self.parts:
                if isinstance(part, Sentence):
                    rows.append(f"<p>{escape(part.text)}</p>")
                else:
                    rows.append(f'<p class="equation">{mathml(self._box(part), True)}</p>')
            inner = "\n".join(rows)
        return f'<style>{STYLE}</style>\n<div class="tiza-classic">\n{inner}\n</div>'

    def to_html(self, path: str | Path) -> Path:
        """Write one file that needs nothing else, not even a connection."""
        target = Path(path)
        target.write_text(
            f'<!doctype html>\n<html lang="{self._spoken()}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{escape(self.title[LANGUAGES.index(self._spoken())])}</title></head>"
            f"<body>{self._repr_html_()}</body></html>\n",
            encoding="utf-8",
        )
        return target

    def to_latex(self, path: str | Path) -> Path:
        """Write a document that pdflatex compiles."""
        with use_language(self._spoken()):
            rows = [PREAMBLE, rf"\section*{{{_running(pick(self.title))}}}"]
            for part in self.parts:
                if isinstance(part, Sentence):
                    rows.append(_running(part.text))
                else:
                    rows.append(rf"\[ {latex(self._box(part))} \]")
            rows.append("\\end{document}\n")
        target = Path(path)
        target.write_text("\n".join(rows), encoding="utf-8")
        return target

    def to_markdown(self, path: str | Path) -> Path:
        """Write Markdown with formulas between dollars."""
        target = Path(path)
        target.write_text(self._repr_markdown_(), encoding="utf-8")
        return target


SIGNS = {"ε": r"$\varepsilon$", "η": r"$\eta$", "π": r"$\pi$", "ᶻ": "$^z$", "‖": r"$\Vert$",
         "←": r"$\leftarrow$"}  # fmt: skip


def _running(plain: str) -> str:
    """A sentence for LaTeX."""
    return "".join(SIGNS.get(c, c) for c in text(plain))


STYLE = """
.tiza-classic{font-family:Georgia,'Times New Roman',serif;color:#1f2430;background:#fff;
 line-height:1.5;max-width:46rem;margin:1rem auto;padding:0 1rem}
.tiza-classic h2{font-size:1.3rem;color:#1d4e79;border-bottom:1px solid #c9d6e2}
.tiza-classic .equation{margin:.5rem 0 .5rem 1.6rem;overflow-x:auto;
 overflow-y:hidden;padding:.1rem 0}
.tiza-classic math{font-size:1.08em}
"""


def _array(value: Array, decimal: str) -> str:
    if value.ndim == 0:
        return plain_figure(float(value), decimal)
    return "[" + ", ".join(_array(np.asarray(v), decimal) for v in value) + "]"


class Writing:
    """Writes a classical result: data by name, then sentences and equations in turn."""

    def __init__(self, title: tuple[str, str], **data: Any) -> None:
        self.made = Classic(title)
        self.tensors: dict[str, Tensor] = {}
        self.names: dict[str, Expr] = {}
        self.builder = Builder({}, names=False)
        for name, value in data.items():
            self.give(name, np.asarray(value, float))

    def give(self, name: str, value: Array | Tensor) -> None:
        """A name for a value."""
        tensor = value if isinstance(value, Tensor) else Tensor(constant(np.array(value), name))
        self.tensors[name] = tensor
        self.builder.give(name, tensor)
        known = read(name)
        self.names[name] = al.sym(known, tensor.shape)
        self.made.values[known] = tensor.numpy()

    def say(self, en: str, es: str) -> None:
        """A sentence."""
        self.made.parts.append(Sentence(en, es))

    def eq(self, text: str, truth: Any = None, kind: str = "") -> None:
        """name = formula (= formula ...), which gives the name its value.

        A derivative dL_dw of a number L that was given before is compared with tiza's own.
        """
        (line,) = parse(text, known=set(self.tensors)).statements
        name = target_name(line.targets[-1])
        tensors = [self._tensor(tree) for tree in line.values]
        expected = truth if truth is not None else self._derivative(name, tensors[0].shape)
        value = tensors[0] if expected is None else expected
        formulas = self._spelled(line.values)
        self.give(name, value if isinstance(value, Tensor) else np.asarray(value, float))
        found = None if expected is None else self.tensors[name].numpy()
        self._add(self.names[name].data, formulas, tensors[0].numpy(), found)

    def same(self, *texts: str) -> None:
        """Formulas that are equal."""
        trees = [parse(t, known=set(self.tensors)).statements[-1].values[0] for t in texts]
        value = self._tensor(trees[0]).numpy()
        self._add(None, self._spelled(trees), value, None)

    def _add(self, name: Name | None, formulas: list[Expr], value: Array,
             truth: Array | None) -> None:  # fmt: skip
        self.made.parts.append(Equation(name, formulas, np.array(value), truth))

    def _spelled(self, trees: Sequence[Tree]) -> list[Expr]:
        speller = Speller(self.names)
        return [speller.spell(tree) for tree in trees]

    def _tensor(self, tree: Tree) -> Tensor:
        return self.builder.whole(self.builder.tree(tree))

    def _derivative(self, name: str, shape: tuple[int, ...]) -> Tensor | None:
        """tiza's derivative where `name` is one of a number by something known."""
        known = read(name)
        if not isinstance(known, Partial):
            return None
        by_symbol: dict[Symbol, str] = {symbol(n): n for n in self.tensors}
        of, wrt = by_symbol.get(known.of), by_symbol.get(known.wrt)
        if of is None or wrt is None or self.tensors[of].shape != ():
            return None
        top, variable = self.tensors[of], self.tensors[wrt]
        seed = Tensor(constant(np.ones(())))
        (found,) = differentiate([top.node], [variable.node], [seed.node])
        return None if found is None else Tensor(found)

    def done(self, lang: str | None, numbers: bool, decimal: str) -> Classic:
        """The finished result."""
        self.made.lang, self.made.numbers, self.made.decimal = lang, numbers, decimal
        return self.made
