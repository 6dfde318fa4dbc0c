"""EmbeddingBag: a table of vectors of which whole bags are looked up and joined."""

from __future__ import annotations

from typing import Any

from tiza.lang.tensor import Tensor
from tiza.nn.bags import embedding_bag, mode_of
from tiza.nn.embedding import Table, table_of


class EmbeddingBag(Table):
    """y = Σ weight[x], their mean, or their greatest entries, over each bag x of row numbers.

    `max_norm`, `norm_type`, `scale_grad_by_freq` and `sparse` as in `Embedding`.

    Shapes: x (n, k), or (m) with offsets (n) → (n, d); weight (rows, d), drawn from N(0, 1).
    Source: PyTorch's names and defaults.

    >>> from tiza import nn
    >>> nn.EmbeddingBag(10, 3)([1, 2, 4], offsets=[0, 2]).shape
    (2, 3)
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, max_norm: float | None = None,
                 norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = "mean",
                 sparse: bool = False, _weight: Any = None, include_last_offset: bool = False,
                 padding_idx: int | None = None, device: Any = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__(num_embeddings, embedding_dim, padding_idx, max_norm, norm_type,
                         scale_grad_by_freq, sparse, _weight, device, dtype)  # fmt: skip
        self.mode, self.include_last_offset = mode_of(mode), bool(include_last_offset)

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, max_norm: float | None = None,
                        norm_type: float = 2.0, scale_grad_by_freq: bool = False,
                        mode: str = "mean", sparse: bool = False,
                        include_last_offset: bool = False,
                        padding_idx: int | None = None) -> EmbeddingBag:  # fmt: skip
        """A layer with a table that is given, trained further only if `freeze` is False."""
        table = table_of(embeddings)
        rows, columns = table.shape
        layer = cls(rows, columns, max_norm, norm_type, scale_grad_by_freq, mode, sparse, table,
                    include_last_offset, padding_idx)  # fmt: skip
        layer.weight.requires_grad_(not freeze)
        return layer

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Tensor:
        """One row for each bag."""
        return embedding_bag(
            input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq,
            self.mode, self.sparse, per_sample_weights, self.include_last_offset, self.padding_idx,
        )  # fmt: skip

    def options(self) -> list[str]:
        """The options that are not as usual, and the mode."""
        return [*super().options(), f"mode={self.mode!r}"]
