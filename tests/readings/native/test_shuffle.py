"""The order of rows in machine code against the one that NumPy makes."""

import numpy as np
import pytest

from tiza.graph import philox
from tiza.readings.native.machine.llvm import Machine, assembly, available
from tiza.readings.native.running import shuffle

made = pytest.mark.skipif(available() is not None, reason="no machine code here")
KEYS = [(7, 0, 0, 0), (1, 2, 3, 9), (2**32 - 1, 5, 77, 2**31)]


@made
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("n", [2, 3, 5, 17, 1000, 4097, 60_000, 131_073])
def test_the_order_is_the_same(n, key):
    assert np.array_equal(shuffle.permutation(key, n), philox.permutation(key, n))


def test_one_row_is_left_to_numpy():
    assert shuffle.permutation(KEYS[0], 1) is None


def test_words_too_much_alike_are_left_to_numpy(monkeypatch):
    function = lambda *given: 1  # what the machine code says of them
    monkeypatch.setattr(shuffle, "_made", lambda: (function, 64))
    assert shuffle.permutation(KEYS[0], 100) is None


@made
@pytest.mark.parametrize("name", ["NEON", "AVX2"])
def test_other_vectors_assemble(name):
    machine = Machine.named(name)
    assert "shuffle" in assembly(shuffle.text(machine.vector_bits // 32), machine)
