"""Recommenders: who likes what, from vectors of people and of things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.models.mlp import MLP


class MatrixFactorization(nn.Module):
    """r̂_ui = μ + b_u + c_i + U_u · I_i, over the *observed* ratings only.

    Minimises Σ (r_ui − r̂_ui)² + λ (‖U_u‖² + ‖I_i‖² + b_u² + c_i²), each rating paying for what it
    touches; ∂/∂U_u = Σ_i −2 (r_ui − r̂_ui) I_i + 2λ U_u. It is a network of two embeddings and an
    inner product.

    Shapes: user, item (n) → (n); (users + items)(rank + 1) + 1 parameters.
    Source: Koren, Bell & Volinsky 2009, Computer 42(8), eqs. 4 and 5.

    >>> model = MatrixFactorization(943, 1682, rank=20)
    >>> model([0, 1], [5, 6]).shape, sum(p.size for p in model.parameters())
    ((2,), 55126)
    """

    def __init__(self, users: int, items: int, rank: int = 20, mean: float = 0.0,
                 biased: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.users, self.items, self.rank = users, items, rank
        self.mean, self.biased = mean, biased
        self.user, self.item = nn.Embedding(users, rank), nn.Embedding(items, rank)
        for table in (self.user, self.item):
            nn.init.normal_(table.weight, 0.0, 0.1)
        if biased:
            self.user_bias, self.item_bias = nn.Embedding(users, 1), nn.Embedding(items, 1)
            nn.init.zeros_(self.user_bias.weight)
            nn.init.zeros_(self.item_bias.weight)
            self.level = nn.Parameter(tz.asarray(mean, dtype=tz.float32))

    def forward(self, user: Any, item: Any) -> Any:
        """The expected ratings."""
        score = tz.sum(self.user(user) * self.item(item), axis=1)
        if not self.biased:
            return score
        return self.level + self.user_bias(user)[:, 0] + self.item_bias(item)[:, 0] + score

    def penalty(self, user: Any, item: Any) -> Any:
        """‖U_u‖² + ‖I_i‖² + b_u² + c_i², summed over the ratings."""
        tables = [(self.user, user), (self.item, item)]
        if self.biased:
            tables += [(self.user_bias, user), (self.item_bias, item)]
        total = tz.asarray(0.0, dtype=tz.float32)
        for table, ids in tables:
            total = total + tz.sum(table(ids) ** 2)
        return total

    def loss(self, user: Any, item: Any, rating: Any, ridge: float = 0.0) -> Any:
        """The mean of (r − r̂)² + λ(…) over these ratings."""
        rating = tz.asarray(rating)
        error = F.mse_loss(self(user, item), rating)
        return error + ridge / rating.size * self.penalty(user, item) if ridge else error


class TwoTower(nn.Module):
    """score = f(E_u) · g(F_i) + b: a small network turns each side before the inner product.

    With `loss`, mean squared error of ratings; with `bce`, −log σ(score) of what was liked and
    −log(1 − σ(score)) of what was not. Things are ranked by the score.

    Shapes: user, item (n) → (n).
    Source: Covington, Adams & Sargin 2016, RecSys, section 3; Yi et al. 2019, RecSys, section 3.

    >>> TwoTower(943, 1682)([0, 1], [5, 6]).shape
    (2,)
    """

    def __init__(self, users: int, items: int, width: int = 32, hidden: Sequence[int] = (64,),
                 code: int = 32, mean: float = 0.0) -> None:  # fmt: skip
        super().__init__()
        self.users, self.items, self.width = users, items, width
        self.hidden, self.code, self.mean = tuple(hidden), code, mean
        self.user, self.item = nn.Embedding(users, width), nn.Embedding(items, width)
        for table in (self.user, self.item):
            nn.init.normal_(table.weight, 0.0, 0.1)
        self.user_tower = MLP((width, *hidden, code))
        self.item_tower = MLP((width, *hidden, code))
        self.level = nn.Parameter(tz.asarray(mean, dtype=tz.float32))

    def forward(self, user: Any, item: Any) -> Any:
        """The scores."""
        u, i = self.user_tower(self.user(user)), self.item_tower(self.item(item))
        return self.level + tz.sum(u * i, axis=1)

    def loss(self, user: Any, item: Any, rating: Any) -> Any:
        """Mean squared error of ratings."""
        return F.mse_loss(self(user, item), rating)

    def bce(self, user: Any, item: Any, liked: Any) -> Any:
        """Mean binary cross entropy of liked (1) or not (0)."""
        return F.binary_cross_entropy_with_logits(self(user, item), liked)


class NeuralMF(nn.Module):
    """score = h · [U_u ∘ I_i, φ(W … [P_u, Q_i])] + b: a product and a perceptron side by side.

    Shapes: user, item (n) → (n).
    Source: He et al. 2017, arXiv:1708.05031, eqs. 9–12 (with tables of their own for each side).

    >>> NeuralMF(943, 1682)([0, 1], [5, 6]).shape
    (2,)
    """

    def __init__(self, users: int, items: int, rank: int = 16, hidden: Sequence[int] = (64, 32),
                 dropout: float = 0.0, mean: float = 0.0) -> None:  # fmt: skip
        super().__init__()
        self.users, self.items, self.rank = users, items, rank
        self.hidden, self.dropout, self.mean = tuple(hidden), dropout, mean
        self.user, self.item = nn.Embedding(users, rank), nn.Embedding(items, rank)
        self.user_deep, self.item_deep = nn.Embedding(users, rank), nn.Embedding(items, rank)
        for table in (self.user, self.item, self.user_deep, self.item_deep):
            nn.init.normal_(table.weight, 0.0, 0.1)
        self.deep = MLP((2 * rank, *hidden), dropout=dropout)
        self.head = nn.Linear(rank + hidden[-1], 1)
        self.level = nn.Parameter(tz.asarray(mean, dtype=tz.float32))

    def forward(self, user: Any, item: Any) -> Any:
        """The scores."""
        product = self.user(user) * self.item(item)
        deep = self.deep(tz.concat([self.user_deep(user), self.item_deep(item)], axis=1))
        return self.level + self.head(tz.concat([product, F.relu(deep)], axis=1))[:, 0]

    def loss(self, user: Any, item: Any, rating: Any) -> Any:
        """Mean squared error of ratings."""
        return F.mse_loss(self(user, item), rating)

    def bce(self, user: Any, item: Any, liked: Any) -> Any:
        """Mean binary cross entropy of liked (1) or not (0)."""
        return F.binary_cross_entropy_with_logits(self(user, item), liked)
