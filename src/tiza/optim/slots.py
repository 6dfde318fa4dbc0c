"""The arrays that an optimizer keeps for its parameters, read and replaced all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from operator import getitem, setitem
from typing import Any

import numpy as np

from tiza.lang.tensor import Tensor

Array = np.ndarray[Any, Any]
State = Mapping[Tensor, dict[str, Any]]


class Slots:
    """The slots of some parameters, in their order."""

    def __init__(self, rows: Iterable[tuple[Tensor, Sequence[str]]]) -> None:
        rows = list(rows)
        self.params = [p for p, _ in rows]
        self.homes = [p for p, names in rows for _ in names]
        self.names = [name for _, names in rows for name in names]

    def read(self, state: State) -> list[Array]:
        """The arrays.

        Errors: KeyError where a parameter has none yet.
        """
        return list(map(getitem, [state[p] for p in self.homes], self.names))

    def written(self, state: State, arrays: Iterable[Array], count: int) -> Iterator[None]:
        """What puts arrays into their places and says how many steps were made, once it is run.

        It is run by `deque(…, 0)`, in which Ctrl-C waits: all of it happens, or nothing.
        """
        homes = [state[p] for p in self.homes]
        counted = map(setitem, [state[p] for p in self.params], repeat("step"), repeat(count))
        return chain(map(setitem, homes, self.names, arrays), counted)
