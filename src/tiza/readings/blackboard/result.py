"""The derivation as an object: its steps, its check, and its renderings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, GradientError, language, use_language
from tiza.graph import Node
from tiza.lang.tensor import Tensor
from tiza.optim.averaging import ExponentialMovingAverage
from tiza.optim.lbfgs import Whole
from tiza.optim.optimizer import Optimizer
from tiza.readings.blackboard.derivation import (
    Board,
    Chain,
    forward,
    gradients,
    local,
    set_up,
)
from tiza.readings.blackboard.differences import finite_differences
from tiza.readings.blackboard.directions import differentials, directional
from tiza.readings.blackboard.expr import Name
from tiza.readings.blackboard.second import jacobian, second_derivatives
from tiza.readings.blackboard.steps import Introduced, Step
from tiza.readings.blackboard.twin import OPENED, twins
from tiza.readings.blackboard.updates import rule_of, update
from tiza.readings.blackboard.whole_updates import averaged, whole_update

DETAILS = ("steps", "summary", "entries")
LAYOUTS = ("code", "book")
Updating = Optimizer | ExponentialMovingAverage


@dataclass
class Derivation:
    """A loss derived step by step; prints itself, and knows whether it is right.

    `steps` are the equations (see `steps.py`), `symbols` what they begin with, `values` the
    numbers behind all names. `print(d)`, Jupyter, `to_html`, `to_latex` and `to_markdown` show
    the same equations; `check()` evaluates each printed formula and compares it with the engine.
    """

    board: Board
    steps: list[Step]
    rule: list[Step] = field(default_factory=list)  # the update once, for any variable w
    detail: str = "steps"
    layout: str = "code"
    lang: str | None = None
    numbers: bool = True
    decimal: str = "."
    _checked: dict[str, float] = field(default_factory=dict)

    @property
    def symbols(self) -> list[Introduced]:
        """What the formulas begin with: data, parameters, hyperparameters."""
        return self.board.introduced

    @property
    def values(self) -> dict[Name, Any]:
        """The number (or array) behind each name."""
        return self.board.values

    def part(self, name: str) -> list[Step]:
        """The steps of one part: "forward", "local", "backward", "gradients" or "update"."""
        return [step for step in self.steps if step.part == name]

    def check(self) -> dict[str, float]:
        """Greatest differences: printed formulas to the engine, gradients to finite differences."""
        if not self._checked:
            formulas = max((step.error(self.values) for step in self.steps), default=0.0)
            finite = finite_differences(self.board) if self.board.adjoints else formulas
            self._checked = {"formulas": formulas, "finite": finite}
        return dict(self._checked)

    def spoken(self) -> str:
        """The language in which it is written."""
        return self.lang or language()

    def __str__(self) -> str:
        from tiza.readings.blackboard.plain import plain

        with use_language(self.spoken()):
            return plain(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from tiza.readings.blackboard.html import fragment

        with use_language(self.spoken()):
            return fragment(self)

    def _repr_markdown_(self) -> str:
        from tiza.readings.blackboard.markdown import markdown

        with use_language(self.spoken()):
            return markdown(self)

    def _repr_latex_(self) -> str:
        from tiza.readings.blackboard.document import mathematics

        with use_language(self.spoken()):
            return mathematics(self)

    def to_html(self, path: str | Path) -> Path:
        """Write one file that needs nothing else, not even a connection."""
        from tiza.readings.blackboard.html import page

        with use_language(self.spoken()):
            return _written(path, page(self))

    def to_latex(self, path: str | Path) -> Path:
        """Write a document that pdflatex compiles."""
        from tiza.readings.blackboard.document import document

        with use_language(self.spoken()):
            return _written(path, document(self))

    def to_markdown(self, path: str | Path) -> Path:
        """Write Markdown with formulas between dollars."""
        return _written(path, self._repr_markdown_())


def _written(path: str | Path, text: str) -> Path:
    target = Path(path)
    target.write_text(text, encoding="utf-8")
    return target


def build(loss: Tensor, wrt: Sequence[Tensor], optimizer: Updating | None = None, *,
          names: Mapping[Node, str] | None = None, paths: Mapping[Node, str] | None = None,
          detail: str = "steps", layout: str = "code", lang: str | None = None,
          numbers: bool = True, decimal: str = ".",
          deeper: Sequence[str] = (), order: int = 1,
          direction: Mapping[Node, Any] | None = None) -> Derivation:  # fmt: skip
    """The derivation of a loss that is one number; `names` are the author's, by node."""
    for what, got, known in (("detail", detail, DETAILS), ("layout", layout, LAYOUTS),
                             ("decimal", decimal, (".", ","))):  # fmt: skip
        _one_of(what, got, known)
    vector = 1 <= loss.ndim <= 2 and len(wrt) == 1 and 1 <= wrt[0].ndim <= 2
    if loss.shape != () and not vector:
        raise GradientError("loss-not-scalar", shape=loss.shape)
    twin = twins([loss.node], [w.node for w in wrt], frozenset(OPENED | set(deeper)))
    missing = [w for w in wrt if w.node not in twin]
    if missing or not wrt:
        raise GradientError("derive-unused", name=missing[0].name or "w" if missing else "w")
    top = twin[loss.node]
    given = {twin[n]: name for n, name in (names or {}).items() if n in twin}
    named = {twin[n]: path for n, path in (paths or {}).items() if n in twin}
    targets = list(dict.fromkeys(twin[w.node] for w in wrt))
    along = {twin[n]: np.asarray(v, float) for n, v in (direction or {}).items()}
    with use_language(lang or language()):
        board = set_up(top, targets, given, named, layout, twin.roots, twin.times)
        chain = Chain(board)
        steps = forward(board)
        if vector:
            steps += directional(board, along) if along else differentials(board)
            made = Derivation(board, steps, [], detail, layout, lang, numbers, decimal)
            made.steps += jacobian(board, targets[0])
            return made
        if board.scalar:
            steps += local(board)
        elif detail != "summary" and not along:
            steps += differentials(board)
        steps += chain.write()
        steps += gradients(board, chain)
        steps += directional(board, along) if along else []
        if order == 2:
            steps += second_derivatives(board, chain)
        made = Derivation(board, steps, [], detail, layout, lang, numbers, decimal)
        if optimizer is not None:
            _add_update(made, optimizer, {twin[w.node]: w for w in wrt})
    return made


def _add_update(d: Derivation, optimizer: Updating, owners: Mapping[Node, Tensor]) -> None:
    """The update's lines, and the rule once for all variables."""
    if isinstance(optimizer, Whole):
        steps, d.rule = whole_update(d.board, optimizer, owners)
    elif isinstance(optimizer, ExponentialMovingAverage):
        steps = averaged(d.board, optimizer, owners)
        d.rule = rule_of(d.board, steps)
    else:
        steps = update(d.board, optimizer, owners)
        d.rule = rule_of(d.board, steps)
    d.steps += steps


def _one_of(what: str, got: str, known: Sequence[str]) -> None:
    if got not in known:
        raise ArgumentError("derive-option", name=what, got=got, known=", ".join(known))
