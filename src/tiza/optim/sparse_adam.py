"""Adam for large tables of which a step looks up a few rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tiza.errors import ArgumentError
from tiza.graph import Node
from tiza.graph.prims.elementwise import sqrt
from tiza.lang.rows import rows_of
from tiza.optim.optimizer import Optimizer, Update, unbias


class SparseAdam(Optimizer):
    """Adam in which a row that was not looked up waits: neither it nor its m and v change.

    m ← m + (1−β₁)(g − m)      v ← v + (1−β₂)(g² − v)      at the rows of the batch
    p ← p − η √(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)

    Lazy: Adam itself would go on moving every row along its old m, and let m and v die away.
    t counts all steps. Takes only the gradients of tables: nn.Embedding, or rows W[i].

    Source: PyTorch's SparseAdam, after Kingma & Ba 2015, arXiv:1412.6980, § 2 (ε outside).

    >>> from tiza import nn, optim
    >>> table = nn.Embedding.from_pretrained([[1.0], [2.0], [3.0]], freeze=False, sparse=True)
    >>> optimizer = optim.SparseAdam(table.parameters(), lr=0.5)
    >>> table([1]).sum().backward(); optimizer.step(); table.weight.numpy().round(4).tolist()
    [[1.0], [1.5], [3.0]]
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    slots: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq")

    @classmethod
    def by_rows(cls, group: Mapping[str, Any]) -> bool:
        """Always."""
        del group
        return True

    def takes_rows(self, group: Mapping[str, Any], g: Node) -> bool:
        """Always; anything but rows is refused."""
        del group
        if rows_of(g) is None:
            raise ArgumentError("optim-rows", shape=g.shape)
        return True

    def saved(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The number of steps is a plain number, as in PyTorch."""
        return {**super().saved(kept), "step": kept["step"]}

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of some rows; m and v are the slots."""
        m, v = slots
        b1, b2 = self.betas
        m = m + (g - m) * (1 - b1)
        v = v + (g * g - v) * (1 - b2)
        size = self.lr * (sqrt(unbias(b2, t)) / unbias(b1, t))
        return p - size * (m / (sqrt(v) + self.eps)), (m, v)
