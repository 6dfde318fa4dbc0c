"""Values as plain JSON and arrays, and files written so that a reader never sees half of one."""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""What JSON can hold."""

ARRAY = "$array"


def plain(value: object) -> Plain:
    """`value` in JSON's own types; numbers that JSON lacks (NaN, ∞) become None.

    >>> plain({"lr": np.float32(0.5), "shape": (2, 3), "worst": float("nan")})
    {'lr': 0.5, 'shape': [2, 3], 'worst': None}
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def pack(tree: object, where: str, arrays: dict[str, np.ndarray]) -> Plain:
    """`tree` as JSON, its arrays moved into `arrays` under the path at which each stood.

    >>> found = {}
    >>> pack({"m": [np.zeros(2)], "t": 3}, "state", found)
    {'m': [{'$array': 'state/m/0'}], 't': 3}
    >>> list(found)
    ['state/m/0']
    """
    if isinstance(tree, np.ndarray):
        while where in arrays:  # {"a/b": …} beside {"a": {"b": …}}
            where += "'"
        arrays[where] = tree
        return {ARRAY: where}
    if isinstance(tree, np.generic):
        return pack(np.asarray(tree), where, arrays)
    if isinstance(tree, Mapping):
        return {
            str(key): pack(item, f"{where}/{key}".lstrip("/"), arrays) for key, item in tree.items()
        }
    if isinstance(tree, list | tuple):
        return [pack(item, f"{where}/{i}", arrays) for i, item in enumerate(tree)]
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise TypeError(f"{where}: a {type(tree).__name__} cannot be kept")


def unpack(tree: Plain, arrays: Mapping[str, np.ndarray]) -> object:
    """The inverse of `pack`; tuples come back as lists."""
    if isinstance(tree, dict):
        if tree.keys() == {ARRAY}:
            return arrays[str(tree[ARRAY])]
        return {key: unpack(item, arrays) for key, item in tree.items()}
    if isinstance(tree, list):
        return [unpack(item, arrays) for item in tree]
    return tree


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path` so that, whenever the power goes, the old or the new is whole.

    Temporary file in the same folder, fsync, rename, fsync of the folder.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if os.name == "posix":  # elsewhere a folder cannot be opened to be synced
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented standard JSON, atomically."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(path, (text + "\n").encode())
