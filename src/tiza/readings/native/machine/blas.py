"""A private copy of OpenBLAS for the products that the library does best.

NumPy's and SciPy's copies choose their kernels when they are loaded, and on some processors with
AVX-512 they choose those of AVX2, at about half the speed. This copy, from the package
scipy-openblas32, is told what to choose, keeps to the thread that calls it, and leaves the other
copies as they are. Generated code calls it through a pointer:

    void cblas_sgemm(i32 order, i32 transa, i32 transb, i32 m, i32 n, i32 k, float alpha,
                     ptr a, i32 lda, ptr b, i32 ldb, float beta, ptr c, i32 ldc)

with order 101 (rows) or 102 (columns), trans 111 (no) or 112 (yes), and C ← αAB + βC.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache as once
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from tiza.readings.native.machine.processor import AVX512, available, host

PACKAGE = "scipy_openblas32"
PREFIX = "scipy_"  # of all of its names, so that they meet no other library's
GEMM = {np.dtype(np.float32): "cblas_sgemm", np.dtype(np.float64): "cblas_dgemm"}


def gemm_address(dtype: DTypeLike) -> int | None:
    """Where the matrix product for a dtype begins; None where there is none.

    It may be called from several threads at once, each call uses one.
    """
    name = GEMM.get(np.dtype(dtype))
    return None if name is None else address(name)


def address(name: str) -> int | None:
    """Where a function of BLAS, CBLAS or LAPACK begins, by its usual name; None without it.

    >>> address("cblas_of_nothing") is None
    True
    """
    library = _library()
    function = getattr(library, PREFIX + name, None)
    return ctypes.cast(function, ctypes.c_void_p).value if function is not None else None


def description() -> str:
    """Version and kernels of the private copy, as "OpenBLAS 0.3.34 SkylakeX"; "" without one."""
    library = _library()
    if library is None:
        return ""
    config = _text(library, "openblas_get_config").split()
    version = next((word for word in config if word[:1].isdigit()), "?")
    return f"OpenBLAS {version} {_text(library, 'openblas_get_corename')}"


@once
def _library() -> ctypes.CDLL | None:
    """The copy, loaded under settings that are put back at once; None where it cannot be."""
    path = _path()
    if path is None:
        return None
    settings = {"OPENBLAS_NUM_THREADS": "1"}
    if "OPENBLAS_CORETYPE" not in os.environ and _wide():
        settings["OPENBLAS_CORETYPE"] = "SkylakeX"
    # Its names are neither shown to others nor looked up among theirs.
    mode = getattr(os, "RTLD_LOCAL", 0) | getattr(os, "RTLD_NOW", 0)
    mode |= getattr(os, "RTLD_DEEPBIND", 0)
    try:
        with _environment(settings):
            library = ctypes.CDLL(str(path), mode=mode)
        library[PREFIX + "openblas_set_num_threads"](ctypes.c_int(1))
    except (OSError, AttributeError):
        return None
    return library


def _path() -> Path | None:
    """The library's file; found without importing its package, which would show its names."""
    spec = find_spec(PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in sorted(Path(folder, "lib").glob("*openblas*")):
            if path.suffix in (".so", ".dylib", ".dll"):
                return path
    return None


def _wide() -> bool:
    return available() is None and all(host().has(feature) for feature in AVX512)


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """The environment with other settings, for a moment."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _text(library: ctypes.CDLL, name: str) -> str:
    function = library[PREFIX + name]
    function.restype = ctypes.c_char_p
    return str((function() or b"?").decode())
