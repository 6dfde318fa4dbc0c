"""How many threads NumPy's matrix products use.

OpenBLAS wakes its threads for quite small products. On a busy machine they wait for one another:
a step of a small network then takes ten times as long as with one thread.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from math import prod
from pathlib import Path

import numpy as np

from tiza.graph import Node
from tiza.graph.walk import opened_inputs, walk

WORTH_THREADS = 2e8  # floating-point operations of one product: about 2 ms on one thread
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


@contextmanager
def one_thread(wanted: bool = True) -> Iterator[None]:
    """Inside, matrix products of NumPy run on one thread, if `wanted` and possible.

    >>> with one_thread():
    ...     found = switch() is None or switch()[0]() == 1
    >>> found
    True
    """
    both = switch() if wanted else None
    before = both[0]() if both is not None else 1
    if both is None or before == 1:
        yield
        return
    both[1](1)
    try:
        yield
    finally:
        both[1](before)


def small(outputs: Sequence[Node]) -> bool:
    """Whether no matrix product among the ancestors of `outputs` is worth several threads."""
    return all(
        2 * prod(node.shape) * node.inputs[0].shape[-1] < WORTH_THREADS
        for node in walk(outputs, opened_inputs)
        if node.prim.family == "contraction" and node.inputs[0].shape
    )
