"""Batches: every example once an epoch, in an order that seed and epoch decide."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiza as tz
from tiza.data import (
    ArrayDataset,
    DataLoader,
    Dataset,
    ImagesToFloat,
    Subset,
    TensorDataset,
    check_finite,
)
from tiza.errors import ArgumentError, DataError, IndexingError
from tiza.graph.philox import permutation
from tiza.lang.tensor import as_tensor

X = np.arange(20.0, dtype=np.float32).reshape(10, 2)
Y = np.arange(10)


def seen(loader: DataLoader) -> list[list[int]]:
    return [y.numpy().tolist() for _, y in loader]


@given(
    st.integers(1, 40), st.integers(1, 12), st.booleans(), st.booleans(), st.integers(0, 2**64 - 1)
)
def test_an_epoch_visits_each_example_once(
    n: int, size: int, shuffle: bool, drop: bool, seed: int
) -> None:
    loader = DataLoader(np.arange(n), size, shuffle, drop, seed)
    batches = [y.numpy() for (y,) in loader]
    assert len(batches) == len(loader) == (n // size if drop else -(-n // size))
    joined = np.concatenate([*batches, np.empty(0, np.int64)])
    assert len(set(joined.tolist())) == len(joined) == (n // size * size if drop else n)
    assert all(len(batch) == size for batch in batches[: n // size])
    if not shuffle:
        assert joined.tolist() == list(range(len(joined)))


def test_batches_are_tuples_of_tensors_of_the_arrays_types() -> None:
    x, y = next(iter(DataLoader((X, Y), batch_size=4)))
    assert isinstance(x, tz.Tensor)
    assert (x.shape, x.dtype, y.dtype) == ((4, 2), np.float32, np.int64)
    assert (x.numpy() == X[:4]).all()
    (z,) = next(iter(DataLoader([1.5, 2.5])))
    assert z.dtype == np.float32


def test_order_is_the_counter_based_permutation() -> None:
    loader = DataLoader((X, Y), batch_size=10, shuffle=True, seed=(5 << 32) + 3)
    for epoch in range(3):
        expected = permutation([3, 5, 0x6C6F6164, epoch], 10).tolist()
        assert loader.order(epoch).tolist() == expected
        assert seen(loader) == [expected]


def test_seed_and_epoch_decide() -> None:
    a, b, c = (DataLoader((X, Y), 3, shuffle=True, seed=s) for s in (1, 1, 2))
    first, second = seen(a), seen(a)
    assert (first, second) == (seen(b), seen(b))
    assert first != second
    assert first != seen(c)
    b.set_epoch(0)
    assert seen(b) == first


def test_without_a_seed_the_global_one_counts() -> None:
    tz.manual_seed(42)
    assert seen(DataLoader((X, Y), shuffle=True)) == seen(DataLoader((X, Y), shuffle=True, seed=42))
    tz.manual_seed(0)


def test_a_loop_left_early_is_not_continued() -> None:
    loader = DataLoader((X, Y), 3, shuffle=True, seed=1)
    for _ in loader:
        break
    fresh = DataLoader((X, Y), 3, shuffle=True, seed=1)
    fresh.set_epoch(1)
    assert seen(loader) == seen(fresh)


@given(st.integers(0, 9))
def test_resumes_at_any_batch(stop: int) -> None:
    """Two epochs of 4 batches: taken after `stop` batches, the rest is the same."""
    whole = DataLoader((X, Y), 3, shuffle=True, seed=9)
    batches = seen(whole) + seen(whole) + seen(whole)
    loader, state, count = DataLoader((X, Y), 3, shuffle=True, seed=9), None, 0
    if stop == 0:
        state = loader.state_dict()
    while state is None:
        for _ in loader:
            count += 1
            if count == stop:
                state = loader.state_dict()
                break
    resumed = DataLoader((X, Y), 3, shuffle=True, seed=9)
    resumed.load_state_dict(json.loads(json.dumps(state)))
    rest = seen(resumed)
    while len(rest) < len(batches) - stop:
        rest += seen(resumed)
    assert rest == batches[stop:]


def test_a_state_of_another_loader_is_refused() -> None:
    state = DataLoader((X, Y), 3, seed=1).state_dict()
    with pytest.raises(DataError) as caught:
        DataLoader((X, Y), 4, seed=1).load_state_dict(state)
    assert str(caught.value) == (
        "DataLoader: the state to resume from does not fit: batch_size is 4 here and 3 there\n"
        "    fix: make the loader as it was made before"
    )


def test_batches_do_not_share_memory_with_the_data() -> None:
    x = X.copy()
    (batch,) = next(iter(DataLoader((x,), 2)))
    x[:] = -1
    assert (batch.numpy() == X[:2]).all()


class Squares(Dataset):
    """A data set as users write it for PyTorch."""

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> Any:
        return np.array([index, index**2]), float(index)


class Cubes(Squares):
    def __getitem__(self, index: int) -> Any:
        return index**3


def test_datasets_of_ones_own() -> None:
    x, y = next(iter(DataLoader(Squares(), 3)))
    assert x.numpy().tolist() == [[0, 0], [1, 1], [2, 4]]
    assert (y.dtype, y.numpy().tolist()) == (np.float32, [0, 1, 2])
    assert [b.numpy().tolist() for (b,) in DataLoader(Cubes(), 4)] == [[0, 1, 8, 27], [64]]
    subset = Subset(Squares(), [-1, 2])
    assert len(subset) == 2
    assert subset[0][1] == 4.0
    assert next(iter(DataLoader(subset)))[1].numpy().tolist() == [4, 2]
    with pytest.raises(IndexingError, match="no example 7: the data set has 5"):
        Subset(Squares(), [7])


def test_tensor_dataset_as_in_pytorch() -> None:
    data = TensorDataset(as_tensor(X), Y)
    x, y = data[3]
    assert (x.numpy().tolist(), y.item(), len(data)) == ([6, 7], 3, 10)
    assert seen(DataLoader(data, 5)) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


def test_items_of_array_datasets() -> None:
    data = ArrayDataset(X, Y)
    assert data[-1][1] == 9
    with pytest.raises(IndexingError, match="no example 10: the data set has 10"):
        data[10]


def test_transforms_change_the_first_array() -> None:
    images = np.full((4, 2, 2), 255, np.uint8)
    x, y = next(iter(DataLoader(ArrayDataset(images, [0, 1, 0, 1], transform=ImagesToFloat()))))
    assert (x.shape, x.dtype) == ((4, 4), np.float32)
    assert x.numpy().max() == 1
    assert y.dtype == np.int64


def test_files_stay_on_disk(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y)
    data = ArrayDataset(tmp_path / "x.npy", str(tmp_path / "y.npy"))
    assert all(isinstance(array, np.memmap) for array in data.arrays)
    where = np.array([7, 1, 7, 0])
    x, y = data.rows(where)
    assert (x == X[where]).all()
    assert y.tolist() == where.tolist()
    assert not isinstance(x, np.memmap)
    ours = seen(DataLoader(data, 3, shuffle=True, seed=4))
    assert ours == seen(DataLoader((X, Y), 3, shuffle=True, seed=4))


def test_a_file_larger_than_what_is_read(tmp_path: Path) -> None:
    """A sparse file of 40 GB: 10,000,000 rows of 1,000 numbers, of which two are gathered."""
    path = tmp_path / "big.npy"
    shape = (10_000_000, 1000)
    try:
        array = np.lib.format.open_memmap(path, "w+", np.float32, shape)
    except OSError:
        pytest.skip("the file system keeps no sparse files")
    array[9_999_999] = 1
    del array
    data = ArrayDataset(path)
    (rows,) = data.rows(np.array([9_999_999, 5]))
    assert rows.sum(axis=1).tolist() == [1000, 0]


def test_pickles_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "bad.npy", np.array([{}, []], object), allow_pickle=True)
    (tmp_path / "text.npy").write_text("hello")
    for name in ("bad.npy", "text.npy"):
        with pytest.raises(DataError, match="is not an array file that can be read in pieces"):
            ArrayDataset(tmp_path / name)
    with pytest.raises(DataError, match="there is no file"):
        ArrayDataset(tmp_path / "none.npy")


def test_bad_data_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        DataLoader((X, Y[:9]))
    assert str(caught.value) == (
        "all parts need the same length, but there are #1: 10, #2: 9\n"
        "    fix: give one target for each row"
    )
    with pytest.raises(ArgumentError, match="batch_size is 0"):
        DataLoader(X, batch_size=0)
    with pytest.raises(DataError, match="holds no examples"):
        DataLoader((np.empty((0, 3)), np.empty(0)))
    with pytest.raises(DataError, match="ArrayDataset holds no examples"):
        ArrayDataset()


def test_nan_is_found_and_placed() -> None:
    x = X.copy()
    x[4, 1], x[6, 0] = np.nan, np.inf
    with pytest.raises(DataError) as caught:
        DataLoader((x, Y))
    assert str(caught.value) == (
        "#1 holds NaN or infinite values: 2, the first at (4, 1)\n"
        "    fix: remove or fill them first"
    )
    assert len(DataLoader(ArrayDataset(x, Y, allow_nan=True))) == 1


def test_large_finite_numbers_are_not_taken_for_infinity() -> None:
    check_finite(np.full(4, 1e308), "x")
    check_finite(np.full(4, 3e38, np.float32), "x")
