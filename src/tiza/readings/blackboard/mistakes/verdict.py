"""The verdict on a claim: right, or the first wrong step, the mistake, and a counterexample."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tiza.errors import language, use_language
from tiza.readings.blackboard.expr import Partial, Symbol, symbols_of
from tiza.readings.blackboard.letters import adjoint, read, symbol
from tiza.readings.blackboard.mistakes.claims import Claim
from tiza.readings.blackboard.mistakes.compare import Comparison, Difference
from tiza.readings.blackboard.mistakes.repairs import Repair
from tiza.readings.blackboard.mistakes.search import Found
from tiza.readings.blackboard.mistakes.subject import Array, Subject, is_nested, spelled, users
from tiza.readings.blackboard.mistakes.truths import Truth
from tiza.readings.blackboard.mistakes.words import mistake, repaired, say
from tiza.readings.blackboard.notation import name_box
from tiza.readings.blackboard.steps import Step
from tiza.readings.blackboard.unicode import unicode

_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
SHOWN = 24  # entries of all arrays together that are printed


@dataclass(frozen=True)
class Line:
    """One line of the claim: what it was compared with, and what came of it."""

    claim: Claim
    truth: Truth | None  # None: a helper of the student's own, judged by what is made of it
    outcome: Comparison | None
    found: Sequence[Found] = ()
    example: Difference | None = None
    repair: Repair | None = None

    @property
    def right(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.outcome is None or self.outcome.equal


@dataclass(frozen=True)
class Verdict:
    """Whether a claim is right; if not, where it goes wrong and how. True where it is right.

    `equal`, `line` (number of the first wrong line), `mistake` (its kind, a stable word),
    `step` and `into` (the local derivative concerned: ∂step/∂into), `point`, `got`, `want`
    (the counterexample); `print(v)` and Jupyter tell it in words.
    """

    subject: Subject
    lines: Sequence[Line]
    lang: str | None = None
    decimal: str = "."

    def __bool__(self) -> bool:
        return self.equal

    @property
    def equal(self) -> bool:
        """Whether every line is right."""
        return all(line.right for line in self.lines)

    @property
    def wrong(self) -> Line | None:
        """The first wrong line."""
        return next((line for line in self.lines if not line.right), None)

    @property
    def assumed(self) -> tuple[str, ...]:
        """Derivatives that the claim uses without having derived them."""
        return tuple(self.lines[-1].claim.assumed) if self.lines else ()

    @property
    def line(self) -> int | None:
        """The number of the first wrong line."""
        return self.wrong.claim.number if self.wrong else None

    @property
    def mistake(self) -> str | None:
        """The kind of the mistake; None where all is right or the mistake is unknown."""
        if self.wrong is None:
            return None
        if self.wrong.found:
            return self.wrong.found[0].kind
        return self.wrong.repair.kind if self.wrong.repair else None

    @property
    def step(self) -> str | None:
        """The result in whose derivative the mistake was made."""
        if self.wrong is None:
            return None
        if self.wrong.found:
            return self.wrong.found[0].line
        return self._step_of_repair(self.wrong)

    def _step_of_repair(self, wrong: Line) -> str | None:
        """The line that speaks of what had to be changed, or of what is derived."""
        parts = list(wrong.repair.names) if wrong.repair else []
        wrt = wrong.truth.wrt if wrong.truth else None
        for name in (parts[0] if len(parts) == 1 else "", self.subject.name_of(wrt) if wrt else ""):
            lines = users(self.subject, name) if name in self.subject.nodes else []
            if lines:
                return lines[0]
        return None

    @property
    def into(self) -> str | None:
        """What that derivative is with respect to; None where that is not known."""
        found = self.wrong.found if self.wrong else ()
        return found[0].into if found else None

    @property
    def point(self) -> dict[str, Array] | None:
        """The counterexample: a value for each variable."""
        example = self.wrong.example if self.wrong else None
        return dict(example.sample.point) if example else None

    @property
    def got(self) -> float | None:
        """What the claim gives at the counterexample (in the entry that differs most)."""
        example = self.wrong.example if self.wrong else None
        return example.claimed if example else None

    @property
    def want(self) -> float | None:
        """What is true there."""
        example = self.wrong.example if self.wrong else None
        return example.true if example else None

    def as_dict(self) -> dict[str, Any]:
        """Everything that it says, for programs."""
        return {
            "right": self.equal, "line": self.line, "mistake": self.mistake, "step": self.step,
            "into": self.into, "point": self.point, "got": self.got, "want": self.want,
            "assumed": list(self.assumed), "lines": [line.right for line in self.lines],
            "text": str(self),
        }  # fmt: skip

    def __str__(self) -> str:
        with use_language(self.lang or language()):
            return "\n".join(self._told())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        with use_language(self.lang or language()):
            head, *rest = self._told()
        colour = "#1b7837" if self.equal else "#b2182b"
        items = "".join(f"<li>{html.escape(text.strip())}</li>" for text in rest)
        return (
            f'<div class="tiza-check"><p style="color:{colour};font-weight:600">'
            f"{html.escape(head)}</p><ul>{items}</ul></div>"
        )

    def _told(self) -> list[str]:
        if self.wrong is None:
            told = self._praise()
        else:
            reasons = _explained(self.subject, self.wrong)
            told = [self._head(self.wrong), *(f"  {text}" for text in reasons)]
        return [_DECIMAL.sub(self.decimal, text) for text in told]

    def _praise(self) -> list[str]:
        judged = [line for line in self.lines if line.truth is not None]
        if len(self.lines) > 1:
            text = [say("right"), say("right-lines", count=len(self.lines))]
        else:
            text = [say("right"), say("right-one", what=_label(self.subject, judged[0]))]
        if any(line.outcome and line.outcome.undefined for line in judged):
            text.append(say("undefined"))
        if self.assumed:
            names = ", ".join(unicode(name_box(read(n))) for n in self.assumed)
            text.append(say("assumed", names=names))
        return [" ".join(text)]

    def _head(self, wrong: Line) -> str:
        if len(self.lines) > 1:
            head = say("wrong-line", line=wrong.claim.number, source=wrong.claim.source)
            if any(line.truth for line in self.lines[: self.lines.index(wrong)]):
                head += f"\n  {say('first')}"
            return head
        return say("wrong-one", what=_label(self.subject, wrong))


def _symbol(subject: Subject, name: str) -> Symbol:
    """A name as the derivation writes it."""
    return subject.symbols.get(name) or symbol(name)


def pretty(subject: Subject, name: str, wrt: str = "") -> str:
    """A name as it is printed: w20 is w₂₀; with `wrt`, the derivative."""
    of = _symbol(subject, name)
    return unicode(name_box(Partial(of, _symbol(subject, wrt)) if wrt else of))


def _label(subject: Subject, line: Line) -> str:
    """What a line is about: ∂e/∂w₂₀."""
    assert line.truth is not None  # only judged lines are spoken of
    of, _, wrt = line.truth.label.removeprefix("∂").partition("/∂")
    return pretty(subject, of, wrt)


def _explained(subject: Subject, line: Line) -> list[str]:
    told: list[str] = []
    if line.claim.error is not None:
        told.append(say("no-fit", error=line.claim.error.fact))
    elif line.outcome is not None and line.outcome.shapes:
        got, want = (str(s) if s else say("scalar") for s in line.outcome.shapes)
        told.append(say("shapes", got=got, want=want))
    told += _reason(subject, line)
    if line.example is not None:
        told += _counterexample(subject, line.example)
    return told


def _reason(subject: Subject, line: Line) -> list[str]:
    if line.found:
        return _of_derivation(subject, line.found[0])
    if line.repair is not None:
        words = repaired(line.repair.kind, part=line.repair.part)
        return [say("why", mistake=words), say("repair", text=line.repair.text)]
    if line.truth is not None and line.truth.of is not None and line.claim.error is None:
        return [say("unknown")]
    return []


def _of_derivation(subject: Subject, found: Found) -> list[str]:
    told = [say("why", mistake=_mistake(subject, found))]
    if found.times != 1:
        told.append(say("times", times=_number(found.times)))
    told += [say(key, text=text) for key, text in _right_steps(subject, found)]
    for other in found.others:
        told.append(say("also", mistake=_mistake(subject, other)))
        told += [say(key, text=text) for key, text in _right_steps(subject, other)]
    return told


def _mistake(subject: Subject, found: Found) -> str:
    """What is said of one mistake."""
    kind = f"{found.kind}-somewhere" if _is_somewhere(found) else found.kind
    return mistake(
        kind,
        step=_step(subject, found),
        line=pretty(subject, found.line),
        into=pretty(subject, found.into) if found.into else "",
        factor=_number(found.factor),
    )


def _is_somewhere(found: Found) -> bool:
    """Whether only the whole result shows it: any sign, any factor."""
    return found.rank > 5 and found.kind in ("sign", "number")


def _step(subject: Subject, found: Found) -> str:
    """The local derivative concerned: ∂f/∂z, or inside of a line ∂L/∂(x²)."""
    over, under = pretty(subject, found.line), pretty(subject, found.into) if found.into else ""
    plain = found.node.prim.family != "elementwise" or not under
    if plain or not is_nested(subject, found.line, found.into):
        return pretty(subject, found.line, found.into)
    line = subject.node(found.line)
    whole = (line, line.opened) if line is not None else ()
    if found.node not in whole:
        text = spelled(subject, found.node)
        over = f"({text})" if text else over
    if not subject.name_of(found.wrt) and found.wrt.prim.family == "elementwise":
        text = spelled(subject, found.wrt)
        under = f"({text})" if text else under
    return f"∂{over}/∂{under}"


def _right_steps(subject: Subject, found: Found) -> list[tuple[str, str]]:
    """The step of the true derivation that is concerned."""
    if subject.derivation is None or not found.into or _is_somewhere(found):
        return []
    into = _symbol(subject, found.into)
    partial = Partial(_symbol(subject, found.line), into)
    for part, key in (("local", "local"), ("backward", "step"), ("gradients", "step")):
        for step in subject.derivation.part(part):
            if _is_about(step, partial, into, part) and _is_familiar(subject, step):
                return [(key, step.text)]
    return []


def _is_familiar(subject: Subject, step: Step) -> bool:
    """Whether a step speaks of nothing but what the student knows by name."""
    known = {_symbol(subject, name) for name in (*subject.nodes, subject.loss_name)}
    known |= {adjoint(symbol) for symbol in known}
    for name in symbols_of(step.formula):
        parts = (name.of, name.wrt) if isinstance(name, Partial) else (name,)
        if any(part not in known for part in parts):
            return False
    return True


def _is_about(step: Step, partial: Partial, into: object, part: str) -> bool:
    if part == "local":
        return bool(step.name == partial)
    names = [step.name, *(e.data for e in step.between if e.op == "sym")]
    return any(isinstance(n, Partial) and n.wrt == into for n in names)


def _counterexample(subject: Subject, example: Difference) -> list[str]:
    point = example.sample.point
    small = sum(np.size(value) for value in point.values()) <= SHOWN
    said = [
        f"{pretty(subject, name)} = {_array(np.asarray(value))}" if small else pretty(subject, name)
        for name, value in point.items()
    ]
    values = say("values", got=_number(example.claimed), want=_number(example.true))
    if example.where:
        where = example.where[0] if len(example.where) == 1 else example.where
        values += say("entry", where=where)
    return [say("at" if small else "somewhere", point=", ".join(said)), f"  {values}."]


def _number(value: float) -> str:
    """A number as a person writes it: 0.25 and 1/3, not 0.3333333333333333."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    short = f"{value:.6g}"
    fraction = Fraction(value).limit_denominator(12)
    if float(short) != value and abs(float(fraction) - value) < 1e-12:
        return str(fraction)
    return short


def _array(value: Array) -> str:
    if value.shape == ():
        return _number(float(value))
    return "[" + ", ".join(_array(v) for v in value) + "]"
