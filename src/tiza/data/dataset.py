"""Data sets as PyTorch has them, and arrays on disk that are larger than memory."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tiza.data.split import same_length
from tiza.data.transforms import Transform
from tiza.errors import DataError, IndexingError
from tiza.lang.arrays import to_array
from tiza.lang.tensor import Tensor, as_tensor

Array = NDArray[np.generic]


class Dataset(ABC):
    """Examples by number. A subclass gives `__len__` and `__getitem__`, as in PyTorch.

    `rows` gathers a batch; the default asks for the examples one by one and stacks their parts.
    """

    @abstractmethod
    def __len__(self) -> int:
        """How many examples there are."""

    @abstractmethod
    def __getitem__(self, index: int) -> Any:
        """One example: an array, or a tuple of arrays."""

    def rows(self, where: NDArray[np.int64]) -> tuple[Array, ...]:
        """The examples at some positions, stacked part by part.

        Shapes: (b) positions → for each part (b, *shape of the part).
        """
        examples = [self[i] for i in where.tolist()]
        parts = zip(*(e if isinstance(e, tuple) else (e,) for e in examples), strict=True)
        return tuple(np.stack([to_array(value) for value in part]) for part in parts)


class ArrayDataset(Dataset):
    """Arrays whose first axis counts the examples; a path names a .npy file that stays on disk.

    Of a file only the rows asked for are read, so it may be larger than the memory. `transform`
    changes the first array of each batch.

    Errors: DataError where lengths differ, nothing is there, a file is no plain array, or an array
    in memory holds NaN or infinity (unless `allow_nan`).

    >>> data = ArrayDataset([[1.0, 2.0], [3.0, 4.0]], [0, 1])
    >>> len(data), data[1]
    (2, (array([3., 4.], dtype=float32), np.int64(1)))
    """

    def __init__(
        self,
        *arrays: ArrayLike | str | Path,
        transform: Transform | None = None,
        allow_nan: bool = False,
    ) -> None:
        if not arrays:
            raise DataError("values-empty", what="ArrayDataset")
        self.arrays: tuple[Array, ...] = tuple(_opened(array) for array in arrays)
        self.transform = transform
        self.length = same_length(**{f"#{i + 1}": a for i, a in enumerate(self.arrays)})
        if not allow_nan:
            for i, array in enumerate(self.arrays):
                check_finite(array, f"#{i + 1}")

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        if not -self.length <= index < self.length:
            raise IndexingError("example-index", got=index, n=self.length)
        return tuple(part[0] for part in self.rows(np.array([index % self.length])))

    def rows(self, where: NDArray[np.int64]) -> tuple[Array, ...]:
        """The rows at some positions of each array, copied."""
        parts = [_gathered(array, where) for array in self.arrays]
        if self.transform is not None:
            parts[0] = self.transform.apply(parts[0])
        return tuple(parts)


class TensorDataset(Dataset):
    """Tensors whose first axis counts the examples, as PyTorch's.

    Errors: DataError where lengths differ or nothing is there.
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors: tuple[Tensor, ...] = tuple(as_tensor(tensor) for tensor in tensors)
        self._arrays = ArrayDataset(*(tensor.numpy() for tensor in self.tensors), allow_nan=True)

    def __len__(self) -> int:
        return len(self._arrays)

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        return tuple(as_tensor(part) for part in self._arrays[index])

    def rows(self, where: NDArray[np.int64]) -> tuple[Array, ...]:
        """The rows at some positions of each tensor."""
        return self._arrays.rows(where)


class Subset(Dataset):
    """Some examples of a data set, by their positions."""

    def __init__(self, dataset: Dataset, indices: Sequence[int] | NDArray[np.int64]) -> None:
        self.dataset, self.indices = dataset, np.asarray(indices, np.int64)
        n = len(dataset)
        wrong = (self.indices < -n) | (self.indices >= n)
        if wrong.any():
            raise IndexingError("example-index", got=int(self.indices[wrong][0]), n=n)
        self.indices %= n

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[int(self.indices[index])]

    def rows(self, where: NDArray[np.int64]) -> tuple[Array, ...]:
        """The examples at some positions of the subset."""
        return self.dataset.rows(self.indices[where])


def check_finite(array: ArrayLike, what: str) -> None:
    """Refuse NaN and infinity in an array of numbers; arrays on disk are not searched.

    Errors: DataError with their number and the place of the first.
    """
    values = np.asanyarray(array)
    if isinstance(values, np.memmap) or values.dtype.kind not in "fc":
        return
    bad = ~np.isfinite(values)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        raise DataError("values-not-finite", what=what, count=int(bad.sum()), where=first)


def _opened(array: Any) -> Array:
    if isinstance(array, str | Path):
        return open_array(Path(array))
    if isinstance(array, np.ndarray):
        return np.atleast_1d(array)
    return np.atleast_1d(to_array(array.numpy() if isinstance(array, Tensor) else array))


def open_array(path: Path) -> Array:
    """A .npy file mapped into memory, read-only; pickled objects are refused.

    Errors: DataError where there is no such file, or it is no plain array.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise DataError("data-file-missing", path=path) from error
    except (OSError, ValueError, EOFError) as error:
        raise DataError("array-file-kind", path=path) from error
    if not isinstance(array, np.memmap) or array.ndim == 0:
        raise DataError("array-file-kind", path=path)
    return array


def _gathered(array: Array, where: NDArray[np.int64]) -> Array:
    if not isinstance(array, np.memmap):
        return array[where]
    order = np.argsort(where, kind="stable")  # a disk likes to be read forwards
    batch = np.empty((len(where), *array.shape[1:]), array.dtype)
    batch[order] = array[where[order]]
    return batch
