"""How many threads NumPy's matrix products use while expressions are computed.

OpenBLAS wakes its threads for quite small products. On a busy machine they wait for one another:
a step of a small network then takes ten times as long as with one thread. Inside `ONE_THREAD`
small products stay on one thread, and large ones take as many as there were before.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

WORTH_THREADS = 1e8  # products of two numbers in one call: about 2 ms on one thread
NAMES = ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads",
         "openblas_{}_num_threads64_", "openblas_{}_num_threads")  # fmt: skip
Switch = tuple[Callable[[], int], Callable[[int], object]]


@cache
def switch() -> Switch | None:
    """Functions that read and set the number of threads; None where the BLAS is another one."""
    root = Path(np.__file__).parent
    folders = (root.parent / "numpy.libs", root / ".dylibs")
    for path in (p for folder in folders if folder.is_dir() for p in sorted(folder.iterdir())):
        if "openblas" not in path.name:
            continue
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for name in NAMES:
            if hasattr(library, name.format("set")) and hasattr(library, name.format("get")):
                return library[name.format("get")], library[name.format("set")]
    return None


class _OneThread:
    """Entered as often as one likes, from any thread; the last to leave puts things back.

    The switch is thrown by the first product only: most expressions have none.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.depth = 0
        self.before = 0  # how many threads there were; 0 while the switch is not thrown
        if hasattr(os, "register_at_fork"):  # or a child would wait for a thread that it lacks
            free = self._lock.release
            os.register_at_fork(
                before=self._lock.acquire, after_in_parent=free, after_in_child=free
            )

    def __enter__(self) -> None:
        with self._lock:
            self.depth += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.depth -= 1
            if not self.depth and self.before:
                self._set(self.before)
                self.before = 0

    def narrow(self) -> None:
        """From here to the end of the block, one thread."""
        with self._lock:
            both = switch()
            if self.depth and not self.before and both is not None:
                self.before = both[0]()
                self._set(1)

    def _set(self, threads: int) -> None:
        both = switch()
        if both is not None and self.before > 1:
            both[1](threads)

    @contextmanager
    def widened(self) -> Iterator[None]:
        """Inside, as many threads as before."""
        self._set(self.before)
        try:
            yield
        finally:
            self._set(1)


ONE_THREAD = _OneThread()


def product(a: Any, b: Any) -> Any:
    """np.matmul; inside `ONE_THREAD`, with all threads where it is large enough to gain by them."""
    if not ONE_THREAD.depth:
        return np.matmul(a, b)
    if a.size * b.shape[-1] <= WORTH_THREADS:
        if not ONE_THREAD.before:
            ONE_THREAD.narrow()
        return np.matmul(a, b)
    with ONE_THREAD.widened():
        return np.matmul(a, b)
