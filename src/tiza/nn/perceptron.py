"""Rosenblatt's perceptron, which learns by its own rule and needs no derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, composite
from tiza.graph.prims import choose as c
from tiza.graph.prims import elementwise as e
from tiza.graph.types import DType, Shape
from tiza.lang import random
from tiza.lang.control import scan
from tiza.lang.mode import no_grad
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import functional as F
from tiza.nn.layers import size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter, assign


def _infer(w: Node, x: Node, t: Node, margin: Node, rate: Node) -> tuple[Shape, DType]:
    return w.shape, w.dtype


def _rule(w: Node, x: Node, t: Node, margin: Node, rate: Node) -> Node:
    wrong = c.cast(e.less_equal(margin, margin * 0), dtype=w.dtype)
    column = P["reshape"](rate * wrong * t, shape=(*t.shape, 1))
    return w + column * x


perceptron_step = composite(
    "perceptron_step", _rule, infer=_infer,
    samples=lambda rng: [((rng.normal(size=(2, 3)), rng.normal(size=3), np.array([1.0, -1.0]),
                           np.array([-0.5, 0.5]), np.array(0.3)), {})],
    latex=r"{0} + {4}\,{2}\,{1}^\top\,\mathbf{{1}}[{3} \le 0]",
    says="w ← w + η t x where t⟨w, x⟩ ≤ 0, that is, for a misclassified x; Rosenblatt 1958",
)  # fmt: skip


class Perceptron(Module):
    """y = sign(W x + b), −1 or +1; `learn` corrects the misclassified: w ← w + η t x, b ← b + η t.

    An example is misclassified where t (⟨w, x⟩ + b) ≤ 0. For data that a hyperplane separates
    the rule stops after finitely many corrections (Novikoff 1962); otherwise it goes on for ever.
    It is the stochastic gradient step of the perceptron criterion max(−t ⟨w, x⟩, 0).

    Shapes: x (n, in) → (n, out); weight (out, in), bias (out), both 0 at first.
    Source: Rosenblatt 1958, Psychological Review 65(6).

    >>> from tiza import nn
    >>> both = nn.Perceptron(2)  # learns the logical "and"
    >>> x, t = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [-1.0, -1.0, -1.0, 1.0]
    >>> both.learn(x, t, epochs=20)[-1]
    0
    >>> both(x)[:, 0].tolist() == t
    True
    """

    def __init__(self, in_features: int, out_features: int = 1, bias: bool = True) -> None:
        super().__init__()
        self.in_features = size("Perceptron", "in_features", in_features, least=1)
        self.out_features = size("Perceptron", "out_features", out_features, least=1)
        self.weight = Parameter(np.zeros((out_features, in_features), np.float32))
        self.bias = Parameter(np.zeros(out_features, np.float32)) if bias else None

    def score(self, input: Any) -> Tensor:
        """W x + b, whose sign is the answer."""
        return F.linear(as_tensor(input, self.weight.dtype), self.weight, self.bias)

    def forward(self, input: Any) -> Tensor:
        """+1 where W x + b > 0, else −1."""
        score = self.score(input)
        one = as_tensor(1.0, score.dtype)
        return make(P["where"], score > 0, one, -one)

    def learn(self, input: Any, target: Any, epochs: int = 1, rate: float = 1.0,
              shuffle: bool = False) -> list[int]:  # fmt: skip
        """Go through the examples one by one; how many corrections each pass made.

        Stops after a pass without any.

        Shapes: input (n, in), target (n) or (n, out) of −1 and +1.
        """
        x, t = self._data(input, target)
        made: list[int] = []
        for _ in range(size("Perceptron", "epochs", epochs)):
            order = random.permutation(x.shape[0]) if shuffle else None
            rows = (x, t) if order is None else tuple(
                make(P["take"], a, order, axis=0) for a in (x, t))  # fmt: skip
            made.append(self._pass(rows, rate))
            if not made[-1]:
                break
        return made

    def _pass(self, rows: Sequence[Tensor], rate: float) -> int:
        """One correction after another, as a single scan."""
        kind = self.weight.dtype
        ones, eta = as_tensor(np.ones(1, kind)), as_tensor(rate, kind)
        bias = as_tensor(np.zeros(self.out_features, kind)) if self.bias is None else self.bias

        def step(state: Sequence[Tensor], row: Sequence[Tensor]) -> tuple[Any, Tensor]:
            (w, b), (x, t) = state, row
            margin = t * ((w * x).sum(axis=1) + b)
            new = make(perceptron_step, w, x, t, margin, eta)
            if self.bias is not None:
                column = make(P["reshape"], b, shape=(*b.shape, 1))
                b = make(perceptron_step, column, ones, t, margin, eta)[:, 0]
            return (new, b), margin <= 0

        with no_grad():
            (w, b), wrong = scan(step, (self.weight, bias), tuple(rows))
            many = int(wrong.numpy().sum())
            assign(self.weight, w.numpy())
            if self.bias is not None:
                assign(self.bias, b.numpy())
        return many

    def _data(self, input: Any, target: Any) -> tuple[Tensor, Tensor]:
        kind = self.weight.dtype
        x, t = as_tensor(input, kind), as_tensor(target, kind)
        if x.ndim != 2 or x.shape[1] != self.in_features:
            raise ShapeError("perceptron-data", got=x.shape, features=self.in_features)
        if t.ndim == 1:
            t = make(P["reshape"], t, shape=(t.shape[0], 1))
        if t.shape != (x.shape[0], self.out_features):
            raise ShapeError("perceptron-target", got=t.shape, n=x.shape[0],
                             out=self.out_features)  # fmt: skip
        if not np.isin(t.numpy(), (-1, 1)).all():
            raise ArgumentError("perceptron-signs")
        return x, t

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.in_features}, {self.out_features}, bias={self.bias is not None}"
