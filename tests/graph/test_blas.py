"""Small products keep to one thread; afterwards NumPy has as many as before."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tiza.graph import PRIMITIVES, blas, constant
from tiza.graph.blas import ONE_THREAD, product, switch
from tiza.readings.evaluate import evaluate


@pytest.fixture
def threads() -> Iterator[Callable[[], int]]:
    """How many threads there are now; two of them at first."""
    both = switch()
    if both is None:
        pytest.skip("NumPy's BLAS is not OpenBLAS here")
    get, set_to = both
    before = get()
    set_to(2)
    yield get
    set_to(before)


def fail_on_one_thread() -> None:
    ONE_THREAD.narrow()
    raise ZeroDivisionError


def test_threads_are_given_back(threads: Callable[[], int]) -> None:
    with ONE_THREAD:
        assert threads() == 2  # nothing was multiplied yet
        ONE_THREAD.narrow()
        with ONE_THREAD:
            assert threads() == 1
        assert threads() == 1
    assert threads() == 2
    with pytest.raises(ZeroDivisionError), ONE_THREAD:
        fail_on_one_thread()
    assert threads() == 2
    ONE_THREAD.narrow()  # outside of the block it does nothing
    assert threads() == 2


def test_large_products_use_all(
    threads: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = np.matmul

    def watched(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        seen.append(threads())
        return real(a, b)

    monkeypatch.setattr(blas.np, "matmul", watched)
    monkeypatch.setattr(blas, "WORTH_THREADS", 100)
    with ONE_THREAD:
        product(np.ones((2, 3)), np.ones((3, 4)))
        product(np.ones((20, 30)), np.ones((30, 4)))
        assert threads() == 1
    product(np.ones((2, 3)), np.ones((3, 4)))
    assert seen == [1, 2, 2]


def test_evaluating_keeps_to_one(threads: Callable[[], int]) -> None:
    x = constant(np.ones((3, 3)))
    (value,) = evaluate([PRIMITIVES["matmul"](x, x)])
    assert value[0, 0] == 3
    assert threads() == 2
