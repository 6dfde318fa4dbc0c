"""Points are counted as by trying all pairs, and models are minimal as the data set's are."""

import numpy as np
import pytest

from tiza.errors import UsageError
from tiza.recipes.asking import Asked
from tiza.recipes.curves import loaded
from tiza.recipes.points import asked_curve, equation, invariants, minimal, traces

ELEVEN = (0, -1, 1, -10, -20)  # 11a1
COLUMNS = ("a1", "a2", "a3", "a4", "a6")


def by_trying(curve, p):
    a1, a2, a3, a4, a6 = curve
    found = 1  # the point at infinity
    for x in range(p):
        for y in range(p):
            found += (y * y + a1 * x * y + a3 * y - x**3 - a2 * x * x - a4 * x - a6) % p == 0
    return p + 1 - found


@pytest.mark.parametrize("curve", [ELEVEN, (1, 0, 1, 4, -6), (0, 0, 1, -7, 6), (1, 1, 0, -2, 1)])
def test_traces_are_those_of_trying_all_pairs(curve):
    assert traces(curve, 8).tolist() == [by_trying(curve, p) for p in (2, 3, 5, 7, 11, 13, 17, 19)]


def test_the_curve_of_conductor_11():
    assert invariants(ELEVEN)[2] == -(11**5)
    assert traces(ELEVEN, 6).tolist() == [-2, -1, 1, -2, 1, 4]  # η(q)² η(q¹¹)²


@pytest.mark.parametrize("u", [1, 2, 3, 4, 6, 12, 35])
def test_a_scaled_model_is_brought_back(u):
    for curve in (ELEVEN, (1, 1, 0, -2369, 20862), (1, 0, 1, 4, -6)):
        scaled = tuple(a * u**k for a, k in zip(curve, (1, 2, 3, 4, 6), strict=True))
        assert minimal(scaled) == curve
        c4, c6, _ = invariants(curve)
        assert minimal((0, 0, 0, -27 * c4, -54 * c6)) == curve


def test_the_data_set_says_the_same(shared_data):
    data = loaded()
    table = np.stack([data.table[name] for name in COLUMNS], axis=1).astype(int)
    for row in np.random.default_rng(0).permutation(len(table))[:60]:
        curve = tuple(table[row].tolist())
        assert minimal(curve) == curve
        assert np.array_equal(traces(curve), data.ap[data.class_id[row]])


@pytest.mark.parametrize("words", ["1,2,3", "0,0", "0.5,1,1,1,1", "0,0,0,0,0", "1e13,0"])
def test_what_is_no_curve_is_refused(words):
    with pytest.raises(UsageError) as caught:
        asked_curve(Asked(None, (words,), example="0,-1,1,-10,-20"))
    assert caught.value.code == "predict-words"


def test_two_numbers_are_a_short_equation():
    assert asked_curve(Asked(None, ("-1", "0"))) == (0, 0, 0, -1, 0)
    assert equation((0, 0, 0, -1, 0)) == "y² = x³ - x"
