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
        self.homes = [i for i, (_, names) in enumerate(rows) for _ in names]
        self.names = [name for _, names in rows for name in names]

    def read(self, state: State) -> list[Array]:
        """The arrays.

        Errors: KeyError where a parameter has none yet.
        """
        mine = [state[p] for p in self.params]
        return list(map(getitem, [mine[i] for i in self.homes], self.names))

    def written(self, state: State, arrays: Iterable[Array],
                counts: Iterable[int]) -> Iterator[None]:  # fmt: skip
        """What puts arrays into their places and says how many steps were made, once it is run.

        It is run by `at_once`: all of it happens, or nothing.
        """
        mine = [state[p] for p in self.params]
        counted = map(setitem, mine, repeat("step"), counts)
        return chain(map(setitem, [mine[i] for i in self.homes], self.names, arrays), counted)
