"""Counting entries into bins, and the distinct ones; what the values decide is read at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from tiza.errors import ArgumentError, DTypeError, ShapeError
from tiza.graph import PRIMITIVES, constant
from tiza.lang.calls import ArrayLike, axis_of, binary, pair
from tiza.lang.manipulation import reshape
from tiza.lang.tensor import Tensor, as_tensor, make


def _data(array: Any) -> Tensor:
    return Tensor(constant(np.asarray(array)))


def bincount(x: ArrayLike, weights: ArrayLike | None = None, minlength: int = 0) -> Tensor:
    """How often each whole number occurs, or the sum of the weights of its entries.

    yₖ = Σ wᵢ over all i with xᵢ = k. The length is the greatest number + 1, which is read at once.

    >>> import tiza as tz
    >>> tz.bincount(tz.asarray([0, 2, 2]))
    tensor([1, 0, 2])
    """
    x = as_tensor(x)
    if x.dtype.kind not in "iu":
        raise DTypeError("index-type", got=x.dtype)
    if x.ndim != 1:
        raise ShapeError("vector-needed", op="bincount", shape=x.shape)
    known = x.numpy()
    if minlength < 0 or (known.size and known.min() < 0):
        raise ArgumentError("bincount-negative", got=min(minlength, *known.tolist(), 0))
    size = max(minlength, int(known.max()) + 1 if known.size else 0)
    if weights is None:
        return _data(np.bincount(known.astype("int64"), minlength=size))
    w = as_tensor(weights)
    if w.dtype.kind != "f":
        w = as_tensor(w, np.dtype("float64"))
    return make(PRIMITIVES["take_add"], w, x, axis=0, size=size)


def histc(x: ArrayLike, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many entries fall into each of so many equal bins from min to max.

    What lies outside is left out; where min = max, the bins go from the least to the greatest.

    >>> import tiza as tz
    >>> tz.histc(tz.asarray([0.5, 1.5, 1.6]), bins=2, min=0, max=2)
    tensor([1., 2.])
    """
    x = as_tensor(x)
    known = x.numpy().ravel()
    low, high = float(min), float(max)
    if low == high and known.size:
        low, high = float(known.min()), float(known.max())
    if low == high:
        low, high = low - 1, high + 1
    if bins < 1 or not low < high:
        raise ArgumentError("histc-bins", bins=bins, low=low, high=high)
    counts, _ = np.histogram(known, bins=bins, range=(low, high))
    return _data(counts.astype(x.dtype))


def bucketize(x: ArrayLike, boundaries: ArrayLike, *, out_int32: bool = False,
              right: bool = False) -> Tensor:  # fmt: skip
    """The number of ascending boundaries below each entry (with `right`, not above it).

    >>> import tiza as tz
    >>> tz.bucketize(tz.asarray([0.5, 3.0]), tz.asarray([1.0, 3.0, 5.0]))
    tensor([0, 1])
    """
    a, b = pair(boundaries, x)
    if a.ndim != 1:
        raise ShapeError("vector-needed", op="bucketize", shape=a.shape)
    found = np.searchsorted(a.numpy(), b.numpy(), side="right" if right else "left")
    return _data(np.asarray(found, "int32" if out_int32 else "int64"))


def unique(x: ArrayLike, sorted: bool = True, return_inverse: bool = False,
           return_counts: bool = False, dim: int | None = None) -> Any:  # fmt: skip
    """The distinct entries (or lines along an axis), in order; where each is, and how many.

    >>> import tiza as tz
    >>> tz.unique(tz.asarray([5, 3, 5]), return_counts=True)
    (tensor([3, 5]), tensor([1, 2]))
    """
    known = as_tensor(x).numpy()
    if dim is not None:
        dim = axis_of(dim, known.ndim)
    found: Any = np.unique(known, return_inverse=True, return_counts=True, axis=dim,
                           equal_nan=False)  # fmt: skip
    values, inverse, counts = found
    shape = known.shape if dim is None else (known.shape[dim],)
    parts = [_data(values)]
    parts += [_data(np.asarray(inverse, "int64").reshape(shape))] if return_inverse else []
    parts += [_data(np.asarray(counts, "int64"))] if return_counts else []
    return parts[0] if len(parts) == 1 else tuple(parts)


def unique_consecutive(x: ArrayLike, return_inverse: bool = False, return_counts: bool = False,
                       dim: int | None = None) -> Any:  # fmt: skip
    """Runs of equal entries (or lines along an axis) as one entry each.

    >>> import tiza as tz
    >>> tz.unique_consecutive(tz.asarray([1, 1, 2, 1]))
    tensor([1, 2, 1])
    """
    given = as_tensor(x)
    known = given.numpy().reshape(-1) if dim is None else given.numpy()
    axis = 0 if dim is None else axis_of(dim, known.ndim)
    lines = np.moveaxis(known, axis, 0)
    n = len(lines)
    new = np.ones(n, bool)
    apart = lines[1:] != lines[:-1]
    new[1:] = apart.any(axis=tuple(range(1, apart.ndim)))
    starts = np.flatnonzero(new)
    shape = given.shape if dim is None else (n,)
    parts = [_data(np.moveaxis(lines[starts], 0, axis))]
    parts += [_data((np.cumsum(new) - 1).reshape(shape))] if return_inverse else []
    parts += [_data(np.diff(np.append(starts, n)))] if return_counts else []
    return parts[0] if len(parts) == 1 else tuple(parts)


def argwhere(x: ArrayLike) -> Tensor:
    """The places of the entries that are not zero, one a row.

    Shapes: (*n) → (how many, how many axes).

    >>> import tiza as tz
    >>> tz.argwhere(tz.asarray([[0, 7], [9, 0]]))
    tensor([[0, 1],
            [1, 0]])
    """
    known = as_tensor(x).numpy()
    places = np.argwhere(known)
    return _data(places.astype("int64").reshape(len(places), known.ndim))


def ravel(x: ArrayLike) -> Tensor:
    """All entries as one row.

    >>> import tiza as tz
    >>> tz.ravel(tz.zeros(2, 3)).shape
    (6,)
    """
    x = as_tensor(x)
    return reshape(x, (x.size,))


def isin(elements: ArrayLike, test_elements: ArrayLike, *, assume_unique: bool = False,
         invert: bool = False) -> Tensor:  # fmt: skip
    """Whether each entry is among `test_elements` (not among them, with `invert`).

    >>> import tiza as tz
    >>> tz.isin(tz.asarray([1, 2, 3]), tz.asarray([3, 1]))
    tensor([ True, False,  True])
    """
    x, among = pair(elements, test_elements)
    wide, row = reshape(x, (*x.shape, 1)), reshape(among, (among.size,))
    found = make(PRIMITIVES["any"], binary("equal", wide, row), axis=(x.ndim,), keepdims=False)
    return make(PRIMITIVES["logical_not"], found) if invert else found
