"""How many threads NumPy's matrix products use while expressions are computed.

OpenBLAS wakes its threads for quite small products. On a busy machine they wait for one another:
a step of a small network then takes ten times as long as with one thread. Inside `ONE_THREAD`
small products stay on one thread, and large ones take as many as there were before.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
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
    """Entered as often as one likes, from any thread; the last to leave puts things back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.depth = 0
        self.before = 1  # how many threads there were when the first one entered

    def __enter__(self) -> None:
        with self._lock:
            self.depth += 1
            both = switch()
            if self.depth == 1 and both is not None:
                self.before = both[0]()
                if self.before > 1:
                    both[1](1)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.depth -= 1
            both = switch()
            if self.depth == 0 and self.before > 1 and both is not None:
                both[1](self.before)


ONE_THREAD = _OneThread()


def product(a: Any, b: Any) -> Any:
    """np.matmul; inside `ONE_THREAD`, with all threads where it is large enough to gain by them."""
    both = switch()
    worth = a.size * b.shape[-1] > WORTH_THREADS
    if not worth or not ONE_THREAD.depth or ONE_THREAD.before == 1 or both is None:
        return np.matmul(a, b)
    both[1](ONE_THREAD.before)
    try:
        return np.matmul(a, b)
    finally:
        both[1](1)
