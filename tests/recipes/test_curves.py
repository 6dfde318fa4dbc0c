"""What the recipes on elliptic curves show their networks, and how they divide the curves."""

import numpy as np
import pytest

from tiza.models.elliptic import coefficients, on_axis, primes
from tiza.recipes import curves, ec_rank, ec_sha, ec_torsion
from tiza.recipes.points import traces
from tiza.recipes.study import run_study

ELEVEN = traces((0, -1, 1, -10, -20))


def eta_product(end):
    """q ∏ (1 − qⁿ)² (1 − q¹¹ⁿ)², the form of conductor 11."""
    form = np.zeros(end)
    form[1] = 1
    for n in range(1, end):
        for power in (n, n, 11 * n, 11 * n):
            form[power:] = form[power:] - form[: max(0, end - power)]
    return form


def test_coefficients_are_those_of_the_form_but_for_squares_of_bad_primes():
    found, form = coefficients(ELEVEN[None])[0], eta_product(547)
    wrong = np.flatnonzero(found != form)
    assert len(form) == len(found) == 547
    assert all(n % 121 == 0 for n in wrong)
    assert found[121] == form[121] - 11


def test_the_form_on_the_axis_is_even_for_rank_0_and_odd_for_rank_1():
    half = -0.5 * np.log(37)
    t = np.linspace(0, 0.8, 9)
    for curve, sign in (((0, 1, 1, -23, -50), 1), ((0, 0, 1, -1, 0), -1)):  # 37b1, 37a1
        ap = traces(curve)[None]
        left, right = on_axis(ap, np.exp(half - t)), on_axis(ap, np.exp(half + t))
        assert left == pytest.approx(sign * right, abs=1e-4)


def test_no_class_is_in_two_parts():
    labels = np.random.default_rng(0).integers(0, 3, 5000)
    parts = curves.divided(labels, curves.Chosen())
    together = np.concatenate([parts.train, parts.valid, parts.test])
    assert len(together) == len(np.unique(together)) == 5000
    assert [len(p) for p in (parts.train, parts.valid, parts.test)] == [3600, 400, 1000]
    class_id = np.random.default_rng(1).integers(0, 5000, 9000)
    rows = parts.rows(class_id)
    assert not set(class_id[rows.train]) & set(class_id[rows.test])
    assert len(rows.train) + len(rows.valid) + len(rows.test) == 9000


def test_kinds_are_balanced_in_every_part():
    rng = np.random.default_rng(2)
    one = rng.random(4000) < 0.2
    parts = curves.Parts(*np.split(rng.permutation(4000), [3000, 3400]))
    even = ec_sha.balanced(parts, one, ~one, 0)
    for part, whole in ((even.train, parts.train), (even.valid, parts.valid),
                        (even.test, parts.test)):  # fmt: skip
        assert one[part].mean() == 0.5
        assert set(part) <= set(whole)


def test_scale_is_kept_and_found_again():
    x = np.random.default_rng(0).normal(3, 2, (50, 4))
    x[:, 2] = 7
    scale = curves.Scale.of(x)
    assert scale(x).std(0) == pytest.approx([1, 1, 0, 1], abs=1e-5)
    assert np.array_equal(curves.Scale.again(scale.kept())(x), scale(x))


def test_features_of_torsion_hold_what_divides_the_number_of_points():
    found = ec_torsion.features(ELEVEN[None])[0]
    count = np.array(primes(100)) + 1 - ELEVEN
    fives = found[100 + 3 * 100 : 100 + 4 * 100]
    assert np.array_equal(fives == 1, count % 5 == 0)
    assert fives.mean() == 0.99  # all but the bad prime 11
    assert ec_rank.features(ELEVEN[None]).shape == (1, 236)


def test_the_smoothed_product_is_near_the_special_value(shared_data):
    data = curves.loaded()
    table = data.table
    some = np.flatnonzero(table["rank"] == 0)[::40]
    found = ec_sha.euler(data.ap[data.class_id[some]], table["conductor"][some])
    value = np.log(table["special_value"][some])
    assert np.corrcoef(found, value)[0, 1] > 0.95
    assert (found - value).std() < 0.25  # their means differ: the weights smooth


def test_all_invariants_on_a_log_scale_determine_sha(shared_data):
    t = curves.loaded().table
    found = t["special_value"] * t["torsion"] ** 2
    found = found / (t["real_period"] * t["tamagawa_product"] * t["regulator"])
    assert found == pytest.approx(t["sha_an"], rel=1e-6)


@pytest.mark.slow
def test_ranks_are_told(shared_data):
    found = run_study("ec-rank").outcome.figures["accuracy"]
    assert found["model"] >= 0.97
    assert found["model"] > found["traces alone"] > found["Mestre's sum"] > found["majority"]


@pytest.mark.slow
def test_torsion_is_told(shared_data):
    found = run_study("ec-torsion").outcome.figures
    assert found["accuracy"]["model"] >= 0.97
    assert found["accuracy for single curves"]["model"] >= 0.97
