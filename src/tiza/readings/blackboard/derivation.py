"""The derivation of a loss: planned, named, differentiated line by line, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tiza.graph import Node, literal, walk
from tiza.lang.trace import Program
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.chain import Line, opened_line, shares, written
from tiza.readings.blackboard.expr import (
    Array,
    Expr,
    Name,
    Partial,
    Symbol,
    replaced,
)
from tiza.readings.blackboard.folding import series
from tiza.readings.blackboard.letters import adjoint
from tiza.readings.blackboard.naming import Names, give_names, layer_of
from tiza.readings.blackboard.plan import Plan, make_plan
from tiza.readings.blackboard.steps import Introduced, Step
from tiza.readings.blackboard.twin import is_count
from tiza.readings.blackboard.unrolled import Times
from tiza.transforms import differentiate


@dataclass
class Board:
    """What the parts of a derivation share while they are written."""

    loss: Node
    wrt: list[Node]
    plan: Plan
    names: Names
    lines: dict[Node, Line]
    symbols: dict[Node, Expr]  # each line and leaf as a symbol
    values: dict[Name, Any]
    adjoints: dict[Node, Array]
    paths: Mapping[Node, str]
    timed: set[Symbol]  # symbols whose subscript is a step in time
    turned: set[Node] = field(default_factory=set)  # in the book's view, matrices transposed
    synonyms: dict[Expr, Expr] = field(default_factory=dict)
    introduced: list[Introduced] = field(default_factory=list)

    @property
    def top(self) -> Symbol:
        """The symbol of the loss."""
        return self.names.of[self.loss]

    @property
    def scalar(self) -> bool:
        """Whether every line and variable is a number."""
        return all(n.shape == () for n in (*self.plan.steps, *self.wrt))

    def users(self, node: Node) -> list[Node]:
        """The lines in which a symbol occurs."""
        return self.plan.users.get(node, [])

    def branches(self, line: Node) -> list[Node]:
        """Through which symbols of a line derivatives flow on."""
        return [i for i in self.plan.inputs[line] if i in self.plan.live and i.dtype.kind == "f"]

    def spelled(self, expr: Expr) -> Expr:
        """With the symbols that were introduced for whole expressions."""
        return replaced(expr, self.synonyms)

    def symbol(self, node: Node, name: Name) -> Expr:
        """A symbol for `node` as it is used in formulas of the code: transposed in the book."""
        if node in self.turned:
            return al.transpose(al.sym(name, node.shape[::-1]))
        return al.sym(name, node.shape)

    def seen(self, node: Node, value: Any) -> Array:
        """A value that belongs to `node`, as this view shows it."""
        array = np.asarray(value)
        return array.T if node in self.turned else array

    def defined(self, node: Node, formula: Expr) -> Expr:
        """A formula for `node` as this view shows it."""
        return al.transpose(formula) if node in self.turned else formula


def set_up(loss: Node, wrt: Sequence[Node], given: Mapping[Node, str],
           paths: Mapping[Node, str], layout: str = "code",
           roots: set[Node] | None = None, times: Times | None = None) -> Board:  # fmt: skip
    """Plan, names and numbers of a derivation; all nodes are float64 twins."""
    plan = make_plan(loss, wrt, given, roots, paths)
    names = give_names(plan, wrt, given, paths, times or Times())
    everything = list(dict.fromkeys([*plan.leaves, *wrt, *plan.steps]))
    lines = {n: opened_line(n, plan.inputs[n], plan.beside[n]) for n in plan.steps}
    board = Board(loss, list(wrt), plan, names, lines, {}, {}, {}, paths, names.timed)
    if layout == "book":
        board.turned = {n for n in everything if _is_batch(n, wrt, paths)}
    board.symbols = {n: board.symbol(n, names.of[n]) for n in everything}
    for n, v in zip(everything, Program((), everything)(), strict=True):
        board.values[names.of[n]] = board.seen(n, v)
    if loss.shape == ():
        _engine(board)
    _introduce(board)
    return board


def _is_batch(node: Node, wrt: Sequence[Node], paths: Mapping[Node, str]) -> bool:
    """A matrix whose rows are examples: data and activations, no parameter."""
    return node.ndim == 2 and node not in wrt and node not in paths


def _engine(board: Board) -> None:
    """Every adjoint as the engine computes it, in one pass."""
    wanted = [n for n in (*board.plan.steps, *board.wrt)
              if n is not board.loss and (n in board.plan.live or n in board.wrt)]  # fmt: skip
    wanted = list(dict.fromkeys(wanted))
    found = differentiate([board.loss], wanted, [literal(1, board.loss.dtype)])
    made = Program((), [g for g in found if g is not None])()
    answers = iter(made)
    for node, g in zip(wanted, found, strict=True):
        value = np.zeros(node.shape) if g is None else np.asarray(next(answers))
        board.adjoints[node] = board.seen(node, value)
        board.values[Partial(board.top, board.names.of[node])] = board.adjoints[node]


def _introduce(board: Board) -> None:
    """The symbols with which the formulas begin."""
    hot: dict[Node, int] = {}
    for line in board.plan.steps:
        for inner in board.plan.beside[line]:
            for i in board.plan.inputs[line]:
                if i.dtype.kind in "iu" and i.ndim == inner.ndim - 1:
                    hot[i] = inner.shape[1]
    first = list(dict.fromkeys([*board.plan.leaves, *board.wrt]))
    first = [n for n in first if n not in board.plan.steps]
    for node in sorted(first, key=lambda n: (n in board.wrt, is_count(n))):
        name = board.names.of[node]
        kind = _count_kind(name) if is_count(node) else "parameter" if node in board.wrt else "data"
        path = board.paths.get(node, "")
        value = board.values[name]
        board.introduced.append(Introduced(name, kind, np.shape(value), value, path))
        if node in hot:
            _introduce_one_hot(board, node, hot[node])


def _count_kind(name: Name) -> str:
    return "examples" if isinstance(name, Symbol) and name.base == "B" else "entries"


def _introduce_one_hot(board: Board, node: Node, classes: int) -> None:
    small = board.names.of[node]
    big = Symbol(small.base.upper() if small.base != "t" else "Y", small.sub, small.sup)
    if big in board.names.taken:
        big = Symbol("Y", "1hot")
    shape = (node.shape[0], classes, *node.shape[1:])
    expr = Expr("onehot", (board.symbols[node],), shape)
    value = np.asarray(np.moveaxis(np.eye(classes)[board.values[small]], -1, 1))
    turned = bool(board.turned) and len(shape) == 2
    board.synonyms[expr] = al.transpose(al.sym(big, shape[::-1])) if turned else al.sym(big, shape)
    value, shape = (value.T, shape[::-1]) if turned else (value, shape)
    board.values[big] = value
    board.names.taken.add(big)
    board.introduced.append(Introduced(big, "one-hot", shape, value))


# the parts -------------------------------------------------------------------------------


def forward(board: Board) -> list[Step]:
    """Part 1: each intermediate in the order in which it is computed."""
    made = []
    for node in board.plan.steps:
        formula = board.spelled(written(board.lines[node], board.symbols))
        formula = board.defined(node, formula)
        name = board.names.of[node]
        made.append(Step("forward", name, formula, board.values[name], (node,),
                         layer=layer_of(node), rule=rule_of(board, node)))  # fmt: skip
    return made


def _slope_value(board: Board, line: Line, wanted: Node) -> Array:
    """∂line/∂wanted of a scalar line as the engine computes it."""
    hole = line.holes[line.inputs.index(wanted)]
    (found,) = differentiate([line.body], [hole], [literal(1, line.body.dtype)])
    if found is None:
        return np.zeros(())
    numbers = [board.values[board.names.of[i]] for i in line.inputs]
    return np.asarray(Program(line.holes, [found])(*numbers)[0])


def local(board: Board) -> list[Step]:
    """Part 2 of a scalar derivation: ∂u/∂v for every line u and every line v in its formula."""
    made = []
    for node in reversed(board.plan.steps):
        if node not in board.plan.live:
            continue
        inner = [i for i in board.branches(node) if i in board.lines]
        found = shares(board.lines[node], inner, board.symbols, None) if inner else []
        for v, expr in reversed(list(zip(inner, found, strict=True))):
            name = Partial(board.names.of[node], board.names.of[v])
            value = _slope_value(board, board.lines[node], v)
            board.values[name] = value
            formula = al.num(0) if expr is None else board.spelled(expr)
            made.append(Step("local", name, formula, value, (node, v), rule=rule_of(board, node)))
    return made


class Chain:
    """Part 3: adjoints from the loss backwards; what is used twice is named δ."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.used: dict[Node, Expr] = {}  # how the adjoint of a line is written where it is used
        self.steps: list[Step] = []
        self._named: set[Symbol] = set()
        self._shares: dict[Node, dict[Node, Expr | None]] = {}  # of each line, once asked for

    def _delta(self, node: Node) -> Symbol:
        name = self.board.names.of[node]
        wanted = adjoint(name)
        if name in self.board.timed:  # δ_t of h_t; of any other v_t, δ_{v,t}
            front = "" if name.base in {"h", "H"} else f"{name.base},"
            wanted = Symbol("δ", front + name.sub, name.sup)
        if wanted in self._named or wanted in self.board.names.taken:
            wanted = Symbol(
                "δ", ",".join(filter(None, (name.base, name.sub, name.accent))), name.sup
            )
        self._named.add(wanted)
        if name in self.board.timed:
            self.board.timed.add(wanted)
        return wanted

    def _is_shared(self, node: Node) -> bool:
        board = self.board
        entry = board.names.of[node].sup == "0"  # named as what enters the other layers
        return len(board.branches(node)) > 1 or node in board.wrt or entry

    def write(self) -> list[Step]:
        """All lines, the last one first."""
        self.used[self.board.loss] = al.num(1)
        for node in reversed(self.board.plan.steps):
            flows = any(u in self.used for u in self.board.users(node))
            if flows and node in self.board.plan.live and node is not self.board.loss:
                self._line(node)
        return self.steps

    def _line(self, node: Node) -> None:
        board = self.board
        formula = board.defined(node, self.adjoint_of(node))
        partial = Partial(board.top, board.names.of[node])
        value = board.adjoints[node]
        shared = self._is_shared(node)
        if (board.scalar and not shared) or _is_name(formula):
            self.used[node] = board.defined(node, formula)
            return
        users = tuple(u for u in board.users(node) if u in board.plan.live)
        if shared:
            delta = self._delta(node)
            board.values[delta] = value
            between = (al.sym(partial, formula.shape),)
            step = Step("backward", delta, formula, value, (node, *users), between, ":=",
                        layer_of(node), _rule(board, users))  # fmt: skip
            self.used[node] = board.symbol(node, delta)
        else:
            step = Step("backward", partial, formula, value, (node, *users), (), "=",
                        layer_of(node), _rule(board, users))  # fmt: skip
            self.used[node] = board.symbol(node, partial)
        self.steps.append(step)

    def adjoint_of(self, node: Node) -> Expr:
        """∂L/∂node as a sum over the lines in which it occurs."""
        board = self.board
        terms: list[Expr] = []
        for user in board.users(node):
            if user not in self.used:
                continue
            if board.scalar and node in board.lines:
                name = Partial(board.names.of[user], board.names.of[node])
                share: Expr | None = _times(self.used[user], al.sym(name, ()))
            elif board.scalar:
                slope = self._share(user, node, None)
                share = None if slope is None else al.mul(self.used[user], board.spelled(slope))
            else:
                seed = None if user is board.loss else self.used[user]
                share = self._share(user, node, seed)
            if share is not None:
                terms.append(board.spelled(share))
        if not terms:
            return al.num(0) if node.shape == () else al.fill(al.num(0), node.shape)
        made = series(al.add(*terms), board.timed)
        return made if made.shape == node.shape else al.fill(made, node.shape)

    def _share(self, user: Node, node: Node, seed: Expr | None) -> Expr | None:
        """What flows back from a line to one of its symbols; a long line is asked once for all."""
        board = self.board
        line = board.lines[user]
        if len(line.inputs) <= FEW:
            return shares(line, [node], board.symbols, seed)[0]
        if user not in self._shares:
            wanted = board.branches(user)
            made = shares(line, wanted, board.symbols, seed)
            self._shares[user] = dict(zip(wanted, made, strict=True))
        return self._shares[user][node]


FEW = 10  # symbols of a line whose derivatives are asked for one by one


def _is_name(formula: Expr) -> bool:
    """A symbol alone: nothing is left to be derived, or to be named again."""
    return formula.op == "sym" or (formula.op == "t" and formula.args[0].op == "sym")


TELLING = ("cross_entropy", "soft_cross_entropy", "bce_with_logits", "standardize", "conv",
           "linear", "matmul", "take", "softmax")  # fmt: skip


def _rule(board: Board, users: Sequence[Node]) -> str:
    return rule_of(board, users[0]) if users else ""


def rule_of(board: Board, line: Node) -> str:
    """Whose proof a line asks for: the most telling operation in its formula."""
    opened = board.lines[line]
    inside = {n.prim.name for n in walk([opened.body])}
    return next((name for name in TELLING if name in inside), line.prim.name)


def _times(a: Expr, b: Expr) -> Expr:
    """The product in the order of the chain, nothing folded."""
    if al.is_num(a, 1):
        return b
    left = a.args if a.op == "prod" else (a,)
    return Expr("prod", (*left, b), ())


def gradients(board: Board, chain: Chain) -> list[Step]:
    """Part 4: the gradients of the variables asked for."""
    made = []
    for w in board.wrt:
        name = Partial(board.top, board.names.of[w])
        formula = chain.used[w] if w in chain.used else chain.adjoint_of(w)
        users = tuple(u for u in board.users(w) if u in board.plan.live)
        made.append(Step("gradients", name, formula, board.adjoints[w], (w, *users),
                         layer=layer_of(users[0]) if users else "",
                         rule=_rule(board, users)))  # fmt: skip
    return made
