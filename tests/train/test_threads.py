"""Small products keep to one thread; afterwards NumPy has as many as before."""

import numpy as np
import pytest

from tiza.graph import placeholder
from tiza.train.threads import one_thread, small, switch


def test_threads_are_given_back() -> None:
    both = switch()
    if both is None:
        pytest.skip("NumPy's BLAS is not OpenBLAS here")
    get, set_to = both
    before = get()
    set_to(2)
    try:
        with one_thread():
            assert get() == 1
            with one_thread():
                assert get() == 1
            assert get() == 1
        assert get() == 2
        with one_thread(False):
            assert get() == 2
        with pytest.raises(ZeroDivisionError), one_thread():
            raise ZeroDivisionError
        assert get() == 2
    finally:
        set_to(before)


def test_what_is_small() -> None:
    def product(n: int) -> bool:
        a, b = (placeholder((n, n), np.dtype("float32")) for _ in range(2))
        return small([a @ b])

    assert product(128)
    assert not product(1024)
