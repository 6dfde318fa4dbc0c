"""Divisions: sizes and shares as scikit-learn's, the same for the same seed, nothing lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import model_selection

from tiza.data import group_split, k_folds, read_table, split_rows, train_test_split
from tiza.errors import DataError, use_language


def assert_partition(n: int, *parts: np.ndarray) -> None:
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))


@given(st.integers(2, 200), st.floats(0.01, 0.99), st.integers(0, 2**64 - 1))
def test_sizes_are_those_of_scikit_learn(n: int, share: float, seed: int) -> None:
    try:
        theirs = model_selection.train_test_split(np.arange(n), test_size=share)
    except ValueError:
        with pytest.raises(DataError):
            split_rows(n, test_size=share, seed=seed)
        return
    train, test = split_rows(n, test_size=share, seed=seed)
    assert (len(train), len(test)) == tuple(map(len, theirs))
    assert_partition(n, train, test)


@given(st.lists(st.integers(2, 60), min_size=2, max_size=6), st.sampled_from([0.1, 0.2, 0.5]))
def test_strata_get_their_share(counts: list[int], share: float) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    n = len(labels)
    tests = int(np.ceil(share * n))
    if tests < len(counts) or n - tests < len(counts):
        with pytest.raises(DataError):
            split_rows(n, test_size=share, stratify=labels)
        return
    train, test = split_rows(n, test_size=share, stratify=labels, seed=3)
    assert_partition(n, train, test)
    ours = np.bincount(labels[test], minlength=len(counts))
    exact = np.array(counts) * tests / n
    assert len(test) == tests
    assert ours.min() >= 1
    assert np.bincount(labels[train], minlength=len(counts)).min() >= 1
    if min(exact) >= 1:
        assert np.abs(ours - exact).max() < 1 + 1e-9


def test_strata_agree_with_scikit_learn_on_round_numbers() -> None:
    labels = np.repeat([0, 1, 2], [100, 50, 50])
    _, theirs = model_selection.train_test_split(labels, test_size=0.2, stratify=labels)
    _, test = split_rows(200, test_size=0.2, stratify=labels)
    assert np.bincount(labels[test]).tolist() == np.bincount(theirs).tolist() == [20, 10, 10]


def test_seed_decides_and_nothing_else() -> None:
    first, again, other = (split_rows(50, seed=s)[1].tolist() for s in (1, 1, 2))
    assert first == again != other
    assert split_rows(50, seed=1 << 32)[1].tolist() != split_rows(50, seed=0)[1].tolist()


def test_known_permutation_stays_what_it_was() -> None:
    assert split_rows(10, test_size=3, seed=0)[1].tolist() == [1, 5, 7]


def test_everything_that_has_rows_can_be_divided() -> None:
    pandas = pytest.importorskip("pandas")
    table = read_table({"a": [1, 2, 3, 4]})
    parts = train_test_split(
        np.arange(8).reshape(4, 2), ["w", "x", "y", "z"], table,
        pandas.DataFrame({"b": [1, 2, 3, 4]}), test_size=0.5, seed=5,
    )  # fmt: skip
    x_train, x_test, text_train, _, t_train, _, f_train, f_test = parts
    assert x_train.shape == x_test.shape == (2, 2)
    rows = x_train[:, 0] // 2
    assert text_train == ["wxyz"[i] for i in rows]
    assert t_train["a"].tolist() == (rows + 1).tolist()
    assert f_train["b"].tolist() == (rows + 1).tolist()
    assert len(f_test) == 2


@given(st.lists(st.integers(0, 9), min_size=10, max_size=80), st.integers(0, 99))
def test_groups_stay_together(groups: list[int], seed: int) -> None:
    labels = np.array(groups)
    if len(set(groups)) < 2:
        return
    train, test = group_split(labels, test_size=0.3, seed=seed)
    assert_partition(len(labels), train, test)
    assert not set(labels[train]) & set(labels[test])
    assert len(set(labels[test])) == int(np.ceil(0.3 * len(set(groups))))


@pytest.mark.parametrize("k", [2, 3, 10])
def test_each_row_is_tested_once(k: int) -> None:
    folds = list(k_folds(23, k, seed=1))
    theirs = [len(test) for _, test in model_selection.KFold(k).split(np.zeros(23))]
    assert [len(test) for _, test in folds] == theirs
    assert_partition(23, *(test for _, test in folds))
    for train, test in folds:
        assert_partition(23, train, test)


def test_stratified_folds_agree_with_scikit_learn() -> None:
    labels = np.repeat([0, 1], [33, 12])
    ours = [np.bincount(labels[test]).tolist() for _, test in k_folds(45, 3, stratify=labels)]
    theirs = model_selection.StratifiedKFold(3).split(labels, labels)
    assert sorted(ours) == sorted(np.bincount(labels[test]).tolist() for _, test in theirs)


def test_folds_of_groups_share_none() -> None:
    groups = np.repeat(np.arange(7), [1, 5, 2, 3, 4, 1, 6])
    for train, test in k_folds(22, 3, groups=groups):
        assert not set(groups[train]) & set(groups[test])


def test_too_rare_a_class_is_named() -> None:
    with pytest.raises(DataError) as caught:
        split_rows(4, test_size=0.5, stratify=["a", "a", "a", "b"])
    assert str(caught.value) == (
        "class 'b' has too few rows for a stratified division into 2: 1\n"
        "    fix: give it more rows, or divide without stratify"
    )
    with use_language("es"):
        assert str(caught.value) == (
            "la clase 'b' tiene muy pocas filas para dividir en 2 de forma estratificada: 1\n"
            "    arreglo: déle más filas, o divida sin stratify"
        )


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 5, 0])
def test_an_empty_part_is_refused(share: float) -> None:
    with pytest.raises(DataError, match="leaves a part of the 5 rows empty"):
        split_rows(5, test_size=share)


def test_bad_folds_are_refused() -> None:
    with pytest.raises(DataError, match="1 folds cannot be made of 5 rows or groups"):
        k_folds(5, 1)
    with pytest.raises(DataError, match="6 folds cannot be made"):
        k_folds(5, 6)


def test_lengths_must_agree() -> None:
    with pytest.raises(DataError, match="#1: 3, #2: 2"):
        train_test_split([1, 2, 3], [1, 2])
    with pytest.raises(DataError, match="rows: 3, stratify: 2"):
        split_rows(3, stratify=[0, 1])
    with pytest.raises(DataError, match="#1 holds no examples"):
        train_test_split([])
