"""Dividing rows into training and test parts, the same on every machine for the same seed."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tiza.errors import DataError
from tiza.graph.philox import permutation

Ints = NDArray[np.int64]
Rows = TypeVar("Rows")
STREAM = 0x73706C74  # "splt": keeps splits apart from other users of the same seed


def shuffled(n: int, seed: int, step: int = 0, stream: int = STREAM) -> Ints:
    """The permutation of n rows that belongs to a seed of 64 bits.

    Shapes: → (n), int64.
    """
    return permutation([seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, stream, step], n)


def same_length(**parts: object) -> int:
    """The common length of all parts.

    Errors: DataError where they differ, or are empty.
    """
    sizes = {name: len(part) for name, part in parts.items()}  # type: ignore[arg-type]
    if len(set(sizes.values())) != 1:
        raise DataError("lengths-differ", lengths=", ".join(f"{n}: {k}" for n, k in sizes.items()))
    name, size = next(iter(sizes.items()))
    if size == 0:
        raise DataError("values-empty", what=name)
    return size


def split_rows(
    n: int, *, test_size: float | int = 0.2, stratify: ArrayLike | None = None, seed: int = 0
) -> tuple[Ints, Ints]:
    """Positions of the training and the test rows, both in random order.

    A fraction gives ⌈fraction · n⌉ test rows, as in scikit-learn; a whole number gives that many.
    With `stratify`, each class gets its share of the test rows, by largest remainder.

    Errors: DataError where a part would be empty, or a class cannot be in both.

    >>> train, test = split_rows(10, test_size=0.3)
    >>> len(train), len(test)
    (7, 3)
    """
    tests = test_size if isinstance(test_size, int) else int(np.ceil(test_size * n))
    if not 0 < tests < n:
        raise DataError("split-fraction", got=test_size, n=n)
    order = shuffled(n, seed)
    if stratify is None:
        return order[tests:], order[:tests]
    labels = np.asarray(stratify)
    same_length(rows=range(n), stratify=labels)
    classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    _check_classes(classes, counts, 2)
    if tests < len(classes) or n - tests < len(classes):
        raise DataError("split-fraction", got=test_size, n=n)
    take = _shares(counts, tests)
    ranks = _rank_in_class(codes[order])
    chosen: NDArray[np.bool_] = ranks < take[codes[order]]
    return order[~chosen], order[chosen]


def _check_classes(classes: NDArray[np.generic], counts: Ints, parts: int) -> None:
    rare = int(np.argmin(counts))
    if counts[rare] < parts:
        raise DataError(
            "split-class", label=str(classes[rare]), count=int(counts[rare]), parts=parts
        )


def _shares(counts: Ints, total: int) -> Ints:
    """`total` divided in proportion to counts, at least 1 and at most count − 1 to each."""
    exact = counts * (total / int(counts.sum()))
    take: Ints = np.clip(np.floor(exact), 1, counts - 1).astype(np.int64)
    step = 1 if take.sum() < total else -1
    while take.sum() != total:
        room = (take < counts - 1) if step > 0 else (take > 1)
        gain = np.where(room, step * (exact - take), -np.inf)
        take[np.argmax(gain)] += step
    return take


def _rank_in_class(codes: NDArray[np.integer]) -> Ints:
    """How many earlier rows have the same code."""
    by_class = np.argsort(codes, kind="stable")
    sorted_codes = codes[by_class]
    starts = np.flatnonzero(np.r_[True, sorted_codes[1:] != sorted_codes[:-1]])
    begin = np.repeat(starts, np.diff(np.r_[starts, len(codes)]))
    ranks = np.empty(len(codes), np.int64)
    ranks[by_class] = np.arange(len(codes)) - begin
    return ranks


def train_test_split(
    *arrays: Any,
    test_size: float | int = 0.2,
    stratify: ArrayLike | None = None,
    seed: int = 0,
) -> list[Any]:
    """Divide arrays of equal length: [a_train, a_test, b_train, b_test, …], as scikit-learn.

    Errors: DataError where lengths differ, a part would be empty, or a class is too rare.

    >>> x_train, x_test, y_train, y_test = train_test_split([1, 2, 3, 4], list("abcd"), seed=1)
    >>> len(x_train), len(y_test)
    (3, 1)
    """
    n = same_length(**{f"#{i + 1}": array for i, array in enumerate(arrays)})
    train, test = split_rows(n, test_size=test_size, stratify=stratify, seed=seed)
    return [taken(array, rows) for array in arrays for rows in (train, test)]


def taken(rows: Any, where: Ints) -> Any:
    """Some rows of an array, a table, a DataFrame or a sequence, in the order asked for."""
    if hasattr(rows, "iloc"):
        return rows.iloc[where]
    if hasattr(rows, "take") and hasattr(rows, "guesses"):
        return rows.take(where)
    if hasattr(rows, "columns"):  # polars
        return rows[where.tolist()]
    if isinstance(rows, Sequence):
        return [rows[i] for i in where.tolist()]
    return np.asarray(rows)[where]


def group_split(groups: ArrayLike, *, test_size: float = 0.2, seed: int = 0) -> tuple[Ints, Ints]:
    """Divide rows so that no group is in both parts; `test_size` is the share of the groups.

    Returns the positions of the training and the test rows, in order.

    >>> train, test = group_split([0, 0, 1, 1, 2], test_size=0.34)
    >>> len(train) + len(test)
    5
    """
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    _, tests = split_rows(len(names), test_size=test_size, seed=seed)
    chosen = np.isin(codes, tests)
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def k_folds(
    n: int,
    k: int = 5,
    *,
    stratify: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    seed: int = 0,
) -> Iterator[tuple[Ints, Ints]]:
    """The k divisions of cross-validation: each row is a test row exactly once.

    With `stratify`, each fold has its share of each class; with `groups`, no group is in two folds.

    Errors: DataError where there are fewer rows, groups, or rows of a class, than folds.

    >>> [len(test) for _, test in k_folds(10, 3)]
    [4, 3, 3]
    """
    if groups is not None:
        same_length(rows=range(n), groups=np.asarray(groups))
        names, codes = np.unique(np.asarray(groups), return_inverse=True)
        fold = _deal(len(names), k, None, seed)[codes]
    else:
        fold = _deal(n, k, stratify, seed)
    return ((np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(k))


def _deal(n: int, k: int, stratify: ArrayLike | None, seed: int) -> Ints:
    """The fold of each row: shuffled rows, class after class, are dealt out like cards."""
    if not 2 <= k <= n:
        raise DataError("split-folds", k=k, n=n)
    order = shuffled(n, seed)
    if stratify is not None:
        labels = np.asarray(stratify)
        same_length(rows=range(n), stratify=labels)
        classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
        _check_classes(classes, counts, k)
        order = order[np.argsort(codes[order], kind="stable")]
    fold = np.empty(n, np.int64)
    fold[order] = np.arange(n) % k
    return fold
