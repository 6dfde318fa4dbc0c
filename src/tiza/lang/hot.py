"""Expressions that are asked for again and again, as a loop does, recognised by their structure.

A loop of one's own writes the same expression at every turn, over other numbers. Its structure
is the list of its operations, each with the numbers of its operands. Once computing one
structure has taken longer than compiling it would, it is compiled, and later turns run that. If
nothing but known structures came since its last turn, a loop goes on and will make more turns:
its share of them counts beforehand. So a large step is compiled at its second turn, a small one
later, and what has other shapes at every turn only if it comes back often enough. All this is
counted, not measured: the same loop is compiled at the same turn again, and gives the same bits.

What compiles is put into `COMPILE` by the package's front: the language does not know the compiler.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from tiza.graph.effort import Effort, effort, of_each
from tiza.graph.late import Late
from tiza.graph.node import Node, placeholder
from tiza.graph.precision import precision
from tiza.graph.structure import settings
from tiza.graph.walk import rebuild, walk
from tiza.lang.pulled import Form

if TYPE_CHECKING:
    from tiza.readings.evaluate import Program

Array = np.ndarray[Any, Any]


class Run(Protocol):
    """A compiled expression."""

    def __call__(self, *arrays: Any) -> list[Any]:
        """Its values for these of its inputs."""
        ...

    def turns(self, pairs: Sequence[tuple[int, int]], numbers: Sequence[int],
              sides: Any = None) -> Any:  # fmt: skip
        """Run turn after turn, see `readings.native.turns`."""
        ...


COMPILE: Callable[[Sequence[Node], Sequence[Node]], Run | None] | None = None
SECONDS = 1.5e-3  # that compiling takes, for each kind of operations
AHEAD = 20  # turns that a loop which goes on is taken to make still
BEFORE = 50  # turns by which the share of one structure is judged
LEAST = 8  # operations; smaller expressions are quicker as they are
MOST_KEPT = 64


@dataclass
class Heat:
    """How often a structure was computed, and what that takes.

    known: how many structures had been met at its last turn. share: its part of the turns of late,
    0 where structures were met since its last turn that had not been met before.
    """

    effort: Effort
    turns: int = 0
    known: int = -1
    share: float = 0.0
    tried: bool = False

    def due(self) -> bool:
        """Whether it is time to compile."""
        if self.tried or self.turns < (1 if self.share else 3):
            return False
        turns = self.turns + AHEAD * self.share
        return turns * self.effort.seconds > SECONDS * self.effort.kinds


class Expression(Heat):
    """A structure, and what runs it by now."""

    run: Run | None = None

    def compile(self, inputs: Sequence[Node], outputs: Sequence[Node]) -> None:
        """Compile, once; what cannot be compiled goes on as it was."""
        self.tried = True
        if COMPILE is not None:
            self.run = COMPILE(*anew(inputs, outputs))


H = TypeVar("H", bound=Heat)


class Known(OrderedDict[Hashable, H]):
    """What is known of structures, by key; those that were not met for longest are forgotten."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        super().__init__()
        self.most, self.count, self.turns = most, 0, 0

    def met(self, key: Hashable, make: Callable[[], H]) -> H:
        """What is known of one structure, made where it is new."""
        heat = self.get(key)
        if heat is None:
            self.count += 1
            heat = self[key] = make()
            if len(self) > self.most:
                self.popitem(last=False)
        else:
            self.move_to_end(key)
        again, heat.known = heat.known == self.count, self.count
        heat.share = again and min(1.0, heat.turns / max(1, min(self.turns, BEFORE)))
        self.turns += 1
        return heat


_known: Known[Expression] = Known()
_programs: WeakKeyDictionary[Program, Expression] = WeakKeyDictionary()


def anew(inputs: Sequence[Node], outputs: Sequence[Node]) -> tuple[list[Node], list[Node]]:
    """An expression over placeholders: no value of this turn stays in it."""
    holes = [placeholder(x.shape, x.dtype, x.name) for x in inputs]
    return holes, rebuild(outputs, dict(zip(inputs, holes, strict=True)))


def structure(nodes: Sequence[Node]) -> tuple[Hashable, list[Node], int]:
    """The key of an expression, its leaves in order, how many operations it has."""
    order = walk(nodes, _edges)
    numbers: dict[Node, int] = {}
    rows: list[Hashable] = []
    leaves: list[Node] = []
    forms: set[Form] = set()
    for node in order:
        numbers[node] = len(numbers)
        if type(node) is Late and node.value is None:
            operands = tuple([numbers[i] for i in node.source.leaves])
            rows.append((node.source.form, operands, node.index))
            forms.add(node.source.form)
        elif node.value is None:
            operands = tuple([numbers[i] for i in node.inputs])
            attrs = settings(node.attrs) if node.attrs else ()
            rows.append((node.prim.name, operands, attrs))
        elif node.prim.name == "literal":
            rows.append(node)  # there is one for each number
        elif isinstance(node.value, tuple):
            raise TypeError  # several results: not recognised
        else:
            leaves.append(node)
            rows.append((node.shape, node.dtype))
    key = tuple(rows), tuple([numbers[n] for n in nodes]), precision.products
    return key, leaves, len(order) - len(leaves) + LEAST * len(forms)


def _edges(node: Node) -> Sequence[Node]:
    """What stands below a node; below a gradient that is not written down, its loss's leaves."""
    if node.value is not None:
        return ()
    return node.source.leaves if type(node) is Late else node.inputs


def computed(nodes: Sequence[Node], evaluate: Callable[[Sequence[Node]], object]) -> None:
    """Compute `nodes`, compiled where their structure is hot."""
    wanted = list(dict.fromkeys(n for n in nodes if n.value is None))
    heat, leaves = _heat(wanted)
    if heat is None:
        evaluate(nodes)
        return
    if heat.run is None and heat.due():
        heat.compile(leaves, wanted)
    if heat.run is not None:
        try:
            made = heat.run(*(leaf.value for leaf in leaves))
        except IndexError:  # NumPy says which index
            made = None
        if made is not None:
            for node, value in zip(wanted, made, strict=True):
                node.value = value
            return
    evaluate(nodes)
    heat.turns += 1


def cold(nodes: Sequence[Node], evaluate: Callable[[Sequence[Node]], object]) -> None:
    """Compute `nodes` without looking at their structure: somebody else does."""
    evaluate(nodes)


def ran(program: Program, arrays: Sequence[Any]) -> list[Any]:
    """What a program gives that is run again and again, compiled once that pays."""
    heat = _programs.get(program)
    if heat is None:
        heat = _programs[program] = Expression(of_each(program.nodes))
    if heat.run is None and heat.due() and len(program.steps) >= LEAST:
        heat.compile(program.inputs, program.outputs)
    if heat.run is not None:
        return heat.run(*arrays)
    heat.turns += 1
    return program(*arrays)


def _heat(wanted: Sequence[Node]) -> tuple[Expression | None, list[Node]]:
    if COMPILE is None or not wanted:
        return None, []
    try:
        key, leaves, operations = structure(wanted)
        if operations < LEAST:
            return None, []
        return _known.met(key, lambda: Expression(effort(wanted))), leaves
    except TypeError:  # attributes that are no plain values
        return None, []
