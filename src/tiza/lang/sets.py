"""The distinct values of an array. They compute at once: how many there are, the values say.

Values come out in ascending order; every NaN is distinct, as the array API standard wants it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tiza.graph import constant
from tiza.lang.calls import ArrayLike
from tiza.lang.tensor import Tensor, as_tensor


class UniqueAll(NamedTuple):
    """The distinct values, where each is first, which one each entry is, how often each is."""

    values: Tensor
    indices: Tensor
    inverse_indices: Tensor
    counts: Tensor


class UniqueCounts(NamedTuple):
    """The distinct values and how often each is."""

    values: Tensor
    counts: Tensor


class UniqueInverse(NamedTuple):
    """The distinct values and which one each entry is."""

    values: Tensor
    inverse_indices: Tensor


def _unique(x: ArrayLike) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    array = as_tensor(x).numpy()
    found: Any = np.unique(array, return_index=True, return_inverse=True, return_counts=True,
                           equal_nan=False)  # fmt: skip
    values, indices, inverse, counts = (np.asarray(part) for part in found)
    inverse = inverse.reshape(array.shape)
    return (Tensor(constant(values)), *(Tensor(constant(part.astype("int64")))
                                        for part in (indices, inverse, counts)))  # type: ignore[return-value]  # fmt: skip


def unique_all(x: ArrayLike, /) -> UniqueAll:
    """The distinct values with first places, inverse indices and counts.

    values[inverse_indices] = x

    >>> import tiza as tz
    >>> tz.unique_all(tz.asarray([5, 3, 5])).inverse_indices
    tensor([1, 0, 1])
    """
    return UniqueAll(*_unique(x))


def unique_counts(x: ArrayLike, /) -> UniqueCounts:
    """The distinct values and how often each occurs.

    >>> import tiza as tz
    >>> tz.unique_counts(tz.asarray([5, 3, 5]))
    UniqueCounts(values=tensor([3, 5]), counts=tensor([1, 2]))
    """
    values, _, _, counts = _unique(x)
    return UniqueCounts(values, counts)


def unique_inverse(x: ArrayLike, /) -> UniqueInverse:
    """The distinct values, and for each entry which of them it is.

    >>> import tiza as tz
    >>> tz.unique_inverse(tz.asarray([5, 3, 5])).inverse_indices
    tensor([1, 0, 1])
    """
    values, _, inverse, _ = _unique(x)
    return UniqueInverse(values, inverse)


def unique_values(x: ArrayLike, /) -> Tensor:
    """The distinct values.

    >>> import tiza as tz
    >>> tz.unique_values(tz.asarray([5, 3, 5]))
    tensor([3, 5])
    """
    return _unique(x)[0]
