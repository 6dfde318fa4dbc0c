"""Newton's method and Levenberg and Marquardt's, for problems small enough for a matrix."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import Node, constant, literal, placeholder, walk
from tiza.lang import hot
from tiza.lang.tensor import Tensor
from tiza.lang.trace import Program
from tiza.optim.lbfgs import Array, Whole
from tiza.transforms import cotangents_of
from tiza.transforms.vectorise import vectorise

MOST_KEPT = 16  # structures whose derivatives are kept
TOGETHER = 1 << 22  # numbers: up to so many are computed for all rows side by side

_programs: OrderedDict[Hashable, Program | None] = OrderedDict()


def hessian(loss: Tensor, params: list[Tensor]) -> tuple[Array, Array]:
    """Gradient and matrix of second derivatives of a scalar, all parameters as one vector."""
    g, rows = _derivatives(_slopes, loss.node, [p.node for p in params])
    return g, (rows + rows.T) / 2  # symmetric but for rounding


def jacobian(values: Tensor, params: list[Tensor]) -> tuple[Array, Array]:
    """Values, and their derivatives: one row for each value, one column for each parameter."""
    return _derivatives(_itself, values.node, [p.node for p in params])


def _slopes(root: Node, nodes: Sequence[Node]) -> list[Node]:
    return list(cotangents_of([root], nodes, [literal(1.0, root.dtype)]))


def _itself(root: Node, nodes: Sequence[Node]) -> list[Node]:
    return [root]


def _derivatives(made: Callable[[Node, Sequence[Node]], list[Node]], root: Node,
                 nodes: Sequence[Node]) -> tuple[Array, Array]:  # fmt: skip
    """What is `made` of root, as one vector, and its derivatives: a row for each entry.

    They are written down once for each structure of root; the next step brings other numbers.
    """
    try:
        key, leaves, _ = hot.structure([root])
    except TypeError:  # attributes that are no plain values
        return _pulled(made(root, nodes), nodes)
    leaves += [n for n in nodes if n not in leaves]
    key = made, key, tuple(map(leaves.index, nodes)), tuple((n.shape, n.dtype) for n in nodes)
    if key not in _programs:
        _programs[key] = _together(made, root, nodes, leaves)
        if len(_programs) > MOST_KEPT:
            _programs.popitem(last=False)
    program = _programs[key]
    if program is None:
        return _pulled(made(root, nodes), nodes)
    value, *found = hot.ran(program, [leaf.value for leaf in leaves])
    if root.value is None:
        root.value = value
    count = len(found) - len(nodes)
    flat = np.concatenate([np.ravel(v) for v in found[:count]]).astype(np.float64)
    rows = np.concatenate([v.reshape(len(v), -1) for v in found[count:]], axis=1)
    return flat, rows.astype(np.float64)


def _together(made: Callable[[Node, Sequence[Node]], list[Node]], root: Node,
              nodes: Sequence[Node], leaves: Sequence[Node]) -> Program | None:  # fmt: skip
    """root, what is made of it, and all rows at once; None where that would be too much."""
    holes, (y,) = hot.anew(leaves, [root])
    wrt = [holes[leaves.index(n)] for n in nodes]
    outputs = made(y, wrt)
    units = [placeholder(o.shape, o.dtype) for o in outputs]
    back = cotangents_of(outputs, wrt, units)
    sizes = [math.prod(o.shape) for o in outputs]
    count, start = sum(sizes), 0
    if count * sum(math.prod(n.shape) for n in walk(back) if not n.prim.several) > TOGETHER:
        return None
    rows: dict[Node, Node] = {}
    for unit, size in zip(units, sizes, strict=True):
        one = np.eye(count, dtype=unit.dtype)[:, start : start + size]
        rows[unit] = constant(one.reshape(count, *unit.shape))
        start += size
    return Program(holes, [y, *outputs, *vectorise(back, rows, count)])


def _pulled(outputs: list[Node], nodes: Sequence[Node]) -> tuple[Array, Array]:
    """The outputs as one vector, and row by row what unit cotangents carry back."""
    holes = [placeholder(y.shape, y.dtype) for y in outputs]
    back = cotangents_of(outputs, nodes, holes)
    values = Program((), outputs)()
    pull = Program(holes, back)
    sizes = [math.prod(y.shape) for y in outputs]
    rows = np.zeros((sum(sizes), sum(math.prod(n.shape) for n in nodes)))
    for i in range(len(rows)):
        unit = np.zeros(len(rows))
        unit[i] = 1
        parts = np.split(unit, np.cumsum(sizes)[:-1])
        given = [part.reshape(y.shape).astype(y.dtype) for part, y in
                 zip(parts, outputs, strict=True)]  # fmt: skip
        rows[i] = np.concatenate([np.ravel(x) for x in pull(*given)])
    flat = np.concatenate([np.ravel(v) for v in values]).astype(np.float64)
    return flat, rows


def _solved(matrix: Array, g: Array, least: float) -> Array:
    """H⁻¹g by Cholesky's factors where H ≥ λ; else with its eigenvalues by size, at least λ."""
    try:
        np.linalg.cholesky(matrix - least * np.eye(len(g)))
        return np.linalg.solve(matrix, g)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
        curvature = np.maximum(np.abs(values), least)
        found: Array = vectors @ ((vectors.T @ g) / curvature)
        return found


class Newton(Whole):
    """p ← p − η (H + λI)⁻¹ g: straight to the bottom of the parabola that fits the loss here.

    `step(closure)` asks closure for the loss as an expression, without `backward`. The damping
    λ keeps directions of no or negative curvature from running away: H's eigenvalues are
    taken by their size where they are negative, and at least λ.

    Source: Nocedal & Wright 2006, Numerical Optimization, § 3.4. Weak side: n² numbers, n³ work.

    >>> from tiza import nn
    >>> w = nn.Parameter([3.0, -2.0]); optimizer = Newton([w])
    >>> _ = optimizer.step(lambda: ((w - 1) ** 2).sum()); [round(x, 3) for x in w.tolist()]
    [1.0, 1.0]
    """

    lr: float = 1.0
    damping: float = 1e-8

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step from the loss that `closure` gives; gives that loss back."""
        if closure is None:
            raise ArgumentError("optim-closure", kind=type(self).__name__)
        loss = closure()
        g, matrix = hessian(loss, self.params)
        value = loss.detach()
        value.numpy()  # before the parameters move
        self.set_vector(self.vector() - self.lr * _solved(matrix, g, self.damping))
        return value


class LevenbergMarquardt(Whole):
    """p ← p − (JᵀJ + λ diag JᵀJ)⁻¹ Jᵀr for residuals r: Gauss–Newton that shrinks when it fails.

    `step(closure)` asks closure for the residuals as an expression. A step that lowers Σ r² is
    taken and λ divided by `factor`; one that does not is refused, λ multiplied, and tried again,
    up to `tries` times. λ = 0 is the method of Gauss and Newton.

    Source: Levenberg 1944; Marquardt 1963, J. SIAM 11. For sums of squares of few parameters.

    >>> from tiza import nn
    >>> w = nn.Parameter([0.0]); optimizer = LevenbergMarquardt([w])
    >>> for _ in range(8):
    ...     cost = optimizer.step(lambda: (w * w - 4.0) - w)
    >>> round(abs(w.item() ** 2 - w.item() - 4), 4)
    0.0
    """

    lr: float = 1.0
    damping: float = 1e-3
    factor: float = 10.0
    tries: int = 10

    def step(self, closure: Callable[[], Any] | None = None) -> float:
        """One step from the residuals that `closure` gives; gives half their sum of squares."""
        if closure is None:
            raise ArgumentError("optim-closure", kind=type(self).__name__)
        r, rows = jacobian(closure(), self.params)
        cost, at = 0.5 * float(r @ r), self.vector()
        square, slope = rows.T @ rows, rows.T @ r
        group: dict[str, Any] = self.param_groups[0]
        for _ in range(self.tries):
            damped = square + group["damping"] * np.diag(np.maximum(np.diag(square), 1e-12))
            self.set_vector(at - self.lr * np.linalg.lstsq(damped, slope, rcond=None)[0])
            new = np.ravel(closure().numpy()).astype(np.float64)
            if 0.5 * float(new @ new) < cost:
                group["damping"] /= self.factor
                return cost
            group["damping"] = max(group["damping"], 1e-12) * self.factor
        self.set_vector(at)
        return cost

    @classmethod
    def check(cls, group: Mapping[str, Any]) -> None:
        """The factor must grow the damping."""
        super().check(group)
        if group["factor"] <= 1:
            raise ArgumentError("optim-value", name="factor", got=group["factor"], wanted="> 1")
