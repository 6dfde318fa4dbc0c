"""Hostile files are refused: bombs, pickles, cuts, and lies about their size."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tiza.data.storage import open_plain, read_idx, read_npz, read_plain, sha256_of
from tiza.errors import DataError

IDX = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(range(6))


def test_idx(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(IDX)
    assert read_idx(path, 100).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\x08", IDX[:-1], IDX + b"!", b"\0\0\x09" + IDX[3:], IDX[:4] + b"\xff" * 8],
)
def test_broken_idx(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged or not of the expected kind"):
        read_idx(path, 100)


def test_npz(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez_compressed(path, a=np.arange(3), b=np.zeros((100, 1000)))
    assert read_npz(path)["a"].tolist() == [0, 1, 2]
    with pytest.raises(DataError, match="holds more than 100000 bytes once uncompressed"):
        read_npz(path, limit=100_000)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match="damaged"):
        read_npz(path)
    with pytest.raises(DataError, match="there is no file"):
        read_npz(tmp_path / "none.npz")


def test_npz_never_unpickles(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], object), allow_pickle=True)
    path = tmp_path / "bad.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", buffer.getvalue())
    with pytest.raises(DataError, match="damaged"):
        read_npz(path)


def test_reading_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_plain(path, 5) == b"12345"
    with pytest.raises(DataError, match="holds more than 4 bytes"):
        read_plain(path, 4)
    assert sha256_of(path, limit=4) == ""
    with open_plain(path) as file:
        assert file.read() == b"12345"
