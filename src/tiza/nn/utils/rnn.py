"""Sequences of different lengths in one batch: padded, or packed time by time, as in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import PRIMITIVES as P
from tiza.lang.manipulation import concat, stack
from tiza.lang.tensor import Tensor, as_tensor, make

Array = np.ndarray[Any, Any]


class PackedSequence(NamedTuple):
    """A batch of sequences without padding: all first rows, then all second rows, …

    Fields: `data` (rows, *), `batch_sizes` (t): how many sequences reach each time; the order
    of the sequences by falling length, and the order that undoes it (None: already sorted).
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    @property
    def lengths(self) -> Array:
        """How long each sequence is, the longest first."""
        sizes = self.batch_sizes.numpy()
        n = int(sizes[0]) if len(sizes) else 0
        counted: Array = (sizes[:, None] > np.arange(n)).sum(0)
        return counted


def chosen(x: Tensor, order: Any, axis: int) -> Tensor:
    """The entries of x along an axis in another order; x itself for None."""
    return x if order is None else make(P["take"], x, as_tensor(order), axis=axis)


def _turned(x: Tensor, batch_first: bool) -> Tensor:
    return make(P["permute"], x, axes=(1, 0, *range(2, x.ndim))) if batch_first else x


def check_lengths(lengths: Any, n: int, steps: int, least: int = 0) -> Array:
    """One whole number from `least` to `steps` for each of n sequences."""
    given = np.asarray(as_tensor(lengths).numpy())
    if given.shape != (n,) or given.dtype.kind not in "iu":
        raise ShapeError("lengths-shape", n=n, got=given.shape, dtype=given.dtype)
    if given.size and (given.min() < least or given.max() > steps):
        worst = int(given.min() if given.min() < least else given.max())
        raise ArgumentError("lengths-range", got=worst, least=least, most=steps)
    return given.astype(np.int64)


def pack_padded_sequence(input: Any, lengths: Any, batch_first: bool = False,
                         enforce_sorted: bool = True) -> PackedSequence:  # fmt: skip
    """Leave the padding of a batch out.

    Shapes: input (t, n, *), or (n, t, *) with `batch_first`; lengths (n), each 1 or more.
    Errors: ArgumentError where lengths do not fall and `enforce_sorted` is True.

    >>> import tiza as tz
    >>> pack_padded_sequence(tz.tensor([[1, 4], [2, 5], [3, 0]]), [3, 2]).data.tolist()
    [1, 4, 2, 5, 3]
    """
    x = _turned(as_tensor(input), batch_first)
    if x.ndim < 2:
        raise ShapeError("packed-rank", got=x.shape)
    steps, n = x.shape[:2]
    long = check_lengths(lengths, n, steps, least=1)
    order = np.argsort(-long, kind="stable")
    if enforce_sorted:
        if (np.diff(long) > 0).any():
            raise ArgumentError("packed-order", got=long.tolist())
        order = np.arange(n)
    sizes = (long[:, None] > np.arange(long.max(initial=0))).sum(0)
    places = np.concatenate([t * n + order[:k] for t, k in enumerate(sizes)] or [order])
    flat = make(P["reshape"], x, shape=(steps * n, *x.shape[2:]))
    ways = (None, None) if enforce_sorted else (as_tensor(order), as_tensor(np.argsort(order)))
    return PackedSequence(chosen(flat, places, 0), as_tensor(sizes.astype(np.int64)), *ways)


def unpacked(sequence: PackedSequence) -> tuple[Tensor, Array]:
    """The packed rows at (t, n, *), the longest sequence first, with any rows as padding."""
    sizes, long = sequence.batch_sizes.numpy(), sequence.lengths
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else np.zeros(0)
    column = np.arange(len(long))
    places = np.where(column < sizes[:, None], start[:, None] + column, 0).astype(np.int64)
    return chosen(sequence.data, places, 0), long


def repacked(y: Tensor, like: PackedSequence) -> PackedSequence:
    """The rows of y (t, n, *) that belong to a sequence, packed as `like` is."""
    return like._replace(data=pack_padded_sequence(y, like.lengths).data)


def _masked(y: Tensor, lengths: Array, value: float) -> Tensor:
    inside = np.arange(y.shape[0])[:, None] < lengths
    inside = inside.reshape(*inside.shape, *(1,) * (y.ndim - 2))
    return make(P["where"], as_tensor(inside), y, as_tensor(value, y.dtype))


def pad_packed_sequence(sequence: PackedSequence, batch_first: bool = False,
                        padding_value: float = 0.0, total_length: int | None = None,
                        ) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The batch with padding, and the lengths: what `pack_padded_sequence` undoes.

    >>> import tiza as tz
    >>> packed = pack_padded_sequence(tz.tensor([[1, 4], [2, 5], [3, 9]]), [3, 2])
    >>> pad_packed_sequence(packed)[0].tolist()
    [[1, 4], [2, 5], [3, 0]]
    """
    y, lengths = unpacked(sequence)
    y = _masked(y, lengths, padding_value)
    if total_length is not None:
        missing = total_length - y.shape[0]
        if missing < 0:
            raise ArgumentError("packed-total", got=total_length, longest=y.shape[0])
        filler = np.full((missing, *y.shape[1:]), padding_value, y.dtype)
        y = concat([y, as_tensor(filler)], axis=0)
    if sequence.unsorted_indices is not None:
        y = chosen(y, sequence.unsorted_indices, 1)
        lengths = lengths[sequence.unsorted_indices.numpy()]
    return _turned(y, batch_first), as_tensor(lengths)


def pad_sequence(sequences: Sequence[Any], batch_first: bool = False, padding_value: float = 0.0,
                 padding_side: str = "right") -> Tensor:  # fmt: skip
    """One batch of sequences (tᵢ, *), the shorter ones filled up to the longest.

    >>> pad_sequence([[1, 2, 3], [4]], batch_first=True).tolist()
    [[1, 2, 3], [4, 0, 0]]
    """
    rows = [as_tensor(s) for s in sequences]
    if padding_side not in ("left", "right"):
        raise ArgumentError("packed-side", got=padding_side)
    if not rows:
        raise ArgumentError("packed-none")
    longest = max(r.shape[0] for r in rows)
    right = padding_side == "right"
    filled = []
    for row in rows:
        filler = as_tensor(np.full((longest - row.shape[0], *row.shape[1:]), padding_value,
                                   row.dtype))  # fmt: skip
        filled.append(concat([row, filler] if right else [filler, row], axis=0))
    return stack(filled, axis=0 if batch_first else 1)


def pack_sequence(sequences: Sequence[Any], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences (tᵢ, *) packed without padding.

    >>> pack_sequence([[1, 2, 3], [4]]).data.tolist()
    [1, 4, 2, 3]
    """
    rows = [as_tensor(s) for s in sequences]
    lengths = [r.shape[0] for r in rows]
    return pack_padded_sequence(pad_sequence(rows), lengths, enforce_sorted=enforce_sorted)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded batch, each in its own length.

    >>> [s.tolist() for s in unpad_sequence([[1, 4], [2, 0]], [2, 1])]
    [[1, 2], [4]]
    """
    x = _turned(as_tensor(padded_sequences), not batch_first)
    long = check_lengths(lengths, x.shape[0], x.shape[1])
    return [x[i][: int(k)] for i, k in enumerate(long)]


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences that were packed, in their first order.

    >>> [s.tolist() for s in unpack_sequence(pack_sequence([[1, 2, 3], [4]]))]
    [[1, 2, 3], [4]]
    """
    return unpad_sequence(*pad_packed_sequence(packed_sequences, batch_first=True),
                          batch_first=True)  # fmt: skip
