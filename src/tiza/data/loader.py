"""Batches, in an order that depends on the seed and the epoch alone."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiza.data.dataset import ArrayDataset, Dataset
from tiza.data.split import shuffled
from tiza.errors import ArgumentError, DataError
from tiza.lang.random import get_state
from tiza.lang.tensor import Tensor, as_tensor

STREAM = 0x6C6F6164  # "load": keeps the order of batches apart from other uses of the seed
FIXED = ("length", "batch_size", "shuffle", "drop_last", "seed")


class DataLoader:
    """Iterate over a data set in batches, as PyTorch's: each is a tuple of tensors.

    `data` is a `Dataset`, or a tuple of arrays such as (x, y). The order of epoch e is the
    counter-based permutation of (seed, e): the same on every machine, and in every backend. Without
    a seed the global one counts (`tz.manual_seed`). Each `for` loop is the next epoch; a loop that
    was left early is not continued, unless its state is loaded.

    Errors: ArgumentError for a batch size below 1; DataError where lengths differ or nothing is
    there.

    >>> loader = DataLoader(([[1.0], [2.0], [3.0]], [0, 1, 0]), batch_size=2)
    >>> [x.shape for x, y in loader]
    [(2, 1), (1, 1)]
    """

    def __init__(
        self,
        data: Dataset | Sequence[Any] | NDArray[np.generic] | Tensor,
        batch_size: int = 32,
        shuffle: bool = False,
        drop_last: bool = False,
        seed: int | None = None,
    ) -> None:
        if batch_size < 1:
            raise ArgumentError("loader-argument", name="batch_size", got=batch_size, want="≥ 1")
        self.dataset = _as_dataset(data)
        self.batch_size, self.shuffle, self.drop_last = batch_size, shuffle, drop_last
        self.seed = get_state()[0] if seed is None else seed
        self.epoch = 0  # the one in progress, or the next
        self.position = 0  # batches of it that were handed out
        self._begun = False
        if len(self.dataset) == 0:
            raise DataError("values-empty", what="DataLoader")

    def __len__(self) -> int:
        """The number of batches of an epoch."""
        n, b = len(self.dataset), self.batch_size
        return n // b if self.drop_last else -(-n // b)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The positions of the examples in the order in which an epoch visits them.

        Shapes: → (examples).
        """
        n = len(self.dataset)
        return shuffled(n, self.seed, epoch, STREAM) if self.shuffle else np.arange(n)

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        if self._begun:  # the loop before was left early: begin the next epoch
            self.epoch, self.position = self.epoch + 1, 0
        epoch, first = self.epoch, self.position
        order, self._begun = self.order(epoch), True
        for batch in range(first, len(self)):
            where = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            parts = self.dataset.rows(where)
            self.epoch, self.position = epoch, batch + 1
            yield tuple(as_tensor(part) for part in parts)
        self.epoch, self.position, self._begun = epoch + 1, 0, False

    def set_epoch(self, epoch: int) -> None:
        """Let the next loop be that of `epoch`, from its first batch."""
        self.epoch, self.position, self._begun = epoch, 0, False

    def state_dict(self) -> dict[str, int | bool]:
        """Where the iteration stands, as JSON-able data: taken in a loop, after its batch."""
        return {"epoch": self.epoch, "position": self.position, **self._fixed()}

    def load_state_dict(self, state: Mapping[str, int | bool]) -> None:
        """Let the next loop go on where a state was taken, with the same batches.

        Errors: DataError where the loader differs from the one that gave the state.
        """
        for name, value in self._fixed().items():
            if state.get(name) != value:
                raise DataError("loader-state", name=name, got=value, want=state.get(name))
        self.epoch, self.position = int(state["epoch"]), int(state["position"])
        if self.position >= len(self):
            self.epoch, self.position = self.epoch + 1, 0
        self._begun = False

    def _fixed(self) -> dict[str, int | bool]:
        values = len(self.dataset), self.batch_size, self.shuffle, self.drop_last, self.seed
        return dict(zip(FIXED, values, strict=True))


def _as_dataset(data: Any) -> Dataset:
    if isinstance(data, Dataset):
        return data
    if isinstance(data, tuple):
        return ArrayDataset(*data)
    return ArrayDataset(data)
