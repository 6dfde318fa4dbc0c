"""What `tiza predict` is given: a file, JSON, or column=value pairs, as raw rows for a model."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiza.errors import DataError, MissingExtraError, UsageError, pick

if TYPE_CHECKING:
    from tiza.recipes.predictor import Predictor
    from tiza.recipes.problem import Array

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


def read_input(words: Sequence[str], predictor: "Predictor") -> Any:
    """Rows for `Predictor.answer`, from the words of the command line.

    Errors: UsageError where the words are none of what is read; DataError where a file is
    damaged or does not fit the model.
    """
    first = words[0]
    if len(words) == 1 and first == "-":
        return _table_or_array(_json(sys.stdin.read(), "-"), predictor)
    if first.lstrip()[:1] in ("{", "["):
        return _table_or_array(_json(" ".join(words), first), predictor)
    if all("=" in word for word in words) and not Path(first).exists():
        return _table_or_array([dict(word.split("=", 1) for word in words)], predictor)
    if len(words) > 1:
        return _several(words, predictor)
    return _file(Path(first), predictor)


def _several(words: Sequence[str], predictor: "Predictor") -> Any:
    """Several pictures, or the numbers of one row."""
    import numpy as np

    paths = [Path(word) for word in words]
    if all(path.suffix.lower() in PICTURES for path in paths):
        return np.stack([_picture(path, predictor) for path in paths])
    odd = (
        next(word for word in words if not _is_number(word))
        if not all(map(_is_number, words))
        else ""
    )
    if odd:
        raise _unread(odd, ("it is no column=value pair", "no es un par columna=valor"))
    return _array([float(word) for word in words], predictor)


def _file(path: Path, predictor: "Predictor") -> Any:
    if not path.is_file():
        if _is_number(str(path)):
            return _array([float(str(path))], predictor)
        raise UsageError("cli-no-file", file=str(path), folder=str(Path.cwd()))
    kind = path.suffix.lower()
    if kind == ".npy":
        return _array(_npy(path), predictor)
    if kind in PICTURES:
        return _picture(path, predictor)
    if kind == ".json":
        return _table_or_array(_json(path.read_text("utf-8"), str(path)), predictor)
    return path if predictor.preparation else _columns(path, predictor)


def _json(text: str, given: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unread(given, (f"JSON: {error}", f"JSON: {error}")) from error
    return [found] if isinstance(found, dict) else found


def _table_or_array(rows: Any, predictor: "Predictor") -> Any:
    """Rows by the names of their columns for a table's model, bare numbers for the others."""
    named = isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) for row in rows)
    if predictor.preparation:
        if not named:
            raise _unread(
                "JSON",
                (
                    "rows need the names of their columns",
                    "las filas necesitan los nombres de sus columnas",
                ),
            )
        return rows
    return _array([list(row.values()) for row in rows] if named else rows, predictor)


def _array(rows: Any, predictor: "Predictor") -> Any:
    import numpy as np

    if predictor.preparation:
        raise _unread(
            str(rows)[:40],
            (
                "this model wants the names of the columns",
                "este modelo quiere los nombres de las columnas",
            ),
        )
    try:
        return np.asarray(rows, np.float32)
    except (ValueError, TypeError) as error:
        raise _unread(str(rows)[:40], ("not all are numbers", "no todos son números")) from error


def _npy(path: Path) -> "Array":
    import numpy as np

    try:
        found: Array = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise DataError("data-file-damaged", path=path, why=error) from error
    if found.dtype.kind not in "biuf":
        raise DataError("data-file-damaged", path=path, why=found.dtype)
    return found


def _columns(path: Path, predictor: "Predictor") -> Any:
    """The number columns of a table; one column more than the model takes is its target."""
    from tiza.data.table import read_table, with_kinds

    table = read_table(path)
    names = table.names
    size = 1
    for axis in predictor.shape:
        size *= axis
    if len(names) == size + 1:
        names = names[:-1]  # as in our own files, the target stands last
    if len(names) != size:
        raise DataError("predict-shape", got=(len(table), len(names)), wanted=size)
    return with_kinds(table, dict.fromkeys(names, "number")).matrix(names)


def _picture(path: Path, predictor: "Predictor") -> Any:
    """A picture as the model's data are: grey, of its size, dark ground and light ink."""
    import numpy as np

    if not predictor.picture:
        raise _unread(str(path), ("this model takes no pictures", "este modelo no toma imágenes"))
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature=path.suffix, extra="plot") from error
    try:
        with Image.open(path) as opened:
            grey = opened.convert("L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DataError("data-file-damaged", path=path, why=error) from error
    height, width = predictor.picture[:2]
    ink = np.asarray(grey.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    if np.median(np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])) > 0.5:
        ink = 1 - ink  # dark ink on light paper
    return ink * np.float32(predictor.divisor)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _unread(given: str, why: tuple[str, str]) -> UsageError:
    return UsageError("cli-bad-input", given=given, why=pick(why))
