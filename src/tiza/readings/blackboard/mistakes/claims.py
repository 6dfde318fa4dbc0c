"""A student's claim as lines that can be computed: text, a function, a dictionary, a tensor."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, TizaError
from tiza.graph import Node, placeholder, rebuild, walk
from tiza.lang.grammar import Statement, parse
from tiza.lang.grammar.build import Builder
from tiza.lang.grammar.names import canonical
from tiza.lang.grammar.pieces import Piece
from tiza.lang.grammar.tree import Neg, Num, Tree, names_in, target_name
from tiza.lang.tensor import Tensor
from tiza.lang.trace import Program
from tiza.readings.blackboard.mistakes.subject import Array, Subject
from tiza.readings.blackboard.mistakes.truths import Truth, truths
from tiza.readings.blackboard.twin import twins

Compute = Callable[[Mapping[str, Array]], Array]


@dataclass
class Claim:
    """One line: what it says, of what, and how it is computed from the true values before it."""

    number: int  # of the line, from 1; empty lines do not count
    source: str
    name: str  # "" for a formula without one
    truths: list[Truth]  # what the name may mean; empty for a helper of the student's own
    compute: Compute | None  # from the values of all names at a point
    error: TizaError | None = None  # where it cannot be computed at all
    statement: Statement | None = None
    known: Mapping[str, Node] | None = None  # its names and what they stand for
    holes: Mapping[str, Node] = field(default_factory=dict)  # the same names, to be given
    helpers: Mapping[str, Tensor] = field(default_factory=dict)  # names of the student's own
    assumed: Sequence[str] = ()  # derivatives that it uses and that no line has derived
    rounded: float | None = None  # of a number for the point given: half its last digit


class Scope:
    """The values that names have while lines are read: the truth, where there is one."""

    def __init__(self, subject: Subject, chosen: Mapping[str, int]) -> None:
        self.subject = subject
        self.chosen = chosen
        self.builder = Builder({}, names=False)
        self.known: dict[str, Node] = {}
        self.holes: dict[str, Node] = {}
        self.helpers: dict[str, Tensor] = {}
        self.assumed: list[str] = []  # derivatives that no line has derived

    def give(self, name: str, node: Node) -> None:
        """Let a name stand for the true value of `node`, from here on."""
        self.known[name] = node
        self.holes[name] = placeholder(node.shape, node.dtype, name)
        self.builder.give(name, Tensor(self.holes[name]))

    def enter(self, statement: Statement) -> None:
        """Give a value to every name in a line that has none yet."""
        targets = {target_name(t) for t in statement.targets}
        for name in (n for value in statement.values for n in names_in(value)):
            if name in self.builder.pieces:
                continue
            if name in targets:
                raise ArgumentError("check-circular", name=name)
            node = self.subject.node(name)
            if node is None:
                meanings = truths(self.subject, name)
                node = meanings[self.chosen.get(name, 0)].node if meanings else None
                if meanings:
                    self.assumed.append(name)
            if node is not None:
                self.give(name, node)

    def leave(self, statement: Statement, meanings: Sequence[Truth]) -> None:
        """After a line, its names stand for the truth; those of the student's own for the line."""
        for target in statement.targets:
            name = target_name(target)
            if meanings:
                self.give(name, meanings[self.chosen.get(statement.name, 0)].node)
            elif name in self.builder.pieces:
                piece = self.builder.pieces[name]
                assert isinstance(piece, Piece)  # a line gives a tensor
                self.helpers[name] = piece.tensor


def read_text(subject: Subject, text: str, final: Truth | None,
              chosen: Mapping[str, int]) -> list[Claim]:  # fmt: skip
    """The lines of a text. A name whose truth is known stands for it in later lines."""
    parsed = parse(text, known={*subject.nodes, subject.loss_name})
    scope = Scope(subject, chosen)
    claims: list[Claim] = []
    last = len(parsed.statements) - 1
    for k, statement in enumerate(parsed.statements):
        scope.enter(statement)
        meanings = _meanings(subject, statement)
        if not meanings and k == last and final is not None:
            meanings = [final]
        claims += _claims(scope, k + 1, statement, meanings)
        scope.leave(statement, meanings)
    return claims


def _meanings(subject: Subject, statement: Statement) -> list[Truth]:
    """What a line speaks of: the last of its names that says something (δ := ∂e/∂z)."""
    for target in reversed(statement.targets):
        found = truths(subject, target_name(target))
        if found:
            return found
    return []


def _claims(scope: Scope, number: int, statement: Statement, meanings: list[Truth]) -> list[Claim]:
    made = []
    for k, value in enumerate(statement.values):
        rounded = _rounding(value) if _at_one_point(scope.subject, value) else None
        if k and rounded is None and not any(names_in(value)):
            continue  # "= -0.25" holds at one point only, and none was given
        claim = Claim(number, statement.source, statement.name, meanings, None,
                      statement=replace(statement, values=(value,)))  # fmt: skip
        claim.known, claim.holes = dict(scope.known), dict(scope.holes)
        claim.helpers, claim.rounded = dict(scope.helpers), rounded
        claim.assumed = tuple(scope.assumed)
        try:
            tensor = (
                scope.builder.statement(statement) if not k else scope.builder.other(statement, k)
            )
            claim.compute = compute_on(tensor.node, claim.holes)
        except TizaError as error:
            if error.code == "grammar-name":
                raise _unknown(scope, error) from None
            if not meanings or error.code.startswith("grammar-"):
                raise
            claim.error = error
        made.append(claim)
    return made


def _unknown(scope: Scope, error: TizaError) -> ArgumentError:
    """A name without a value, with all names that have one."""
    names = [n for n in (*scope.subject.nodes, *scope.helpers) if n not in ("n", "N", "m")]
    return ArgumentError("grammar-name", name=error.params["name"], known=", ".join(names))


def _at_one_point(subject: Subject, value: Tree) -> bool:
    """Whether a number is meant for the values that the user gave."""
    return not any(names_in(value)) and set(subject.holes) <= subject.given


def _rounding(value: Tree) -> float:
    """How far a number may be from the truth: half a unit of its last digit."""
    inner = value.x if isinstance(value, Neg) else value
    if not isinstance(inner, Num) or isinstance(inner.value, int):
        return 1e-9
    digits, _, power = repr(inner.value).partition("e")
    decimals = len(digits.partition(".")[2]) - int(power or 0)
    return 0.51 * 10.0**-decimals


def compute_on(node: Node, holes: Mapping[str, Node]) -> Compute:
    """A node as a function of the values of names."""
    program = Program(list(holes.values()), [node])
    names = list(holes)
    return lambda values: np.asarray(program(*(values[n] for n in names))[0])


def read_function(subject: Subject, function: Callable[..., Any], final: Truth) -> list[Claim]:
    """A NumPy function of variables and intermediate results, by the names of its arguments."""
    names = list(inspect.signature(function).parameters)
    known = {canonical(n): n for n in names}
    missing = [n for c, n in known.items() if c not in subject.nodes]
    if missing:
        raise ArgumentError(
            "check-argument", name=missing[0], known=", ".join(sorted(subject.nodes)) or "-"
        )
    label = getattr(function, "__name__", "f")

    def run(values: Mapping[str, Array]) -> Any:
        with np.errstate(all="ignore"):
            return function(**{n: np.array(values[c]) for c, n in known.items()})

    first = {n: np.ones(x.shape) if x.dtype.kind == "f" else x for n, x in subject.start.items()}
    probe = run(values_at(subject, list(known), first))
    if isinstance(probe, Mapping):
        return [
            Claim(k + 1, name, canonical(name), truths(subject, canonical(name)),
                  _picked(run, name))
            for k, name in enumerate(probe)
        ]  # fmt: skip
    return [Claim(1, label, "", [final], lambda values: np.asarray(run(values), float))]


def _picked(run: Callable[[Mapping[str, Array]], Any], name: str) -> Compute:
    return lambda values: np.asarray(run(values)[name], float)


def values_at(subject: Subject, names: Sequence[str], point: Mapping[str, Array]) -> dict[str, Any]:
    """The values of names at a point."""
    program = subject.program([subject.nodes[n] for n in names])
    return dict(zip(names, program(*(point[n] for n in subject.holes)), strict=True))


def read_tensor(subject: Subject, claim: Tensor, leaves: Mapping[Node, str],
                final: Truth) -> list[Claim]:  # fmt: skip
    """An expression of the same tensors as the loss."""
    twin = twins([claim.node])
    table = {twin[n]: subject.holes[name] for n, name in leaves.items()
             if n in twin and name in subject.holes}  # fmt: skip
    (body,) = rebuild([twin[claim.node]], table)
    strange = [n for n in walk([body]) if n.prim.name == "input"
               and n not in subject.holes.values()]  # fmt: skip
    if strange:
        raise ArgumentError("check-argument", name=strange[0].name or "x",
                            known=", ".join(sorted(subject.nodes)))  # fmt: skip
    program = subject.program([body])

    def run(values: Mapping[str, Array]) -> Array:
        return np.asarray(program(*(values[n] for n in subject.holes))[0])

    return [Claim(1, claim.name or "", claim.name or "", [final], run)]
