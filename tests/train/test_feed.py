"""Data that fit is given, and the parts and orders made of them."""

from pathlib import Path

import numpy as np
import pytest

from tiza.data import ArrayDataset, DataLoader, Dataset, TensorDataset
from tiza.errors import DataError
from tiza.train.feed import MANY, Orders, Unread, order, rows_of, spans, split_off

F32 = np.dtype("float32")


def test_types_follow_the_model_and_integers_stay() -> None:
    rows = rows_of([[1.0, 2.0], [3.0, 4.0]], [0, 1], floating=F32)
    assert (rows.xs[0].dtype, rows.y.dtype) == (F32, np.int64)
    assert rows_of(np.array([[1, 2]], np.uint8), floating=F32).xs[0].dtype == np.uint8
    assert rows_of([[1.0]], [2.5], floating=np.dtype("float64")).y.dtype == np.float64


def test_several_inputs_and_data_sets() -> None:
    a, b, y = np.zeros((4, 2)), np.ones((4, 3)), np.arange(4)
    rows = rows_of((a, b), y, floating=F32)
    assert [x.shape for x in rows.xs] == [(4, 2), (4, 3)]
    held = TensorDataset(a, y)
    assert rows_of(held, floating=F32).y.tolist() == [0, 1, 2, 3]
    assert len(rows_of(DataLoader(held), floating=F32)) == 4
    assert len(rows_of(ArrayDataset(a, b, y), floating=F32).xs) == 2

    class Pairs(Dataset):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, i: int) -> tuple[np.ndarray, int]:
            return np.full(2, i), i

    rows = rows_of(Pairs(), floating=F32)
    assert rows.xs[0][np.array([2, 0])].tolist() == [[2, 2], [0, 0]]
    assert rows.take(slice(0, 2)).xs[0].tolist() == [[0, 0], [1, 1]]
    assert rows.y.tolist() == [0, 1, 2]


def test_a_file_larger_than_memory_stays_on_disk(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(12.0).reshape(6, 2))
    rows = rows_of(ArrayDataset(tmp_path / "x.npy", np.arange(6)), floating=F32)
    assert isinstance(rows.xs[0], Unread)
    train, held = split_off(rows, 0.5, 0, shuffle=False)
    assert isinstance(held.xs[0], Unread)
    assert (len(train), held.take(slice(0, 9)).xs[0][:, 0].tolist()) == (3, [6, 8, 10])
    assert rows.take(np.array([5, 0])).xs[0].tolist() == [[10, 11], [0, 1]]


def test_order_is_the_loaders() -> None:
    x = np.arange(10.0)
    loader = DataLoader((x, x), batch_size=4, shuffle=True, seed=3)
    for epoch in range(2):
        seen = [v for a, _ in loader for v in a.tolist()]
        assert seen == order(10, 3, epoch, shuffle=True).tolist()


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        ([["a"]], [0], "fit-not-numbers"),
        ([[1.0]], ["cat"], "fit-not-numbers"),
        (3.0, [1], "fit-single"),
        ([[1.0]], [1, 2], "lengths-differ"),
        (np.zeros((0, 2)), np.zeros(0), "values-empty"),
        ([[1.0], [np.nan], [np.inf]], [1, 2, 3], "fit-missing"),
    ],
)
def test_what_cannot_be_trained_on(x: object, y: object, code: str) -> None:
    with pytest.raises(DataError) as error:
        rows_of(x, y, floating=F32)
    assert error.value.code == code


def test_missing_values_are_counted() -> None:
    x = np.ones((5, 2))
    x[2] = np.nan
    x[4, 0] = np.inf
    with pytest.raises(DataError) as error:
        rows_of(x, floating=F32)
    assert error.value.fact == (
        "X has 3 values that are NaN or infinite, in 2 rows (the first is row 2)"
    )


def test_weights() -> None:
    x, y = np.zeros((4, 1)), np.array([0, 0, 0, 2])

    def weights(**given: object) -> list[float]:
        return rows_of(x, y, floating=F32, **given).weight.tolist()

    assert weights(class_weight={2: 5.0}) == [1, 1, 1, 5]
    assert weights(class_weight=[1, 2, 3]) == [1, 1, 1, 3]
    assert weights(class_weight="balanced") == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])
    assert weights(sample_weight=[1, 2, 3, 4]) == [1, 2, 3, 4]
    assert weights(sample_weight=[1, 2, 3, 4], class_weight={2: 0.5}) == [1, 2, 3, 2]
    for bad in ({"sample_weight": [1, 1, 1, -1]}, {"sample_weight": np.ones((4, 1))}):
        with pytest.raises(DataError, match="sample_weight wants"):
            weights(**bad)
    with pytest.raises(DataError, match="classes up to 2"):
        weights(class_weight=[1, 2])
    with pytest.raises(DataError, match="whole numbers"):
        rows_of(x, y / 2, floating=F32, class_weight={0: 1})


def test_balanced_is_scikit_learns() -> None:
    compute = pytest.importorskip("sklearn.utils.class_weight").compute_sample_weight
    y = np.random.default_rng(0).integers(0, 5, 200) ** 2
    rows = rows_of(np.zeros((200, 1)), y, floating=F32, class_weight="balanced")
    np.testing.assert_allclose(rows.weight, compute("balanced", y), rtol=1e-6)


def test_the_validation_part() -> None:
    y = np.repeat([0, 1, 2], [60, 30, 10])
    rows = rows_of(np.arange(100.0)[:, None], y, floating=F32)
    train, held = split_off(rows, 0.2, 0, shuffle=True)
    assert np.bincount(held.y).tolist() == [12, 6, 2]
    both = np.concatenate([train.xs[0], held.xs[0]]).ravel()
    assert sorted(both.tolist()) == list(range(100))
    again = split_off(rows, 0.2, 0, shuffle=True)[1]
    assert again.xs[0].tolist() == held.xs[0].tolist()
    assert split_off(rows, 0.2, 1, shuffle=True)[1].xs[0].tolist() != held.xs[0].tolist()
    last = split_off(rows, 0.2, 0, shuffle=False)[1]
    assert last.xs[0].ravel().tolist() == list(range(80, 100))
    real = rows_of(np.zeros((10, 1)), np.linspace(0, 1, 10), floating=F32)
    assert len(split_off(real, 0.25, 0, shuffle=True)[1]) == 3
    for fraction in (0, 1, -0.5, 0.999):
        with pytest.raises(DataError):
            split_off(real, fraction, 0, shuffle=True)


def test_order_is_a_function_of_seed_and_epoch() -> None:
    first = order(50, 7, 0, shuffle=True).tolist()
    assert sorted(first) == list(range(50))
    assert first == order(50, 7, 0, shuffle=True).tolist()
    assert first != order(50, 7, 1, shuffle=True).tolist()
    assert first != order(50, 8, 0, shuffle=True).tolist()
    assert order(3, 7, 0, shuffle=False).tolist() == [0, 1, 2]


def test_an_order_that_is_held_stays_and_others_give_their_memory() -> None:
    count = MANY + 5
    orders = Orders(count, 7, shuffle=True, spare=3)
    held = [orders.of(epoch) for epoch in range(4)]
    for epoch, found in enumerate(held):
        np.testing.assert_array_equal(found, order(count, 7, epoch, shuffle=True))
        assert found.base is not None
        assert not found.base[count:].any()  # what is looked at ahead are numbers of rows
    del held, found
    places = set()
    for epoch in range(4, 12):
        found = orders.of(epoch)
        np.testing.assert_array_equal(found, order(count, 7, epoch, shuffle=True))
        places.add(found.__array_interface__["data"][0])
        del found
    assert len(places) <= 3


def test_spans_cover_everything_once() -> None:
    for count, size, group in [(10, 3, 1), (10, 3, 4), (1, 5, 2), (12, 4, 3)]:
        parts = [s for step in spans(count, size, group) for s in step]
        assert np.concatenate([np.arange(count)[s] for s in parts]).tolist() == list(range(count))
        assert all(len(step) <= group for step in spans(count, size, group))
