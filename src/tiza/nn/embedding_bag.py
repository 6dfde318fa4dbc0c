"""EmbeddingBag: a table of vectors of which whole bags are looked up and joined."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import init
from tiza.nn.bags import embedding_bag, mode_of
from tiza.nn.layers import in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter


class EmbeddingBag(Module):
    """y = Σ weight[x], their mean, or their greatest entries, over each bag x of row numbers.

    Shapes: x (n, k), or (m) with offsets (n) → (n, d); weight (rows, d), drawn from N(0, 1).
    Source: PyTorch's names and defaults.

    >>> from tiza import nn
    >>> nn.EmbeddingBag(10, 3)([1, 2, 4], offsets=[0, 2]).shape
    (2, 3)
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, *, mode: str = "mean",
                 include_last_offset: bool = False, padding_idx: int | None = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.num_embeddings = size("EmbeddingBag", "num_embeddings", num_embeddings)
        self.embedding_dim = size("EmbeddingBag", "embedding_dim", embedding_dim)
        self.mode, self.include_last_offset = mode_of(mode), include_last_offset
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ArgumentError("embedding-padding", got=padding_idx, rows=num_embeddings)
            padding_idx %= num_embeddings
        self.padding_idx = padding_idx
        self.weight = Parameter(np.empty((num_embeddings, embedding_dim), np.float32))
        self.reset_parameters()
        in_type(self, dtype)

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, *, mode: str = "mean",
                        padding_idx: int | None = None) -> EmbeddingBag:  # fmt: skip
        """A layer with a table that is given, trained further only if `freeze` is False."""
        table = as_tensor(embeddings)
        if table.ndim != 2:
            raise ShapeError("embedding-table", got=table.shape)
        rows, columns = table.shape
        layer = cls(rows, columns, mode=mode, padding_idx=padding_idx)
        layer.weight = Parameter(table, requires_grad=not freeze)
        return layer

    def reset_parameters(self) -> None:
        """Draw the table anew; the row of the padding is 0."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            table = self.weight.numpy().copy()
            table[self.padding_idx] = 0
            self.weight.data = table

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Tensor:
        """One row for each bag."""
        return embedding_bag(
            input, self.weight, offsets, mode=self.mode, per_sample_weights=per_sample_weights,
            include_last_offset=self.include_last_offset, padding_idx=self.padding_idx,
        )  # fmt: skip

    def extra_repr(self) -> str:
        """The sizes."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}, mode={self.mode!r}{padding}"
