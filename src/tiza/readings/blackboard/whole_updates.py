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

MAXIMUM = PRIMITIVES["maximum"]
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
        self.shape = first.shape if len(self.nodes) == 1 and first.ndim < 2 else self.at.shape
        if len(self.nodes) == 1 and first.ndim < 2:
            self.name = board.names.of[first]
        else:
            self.name = free(board, Symbol("θ"))
            self.given(self.name, "stacked", self.at)
        gradient = Partial(board.top, self.name)
        board.values[gradient] = self.g.reshape(self.shape)
        self.theta = al.sym(self.name, self.shape)
        self.slope = al.sym(gradient, self.shape)

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

    def moved(self, move: Expr, optimizer: Any) -> Expr:
        """θ ← θ − η move."""
        step = al.mul(self.option("lr"), move)
        value = optimizer.vector().reshape(self.shape)
        return self.line(self.name, al.sub(self.theta, step), "←", value)

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
    """A⁻¹ b of a matrix and a vector; of numbers b/a."""
    if a.shape == ():
        return al.div(b, a)
    n = b.shape[0]
    column = b if b.op == "view" and b.shape == (n, 1) else Expr("view", (b,), (n, 1))
    solved = Expr("fun", (a, column), (n, 1), Attrs(PRIMITIVES["solve"], ()))
    return Expr("view", (solved,), (n,))


def _newton(sheet: Sheet) -> tuple[list[Step], list[Step]]:
    """θ ← θ − η H⁻¹ ∂L/∂θ; where H bends the wrong way, with its eigenvalues by their size."""
    board = sheet.board
    params = sheet.parameters()
    _, matrix = hessian(sheet.again(board.loss, params), [*params])
    name = Second(board.top, sheet.name, sheet.name)
    second = sheet.given(name, "hessian", matrix if sheet.shape else matrix[0, 0])
    values, vectors = np.linalg.eigh(matrix)
    if values.min() < sheet.optimizer.param_groups[0]["damping"] and not sheet.shape:
        size = Expr("fun", (second,), (), Attrs(PRIMITIVES["abs"], ()))
        second = Expr("fun", (size, sheet.option("damping")), (), Attrs(MAXIMUM, ()))
    elif values.min() < sheet.optimizer.param_groups[0]["damping"]:
        n = len(values)
        v = sheet.given(sheet.letter("V"), "eigenvectors", vectors)
        size = sheet.given(sheet.letter("ℓ"), "eigenvalues", values)
        plain = Expr("fun", (size,), size.shape, Attrs(PRIMITIVES["abs"], ()))
        floor = al.rep(sheet.option("damping"), size.shape)
        bent = Expr("fun", (plain, floor), size.shape, Attrs(MAXIMUM, ()))
        spread = al.matmul(v, Expr("diag", (bent,), (n, n)), al.transpose(v))
        second = sheet.line(sheet.letter("H"), spread)
    optimizer = sheet.shadow(params)
    optimizer.step(lambda: sheet.again(board.loss, params))
    return sheet.finish(sheet.moved(_inverse(second, sheet.slope), optimizer))


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
    alone = sheet.shape == () and node.shape == ()
    if known is not None and known.op == "sym" and node.ndim == 1:
        r = known
    else:
        formula = board.spelled(translate([node], board.symbols)[0])
        formula = formula if alone else al.view(formula, (size,))
        r = sheet.line(sheet.letter("r"), formula, "=", values.reshape(formula.shape))
    slope = sheet.given(sheet.letter("J"), "jacobian", rows[0, 0] if alone else rows)
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
    if not moved:
        return sheet.finish(sheet.line(sheet.name, sheet.theta, "←"))
    if alone:
        square = al.power(slope, al.num(2))
        pull, damped = al.mul(slope, r), al.add(square, al.mul(damping, square))
    else:
        square = al.matmul(al.transpose(slope), slope)
        damped = al.add(square, al.mul(damping, Expr("diag", (square,), square.shape)))
        pull = al.matmul(al.transpose(slope), Expr("view", (r,), (size, 1)))
    move = _inverse(damped, pull)
    if sheet.shape == () and not alone:
        move = al.view(move, ())
    new = sheet.moved(move, optimizer)
    smaller = al.div(damping, sheet.option("factor"))
    sheet.line(_plain(sheet.option("damping").data), smaller, "←", np.asarray(after))
    return sheet.finish(new)


def _plain(name: Name) -> Symbol:
    assert isinstance(name, Symbol)  # hyperparameters have no other names
    return name


def _over(a: Expr, b: Expr, c: Expr) -> Expr:
    """aᵀb / cᵀa."""
    return al.div(_dot(a, b), _dot(c, a))


def _dot(a: Expr, b: Expr) -> Expr:
    """aᵀb; of numbers their product."""
    return Expr("dot", (a, b), ()) if a.shape else al.mul(a, b)


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
        return sheet.finish(sheet.line(sheet.name, sheet.theta, "←"))
    q = al.neg(sheet.slope)
    pairs = [
        (sheet.given(sheet.letter("s", str(i)), "steps", s.reshape(sheet.shape)),
         sheet.given(sheet.letter("y", str(i)), "turns", y.reshape(sheet.shape)))
        for i, (s, y) in enumerate(optimizer.pairs, 1)
    ]  # fmt: skip
    if pairs:
        q = sheet.line(sheet.letter("q", str(len(pairs))), q)
        q = _loops(sheet, q, pairs)
    d = sheet.line(sheet.letter("d"), q)
    taken = optimizer.before[0]
    direction = np.ravel(value_of(d, sheet.board.values))
    if optimizer.line_search_fn is not None:
        length = float(taken @ direction / (direction @ direction))
        rate = sheet.given(sheet.letter("τ"), "search", length)
    elif optimizer.iterations == 1:
        size = Expr("fun", (sheet.slope,), sheet.slope.shape, Attrs(PRIMITIVES["abs"], ()))
        whole = al.total(size, (0,), False) if sheet.shape else size
        short = al.div(al.num(1), whole)
        least = Expr("fun", (al.num(1), short), (), Attrs(PRIMITIVES["minimum"], ()))
        rate = sheet.line(sheet.letter("τ"), al.mul(sheet.option("lr"), least))
    else:
        rate = sheet.option("lr")
    new = al.add(sheet.theta, al.mul(rate, d))
    value = optimizer.vector().reshape(sheet.shape)
    return sheet.finish(sheet.line(sheet.name, new, "←", value))


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
        gap = al.sub(share, al.div(_dot(y, r), _dot(y, s)))
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
