"""The private OpenBLAS: right products from many threads at once, and nobody else disturbed."""

import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tiza.readings.native.machine import blas

pytestmark = pytest.mark.skipif(blas.description() == "", reason="no scipy-openblas32")

NUMBER = {"float32": ctypes.c_float, "float64": ctypes.c_double}


def product(dtype: str) -> Callable[[NDArray, NDArray], NDArray]:
    """a @ b by the library's address."""
    number, pointer, integer = NUMBER[dtype], ctypes.c_void_p, ctypes.c_int
    kind = ctypes.CFUNCTYPE(
        None, *[integer] * 6, number, pointer, integer, pointer, integer, number, pointer, integer
    )
    gemm = kind(blas.gemm_address(dtype))

    def multiply(a: NDArray, b: NDArray) -> NDArray:
        (m, k), n = a.shape, b.shape[1]
        c = np.empty((m, n), dtype)
        places = [array.ctypes.data for array in (a, b, c)]
        gemm(101, 111, 111, m, n, k, 1.0, places[0], k, places[1], n, 0.0, places[2], n)
        return c

    return multiply


@pytest.mark.parametrize("dtype", NUMBER)
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 7), (64, 64, 64), (130, 257, 33)])
def test_products_are_right(dtype: str, shape: tuple[int, int, int]) -> None:
    m, n, k = shape
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=(m, k)).astype(dtype), draw.normal(size=(k, n)).astype(dtype)
    exact = a.astype(np.longdouble) @ b.astype(np.longdouble)
    bound = np.abs(a).astype(np.longdouble) @ np.abs(b) * k * np.finfo(dtype).eps
    assert (np.abs(product(dtype)(a, b) - exact) <= bound).all()


def test_there_is_no_product_for_other_dtypes() -> None:
    assert blas.gemm_address("int64") is None
    assert blas.gemm_address("complex64") is None


def test_many_threads_at_once() -> None:
    draw = np.random.default_rng(0)
    cases = [(draw.normal(size=(90, 70)), draw.normal(size=(70, 110))) for _ in range(8)]
    multiply, wrong = product("float64"), []

    def work(a: NDArray, b: NDArray) -> None:
        first = multiply(a, b)
        wrong.extend(1 for _ in range(200) if not np.array_equal(multiply(a, b), first))
        if not np.allclose(first, a @ b):
            wrong.append(2)

    threads = [threading.Thread(target=work, args=case) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_description_names_version_and_kernels() -> None:
    name, version, kernels = blas.description().split()
    assert name == "OpenBLAS"
    assert version[0].isdigit()
    assert kernels.isalnum()


ALONE = """
import os
import numpy
import threading
import time
os.environ["OPENBLAS_NUM_THREADS"] = "2"
before = dict(os.environ)
from tiza.graph.blas import switch
both = switch()
held = both[0]() if both else None
count = len(os.listdir("/proc/self/task"))
from tiza.readings.native.machine import blas
assert blas.gemm_address("float32")
assert dict(os.environ) == before
end = time.monotonic() + 20  # a thread that has done its work needs a moment to go
while len(os.listdir("/proc/self/task")) > count and time.monotonic() < end: time.sleep(0.01)
assert len(os.listdir("/proc/self/task")) == count, "it started threads"
assert not both or both[0]() == held, "it changed NumPy's copy"
import sys
assert "scipy_openblas32" not in sys.modules
print(blas.description())
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_nothing_else_changes() -> None:
    done = run(ALONE)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.strip() == blas.description()


@pytest.mark.skipif(sys.platform != "linux", reason="kernels of x86")
def test_a_choice_of_the_user_stands() -> None:
    if "x86" not in os.uname().machine:
        pytest.skip("kernels of x86")
    code = "from tiza.readings.native.machine import blas; print(blas.description())"
    assert run(code, OPENBLAS_CORETYPE="Haswell").stdout.split()[-1] == "Haswell"


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas, "_library", lambda: None)
    assert blas.gemm_address("float32") is None
    assert blas.description() == ""
    monkeypatch.setattr(blas, "PACKAGE", "tiza_no_such_package")
    assert blas._path() is None
