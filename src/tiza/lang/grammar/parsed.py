"""A formula that has been read: its names, and the tensor that it stands for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tiza.errors import ArgumentError
from tiza.lang.grammar.build import Builder
from tiza.lang.grammar.derivatives import CONSTANTS
from tiza.lang.grammar.lexer import Source
from tiza.lang.grammar.names import canonical
from tiza.lang.grammar.parser import Parser
from tiza.lang.grammar.show import to_latex, to_text
from tiza.lang.grammar.tree import Statement, names_in, target_name
from tiza.lang.tensor import Tensor


@dataclass(frozen=True)
class Parsed:
    """The lines of a text, each a tree; made by `parse`."""

    text: str
    statements: tuple[Statement, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that must be given values, in the order in which they occur."""
        free: dict[str, None] = {}
        given: set[str] = set()
        for statement in self.statements:
            for value in statement.values:
                free |= {n: None for n in names_in(value) if n not in given | set(CONSTANTS)}
            given |= {target_name(t) for t in statement.targets}
        return tuple(free)

    @property
    def name(self) -> str:
        """The name that the last line gives, or ""."""
        return self.statements[-1].name

    def build(self, values: Mapping[str, Any] | None = None, *, names: bool = True) -> Tensor:
        """The tensor of the last line, where each variable stands for its value.

        Earlier lines become intermediate results, which bear their names unless `names` is
        False.

        Errors: a variable without a value, shapes that do not fit.

        >>> import tiza as tz
        >>> parse("a^2 + b").build({"a": tz.tensor(3.0), "b": tz.tensor(1.0)}).item()
        10.0
        """
        return self.trace(values, names=names)[-1][1]

    def trace(
        self, values: Mapping[str, Any] | None = None, *, names: bool = True
    ) -> list[tuple[Statement, Tensor]]:
        """Every line with the tensor that it stands for, the last one included."""
        builder = Builder({canonical(k): v for k, v in (values or {}).items()}, names=names)
        return [(s, builder.statement(s)) for s in self.statements]

    def missing(self, values: Mapping[str, Any]) -> list[str]:
        """The variables without a value."""
        given = {canonical(k) for k in values}
        return [name for name in self.variables if name not in given]

    def to_text(self) -> str:
        """The same formula in plain characters, which `parse` reads as the same trees."""
        return "\n".join(to_text(s) for s in self.statements)

    def to_latex(self) -> str:
        """The same formula in LaTeX, as a book prints it."""
        return " \\\\\n".join(to_latex(s) for s in self.statements)


def parse(text: str, *, known: Collection[str] = ()) -> Parsed:
    r"""Read a formula, typed as in Python, in LaTeX or in Unicode; nothing of it is ever run.

    Several lines `name = formula` may follow one another. Operands side by side are
    multiplied; ^ and ** raise; * multiplies entry by entry, ⊙ too, @ is the matrix
    product, which matrices side by side also mean; X^T, X.T and Xᵀ transpose; σ'(z)
    derives; ∑_i x_i y_i sums over an index; de/dw20 and \partial e/\partial w_{20} are the
    names of derivatives. Names in `known` are variables even if functions are called so.

    Errors: ArgumentError "grammar-...", which points at the place with a caret.
    Source: precedence after V. R. Pratt 1973, "Top down operator precedence".

    >>> parse("(y - S(w20 + w21*tanh(w10 + w11*x1)))**2/2").variables
    ('y', 'w20', 'w21', 'w10', 'w11', 'x1')
    >>> print(parse(r"\frac{1}{2}(y-\sigma(w_{20}))^2").to_text())
    (1/2) (y - sigmoid(w20))^2
    """
    if not isinstance(text, str):
        raise ArgumentError("grammar-text", got=type(text).__name__)
    parser = Parser(Source(text), {canonical(name) for name in known})
    return Parsed(text, parser.program())
