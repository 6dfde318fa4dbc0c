"""The update of an optimizer, read off its own `rule` by running it on symbols.

Hyperparameters become numbers that remember their formula, slots and locals of the rule their
names: the formula that trains is the formula that is printed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any

import numpy as np

from tiza.graph import Node, placeholder, walk
from tiza.lang.tensor import Tensor
from tiza.lang.trace import Program
from tiza.optim.optimizer import Optimizer
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.chain import opened_line, written
from tiza.readings.blackboard.derivation import Board
from tiza.readings.blackboard.expr import Expr, Name, Partial, Symbol, symbols_of
from tiza.readings.blackboard.hyperparameters import (
    FRONT,
    SLOTS,
    free,
    hyperparameters,
    letter,
    locals_of,
)
from tiza.readings.blackboard.plan import formula_inputs
from tiza.readings.blackboard.spell import BASES
from tiza.readings.blackboard.steps import Introduced, Step
from tiza.readings.blackboard.traced import Recorder

WIDE = np.dtype(np.float64)
WRITTEN = (0.96,)  # numbers whose powers a rule computes as e^(t log 0.96)


def _of_optimizers(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("tiza.optim")


def group_of(optimizer: Optimizer, param: Tensor | None) -> Mapping[str, Any]:
    """The hyperparameters in force for a parameter."""
    for group in optimizer.param_groups:
        if any(p is param for p in group["params"]):
            return group
    return optimizer.param_groups[0]


def update(board: Board, optimizer: Optimizer, owners: Mapping[Node, Tensor]) -> list[Step]:
    """Part 4, second half: the optimizer's formula with the numbers of each variable."""
    made: list[Step] = []
    seen: set[Name] = set()
    for w in board.wrt:
        made += _one(board, optimizer, w, owners.get(w), seen)
    return made


def _one(board: Board, optimizer: Optimizer, w: Node, owner: Tensor | None,
         seen: set[Name]) -> list[Step]:  # fmt: skip
    group = group_of(optimizer, owner)
    state = optimizer.state.get(owner, {}) if owner is not None else {}
    slots = optimizer.slots_for(group, w.shape)
    count = int(state.get("step", 0)) + 1
    arrays = [np.asarray(state[s] if s in state else optimizer.initial(s, group, w.shape), float)
              for s in slots]  # fmt: skip
    own = {k: group[k] for k in optimizer.defaults}
    options, numbers = hyperparameters(board, own, type(optimizer).defaults)
    rule = optimizer.formula(options)
    t = placeholder((), WIDE, "t")
    p, g = placeholder(w.shape, WIDE), placeholder(w.shape, WIDE)
    holes = [placeholder(a.shape, WIDE) for a in arrays]
    bases = {round(math.log(v), 12): al.sym(k, ()) for k, v in numbers.items() if 0 < v < 1}
    bases.update({round(math.log(v), 12): al.num(v) for v in WRITTEN})
    BASES.update(bases)
    try:
        with Recorder(_of_optimizers) as local:
            new, news = rule(t, p, g, *holes)
        table = _Table(board, w, _lines_of(optimizer, local), numbers)
        time = free(board, Symbol("t"))
        table.enter(t, time, np.array(float(count)))
        table.enter(p, board.names.of[w], board.values[board.names.of[w]])
        table.enter(g, Partial(board.top, board.names.of[w]), board.adjoints[w])
        for hole, slot, array in zip(holes, slots, arrays, strict=True):
            table.enter(hole, table.slot(slot), array)
        for name, value in numbers.items():
            if name not in seen and _occurs(name, [new, *news]):
                seen.add(name)
                board.introduced.append(Introduced(name, "value", (), np.array(value)))
            board.values.setdefault(name, np.array(value))
        if any(n is t for n in walk([new, *news])) and time not in seen:
            seen.add(time)
            board.introduced.append(Introduced(time, "step", (), np.array(float(count))))
        return table.steps(new, dict(zip(slots, news, strict=True)),
                           dict(zip(slots, holes, strict=True)))  # fmt: skip
    finally:
        for key in bases:
            BASES.pop(key, None)


def _occurs(name: Name, outputs: Sequence[Node]) -> bool:
    for node in walk(outputs):
        if node.prim.name == "literal":
            formula = getattr(node.attrs["value"], "formula", None)
            if isinstance(formula, Expr) and name in symbols_of(formula):
                return True
            value = float(node.attrs["value"])
            base = BASES.get(round(value, 12)) if math.isfinite(value) else None
            if base is not None and base.data == name:
                return True
    return False


class _Table:
    """The symbols of one parameter's update, and the lines that it is written in."""

    def __init__(self, board: Board, w: Node, local: Mapping[Node, str],
                 options: Collection[Name]) -> None:  # fmt: skip
        self.board, self.w, self.local = board, w, local
        self.alone = len(board.wrt) == 1
        rates = [self._of_variable(word) for word in FRONT]
        self.options = {*options, *rates, *(replace(r, new=True) for r in rates)}
        self.symbols: dict[Node, Expr] = {}
        self.arrays: dict[Node, Any] = {}

    def slot(self, slot: str) -> Symbol:
        """m of W₁ is m_{W₁}, unless there is but one variable."""
        return self._of_variable(SLOTS.get(slot, slot))

    def _of_variable(self, word: str) -> Symbol:
        own = free(self.board, letter(word))
        if self.alone:
            return own
        w = self.board.names.of[self.w]
        sub = ",".join(part for part in (own.sub, w.base + w.sub) if part)
        return Symbol(own.base, sub, w.sup, own.accent)

    def enter(self, node: Node, name: Name, value: Any) -> None:
        """A symbol that the rule begins with."""
        self.symbols[node] = al.sym(name, node.shape)
        self.arrays[node] = np.asarray(value, float)
        if not isinstance(name, Partial):
            self.board.values[name] = self.arrays[node]

    def steps(self, new: Node, slots: Mapping[str, Node],
              held: Mapping[str, Node]) -> list[Step]:  # fmt: skip
        """Slots, named intermediates, and the parameter, in the order of computation."""
        after = {node: slot for slot, node in slots.items()}
        outputs = [*slots.values(), new]
        order = walk(outputs)
        lines = [n for n in order if n.inputs and (n is new or n in after or self._named(n))]
        old = {held[slot]: node for node, slot in after.items() if slot in held}
        made: list[Step] = []
        starts = list(self.arrays)
        answers = dict(zip(lines, Program(starts, lines)(*(self.arrays[n] for n in starts)),
                           strict=True))  # fmt: skip
        cut = set(lines) | set(self.symbols)
        inputs = {n: formula_inputs(n, cut, {})[0] for n in lines}
        for node in _readable(lines, inputs, old):
            value = answers[node]
            line = opened_line(node, inputs[node])
            formula = fronted(written(line, self.symbols), self.options)
            name: Symbol
            if node is new:
                name, sign = self.board.names.of[self.w], "←"
            elif node in after:
                name, sign = self.slot(after[node]), "←"
            else:
                name, sign = self._of_variable(self.local[node]), "="
            made.append(Step("update", name, formula, np.asarray(value), (self.w,), (), sign,
                             rule="update"))  # fmt: skip
            primed = replace(name, new=True) if sign == "←" else name
            self.symbols[node] = al.sym(primed, node.shape)
            self.board.values[primed] = np.asarray(value)
        return made

    def _named(self, node: Node) -> bool:
        moving = node not in self.symbols and node.prim.name != "literal"
        return moving and node in self.local and node.dtype.kind == "f"


def _readable(lines: Sequence[Node], inputs: Mapping[Node, Sequence[Node]],
              old: Mapping[Node, Node]) -> list[Node]:  # fmt: skip
    """The lines so that what uses an old m stands before m ← ..., as one reads them."""
    waits: dict[Node, set[Node]] = {n: {i for i in inputs[n] if i in inputs} for n in lines}
    for node in lines:
        for i in inputs[node]:
            written_over = old.get(i)
            if written_over in waits and written_over is not node:
                waits[written_over].add(node)
    made: list[Node] = []
    while len(made) < len(lines):
        ready = [n for n in lines if n not in made and waits[n] <= set(made)]
        if not ready:  # old and new in one line: the order of computation
            return list(lines)
        made.append(ready[0])
    return made


def _lines_of(optimizer: Optimizer, seen: Recorder) -> dict[Node, str]:
    """Which nodes of the rule are lines, and the letter of each."""
    letters = locals_of(optimizer)
    by_name: dict[str, list[Node]] = {}
    for node, name in seen.names.items():
        by_name.setdefault(name, []).append(node)
    made: dict[Node, str] = {}
    for name, nodes in by_name.items():
        word = letters.get(name, "") if letters is not None else name if len(name) > 1 else ""
        if word.endswith("#"):
            made.update({n: f"{word[:-1]}_{i}" for i, n in enumerate(nodes)})
        elif word:  # what was assigned twice is the line that it became
            made[nodes[-1]] = word
    return made


def fronted(e: Expr, options: Collection[Name]) -> Expr:
    """Hyperparameters before what they multiply: β₁ m, and not m β₁."""
    args = tuple(fronted(a, options) for a in e.args)
    if e.op == "prod":
        args = tuple(sorted(args, key=lambda a: _rank(a, options)))
    return e if args == e.args else Expr(e.op, args, e.shape, e.data)


def _rank(e: Expr, options: Collection[Name]) -> int:
    names = symbols_of(e)
    if not names:
        return 0
    return 1 if all(n in options for n in names) else 2


def rule_of(board: Board, steps: Sequence[Step]) -> list[Step]:
    """The update written once, for any variable w: the first one's, its name exchanged."""
    if not steps:
        return []
    w = steps[0].nodes[0]
    own = [s for s in steps if s.nodes[0] is w]
    name = board.names.of[w]
    letter = Symbol("w" if board.scalar or w.ndim < 2 else "W")
    if len(board.wrt) == 1:
        return own
    suffix = name.base + name.sub

    def general(old: Name) -> Name:
        if isinstance(old, Partial):
            return Partial(old.of, letter) if old.wrt == name else old
        if not isinstance(old, Symbol):
            return old
        if (old.base, old.sub, old.sup) == (name.base, name.sub, name.sup):
            return replace(letter, new=old.new)
        parts = old.sub.split(",")
        if suffix in parts and old.sup == name.sup:
            return replace(old, sub=",".join(p for p in parts if p != suffix), sup="")
        return old

    def everywhere(e: Expr) -> Expr:
        if e.op == "sym":
            return al.sym(general(e.data), e.shape)
        return Expr(e.op, tuple(everywhere(a) for a in e.args), e.shape, e.data)

    return [replace(s, name=general(s.name), formula=everywhere(s.formula)) for s in own]
