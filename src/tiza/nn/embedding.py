"""Embedding: a table of vectors of which rows are looked up."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import functional as F
from tiza.nn import init
from tiza.nn.layers import in_type, size
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter


class Table(Module):
    """What layers share that hold a table of vectors: its sizes, options and first numbers."""

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None,
                 max_norm: float | None, norm_type: float, scale_grad_by_freq: bool, sparse: bool,
                 weight: Any, device: Any, dtype: Any) -> None:  # fmt: skip
        super().__init__()
        layer = type(self).__name__
        self.num_embeddings = size(layer, "num_embeddings", num_embeddings)
        self.embedding_dim = size(layer, "embedding_dim", embedding_dim)
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ArgumentError("embedding-padding", got=padding_idx, rows=num_embeddings)
            padding_idx %= num_embeddings
        self.padding_idx, self.max_norm, self.norm_type = padding_idx, max_norm, norm_type
        self.scale_grad_by_freq, self.sparse = bool(scale_grad_by_freq), bool(sparse)
        shape = (num_embeddings, embedding_dim)
        if weight is None:
            self.weight = Parameter(np.empty(shape, np.float32))
            self.reset_parameters()
        else:
            table = as_tensor(weight)
            if table.shape != shape:
                raise ShapeError("embedding-weight", got=table.shape, want=shape)
            self.weight = Parameter(table)
        in_type(self, dtype, device)

    def reset_parameters(self) -> None:
        """Draw the table anew from N(0, 1); the row of the padding is 0."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            table = self.weight.numpy().copy()
            table[self.padding_idx] = 0
            self.weight.data = table

    def options(self) -> list[str]:
        """The options that are not as usual, for `repr`."""
        shown = [] if self.padding_idx is None else [f"padding_idx={self.padding_idx}"]
        if self.max_norm is not None:
            shown.append(f"max_norm={self.max_norm}")
        if self.norm_type != 2:
            shown.append(f"norm_type={self.norm_type}")
        if self.scale_grad_by_freq:
            shown.append("scale_grad_by_freq=True")
        return shown + ["sparse=True"] * self.sparse

    def extra_repr(self) -> str:
        """The sizes."""
        return ", ".join([str(self.num_embeddings), str(self.embedding_dim), *self.options()])


def table_of(embeddings: Any) -> Tensor:
    """A table that is given for a layer."""
    table = as_tensor(embeddings)
    if table.ndim != 2:
        raise ShapeError("embedding-table", got=table.shape)
    return table


class Embedding(Table):
    """A table of vectors: y = weight[x], row by row.

    The row `padding_idx` starts at zero and gets no gradient. Rows longer than `max_norm` (in the
    norm of order `norm_type`) are shortened to it, in the table itself, when they are looked up.
    `scale_grad_by_freq` divides each row's gradient by how often the batch asks for it.

    The gradient is kept as the rows that were looked up: SGD without momentum, Adagrad and
    SparseAdam then touch no others. `sparse` says that this is relied on, as in PyTorch; it
    changes no number. Optimizers that move all rows (Adam) take it too, and write it out.

    Shapes: x (*n) of whole numbers → y (*n, d); weight (rows, d), drawn from N(0, 1).

    >>> from tiza import nn
    >>> nn.Embedding(10, 3)([[1, 2], [4, 5]]).shape
    (2, 2, 3)
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None,
                 max_norm: float | None = None, norm_type: float = 2.0,
                 scale_grad_by_freq: bool = False, sparse: bool = False, _weight: Any = None,
                 _freeze: bool = False, device: Any = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(num_embeddings, embedding_dim, padding_idx, max_norm, norm_type,
                         scale_grad_by_freq, sparse, _weight, device, dtype)  # fmt: skip
        if _freeze:
            self.weight.requires_grad_(False)

    @classmethod
    def from_pretrained(cls, embeddings: Any, freeze: bool = True, padding_idx: int | None = None,
                        max_norm: float | None = None, norm_type: float = 2.0,
                        scale_grad_by_freq: bool = False,
                        sparse: bool = False) -> Embedding:  # fmt: skip
        """A layer with a table that is given, trained further only if `freeze` is False."""
        table = table_of(embeddings)
        rows, columns = table.shape
        return cls(rows, columns, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse,
                   _weight=table, _freeze=freeze)  # fmt: skip

    def forward(self, input: Any) -> Tensor:
        """The rows that the whole numbers name."""
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type,
                           self.scale_grad_by_freq, self.sparse)  # fmt: skip
