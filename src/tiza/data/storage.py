"""Reading files that may be hostile: bounded decompression, checksums, no pickle."""

import bz2
import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from tiza.errors import DataError

OPENERS: dict[bytes, Callable[[Path], object]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"BZh": bz2.BZ2File,
}
DAMAGE = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile, ValueError)


def open_plain(path: Path) -> BinaryIO:
    """Open a file for reading its content, uncompressed if it begins like gzip, xz or bzip2."""
    with open(path, "rb") as file:
        head = file.read(6)
    for magic, opener in OPENERS.items():
        if head.startswith(magic):
            return cast(BinaryIO, opener(path))
    return open(path, "rb")


def read_plain(path: Path, limit: int) -> bytes:
    """The content of a file, uncompressed; never more than `limit` bytes are produced.

    Errors: DataError where the file is missing, damaged, or larger than the limit.
    """
    try:
        with open_plain(path) as file:
            content = file.read(limit + 1)
    except FileNotFoundError as error:
        raise DataError("data-file-missing", path=path) from error
    except IsADirectoryError as error:
        raise DataError("data-file-folder", path=path) from error
    except (*DAMAGE, OSError) as error:
        raise DataError("data-file-damaged", path=path, why=error) from error
    if len(content) > limit:
        raise DataError("data-file-large", path=path, limit=limit)
    return content


def sha256_of(path: Path, *, plain: bool = False, limit: int = 1 << 62) -> str:
    """The SHA-256 of a file, or of its content uncompressed, read piece by piece."""
    digest, left = hashlib.sha256(), limit
    with open_plain(path) if plain else open(path, "rb") as file:
        while left >= 0 and (piece := file.read(1 << 20)):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest() if left >= 0 else ""


def read_npz(path: Path, limit: int = 1 << 31) -> dict[str, NDArray[np.generic]]:
    """The arrays of an .npz file; refuses pickled objects and contents beyond `limit` bytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > limit:
            raise DataError("data-file-large", path=path, limit=limit)
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError as error:
        raise DataError("data-file-missing", path=path) from error
    except DataError:
        raise
    except (*DAMAGE, OSError) as error:
        raise DataError("data-file-damaged", path=path, why=error) from error


def read_idx(path: Path, limit: int) -> NDArray[np.uint8]:
    """The array of an idx file: bytes 0 0 8 d, then d sizes (big-endian, 4 bytes), then uint8.

    Source: LeCun's description of the MNIST files.
    """
    content = read_plain(path, limit)
    ndim = content[3] if len(content) > 3 else 0
    if content[:3] != b"\0\0\x08" or len(content) < 4 + 4 * max(ndim, 1):
        raise DataError("data-file-damaged", path=path, why="idx")
    shape = np.frombuffer(content, ">u4", count=ndim, offset=4).tolist()
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * ndim)
    if values.size != prod(shape):
        raise DataError("data-file-damaged", path=path, why=f"idx {shape}")
    return values.reshape(shape)
