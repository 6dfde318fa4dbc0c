"""Large graphs written down without looking for garbage in between.

Python looks through all objects again and again while many are made. Of those that a graph and its
program consist of none is garbage before the end, and the looking takes a third of the time.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0  # how many threads are inside


@contextmanager
def unswept() -> Iterator[None]:
    """Inside, cycles of objects are not collected, unless another thread turns that on.

    >>> with unswept():
    ...     gc.isenabled()
    False
    """
    global _inside
    with _lock:
        mine = _inside > 0 or gc.isenabled()  # else somebody has turned it off, and it stays so
        if mine:
            _inside += 1
            gc.disable()
    try:
        yield
    finally:
        if mine:
            with _lock:
                _inside = max(_inside - 1, 0)  # 0 already in a child forked from inside
                if not _inside:
                    gc.enable()


def _in_child() -> None:
    """A child has but one thread, the one that forked."""
    global _lock, _inside
    _lock = threading.Lock()
    if _inside:
        _inside = 0
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
