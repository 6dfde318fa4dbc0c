"""Updates that see all variables as one vector: L-BFGS, Newton, Levenberg–Marquardt; averages."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tiza.errors import GradientError
from tiza.graph import PRIMITIVES, Node, rebuild
from tiza.lang.tensor import Tensor
from tiza.nn.parameter import Parameter
from tiza.optim.averaging import ExponentialMovingAverage
from tiza.optim.lbfgs import LBFGS, Whole
from tiza.optim.newton import LevenbergMarquardt, hessian, jacobian
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.derivation import Board
from tiza.readings.blackboard.expr import Attrs, Expr, Name, Partial, Second, Symbol
from tiza.readings.blackboard.expr import evaluate as value_of
from tiza.readings.blackboard.hyperparameters import free, hyperparameters
from tiza.readings.blackboard.spell import translate
from tiza.readings.blackboard.steps import Introduced, Step

VIEWED = {"reshape", "cast", "alias", "part"}
SCALES = {"divide", "multiply", "negative"}


class Sheet:
    """All variables as one vector θ, and the lines written about it so far."""

    def __init__(self, board: Board, optimizer: Whole, owners: Mapping[Node, Tensor]) -> None:
        self.board, self.optimizer = board, optimizer
        by_owner = {id(t): n for n, t in owners.items()}
        known = [by_owner[id(p)] for p in optimizer.params if id(p) in by_owner]
        self.complete = len(known) == len(optimizer.params) == len(board.wrt)
        self.nodes = known if self.complete else list(board.wrt)
        self.steps: list[Step] = []
        values = [board.values[board.names.of[n]] for n in self.nodes]
        self.at = np.concatenate([np.ravel(v) for v in values])
        self.g = np.concatenate([np.ravel(board.adjoints[n]) for n in self.nodes])
        group = {k: optimizer.param_groups[0][k] for k in optimizer.defaults}
        self.options, self.numbers = hyperparameters(board, group, type(optimizer).defaults)
        first = self.nodes[0]
        if len(self.nodes) == 1 and first.ndim == 1:
            self.name = board.names.of[first]
        else:
            self.name = free(board, Symbol("θ"))
            self.given(self.name, "stacked", self.at)
        gradient = Partial(board.top, self.name)
        board.values[gradient] = self.g
        self.theta = al.sym(self.name, self.at.shape)
        self.slope = al.sym(gradient, self.at.shape)

    def given(self, name: Name, kind: str, value: Any) -> Expr:
        """A symbol whose value is no formula of the page."""
        array = np.asarray(value, float)
        self.board.values[name] = array
        self.board.introduced.append(Introduced(name, kind, array.shape, array))
        return al.sym(name, array.shape)

    def option(self, key: str) -> Expr:
        """A hyperparameter as its symbol, which is introduced where it is used first."""
        value = self.options[key]
        formula = getattr(value, "formula", None)
        if not isinstance(formula, Expr):
            return al.num(float(value))
        name = formula.data
        if name not in self.board.values:
            self.given(name, "value", self.numbers[name])
        return formula

    def line(self, name: Symbol, formula: Expr, sign: str = "=", value: Any = None) -> Expr:
        """name = formula, with the engine's value where it has one."""
        found = value_of(formula, self.board.values) if value is None else value
        self.steps.append(Step("update", name, formula, np.asarray(found), (self.nodes[0],), (),
                               sign, rule="update"))  # fmt: skip
        kept = replace(name, new=True) if sign == "←" else name
        self.board.values[kept] = np.asarray(found)
        return al.sym(kept, formula.shape)

    def letter(self, base: str, sub: str = "") -> Symbol:
        """A free letter."""
        return free(self.board, Symbol(base, sub))

    def parameters(self) -> list[Parameter]:
        """The variables as parameters in float64, on which the optimizer itself can step."""
        return [Parameter(self.board.values[self.board.names.of[n]]) for n in self.nodes]

    def again(self, node: Node, params: Sequence[Parameter]) -> Tensor:
        """A node of the derivation at other values of the variables."""
        (made,) = rebuild([node], {n: p.node for n, p in zip(self.nodes, params, strict=True)})
        return Tensor(made, requires_grad=True)

    def shadow(self, params: Sequence[Parameter], **more: Any) -> Any:
        """The same optimizer on these parameters, where it stands now."""
        group = {k: self.optimizer.param_groups[0][k] for k in self.optimizer.defaults}
        made = type(self.optimizer)(params, **{**group, **more})
        if isinstance(self.optimizer, LBFGS) and self.complete:
            for key in ("pairs", "scale", "before", "iterations"):
                setattr(made, key, copy.deepcopy(getattr(self.optimizer, key)))
        return made

    def finish(self, new: Expr) -> tuple[list[Step], list[Step]]:
        """All lines, and those of the rule: what each variable becomes stands below."""
        rule = list(self.steps)
        if self.name == self.board.names.of[self.nodes[0]]:
            return rule, rule
        start = 0
        for n in self.nodes:
            size = int(np.prod(n.shape))
            cut = Attrs(PRIMITIVES["slice"], (("starts", (start,)), ("stops", (start + size,)),
                                              ("steps", (1,))))  # fmt: skip
            part = Expr("fun", (new,), (size,), cut)
            one = Expr("row", (new,), (), start)
            formula = one if n.shape == () else al.view(part, n.shape)
            value = value_of(formula, self.board.values)
            name = self.board.names.of[n]
            self.steps.append(Step("update", name, formula, value, (n,), (), "←", rule="update"))
            self.board.values[replace(name, new=True)] = value
            start += size
        return self.steps, rule


def whole_update(board: Board, optimizer: Whole,
                 owners: Mapping[Node, Tensor]) -> tuple[list[Step], list[Step]]:  # fmt: skip
    """The lines of one step with this run's numbers, and among them the rule."""
    sheet = Sheet(board, optimizer, owners)
    if isinstance(optimizer, LBFGS):
        return _lbfgs(sheet)
    if isinstance(optimizer, LevenbergMarquardt):
        return _marquardt(sheet)
    return _newton(sheet)


def _inverse(a: Expr, b: Expr) -> Expr:
    """A⁻¹ b of a matrix and a vector."""
    n = b.shape[0]
    column = b if b.op == "view" and b.shape == (n, 1) else Expr("view", (b,), (n, 1))
    solved = Expr("fun", (a, column), (n, 1), Attrs(PRIMITIVES["solve"], ()))
    return Expr("view", (solved,), (n,))


def _newton(sheet: Sheet) -> tuple[list[Step], list[Step]]:
    """θ ← θ − η H⁻¹ ∂L/∂θ; where H bends the wrong way, with its eigenvalues by their size."""
    board = sheet.board
    params = sheet.parameters()
    _, matrix = hessian(sheet.again(board.loss, params), [*params])
    second = sheet.given(Second(board.top, sheet.name, sheet.name), "hessian", matrix)
    values, vectors = np.linalg.eigh(matrix)
    if values.min() < sheet.optimizer.param_groups[0]["damping"]:
        n = len(values)
        v = sheet.given(sheet.letter("V"), "eigenvectors", vectors)
        size = sheet.given(sheet.letter("ℓ"), "eigenvalues", values)
        plain = Expr("fun", (size,), size.shape, Attrs(PRIMITIVES["abs"], ()))
        floor = al.rep(sheet.option("damping"), size.shape)
        bent = Expr("fun", (plain, floor), size.shape, Attrs(PRIMITIVES["maximum"], ()))
        spread = al.matmul(v, Expr("diag", (bent,), (n, n)), al.transpose(v))
        second = sheet.line(sheet.letter("H"), spread)
    optimizer = sheet.shadow(params)
    optimizer.step(lambda: sheet.again(board.loss, params))
    move = al.mul(sheet.option("lr"), _inverse(second, sheet.slope))
    new = sheet.line(sheet.name, al.sub(sheet.theta, move), "←", optimizer.vector())
    return sheet.finish(new)


def _residuals(loss: Node) -> Node:
    """r of a loss that is Σ r² times a number.

    Errors: GradientError where the loss is no sum of squares.
    """
    node = loss
    while True:
        name = node.prim.name
        moving = [i for i in node.inputs if i.shape != () or i.inputs]
        if name == "pow" and float(getattr(node.inputs[1], "value", 0) or 0) == 2:
            return node.inputs[0]
        if name not in SCALES | VIEWED | {"sum"} or len(moving) != 1:
            raise GradientError("derive-residuals")
        (node,) = moving


def _marquardt(sheet: Sheet) -> tuple[list[Step], list[Step]]:
    """θ ← θ − η (JᵀJ + λ diag JᵀJ)⁻¹ Jᵀ r, with λ as it is after the steps that were refused."""
    board, params = sheet.board, sheet.parameters()
    node = _residuals(board.loss)
    values, rows = jacobian(sheet.again(node, params), [*params])
    size = len(values)
    known = board.symbols.get(node)
    if known is not None and known.op == "sym" and node.ndim == 1:
        r = known
    else:
        formula = al.view(board.spelled(translate([node], board.symbols)[0]), (size,))
        r = sheet.line(sheet.letter("r"), formula, "=", values)
    slope = sheet.given(sheet.letter("J"), "jacobian", rows)
    optimizer = sheet.shadow(params)
    before = float(optimizer.param_groups[0]["damping"])
    optimizer.step(lambda: sheet.again(node, params))
    after, factor = float(optimizer.param_groups[0]["damping"]), float(optimizer.factor)
    moved = not np.array_equal(optimizer.vector(), sheet.at)
    damping = sheet.option("damping")
    tried = before
    while moved and tried < after * factor * 0.999:
        tried *= factor
        name = replace(_plain(damping.data), sub=f"{damping.data.sub}'")
        damping = sheet.line(name, al.mul(sheet.option("factor"), damping))
    square = al.matmul(al.transpose(slope), slope)
    damped = al.add(square, al.mul(damping, Expr("diag", (square,), square.shape)))
    pull = al.matmul(al.transpose(slope), Expr("view", (r,), (size, 1)))
    move = al.mul(sheet.option("lr"), _inverse(damped, pull))
    if not moved:
        new = sheet.line(sheet.name, sheet.theta, "←", optimizer.vector())
        return sheet.finish(new)
    new = sheet.line(sheet.name, al.sub(sheet.theta, move), "←", optimizer.vector())
    smaller = al.div(damping, sheet.option("factor"))
    sheet.line(_plain(sheet.option("damping").data), smaller, "←", np.asarray(after))
    return sheet.finish(new)


def _plain(name: Name) -> Symbol:
    assert isinstance(name, Symbol)  # hyperparameters have no other names
    return name


def _over(a: Expr, b: Expr, c: Expr) -> Expr:
    """aᵀb / cᵀa."""
    return al.div(Expr("dot", (a, b), ()), Expr("dot", (c, a), ()))


def _lbfgs(sheet: Sheet) -> tuple[list[Step], list[Step]]:
    """Two loops over the kept pairs, then the step: its length searched for, or η."""
    params = sheet.parameters()
    most = sheet.optimizer.max_eval or sheet.optimizer.max_iter * 5 // 4
    optimizer = sheet.shadow(params, max_iter=1, max_eval=most)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = sheet.again(sheet.board.loss, params)
        loss.backward()
        return loss

    optimizer.step(closure)
    if np.array_equal(optimizer.vector(), sheet.at):  # at the bottom already
        return sheet.finish(sheet.line(sheet.name, sheet.theta, "←", sheet.at))
    q = al.neg(sheet.slope)
    pairs = [
        (sheet.given(sheet.letter("s", str(i)), "steps", s),
         sheet.given(sheet.letter("y", str(i)), "turns", y))
        for i, (s, y) in enumerate(optimizer.pairs, 1)
    ]  # fmt: skip
    if pairs:
        q = sheet.line(sheet.letter("q", str(len(pairs))), q)
        q = _loops(sheet, q, pairs)
    d = sheet.line(sheet.letter("d"), q)
    taken = optimizer.before[0]
    direction = value_of(d, sheet.board.values)
    if optimizer.line_search_fn is not None:
        length = float(taken @ direction / (direction @ direction))
        rate = sheet.given(sheet.letter("τ"), "search", length)
    elif optimizer.iterations == 1:
        size = Expr("fun", (sheet.slope,), sheet.slope.shape, Attrs(PRIMITIVES["abs"], ()))
        short = al.div(al.num(1), al.total(size, (0,), False))
        least = Expr("fun", (al.num(1), short), (), Attrs(PRIMITIVES["minimum"], ()))
        rate = sheet.line(sheet.letter("τ"), al.mul(sheet.option("lr"), least))
    else:
        rate = sheet.option("lr")
    new = al.add(sheet.theta, al.mul(rate, d))
    return sheet.finish(sheet.line(sheet.name, new, "←", optimizer.vector()))


def _loops(sheet: Sheet, q: Expr, pairs: Sequence[tuple[Expr, Expr]]) -> Expr:
    """H times a vector, from the pairs (s, y); the last one gives the scale."""
    shares: list[Expr] = []
    for i in range(len(pairs), 0, -1):
        s, y = pairs[i - 1]
        shares.insert(0, sheet.line(sheet.letter("α", str(i)), _over(s, q, y)))
        q = sheet.line(sheet.letter("q", str(i - 1)), al.sub(q, al.mul(shares[0], y)))
    s, y = pairs[-1]
    scale = sheet.line(sheet.letter("γ"), _over(y, s, y))
    r = sheet.line(sheet.letter("r", "0"), al.mul(scale, q))
    for i, ((s, y), share) in enumerate(zip(pairs, shares, strict=True), 1):
        gap = al.sub(share, al.div(Expr("dot", (y, r), ()), Expr("dot", (y, s), ())))
        made = al.add(r, al.mul(gap, s))
        if i == len(pairs):
            return made
        r = sheet.line(sheet.letter("r", str(i)), made)
    return r


def averaged(board: Board, average: ExponentialMovingAverage,
             owners: Mapping[Node, Tensor]) -> list[Step]:  # fmt: skip
    """a ← β a + (1 − β) w of each variable, β no greater than (1 + n)/(10 + n) at first."""
    count = float(average.count + 1)
    name, n = free(board, Symbol("β")), free(board, Symbol("n"))
    board.values[name] = np.asarray(average.decay)
    board.introduced.append(Introduced(name, "value", (), board.values[name]))
    share = al.sym(name, ())
    if average.warm_up:
        board.values[n] = np.asarray(count)
        board.introduced.append(Introduced(n, "step", (), board.values[n]))
        early = al.div(al.add(al.num(1), al.sym(n, ())), al.add(al.num(10), al.sym(n, ())))
        share = Expr("fun", (share, early), (), Attrs(PRIMITIVES["minimum"], ()))
    decay = float(value_of(share, board.values))
    kept = {id(p): a for p, a in zip(average.params, average.averages, strict=True)}
    made: list[Step] = []
    for w in board.wrt:
        own = board.names.of[w]
        value = np.asarray(board.values[own], float)
        before = np.asarray(kept.get(id(owners.get(w)), value), float)
        letter = free(board, Symbol("a"))
        if len(board.wrt) > 1:
            letter = replace(letter, sub=",".join(filter(None, (letter.sub, own.base + own.sub))),
                             sup=own.sup)  # fmt: skip
        board.values[letter] = before
        a, x = al.sym(letter, w.shape), al.sym(own, w.shape)
        formula = al.add(al.mul(share, a), al.mul(al.sub(al.num(1), share), x))
        new = before + (1 - decay) * (value - before)
        made.append(Step("update", letter, formula, new, (w,), (), "←", rule="update"))
        board.values[replace(letter, new=True)] = new
    return made
