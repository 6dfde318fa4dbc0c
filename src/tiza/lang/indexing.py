"""Reading and writing by index: `x[key]` and `x[key] = value`, as NumPy has them.

Both are expressions: reading differentiates, and writing gives the tensor a new expression in
which the entries at `key` are those of the value.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from types import EllipsisType
from typing import Any

import numpy as np

from tiza.errors import DTypeError, IndexingError, ShapeError, TraceError
from tiza.graph import PRIMITIVES, constant
from tiza.graph.prims.indexing import refuse_outside
from tiza.lang.arrays import Array
from tiza.lang.operators import type_with_number
from tiza.lang.tensor import Tensor, as_tensor, make

P = PRIMITIVES


@dataclass(frozen=True)
class Fresh:
    """A mask without axes: a new axis of one place if it is true, of none if not."""

    mask: bool


Entry = int | slice | Tensor | Fresh | EllipsisType | None
# of a key, once normal: arrays are of integers, and an ellipsis stands for no axes


def within(places: Tensor, size: int, code: str = "index-place") -> Tensor:
    """Places from 0 to size − 1, refused now where they are known, else as they are computed.

    Errors: IndexingError `code`, which names the first entry outside; DTypeError where they are
    no whole numbers.
    """
    if places.dtype.kind not in "iu":
        raise DTypeError("index-type", got=places.dtype)
    known = places.node.value
    if known is None:
        return make(P["within"], places, size=size, code=code)
    refuse_outside(known, size, code)
    return places


def check_places(places: Tensor, size: int) -> None:
    """Refuse an index outside its axis now, where its value is already known."""
    if places.dtype.kind not in "iu":
        raise DTypeError("index-type", got=places.dtype)
    known = places.node.value
    if known is not None and known.size:
        low, high = int(known.min()), int(known.max())
        if high >= size or low < -size:
            worst = high if high >= size else low
            raise IndexingError("index-outside", index=worst, size=size, last=size - 1)


def _number(i: Any, size: int) -> int:
    k = operator.index(i)
    if not -size <= k < size:
        raise IndexingError("index-outside", index=k, size=size, last=size - 1)
    return k + size if k < 0 else k


def _is_mask(item: Any) -> bool:
    return isinstance(item, bool | np.bool_) or (
        isinstance(item, Tensor | np.ndarray) and item.dtype.kind == "b"
    )


def _item(item: Any) -> Any:
    """Lists become arrays; numbers in tensors become numbers, where their value is known."""
    if isinstance(item, list | np.ndarray | range) or hasattr(item, "__array__"):
        item = as_tensor(item) if len(np.shape(item)) or isinstance(item, Tensor) else item[()]
        if isinstance(item, Tensor) and item.size == 0 and item.dtype.kind == "f":
            item = as_tensor(item, np.dtype("int64"))  # the empty list
    if isinstance(item, Tensor) and item.ndim == 0 and item.dtype.kind in "iu":
        return item if item.node.value is None else int(item)
    whole = item is None or item is Ellipsis or isinstance(item, slice | Tensor | bool | np.bool_)
    if whole and not (isinstance(item, Tensor) and item.dtype.kind not in "biu"):
        return item
    try:
        return operator.index(item)
    except TypeError:
        got = getattr(item, "dtype", type(item).__name__)
        raise IndexingError("index-kind", got=got) from None


def _axes_taken(item: Any) -> int:
    if item is None or item is Ellipsis:
        return 0
    return item.ndim if isinstance(item, Tensor) and item.dtype.kind == "b" else \
        0 if isinstance(item, bool | np.bool_) else 1  # fmt: skip


def normal_key(key: Any, shape: Sequence[int]) -> list[Entry]:
    """One entry for each axis of `shape` (None for a new one); masks as their places."""
    items = [_item(i) for i in (key if isinstance(key, tuple) else (key,))]
    if sum(i is Ellipsis for i in items) > 1:
        raise IndexingError("index-ellipsis")
    taken = sum(map(_axes_taken, items))
    if taken > len(shape):
        raise IndexingError("index-many", taken=taken, ndim=len(shape))
    rest: list[Any] = [slice(None)] * (len(shape) - taken)
    if any(i is Ellipsis for i in items):
        at = next(k for k, i in enumerate(items) if i is Ellipsis)
        items[at : at + 1] = rest or [...]  # one of no axes still keeps arrays apart
    else:
        items += rest
    entries: list[Entry] = []
    axis = 0
    for item in items:
        if item is Ellipsis:
            entries.append(item)
        elif _is_mask(item):
            new = _places(item, shape[axis : axis + _axes_taken(item)])
            entries += new
        elif isinstance(item, Tensor):
            check_places(item, shape[axis])
            entries.append(item)
        else:
            entries.append(item if item is None or isinstance(item, slice)
                           else _number(item, shape[axis]))  # fmt: skip
        axis += _axes_taken(item)
    return entries


def _places(mask: Any, shape: Sequence[int]) -> list[Entry]:
    """Where a mask is true: one array of indices for each of its axes."""
    known: Array = np.asarray(mask)
    if known.ndim == 0:
        return [Fresh(bool(known))]
    if known.shape != tuple(shape):
        raise IndexingError("mask-shape", mask=known.shape, shape=tuple(shape))
    return [Tensor(constant(i)) for i in np.nonzero(known)]


def _known(x: Tensor) -> bool:
    """Whether x is mere data, whose history no derivative asks for."""
    return x.node.value is not None and not (x.requires_grad or x._cut)


def getitem(x: Tensor, key: Any) -> Tensor:
    """x[key], as NumPy reads it: numbers, slices, None, Ellipsis, masks, arrays of integers.

    The result is a tensor of its own: what is assigned to it later does not change x.
    """
    if _known(x):
        simple = key if type(key) is tuple else (key,)
        if all(type(k) in (int, slice, type(None), type(...)) for k in simple):
            try:
                return Tensor(constant(np.asarray(x.node.value[key])))
            except IndexError:
                normal_key(key, x.shape)  # says it in our words
    entries = normal_key(key, x.shape)
    arrays = any(isinstance(e, Tensor | Fresh) for e in entries)
    x, left = _basic(x, entries, keep_numbers=arrays)
    return _advanced(x, left, _gaps(entries)) if arrays else x


def _gaps(entries: Sequence[Entry]) -> list[int]:
    """How many axes of the sliced array stand before each ellipsis of no axes."""
    return [k for k, entry in enumerate(entries) if entry is Ellipsis]


def _basic(x: Tensor, entries: Sequence[Entry], keep_numbers: bool) -> tuple[Tensor, list[Entry]]:
    """The slices, numbers and new axes of a key; the arrays are left, each at its axis.

    Beside arrays a number is an array of no axes, as in NumPy.
    """
    starts, stops, steps, flips = [], [], [], []
    shape: list[int] = []
    left: list[Entry] = []
    axis = 0
    for entry in entries:
        if isinstance(entry, EllipsisType):
            continue
        if entry is None or isinstance(entry, Fresh):
            shape.append(1)
            left.append(None if entry is None else Tensor(constant(np.arange(int(entry.mask)))))
            continue
        size = x.shape[axis]
        cut = slice(entry, entry + 1) if isinstance(entry, int) and not keep_numbers else entry
        start, stop, step = cut.indices(size) if isinstance(cut, slice) else (0, size, 1)
        if step < 0:
            flips.append(axis)
            last = start + (len(range(start, stop, step)) - 1) * step
            start, stop, step = (last, start + 1, -step) if last <= start else (0, 0, 1)
        starts.append(start)
        stops.append(max(start, stop))
        steps.append(step)
        if not isinstance(entry, int) or keep_numbers:
            shape.append(len(range(start, stop, step)))
            left.append(None if isinstance(entry, slice) else entry)
        axis += 1
    if (starts, stops, steps) != ([0] * x.ndim, list(x.shape), [1] * x.ndim):
        x = make(P["slice"], x, starts=tuple(starts), stops=tuple(stops), steps=tuple(steps))
    if flips:
        x = make(P["flip"], x, axes=tuple(flips))
    return make(P["reshape"], x, shape=tuple(shape)), left


def _advanced(x: Tensor, left: Sequence[Entry], gaps: Sequence[int]) -> Tensor:
    """Arrays of integers, one for each of their axes, read together entry by entry."""
    pairs = [(k, e) for k, e in enumerate(left) if isinstance(e, Tensor | int)]
    axes = [k for k, _ in pairs]
    if len(pairs) == 1 and isinstance(pairs[0][1], Tensor):
        return make(P["take"], x, pairs[0][1], axis=axes[0])
    indices = [as_tensor(e, np.dtype("int64")) for _, e in pairs]
    shape = _common_shape([i.shape for i in indices])
    rest = [k for k in range(x.ndim) if k not in axes]
    flat = None
    for index, axis in zip(indices, axes, strict=True):
        size = x.shape[axis]
        positive = make(P["where"], index < 0, index + size, index)
        flat = positive if flat is None else flat * size + positive
    moved = make(P["permute"], x, axes=(*axes, *rest))
    rows = int(np.prod([x.shape[k] for k in axes], dtype=np.int64))
    moved = make(P["reshape"], moved, shape=(rows, *(x.shape[k] for k in rest)))
    assert flat is not None  # there are arrays
    places = make(P["broadcast_to"], flat, shape=shape)
    out = make(P["take"], moved, places, axis=0)
    apart = any(axes[0] < gap <= axes[-1] for gap in gaps)
    if apart or axes != list(range(axes[0], axes[-1] + 1)):
        return out  # arrays apart from each other: their axes come first, as in NumPy
    front, n = axes[0], len(shape)
    order = (*range(n, n + front), *range(n), *range(n + front, out.ndim))
    return make(P["permute"], out, axes=order)


def _common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexingError("index-broadcast", shapes=" , ".join(map(str, shapes))) from None


def _plain(entries: Sequence[Entry]) -> tuple[Any, ...]:
    return tuple(
        e.numpy() if isinstance(e, Tensor) else e.mask if isinstance(e, Fresh) else e
        for e in entries
    )


_RANK = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}


def setitem(x: Tensor, key: Any, value: Any) -> Tensor:
    """x with the entries at `key` replaced; where a key repeats, its last value stays.

    y[key] = value, y = x elsewhere; the value broadcasts to the shape of x[key].
    """
    entries = normal_key(key, x.shape)
    number = isinstance(value, bool | int | float | complex)
    kind = type_with_number(x.dtype, value) if number else as_tensor(value).dtype
    if _RANK[kind.kind] > _RANK[x.dtype.kind]:
        raise DTypeError("in-place-type", got=kind, want=x.dtype)
    v = as_tensor(value, x.dtype)
    if _known(x) and not (v.requires_grad or v._cut):
        try:
            return _written(x, _plain(entries), v.numpy())
        except TraceError:
            pass  # a value to come: written down as an expression
    rows = _rows(x, entries)
    if rows is None:
        everywhere = Tensor(constant(np.arange(x.size).reshape(x.shape)))
        places = getitem(everywhere, key)
        rows = make(P["reshape"], places, shape=(places.size,)), places.shape, ()
    line, shape, rest = rows
    v = make(P["reshape"], v, shape=_fitted(v.shape, (*shape, *rest)))
    v = make(P["broadcast_to"], v, shape=(*shape, *rest))
    count = x.size // max(math.prod(rest), 1)
    front = make(P["reshape"], x, shape=(count, *rest))
    out = make(P["put"], front, line, make(P["reshape"], v, shape=(*line.shape, *rest)))
    return make(P["reshape"], out, shape=x.shape)


Rows = tuple[Tensor, tuple[int, ...], tuple[int, ...]]


def _rows(x: Tensor, entries: Sequence[Entry]) -> Rows | None:
    """Whole rows at places given by numbers and arrays: the places, their shape, a row's shape.

    None where a key says something else.
    """
    lead = list(takewhile(lambda e: isinstance(e, int | Tensor), entries))
    rest = entries[len(lead) :]
    arrays = [e for e in lead if isinstance(e, Tensor)]
    if not arrays or not x.size or any(not isinstance(e, slice) or e != slice(None) for e in rest):
        return None
    if len(lead) == 1:
        return arrays[0], arrays[0].shape, x.shape[1:]
    sizes = x.shape[: len(lead)]
    table = np.arange(math.prod(sizes)).reshape(sizes)
    here = tuple(e if isinstance(e, int) else slice(None) for e in lead)
    places = getitem(Tensor(constant(table[here])), tuple(arrays))
    return places, places.shape, x.shape[len(lead) :]


def _written(x: Tensor, plain: tuple[Any, ...], v: Array) -> Tensor:
    new = np.array(x.node.value)
    shape = _fitted(v.shape, new[plain].shape)
    new[plain] = v.reshape(shape)
    return Tensor(constant(new))


def _fitted(got: tuple[int, ...], want: tuple[int, ...]) -> tuple[int, ...]:
    """`got` without axes of 1 in front, if it then broadcasts to `want`."""
    extra = max(len(got) - len(want), 0)
    inner = got[extra:]
    try:
        fits = np.broadcast_shapes(inner, want) == want and set(got[:extra]) <= {1}
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError("setitem-shape", got=got, want=want)
    return inner
