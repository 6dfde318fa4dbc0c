"""Random numbers: the same for the same seed, of the distribution they claim."""

import numpy as np
import pytest
from scipy import stats

import tiza as tz
from tiza.errors import ArgumentError
from tiza.graph import placeholder
from tiza.graph.philox import permutation
from tiza.lang.random import get_state, key_scope, key_words, set_state
from tiza.readings.evaluate import Program


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_distributions(dtype: str) -> None:
    tz.manual_seed(1)
    n = (50_000,)
    u = tz.random.uniform(n, dtype=dtype).numpy()
    assert u.dtype == dtype
    assert stats.kstest(u, "uniform").pvalue > 0.001
    assert (
        stats.kstest(tz.random.normal(n, 2, 3, dtype=dtype).numpy(), stats.norm(2, 3).cdf).pvalue
        > 0.001
    )
    counts = np.bincount(tz.random.randint(-3, 4, n).numpy() + 3)
    assert stats.chisquare(counts).pvalue > 0.001
    assert abs(tz.random.bernoulli(0.3, n).numpy().mean() - 0.3) < 0.01


def test_the_same_seed_gives_the_same_numbers() -> None:
    tz.manual_seed(5)
    a, state, b = tz.random.normal((4,)).numpy(), get_state(), tz.random.normal((4,)).numpy()
    assert not np.array_equal(a, b)
    set_state(state)
    np.testing.assert_array_equal(tz.random.normal((4,)).numpy(), b)
    tz.manual_seed(5)
    np.testing.assert_array_equal(tz.random.normal((4,)).numpy(), a)


def test_permutation_is_the_published_one() -> None:
    tz.manual_seed(9)
    np.testing.assert_array_equal(tz.random.permutation(100), permutation(key_words(9, 0), 100))


def test_in_a_traced_step_the_key_is_an_input() -> None:
    key = placeholder((4,), np.dtype("uint32"), "key")
    with key_scope(key):
        u, v = tz.random.uniform((5,)).node, tz.random.uniform((5,)).node
    program = Program([key], [u, v])
    first, again, later = (program(key_words(1, 0, s)) for s in (0, 0, 1))
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], later[0])
    assert not np.array_equal(first[0], first[1])


def test_bad_arguments_are_told() -> None:
    with pytest.raises(ArgumentError, match="a seed is a whole number from 0"):
        tz.manual_seed(-1)
    with pytest.raises(ArgumentError, match="no whole number lies from 3 to 3 - 1"):
        tz.random.randint(3, 3)
    with pytest.raises(ArgumentError, match="float32 or float64"):
        tz.random.uniform((2,), dtype="int64")
