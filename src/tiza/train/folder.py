"""The folder of a run: by default `runs/<id>` under the current directory.

run.json              configuration, versions, seed, checksums of the data, command
history.csv           one row per epoch
weights.safetensors   the final weights, readable by any safetensors reader
checkpoints/          the last few complete states, to continue from
plots/                curves as SVG
report.html           everything at a glance, one file
"""

import hashlib
import json
import platform
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from tiza.errors import CheckpointError, TizaError
from tiza.train.checkpoint import Checkpoints
from tiza.train.plain import Plain, write_atomically, write_json

LIBRARIES = ("tiza", "numpy", "llvmlite", "scipy-openblas32", "safetensors")
LARGEST_JSON = 64 * 2**20


def new_id(name: str = "run") -> str:
    """A name for a run that sorts by time: date, time, what it is, six random letters.

    >>> new_id("my digits!")[15:-6]
    '-my-digits-'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:32] or "run"
    return f"{datetime.now():%Y%m%d-%H%M%S}-{slug}-{secrets.token_hex(3)}"


def versions() -> dict[str, str]:
    """The versions on which a run depends."""
    found = {
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
    }
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return {**found, "code": code()}


@cache
def code() -> str:
    """A checksum of tiza's own sources, which may differ between two checkouts of one version."""
    digest = hashlib.sha256()
    root = Path(__file__).resolve().parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def checksum(*arrays: np.ndarray) -> str:
    """SHA-256 over the shapes, dtypes and bytes of arrays.

    >>> checksum(np.arange(3)) == checksum(np.arange(3)), checksum(np.arange(3))[:8]
    (True, '2738e191')
    """
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape} {array.dtype.str};".encode())
        if array.dtype.hasobject:
            digest.update(repr(array.tolist()).encode())
            continue
        rows = max(1, 2**24 // max(1, array.itemsize * int(np.prod(array.shape[1:], dtype=int))))
        for start in range(0, max(1, len(array) if array.ndim else 1), rows):
            part = array[start : start + rows] if array.ndim else array
            digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def command() -> str:
    """The command line of this process, as one would type it."""
    import shlex

    program = Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "python"
    return shlex.join([program, *sys.argv[1:]])


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run.

    >>> import tempfile
    >>> folder = RunFolder.create(Path(tempfile.mkdtemp()) / "first", name="digits", config={})
    >>> folder.id, folder.facts()["name"]
    ('first', 'digits')
    """

    path: Path

    @classmethod
    def create(cls, path: Path | None, *, name: str, config: Mapping[str, object]) -> "RunFolder":
        """Make the folder (`runs/<new id>` if no path is given) and its run.json.

        Errors: CheckpointError where the folder already holds a run or cannot be written.
        """
        path = Path(path) if path is not None else Path("runs") / new_id(name)
        if (path / "run.json").exists():
            raise CheckpointError("run-folder-taken", path=str(path))
        folder = cls(path)
        facts = {
            "id": path.resolve().name,
            "name": name,
            "format": 1,
            "started": datetime.now().astimezone().isoformat(timespec="seconds"),
            "command": command(),
            "versions": versions(),
            **config,
        }
        try:
            path.mkdir(parents=True, exist_ok=True)
            write_json(path / "run.json", facts)
        except OSError as cause:
            raise CheckpointError(
                "checkpoint-unwritable", path=str(path), reason=str(cause)
            ) from cause
        return folder

    @classmethod
    def open(cls, path: Path | str) -> "RunFolder":
        """The existing run at `path`.

        Errors: CheckpointError where there is none.
        """
        path = Path(path)
        if not (path / "run.json").is_file():
            raise CheckpointError("run-folder-missing", path=str(path))
        return cls(path)

    @property
    def id(self) -> str:
        """The id of the run: the name of its folder."""
        return self.path.resolve().name

    @property
    def weights(self) -> Path:
        """The final weights."""
        return self.path / "weights.safetensors"

    @property
    def report(self) -> Path:
        """The report."""
        return self.path / "report.html"

    @property
    def plots(self) -> Path:
        """The folder of pictures."""
        return self.path / "plots"

    def checkpoints(self, keep: int = 3) -> Checkpoints:
        """The checkpoints of this run."""
        return Checkpoints(self.path / "checkpoints", keep)

    def facts(self) -> dict[str, Plain]:
        """What run.json says.

        Errors: CheckpointError where it is not a JSON object of sensible size.
        """
        path = self.path / "run.json"
        try:
            if path.stat().st_size > LARGEST_JSON:
                raise ValueError(f"> {LARGEST_JSON} bytes")
            found = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise ValueError("{…}?")
        except (OSError, ValueError, RecursionError) as cause:
            if isinstance(cause, TizaError):
                raise
            raise CheckpointError(
                "run-folder-damaged", path=str(path), reason=str(cause)
            ) from cause
        return found

    def note(self, **facts: object) -> None:
        """Add facts to run.json."""
        write_json(self.path / "run.json", {**self.facts(), **facts})


def save_weights(path: Path, weights: Mapping[str, np.ndarray]) -> None:
    """Write named arrays as a plain safetensors file, atomically.

    Errors: CheckpointError where the disk refuses.
    """
    from safetensors.numpy import save

    whole = {name: np.asarray(array, order="C") for name, array in weights.items()}
    try:
        write_atomically(path, save(whole))
    except OSError as cause:
        raise CheckpointError("checkpoint-unwritable", path=str(path), reason=str(cause)) from cause


def load_weights(path: Path) -> dict[str, np.ndarray]:
    """The named arrays of a safetensors file.

    Errors: CheckpointError where it is not one.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        found: dict[str, np.ndarray] = load(path.read_bytes())
    except (OSError, SafetensorError, ValueError) as cause:
        raise CheckpointError("run-folder-damaged", path=str(path), reason=str(cause)) from cause
    return found
