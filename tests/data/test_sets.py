"""Every data set loads, with the shapes and counts that its sources state."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tiza.data import card, cards, group_split, load, names
from tiza.errors import ArgumentError, use_language

pytestmark = pytest.mark.usefixtures("shared_data")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_mnist_and_fashion(name: str) -> None:
    data = load(name)
    assert data.train.x.shape == (60_000, 28, 28)
    assert data.test.x.shape == (10_000, 28, 28)
    assert (data.train.x.dtype, data.train.y.dtype) == (np.uint8, np.int64)
    assert (len(data.train), len(data.classes)) == (60_000, 10)
    if name == "mnist":  # the first labels, and the mean and deviation that everybody quotes
        assert data.train.y[:5].tolist() == [5, 0, 4, 1, 9]
        assert data.test.y[:5].tolist() == [7, 2, 1, 0, 4]
        scaled = data.train.x / 255
        assert (round(scaled.mean(), 4), round(scaled.std(), 4)) == (0.1307, 0.3081)
    else:
        assert np.bincount(data.train.y).tolist() == [6000] * 10
        assert data.classes[data.train.y[0]] == "Ankle boot"


def test_digits_are_scikit_learns() -> None:
    from sklearn.datasets import load_digits

    data, theirs = load("digits"), load_digits()
    assert (data.x == theirs.images).all()
    assert (data.y == theirs.target).all()
    split = data.split(seed=1)
    assert (len(split.train), len(split.test)) == (1437, 360)
    assert np.bincount(split.test.y).tolist() == [36, 37, 35, 37, 36, 36, 36, 36, 35, 36]


def test_digits_need_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIZA_DATA")
    assert len(load("digits")) == 1797


def test_cifar() -> None:
    pytest.importorskip("PIL")
    data = load("cifar10")
    assert data.train.x.shape == (8000, 32, 32, 3)
    assert np.bincount(data.test.y).tolist() == [200] * 10
    exact = load("cifar10_exact")
    assert (exact.x.shape, exact.x.dtype) == ((4000, 32, 32, 3), np.uint8)
    assert [exact.classes[k] for k in exact.y[:3]] == ["frog", "truck", "truck"]


SKLEARN = {
    "iris": "load_iris",
    "wine": "load_wine",
    "breast_cancer": "load_breast_cancer",
    "diabetes": "load_diabetes",
}


@pytest.mark.parametrize("name", SKLEARN)
def test_tables_are_scikit_learns(name: str) -> None:
    from sklearn import datasets

    options = {"scaled": False} if name == "diabetes" else {}
    theirs = getattr(datasets, SKLEARN[name])(**options)
    data = load(name)
    kinds = [data.table.guesses[n].kind for n in data.table.names if n != data.target]
    if set(kinds) == {"number"}:
        np.testing.assert_allclose(data.x, theirs.data)
    assert len(kinds) == theirs.data.shape[1]
    assert (data.y == theirs.target).all()
    if data.classes and name != "wine":
        assert list(data.classes) == list(theirs.target_names)


@pytest.mark.parametrize(
    ("name", "rows", "gaps", "classes"),
    [("california_housing", 20_640, 207, ()), ("auto_mpg", 398, 6, ()),
     ("penguins", 344, 8, ("Adelie", "Chinstrap", "Gentoo"))],
)  # fmt: skip
def test_other_tables(name: str, rows: int, gaps: int, classes: tuple[str, ...]) -> None:
    data = load(name)
    assert (len(data.y), len(data.x), data.classes) == (rows, rows, classes)
    assert int(np.isnan(data.x).sum()) == gaps


@pytest.mark.parametrize(
    ("name", "rows", "first", "last", "step", "mean"),
    [
        ("sunspots", 2820, "1749-01-01", "1983-12-01", None, 51.27),
        ("airline_passengers", 144, "1949-01-01", "1960-12-01", None, 280.30),
        ("melbourne_daily_min_temp", 3650, "1981-01-01", "1990-12-31", None, 11.18),
        ("beijing_pm25", 43_824, "2010-01-01T00", "2014-12-31T23", 3600, 98.61),
    ],
)
def test_series(name: str, rows: int, first: str, last: str, step: int | None, mean: float) -> None:
    data = load(name)
    assert (len(data), data.values.shape) == (rows, (rows, len(data.names)))
    assert (data.time[0], data.time[-1]) == (np.datetime64(first), np.datetime64(last))
    steps = np.diff(data.time).astype(int)
    assert (steps > 0).all()
    assert step is None or (steps == step).all()
    assert round(float(np.nanmean(data.y)), 2) == mean


def test_texts() -> None:
    plays = load("shakespeare")
    assert (len(plays.text), len(plays.alphabet)) == (1_115_394, 65)
    assert plays.text.startswith("First Citizen:")
    codes = plays.codes()
    assert "".join(plays.alphabet[k] for k in codes[:14]) == "First Citizen:"
    assert "".join(np.array(plays.alphabet)[codes]) == plays.text
    people = load("names")
    assert (len(people), len(people.alphabet), max(map(len, people.words))) == (32_033, 26, 15)


def test_preferences() -> None:
    data = load("preferences")
    assert (len(data), len(data.train), len(data.test)) == (4815, 4357, 458)
    assert all(a != b for a, b in zip(data.chosen, data.rejected, strict=True))
    longer = [len(a) > len(b) for a, b in zip(data.chosen, data.rejected, strict=True)]
    assert round(float(np.mean(longer)), 2) == 0.55


@pytest.mark.slow
def test_imdb() -> None:
    data = load("imdb")
    for part, rating in ((data.train, data.train_rating), (data.test, data.test_rating)):
        assert np.bincount(part.y).tolist() == [12_500, 12_500]
        assert ((rating >= 7) == (part.y == 1)).all()
        assert all(isinstance(text, str) for text in part.x)
    assert (data.train_title == "tt0406816").sum() == 2
    assert (data.test_title == "tt0406816").sum() == 23
    both = np.concatenate([data.train.x, data.test.x])
    assert len(both) - len(set(both)) == 418


def test_cora() -> None:
    data = load("cora")
    assert (data.x.shape, data.x.dtype, int(data.x.sum())) == ((2708, 1433), np.float32, 49_216)
    assert data.edges.shape == (5278, 2)
    assert (data.edges[:, 0] < data.edges[:, 1]).all()
    assert data.both_ways().shape == (2, 10_556)
    assert [len(part) for part in (data.train, data.val, data.test)] == [140, 500, 1000]
    assert np.bincount(data.y[data.train]).tolist() == [20] * 7
    sizes = dict(zip(data.classes, np.bincount(data.y).tolist(), strict=True))
    assert (sizes["Neural Networks"], sizes["Rule Learning"]) == (818, 180)


def test_movielens() -> None:
    data = load("movielens")
    assert (len(data.rating), len(data.titles), len(data.users)) == (100_000, 1682, 943)
    assert (data.user.min(), data.user.max(), data.item.max()) == (0, 942, 1681)
    assert round(float(data.rating.mean()), 5) == 3.52986
    assert data.titles[0] == "Toy Story (1995)"
    toys = [name for name, has in zip(data.genre_names, data.genres[0], strict=True) if has]
    assert toys == ["Animation", "Children's", "Comedy"]
    assert data.users["age"][:3].tolist() == [24, 53, 23]
    assert "REDISTRIBUTION" in data.card.describe()


@pytest.mark.slow
def test_elliptic_curves() -> None:
    data = load("elliptic_curves")
    assert (len(data.table), data.ap.shape, data.primes[-1]) == (192_143, (122_975, 100), 541)
    rank = data.table["rank"].astype(int)
    assert np.bincount(rank).tolist() == [79_793, 97_823, 14_453, 74]
    parts = "special_value", "torsion", "real_period", "tamagawa_product", "regulator", "sha_an"
    value, torsion, period, tamagawa, regulator, sha = data.table.matrix(parts).T
    np.testing.assert_allclose(value * torsion**2 / (period * tamagawa * regulator), sha, rtol=1e-8)
    assert (np.abs(data.ap) <= 2 * np.sqrt(data.primes) + 1e-9).all()  # Hasse
    train, test = group_split(data.class_id, seed=0)
    assert not set(data.class_id[train]) & set(data.class_id[test])
    assert data.traces().shape == (192_143, 100)


@pytest.mark.parametrize("name", ["digits", "iris", "airline_passengers", "names", "cora"])
def test_records_are_frozen_and_print_briefly(name: str) -> None:
    data = load(name)
    assert len(repr(data)) < 700
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.card = None


def test_cards_are_complete_in_both_languages() -> None:
    for name, one in cards().items():
        assert card(name) is one
        assert all(all(pair) for pair in (one.about, one.size, one.licence, *one.notes))
        assert one.citation
        assert one.homepage.startswith("http")
        for file in one.files:
            assert len(file.sha256) == 64
            assert all(url.startswith("https://") for url in file.urls)
            assert ".." not in Path(file.path).parts
            assert not Path(file.path).is_absolute()
        assert one.to_dict()["bytes"] == one.bytes
        with use_language("es"):
            assert "licencia" in one.describe()


def test_the_registry_covers_the_folder(shared_data: Path) -> None:
    known = {file.path for one in cards().values() for file in one.files}
    here = {
        str(path.relative_to(shared_data))
        for path in shared_data.rglob("*")
        if path.is_file() and path.suffix in (".gz", ".npz", ".xz", ".txt")
    }
    assert here - known == {"movielens_100k/README_ORIGINAL.txt"}
    assert known <= here


def test_names_are_forgiving() -> None:
    assert "digits" in names()
    assert card("Tiny Shakespeare").name == "tiny_shakespeare"
    with pytest.raises(ArgumentError) as caught:
        load("mnits")
    assert str(caught.value).startswith(
        "there is no data set called 'mnits'\n    fix: 'mnist'? Known are: mnist, fashion_mnist,"
    )
    with pytest.raises(ArgumentError, match="fix: choose one of"):
        load("zzzzzz")
