"""Which mistake, made where, gives exactly what the student has written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tiza.graph import Node, depends_on, placeholder, walk
from tiza.graph.apply import literal
from tiza.graph.node import PRIMITIVES
from tiza.graph.types import is_float
from tiza.lang.trace import Program
from tiza.readings.blackboard.mistakes.compare import Sample, fitted, same_shape
from tiza.readings.blackboard.mistakes.kinds import Edge, Mutant, mutants
from tiza.readings.blackboard.mistakes.several import first_that_explains
from tiza.readings.blackboard.mistakes.subject import Array, Subject, inside
from tiza.readings.blackboard.mistakes.truths import Truth
from tiza.transforms import differentiate
from tiza.transforms.differentiate import edges, unbroadcast

MOST = 3_000  # mutants that are tried
CLOSE = 1e-6


@dataclass(frozen=True)
class Found:
    """A mistake that reproduces an answer."""

    kind: str
    rank: int
    node: Node  # the operation whose derivative it is
    wrt: Node  # its input
    line: str = ""  # the named result that the operation belongs to
    into: str = ""  # the named result or variable that the derivative leads to
    factor: float = 0.0
    times: float = 1.0  # besides, the whole answer is multiplied by this number
    others: tuple[Found, ...] = ()  # further mistakes that were made besides


@dataclass
class Search:
    """Mistakes in ∂of/∂wrt, each computed at a few points."""

    subject: Subject
    truth: Truth
    samples: Sequence[Sample]
    behind: Sequence[Node] = ()  # the results whose adjoints the student's line begins with
    close: float = 1e-12  # absolute: more for numbers that were rounded

    def run(self, answers: Sequence[Array]) -> list[Found]:
        """All mistakes that give `answers` at the samples, the commonest first."""
        of, wrt = self.truth.of, self.truth.wrt
        assert of is not None  # only derivatives are searched
        assert wrt is not None
        made = self._edges(of, wrt)
        held = [(e, m) for e, raw in made for m in mutants(e, raw)][:MOST]
        shares = self._values([m.share for _, m in held], [e.share for e, _ in made])
        carried = self._carriers([e for e, _ in made], wrt)
        hits: list[Found] = []
        for j, (edge, mutant) in enumerate(held):
            factor = self._explains(edge, shares, j, carried, answers)
            if factor is not None:
                hits.append(self._named(edge, mutant, factor))
        if not hits and self.close < CLOSE:
            return self._together(of, wrt, held, answers)
        near = set(walk(self.behind, edges))
        return sorted(hits, key=lambda f: (f.times != 1, bool(near) and f.node not in near, f.rank))

    def _together(self, of: Node, wrt: Node, held: Sequence[tuple[Edge, Mutant]],
                  answers: Sequence[Array]) -> list[Found]:  # fmt: skip
        """Several mistakes at once: the one nearest to the loss, with the others after it."""
        group = first_that_explains(self.subject, of, wrt, _seed(of), held, self.samples, answers)
        if group is None:
            return []
        first, *others = (self._named(edge, mutant, 1.0) for edge, mutant in group)
        return [replace(first, others=tuple(others))]

    def _edges(self, of: Node, wrt: Node) -> list[tuple[Edge, Node]]:
        """Every edge through which wrt acts on `of`, with its cotangent and its share."""
        order = walk([of], edges)
        moving = {wrt}
        for node in order:
            if any(i in moving for i in edges(node)):
                moving.add(node)
        inner = [n for n in order if n in moving and n is not wrt]
        cotangents = dict(zip(inner, differentiate([of], inner, [_seed(of)]), strict=True))
        made: list[tuple[Edge, Node]] = []
        for node in reversed(inner):
            g = cotangents[node]
            if g is None or node.prim.vjp is None or node.prim.several:
                continue
            shares = node.prim.vjp(g, node, *node.inputs, **node.attrs)
            for k, (x, share) in enumerate(zip(node.inputs, shares, strict=False)):
                if x in moving and share is not None and is_float(x.dtype):
                    made.append((Edge(node, k, g, unbroadcast(share, x.shape)), share))
        uses = Counter(edge.x for edge, _ in made)
        return [(replace(edge, shared=uses[edge.x] > 1), share) for edge, share in made]

    def _values(self, wrong: Sequence[Node], right: Sequence[Node]) -> list[list[Array]]:
        program = self.subject.program([*wrong, *right])
        return [
            [np.asarray(v) for v in program(*(s.point[n] for n in self.subject.holes))]
            for s in self.samples
        ]

    def _carriers(self, made: Sequence[Edge], wrt: Node) -> dict[Edge, tuple[int, Program | None]]:
        """For each edge: its place among the right shares, and what carries it on to wrt."""
        offset: dict[Edge, tuple[int, Program | None]] = {}
        programs: dict[Node, Program | None] = {wrt: None}
        for k, edge in enumerate(made):
            if edge.x not in programs:
                hole = placeholder(edge.x.shape, edge.x.dtype)
                (carried,) = differentiate([edge.x], [wrt], [hole])
                assert carried is not None  # the input depends on wrt
                programs[edge.x] = Program([*self.subject.holes.values(), hole], [carried])
            offset[edge] = (k - len(made), programs[edge.x])
        return offset

    def _explains(self, edge: Edge, shares: Sequence[Sequence[Array]], j: int,
                  carried: Mapping[Edge, tuple[int, Program | None]],
                  answers: Sequence[Array]) -> float | None:  # fmt: skip
        """1 where the mutant gives the answers; c where c times it does; else None."""
        place, program = carried[edge]
        times: float | None = None
        for sample, values, answer in zip(self.samples, shares, answers, strict=True):
            wrong, right = values[j], values[place]
            if wrong.shape != right.shape:
                total = self._unfitting(edge, wrong, answer)
                if total is None:
                    return None
            else:
                change = wrong - right
                if program is not None:
                    at = [sample.point[n] for n in self.subject.holes]
                    change = np.asarray(program(*at, change)[0])
                total = sample.truth + change
                if not same_shape(answer, total):
                    return None
            ratio = _ratio(fitted(answer, total), total, self.close)
            if ratio is None or (times is not None and abs(ratio - times) > CLOSE * abs(ratio)):
                return None
            times = ratio
        return _nice(times)

    def _unfitting(self, edge: Edge, wrong: Array, answer: Array) -> Array | None:
        """A share of another shape is the answer only where nothing but views lies behind it."""
        node = edge.x
        while node is not self.truth.wrt:
            if node.prim.family != "movement" and node.prim.name != "alias":
                return None
            node = node.inputs[0]
        if answer.shape == ():
            return None
        turned = [wrong, np.swapaxes(wrong, -1, -2)] if wrong.ndim > 1 else [wrong]
        fitting = [x for x in turned if x.shape == answer.shape]
        close = [x for x in fitting if _ratio(answer, x, self.close) is not None]
        return close[0] if close else None

    def _named(self, edge: Edge, mutant: Mutant, times: float) -> Found:
        return Found(mutant.kind, mutant.rank, edge.node, edge.x, self._line(edge.node),
                     self._into(edge.x), mutant.factor, times)  # fmt: skip

    def _line(self, node: Node) -> str:
        """The first named result that an operation leads to."""
        named = set(self.subject.lines.values())
        for name, line in self.subject.lines.items():
            if node is line or node in inside(line, named):
                return name
        return self.subject.loss_name

    def _into(self, node: Node) -> str:
        """The name of what a derivative is with respect to, or of what is named below it."""
        name = self.subject.name_of(node)
        if name or self.truth.wrt is None:
            return name
        moving = depends_on([node], [self.truth.wrt])
        named = {n: name for name, n in self.subject.nodes.items()}
        below = [named[n] for n in walk([node], edges) if n in named and n in moving]
        return below[-1] if below else self.subject.name_of(self.truth.wrt)


def _seed(of: Node) -> Node:
    """Ones in the shape of what is derived."""
    ones = literal(1, of.dtype)
    return ones if of.shape == () else PRIMITIVES["broadcast_to"](ones, shape=of.shape)


def _ratio(answer: Array, total: Array, close: float) -> float | None:
    """c where answer = c · total, else None."""
    if not (np.isfinite(answer).all() and np.isfinite(total).all()):
        return None
    if np.allclose(answer, total, rtol=CLOSE, atol=close):
        return 1.0
    size = float((total * total).sum())
    if size == 0 or close > CLOSE:
        return None
    c = float((answer * total).sum()) / size
    return c if c and np.allclose(answer, c * total, rtol=CLOSE, atol=close) else None


def _nice(times: float | None) -> float | None:
    """Only factors that mistakes have."""
    if times is None:
        return None
    known = [1.0, -1.0, 2.0, 0.5, -2.0, -0.5]
    return next((c for c in known if abs(times - c) < 1e-6), None)
