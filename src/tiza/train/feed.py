"""What fit is given, made ready: arrays of the right type, a validation part, weights, order."""

from _thread import start_new_thread
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import getrefcount
from threading import Lock
from time import sleep
from typing import Any

import numpy as np

from tiza.data import ArrayDataset, DataLoader, Dataset, Subset, TensorDataset
from tiza.data.loader import STREAM
from tiza.data.split import same_length, shuffled, split_rows
from tiza.errors import DataError
from tiza.readings.native.running.shuffle import permutation
from tiza.readings.native.running.turns import ALONE
from tiza.train.nonfinite import finite

Array = np.ndarray[Any, Any]
MOST_CLASSES = 1000
READ_AT_ONCE = 4096
MANY = 4096  # rows whose order is worth a thread of its own
HEAD_START = 5e-9  # seconds a row: who trains is soon in machine code, and leaves Python to others
OFTEN = 64  # epochs after which machine code has repaid its making for a few rows, too


class Unread:
    """One part of a data set, read from it batch by batch: files, or fresh augmentations."""

    def __init__(self, source: Dataset, part: int) -> None:
        self.source, self.part = source, part
        first = source.rows(np.arange(1))[part]
        self.shape, self.dtype = (len(source), *first.shape[1:]), first.dtype
        self.ndim = first.ndim

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, where: Array | slice) -> Array:
        return self.source.rows(np.arange(len(self))[where])[self.part]


@dataclass(frozen=True)
class Rows:
    """Examples: the inputs (one array or more), the targets, one weight for each, or none."""

    xs: tuple[Array | Unread, ...]
    y: Array | None = None
    weight: Array | None = None

    def __len__(self) -> int:
        return len(self.xs[0])

    def take(self, where: Array | slice) -> "Rows":
        """The examples at these positions."""
        return Rows(
            tuple(np.asarray(x[where]) for x in self.xs),
            None if self.y is None else self.y[where],
            None if self.weight is None else self.weight[where],
        )

    def part(self, where: Array) -> "Rows":
        """As `take`, but what is unread stays unread."""
        return Rows(
            tuple(Unread(Subset(x.source, where), x.part) if isinstance(x, Unread) else x[where]
                  for x in self.xs),
            None if self.y is None else self.y[where],
            None if self.weight is None else self.weight[where],
        )  # fmt: skip

    def batches(self, size: int) -> Iterator["Rows"]:
        """The examples in order, `size` at a time; the last batch may be smaller."""
        return (self.take(slice(i, i + size)) for i in range(0, len(self), size))

    @property
    def arrays(self) -> tuple[Array, ...]:
        """Everything that makes up the examples and has been read."""
        read = [x for x in self.xs if not isinstance(x, Unread)]
        return (*read, *(a for a in (self.y, self.weight) if a is not None))


def rows_of(x: object, y: object = None, *, floating: np.dtype[Any],
            class_weight: object = None, sample_weight: object = None) -> Rows:  # fmt: skip
    """Inputs and targets as arrays; floating-point ones take the type of the model.

    x: an array, tensor, DataFrame or nested list; a tuple of them for a model of several inputs;
    or a data set or loader that holds both x and y.

    Errors: DataError where lengths differ, nothing is there, or values are missing or no numbers.
    """
    if y is None and (whole := _held(x)) is not None:
        x, y = whole
    xs = tuple(part_of(part, f"X[{i}]" if isinstance(x, tuple) else "X", floating)
               for i, part in enumerate(x if isinstance(x, tuple) else (x,)))  # fmt: skip
    parts: dict[str, Any] = {f"X{i or ''}": part for i, part in enumerate(xs)}
    target = None
    if y is not None:
        target = array_of(y, "y", floating)
        parts["y"] = target
    weight = _weights(target, class_weight, sample_weight, floating)
    if weight is not None:
        parts["sample_weight"] = weight
    same_length(**parts)
    return Rows(xs, target, weight)


def part_of(value: object, name: str, floating: np.dtype[Any]) -> Array | Unread:
    """As `array_of`; what is unread stays so."""
    return value if isinstance(value, Unread) else array_of(value, name, floating)


def array_of(value: object, name: str, floating: np.dtype[Any]) -> Array:
    """`value` as an array of numbers with at least one axis.

    Errors: DataError for text, for missing values, and for a single number.
    """
    array: Array = value if isinstance(value, np.ndarray) else np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise DataError("fit-not-numbers", name=name, dtype=array.dtype, example=_example(array))
    if array.ndim == 0:
        raise DataError("fit-single", name=name)
    mapped = isinstance(array, np.memmap)  # may be larger than memory: cast row by row, later
    if array.dtype.kind == "f":
        if not mapped and not _whole(array):
            bad = ~np.isfinite(array).reshape(len(array), -1)
            raise DataError(
                "fit-missing",
                name=name,
                count=int(bad.sum()),
                rows=int(bad.any(axis=1).sum()),
                first=int(bad.any(axis=1).argmax()),
            )
        if array.dtype != floating and not mapped:
            array = array.astype(floating)
    return array


def _whole(array: Array) -> bool:
    """Whether every number is there: neither NaN nor infinity; no array as large is made."""
    with np.errstate(all="ignore"):
        return finite(array) if array.flags.c_contiguous else bool(np.isfinite(array).all())


def _held(x: object) -> tuple[object, object] | None:
    """Inputs and targets of a data set or loader, whose last part is the target.

    What lies in files, or is made example by example, is read batch by batch.
    """
    source = x.dataset if isinstance(x, DataLoader) else x
    if not isinstance(source, Dataset):
        return None
    count = len(source.rows(np.arange(1))) if len(source) else 0
    if count < 2:
        return None
    if _in_memory(source):
        *inputs, target = source.rows(np.arange(len(source)))
        return (inputs[0] if count == 2 else tuple(inputs)), target
    lazy = [Unread(source, part) for part in range(count - 1)]
    size = range(0, len(source), READ_AT_ONCE)
    target = np.concatenate([
        source.rows(np.arange(i, min(i + READ_AT_ONCE, len(source))))[-1] for i in size
    ])  # fmt: skip
    return (lazy[0] if count == 2 else tuple(lazy)), target


def _in_memory(source: Dataset) -> bool:
    if isinstance(source, ArrayDataset):
        return not any(isinstance(array, np.memmap) for array in source.arrays)
    return isinstance(source, TensorDataset)


def _example(array: Array) -> str:
    flat = array.reshape(-1)
    return repr(flat[0]) if flat.size else "[]"


def _weights(y: Array | None, class_weight: object, sample_weight: object,
             floating: np.dtype[Any]) -> Array | None:  # fmt: skip
    if class_weight is None and sample_weight is None:
        return None
    weight = None if sample_weight is None else array_of(sample_weight, "sample_weight", floating)
    if weight is not None and (weight.ndim != 1 or (weight < 0).any()):
        raise DataError("fit-weights", got=weight.shape)
    if class_weight is not None:
        if y is None or y.dtype.kind not in "biu":
            raise DataError("fit-class-weight")
        each = _class_weights(y, class_weight)
        weight = each if weight is None else weight * each
    assert weight is not None  # one of the two was given
    return weight.astype(floating)


def _class_weights(y: Array, given: object) -> Array:
    """The weight of each example's class; "balanced" is n / (k · count), as in scikit-learn."""
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    if given == "balanced":
        table = len(y) / (len(classes) * counts)
    elif isinstance(given, Mapping):
        table = np.array([float(given.get(int(c), 1.0)) for c in classes])
    else:
        listed = np.asarray(given, dtype=np.float64)
        if listed.ndim != 1 or classes.min() < 0 or classes.max() >= len(listed):
            raise DataError("fit-class-weight-length", got=np.shape(listed), top=int(classes.max()))
        table = listed[classes]
    weights: Array = table[codes.reshape(-1)].reshape(y.shape)
    return weights


def split_off(rows: Rows, fraction: float, seed: int, *, shuffle: bool) -> tuple[Rows, Rows]:
    """A training and a validation part.

    Drawn by the seed, each class with its share where targets are classes; with shuffle=False
    the last rows, as Keras does always, which suits series in time.

    Errors: DataError where a part would be empty.
    """
    count = len(rows)
    held = int(np.ceil(fraction * count))
    if not 0 < fraction < 1 or not 0 < held < count:
        raise DataError("split-fraction", got=fraction, n=count)
    if not shuffle:
        every = np.arange(count)
        return rows.part(every[: count - held]), rows.part(every[count - held :])
    train, test = split_rows(count, test_size=fraction, stratify=_strata(rows.y, held), seed=seed)
    return rows.part(np.sort(train)), rows.part(np.sort(test))


def _strata(y: Array | None, held: int) -> Array | None:
    """The classes to be shared out evenly, where targets are classes and each is large enough."""
    if y is None or y.ndim != 1 or y.dtype.kind not in "biu":
        return None
    classes, counts = np.unique(y, return_counts=True)
    few = len(classes) <= min(MOST_CLASSES, held, len(y) - held)
    return y if few and counts.min() >= 2 else None


def order(count: int, seed: int, epoch: int, *, shuffle: bool, out: Array | None = None) -> Array:
    """The order in which an epoch visits the examples, the same as a DataLoader's; see `Orders`."""
    room = np.empty(count, np.int64) if out is None else out
    if not shuffle:
        room[:] = np.arange(count)
        return room
    key = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, STREAM, epoch
    worth = count > MANY or epoch >= OFTEN
    if not worth or permutation(key, count, room) is None:  # the same, and sooner
        room[:] = shuffled(count, seed, epoch, STREAM)
    return room


class Orders:
    """The order of each epoch, the next one made ready while this one is trained on.

    spare: entries that stand in memory behind each order, for who looks ahead. An order that
    nobody holds any more gives its memory to the next one.
    """

    def __init__(self, count: int, seed: int, *, shuffle: bool, spare: int = 0) -> None:
        self.count, self.seed, self.shuffle, self.spare = count, seed, shuffle, spare
        self.ready: dict[int, Array] = {}
        self.alone = Lock()  # taken while the next order is being made
        self.given: list[Array] = []  # the memory of the order that is in use, or was

    def of(self, epoch: int) -> Array:
        """The order of `epoch`."""
        with self.alone:
            found = self.ready.pop(epoch, None)
        if found is None:
            found = self._order(epoch)
        self.ready.clear()
        free = self.given if max(map(getrefcount, self.given), default=0) <= ALONE else []
        self.given = [found if found.base is None else found.base]
        if self.shuffle and self.count > MANY:
            self.alone.acquire()
            # `Thread.start` waits until the thread runs: for as long as 2,000 tiny steps
            start_new_thread(self._make, (epoch + 1, free))
        return found

    def _make(self, epoch: int, free: list[Array]) -> None:
        try:
            sleep(self.count * HEAD_START)
            self.ready[epoch] = self._order(epoch, *free)
        finally:
            self.alone.release()

    def _order(self, epoch: int, free: Array | None = None) -> Array:
        room = np.zeros(self.count + self.spare, np.int64) if free is None else free
        return order(self.count, self.seed, epoch, shuffle=self.shuffle, out=room[: self.count])


def spans(count: int, batch_size: int, accumulate: int) -> list[list[slice]]:
    """The batches of an epoch as slices of its order, grouped by optimizer step.

    >>> spans(10, 3, 2)
    [[slice(0, 3, None), slice(3, 6, None)], [slice(6, 9, None), slice(9, 10, None)]]
    """
    every = [slice(i, min(i + batch_size, count)) for i in range(0, count, batch_size)]
    return [every[i : i + accumulate] for i in range(0, len(every), accumulate)]


__all__: Sequence[str] = ("Orders", "Rows", "array_of", "order", "rows_of", "spans", "split_off")
