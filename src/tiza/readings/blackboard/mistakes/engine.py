"""The comparison: each line of a claim against its truth; the mistake in the first wrong one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import Node
from tiza.lang.grammar.tree import names_in
from tiza.lang.tensor import Tensor
from tiza.readings.blackboard.mistakes import repairs
from tiza.readings.blackboard.mistakes.claims import Claim, read_function, read_tensor, read_text
from tiza.readings.blackboard.mistakes.compare import (
    Comparison,
    Difference,
    Sample,
    attempted,
    compared,
    fitted,
    same_shape,
)
from tiza.readings.blackboard.mistakes.points import Domain, Point, nice_points, random_points
from tiza.readings.blackboard.mistakes.search import Found, Search
from tiza.readings.blackboard.mistakes.subject import Array, Subject, slope
from tiza.readings.blackboard.mistakes.truths import Truth, truths
from tiza.readings.blackboard.mistakes.verdict import Line, Verdict

Function = Callable[..., object]
POINTS = {True: 24, False: 6}  # how many, for numbers and for arrays
SEARCHED = {True: 6, False: 3}  # points at which a mistake must give the student's answer


@dataclass
class Engine:
    """One comparison."""

    subject: Subject
    domain: Domain
    seed: int = 0
    leaves: dict[Node, str] | None = None

    def check(self, claim: str | Function | Tensor, wrt: str) -> Verdict:
        """The verdict on a claim about ∂loss/∂wrt, or about whatever its lines name."""
        final = self._final(wrt) if wrt else None
        chosen: dict[str, int] = {}
        with np.errstate(all="ignore"):  # what overflows at a point says nothing there
            while True:
                lines, again = self._lines(self._read(claim, final, chosen), chosen)
                if not again:
                    return Verdict(self.subject, lines)

    def _final(self, wrt: str) -> Truth:
        node = self.subject.node(wrt)
        found = slope(self.subject.top, node) if node is not None else None
        if node is None or found is None:
            known = ", ".join(self.subject.nodes)
            raise ArgumentError("check-variable", name=wrt, known=known)
        label = f"∂{self.subject.loss_name}/∂{wrt}"
        return Truth(found, self.subject.top, node, label)

    def _read(self, claim: str | Function | Tensor, final: Truth | None,
              chosen: dict[str, int]) -> list[Claim]:  # fmt: skip
        if isinstance(claim, str):
            return read_text(self.subject, claim, final, chosen)
        if final is None:
            raise ArgumentError("check-wrt", known=", ".join(self.subject.holes))
        if isinstance(claim, Tensor):
            return read_tensor(self.subject, claim, self.leaves or {}, final)
        return read_function(self.subject, claim, final)

    def _lines(self, claims: Sequence[Claim], chosen: dict[str, int]) -> tuple[list[Line], bool]:
        """Every line judged; whether a name turned out to mean something else than was thought."""
        if not any(c.truths for c in claims):
            raise ArgumentError("check-nothing", known=", ".join(self.subject.nodes))
        lines: list[Line] = []
        for claim in claims:
            if not claim.truths:
                lines.append(Line(claim, None, None))
                continue
            order = self._preferred(claim, chosen)
            outcomes = [(self._against(claim, claim.truths[k]), k) for k in order]
            outcome, k = next((o for o in outcomes if o[0].equal), outcomes[0])
            if outcome.equal and k != order[0]:
                chosen[claim.name] = k
                return [], True
            lines.append(self._judged(claim, claim.truths[k], outcome))
        return lines, False

    @staticmethod
    def _preferred(claim: Claim, chosen: dict[str, int]) -> list[int]:
        first = chosen.get(claim.name, 0)
        return [first, *(k for k in range(len(claim.truths)) if k != first)]

    def _against(self, claim: Claim, truth: Truth) -> Comparison:
        if claim.compute is None:
            return Comparison(False)
        if claim.rounded is not None:
            return self._number(claim, truth, claim.rounded)
        return compared(claim.compute, self.samples(claim, truth, self._points()))

    def _number(self, claim: Claim, truth: Truth, rounded: float) -> Comparison:
        """A number against the truth at the values that the user gave."""
        assert claim.compute is not None  # numbers can always be computed
        (sample,) = self.samples(claim, truth, [self.subject.start])
        got = claim.compute(sample.values)
        gap = np.abs(got - sample.truth)
        worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
        first = Difference(sample, np.asarray(got), tuple(map(int, worst)))
        return Comparison(bool((gap <= rounded).all()), None, first)

    def _points(self) -> list[Point]:
        scalar = all(v.shape == () for v in self.subject.start.values())
        return list(random_points(self.subject, POINTS[scalar], self.domain, self.seed))

    def few(self) -> list[Point]:
        """A few of the points."""
        return self._points()[:4]

    def samples(self, claim: Claim, truth: Truth, points: Sequence[Point]) -> list[Sample]:
        """The values of the claim's names and the truth at points."""
        names = list(claim.known or self.subject.nodes)
        nodes = [claim.known[n] if claim.known else self.subject.nodes[n] for n in names]
        program = self.subject.program([*nodes, truth.node])
        made = []
        for point in points:
            *values, true = program(*(point[n] for n in self.subject.holes))
            made.append(
                Sample(point, dict(zip(names, values, strict=True)), np.asarray(true, float))
            )
        return made

    def _judged(self, claim: Claim, truth: Truth, outcome: Comparison) -> Line:
        if outcome.equal:
            return Line(claim, truth, outcome)
        if claim.rounded is not None:
            found = self._mistakes(claim, truth, [self.subject.start])
            return Line(claim, truth, outcome, found, outcome.first)
        found = self._mistakes(claim, truth, self._points())
        repair = None
        if claim.statement is not None and not found:
            repair = repairs.repair(self, claim, truth)
        return Line(claim, truth, outcome, found, self._example(claim, truth, outcome), repair)

    def _mistakes(self, claim: Claim, truth: Truth, points: Sequence[Point]) -> list[Found]:
        if claim.compute is None or truth.of is None:
            return []
        usable: list[tuple[float, Sample, Array]] = []
        for sample in self.samples(claim, truth, points):
            answer = attempted(claim.compute, sample)
            if np.isfinite(answer).all() and np.isfinite(sample.truth).all():
                usable.append((_gap(answer, sample.truth), sample, answer))
        if not usable:
            return []
        usable.sort(key=lambda found: -found[0])  # where the claim is most clearly wrong
        count = SEARCHED[truth.node.shape == ()]
        _, samples, answers = zip(*usable[:count], strict=True)
        behind = self._behind(claim)
        return Search(self.subject, truth, samples, behind, claim.rounded or 1e-12).run(answers)

    def _behind(self, claim: Claim) -> list[Node]:
        """The results whose adjoints a line begins with: its mistake lies behind them."""
        if claim.statement is None:
            return []
        names = [n for value in claim.statement.values for n in names_in(value)]
        meanings = [m[0] for n in names if n not in self.subject.nodes
                    and (m := truths(self.subject, n))]  # fmt: skip
        return [m.wrt for m in meanings if m.of is self.subject.top and m.wrt is not None]

    def _example(self, claim: Claim, truth: Truth, outcome: Comparison) -> Difference | None:
        """A point with small nice numbers at which both sides are finite and differ visibly."""
        if claim.compute is None or outcome.shapes:
            return None
        for sample in self.samples(claim, truth, list(nice_points(self.subject, self.domain))):
            got = attempted(claim.compute, sample)
            if not (np.isfinite(got).all() and np.isfinite(sample.truth).all()):
                continue
            if not same_shape(got, sample.truth):
                return None
            got = fitted(got, sample.truth)
            gap = np.abs(got - sample.truth)
            worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
            found = Difference(sample, got, tuple(map(int, worst)))
            if _is_visible(found):
                return found
        return outcome.first


def _gap(answer: Array, truth: Array) -> float:
    """How far an answer is from the truth, relative to both."""
    if not same_shape(answer, truth):
        return 1.0
    gap = float(np.abs(fitted(answer, truth) - truth).max(initial=0.0))
    return gap / max(float(np.abs(truth).max(initial=0.0)), 1e-6)


def _is_visible(found: Difference) -> bool:
    """Whether a person sees the difference of the two numbers at once."""
    sizes = abs(found.true), abs(found.claimed)
    moderate = 0.01 <= max(sizes) < 1000
    return moderate and abs(found.true - found.claimed) > 0.02 * max(sizes)
