"""How a recipe with a loop of its own is asked: the raw words of the command line, its answers."""

import csv
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiza.errors import CheckpointError, DataError, MissingExtraError, UsageError, pick
from tiza.recipes.shelf import Recipe, find
from tiza.train.blueprint import build
from tiza.train.folder import RunFolder, load_weights

Array = NDArray[Any]
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


@dataclass(frozen=True)
class Reply:
    """One answer: the line to be printed, the value for programs, a picture to be written."""

    text: str
    value: object = None
    picture: Array | None = None


@dataclass(frozen=True)
class Asked:
    """A trained model and what it is asked.

    kept: what the run kept beside the weights (`Outcome.kept`). words: as they were typed.
    """

    model: Any
    words: tuple[str, ...]
    kept: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    example: str = ""

    def text(self) -> str:
        r"""All words joined; the content of a .txt file; `-` reads standard input.

        >>> Asked(None, ("to", "be\\n")).text()
        'to be\n'
        """
        if self.words == ("-",):
            return sys.stdin.read()
        if len(self.words) == 1 and self.words[0].endswith(".txt"):
            return self._read(Path(self.words[0]))
        return " ".join(self.words).replace("\\n", "\n")

    def numbers(self) -> list[float]:
        """The numbers among the words; commas, blanks and brackets stand between them.

        Errors: UsageError where something else stands there.

        >>> Asked(None, ("[0,", "-1", "1,0,0]")).numbers()
        [0.0, -1.0, 1.0, 0.0, 0.0]
        """
        text = self.text()
        parts = [part for part in re.split(r"[\s,;\[\]()]+", text) if part]
        try:
            found = [float(part) for part in parts]
        except ValueError:
            found = []
        if not found or not np.isfinite(found).all():
            raise self.unread(("numbers", "números"))
        return found

    def rows(self) -> list[dict[str, str]]:
        """Rows by the names of their columns: pairs column=value, JSON, or a CSV file.

        Errors: UsageError where the words are none of these.

        >>> Asked(None, ("age=30", "city=La Paz")).rows()
        [{'age': '30', 'city': 'La Paz'}]
        """
        first = self.words[0] if self.words else ""
        if len(self.words) == 1 and first.lower().endswith((".csv", ".tsv")):
            text = self._read(Path(first))
            split = "\t" if first.lower().endswith(".tsv") else ","
            return [dict(row) for row in csv.DictReader(text.splitlines(), delimiter=split)]
        if self.words and all("=" in word for word in self.words):
            return [dict(word.split("=", 1) for word in self.words)]
        try:
            found = json.loads(self.text())
        except (ValueError, RecursionError):
            found = None
        found = [found] if isinstance(found, dict) else found
        if not isinstance(found, list) or not found or not all(isinstance(r, dict) for r in found):
            raise self.unread(("column=value pairs, JSON or a CSV file",
                               "pares columna=valor, JSON o un archivo CSV"))  # fmt: skip
        return [{str(k): str(v) for k, v in row.items()} for row in found]

    def row(self) -> dict[str, str]:
        """The first of the rows."""
        rows = self.rows()
        if not rows:
            raise self.unread(("a row", "una fila"))
        return rows[0]

    def picture(self, height: int, width: int) -> Array:
        """Pictures as ink from 0 to 1 on a dark ground; dark ink on light paper is turned.

        Shapes: files of pictures or .npy → (n, height, width) float32.

        Errors: UsageError, DataError where a file is none, MissingExtraError without Pillow.
        """
        if not self.words:
            raise self.unread(("a picture", "una imagen"))
        made = [_picture(Path(word), height, width, self) for word in self.words]
        return np.concatenate(made).astype(np.float32)

    def unread(self, wanted: tuple[str, str]) -> UsageError:
        """The error for words that are not what is wanted."""
        got = " ".join(self.words)[:60]
        return UsageError("predict-words", got=got, wanted=pick(wanted), example=self.example)

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            folder = str(Path.cwd())
            raise UsageError("cli-no-file", file=str(path), folder=folder) from error
        except (OSError, UnicodeDecodeError) as error:
            raise DataError("data-file-damaged", path=path, why=error) from error


def _picture(path: Path, height: int, width: int, asked: Asked) -> Array:
    if not path.is_file():
        raise UsageError("cli-no-file", file=str(path), folder=str(Path.cwd()))
    if path.suffix.lower() == ".npy":
        return _npy(path, height, width)
    if path.suffix.lower() not in PICTURES:
        raise asked.unread(("a picture", "una imagen"))
    return read_picture(path, height, width)[None]


def _npy(path: Path, height: int, width: int) -> Array:
    try:
        found: Array = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise DataError("data-file-damaged", path=path, why=error) from error
    if found.dtype.kind not in "biuf" or not found.size or found.size % (height * width):
        raise DataError("predict-shape", got=found.shape, wanted=height * width)
    whole = found.dtype.kind in "iu"  # 0 ... 255, as pictures are kept
    return found.reshape(-1, height, width).astype(np.float32) / (255 if whole else 1)


def read_picture(path: Path, height: int, width: int) -> Array:
    """A file of a picture as ink from 0 to 1 on a dark ground.

    Shapes: → (height, width) float32.

    Errors: DataError where it is damaged, MissingExtraError without Pillow.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature=path.suffix, extra="plot") from error
    try:
        with Image.open(path) as opened:
            grey = opened.convert("L")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DataError("data-file-damaged", path=path, why=error) from error
    ink = np.asarray(grey.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    edge = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    return 1 - ink if np.median(edge) > 0.5 else ink


def recipe_of(facts: Mapping[str, Any]) -> Recipe | None:
    """The recipe that a run ran; None for a table or a trainer's own run.

    Errors: UsageError where the recipe's own file is gone.
    """
    name = facts.get("recipe")
    return None if not isinstance(name, str) else find(str(facts.get("recipe_file") or name))


def model_of(folder: RunFolder, facts: Mapping[str, Any], recipe: Recipe) -> Any:
    """The trained model of a run: rebuilt, its weights in place, at rest.

    Errors: CheckpointError where the folder is damaged; UsageError where it holds no model.
    """
    if not folder.weights.is_file():
        raise UsageError("predict-cannot", recipe=recipe.name, run=folder.id)
    try:
        if isinstance(facts.get("network"), dict):
            model: Any = build(facts["network"])
        elif recipe.offers("network") is not None:
            model = recipe.offers("network")(facts.get("kept") or {})
        else:
            raise UsageError("predict-cannot", recipe=recipe.name, run=folder.id)
        weights = load_weights(folder.weights)
        if any(held.dtype == np.float64 for held in weights.values()):
            model = model.double()
        model.load_state_dict(weights)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        path = str(folder.path / "run.json")
        raise CheckpointError("run-folder-damaged", path=path, reason=str(error)) from error
    model.eval()
    return model


def ask(folder: RunFolder, words: Sequence[str], seed: int = 0) -> list[Reply]:
    """What the model of a run answers.

    Errors: UsageError where it cannot be asked, or not so.
    """
    import tiza as tz

    facts: Any = folder.facts()
    recipe = recipe_of(facts)
    if recipe is None or recipe.offers("predict") is None:
        raise UsageError("predict-cannot", recipe=facts.get("recipe", folder.id), run=folder.id)
    model = model_of(folder, facts, recipe)
    tz.manual_seed(seed)
    asked = Asked(model, tuple(words), facts.get("kept") or {}, seed, recipe.about.ask)
    with tz.no_grad():
        found: list[Reply] = recipe.offers("predict")(asked)
    return found
