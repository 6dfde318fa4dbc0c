"""What else is changed in place around a compiled function: bytes, tables, long lists.

Arrays are looked after in `written_into.py`. Each of these is compared with what it was before
every call; where it has changed, the function is written down anew.
"""

from __future__ import annotations

import os
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np

from tiza.optim import Optimizer

LONG = (list, dict, set, deque)
BYTES = (bytearray, memoryview, array)
_numbers = count()


class Watched:
    """A thing, and how it was when it was looked at."""

    def __init__(self, thing: Any, look: Callable[[Any], Any], alike: Callable[[Any, Any], bool],
                 ) -> None:  # fmt: skip
        self.thing, self.look, self.alike = thing, look, alike
        self.before = look(thing)
        self.number = next(_numbers)  # another one, once it is another state

    def same(self) -> bool:
        """Whether it is as it was."""
        try:
            return bool(self.alike(self.look(self.thing), self.before))
        except (TypeError, ValueError, RuntimeError):  # what cannot be compared has changed
            return False


def watched(thing: Any) -> Watched | None:
    """How to notice that somebody changes a thing; None where it is of no such kind."""
    if isinstance(thing, BYTES):
        return Watched(thing, bytes, lambda now, before: now == before)
    if isinstance(thing, LONG):
        return Watched(thing, _entries, lambda now, before: now == before)
    if _comes_from(thing, "pandas") and hasattr(thing, "equals") and hasattr(thing, "copy"):
        return Watched(thing, lambda x: x.copy(), lambda now, before: now.equals(before))
    return None


def environment() -> Watched:
    """The variables of the process's environment."""
    return Watched(os.environ, dict, lambda now, before: now == before)


def rates(optimizer: Optimizer) -> Watched:
    """The numbers of an optimizer that a schedule moves."""
    return Watched(optimizer, Optimizer.rates, lambda now, before: now == before)


def as_array(thing: Any) -> np.ndarray[Any, Any] | None:
    """The memory of a foreign tensor as an array; None where it has none here."""
    if not _comes_from(thing, "torch") or not hasattr(thing, "detach"):
        return None
    try:
        return np.asarray(thing.detach())
    except (TypeError, RuntimeError):  # on another device, or of a type that NumPy lacks
        return None


def runs_out(thing: Any) -> bool:
    """Whether it gives something else at every look: an open file, an iterator."""
    return isinstance(thing, Iterator)


def _entries(thing: Any) -> Any:
    """The entries as they are; of those that are the same object no further is asked."""
    return list(thing) if isinstance(thing, deque) else thing.copy()


def _comes_from(thing: Any, package: str) -> bool:
    return type(thing).__module__.partition(".")[0] == package
