"""Checkpoints: everything that a run needs to go on with the same bits, in one checked file.

The file is an ordinary safetensors file. Its metadata hold the facts as JSON and the SHA-256 of
the whole file (taken with 64 zeros in the place of the digest), so that a file cut in half or
with one flipped bit is recognised. Only numbers and JSON are read; nothing is ever executed.
"""

import hashlib
import json
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tiza.errors import CheckpointError
from tiza.train.plain import pack, unpack, write_atomically
from tiza.train.words import word

FORMAT = "1"
ZEROS = b"0" * 64
DIGEST = re.compile(rb'"sha256":"([0-9a-f]{64})"')
LARGEST_HEADER = 100 * 2**20
NAME = re.compile(r"^step-(\d{9,})\.safetensors$")


class CheckpointWarning(UserWarning):
    """A damaged checkpoint was left aside and an older one used."""


class _Damaged(Exception):
    """The reason, as a key of WORDS."""


def save_checkpoint(path: Path, state: Mapping[str, object]) -> None:
    """Write `state` (nested dicts and lists of arrays, numbers and strings) to `path`, atomically.

    Errors: CheckpointError where the disk refuses.
    """
    from safetensors.numpy import save

    arrays: dict[str, np.ndarray] = {}
    facts = pack(state, "", arrays)
    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    metadata = {"tiza": FORMAT, "sha256": ZEROS.decode(), "facts": json.dumps(facts)}
    content = save(whole, metadata)
    digest = hashlib.sha256(content).hexdigest().encode()
    field = DIGEST.search(_header(content))
    if field is None:
        raise CheckpointError("checkpoint-unwritable", path=str(path), reason="safetensors")
    start = 8 + field.start(1)
    content = content[:start] + digest + content[start + 64 :]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as cause:
        raise CheckpointError("checkpoint-unwritable", path=str(path), reason=str(cause)) from cause


def load_checkpoint(path: Path) -> dict[str, object]:
    """The state that was saved at `path`; tuples come back as lists.

    Errors: CheckpointError where one bit is not as it was written.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "step-000000001.safetensors"
    >>> save_checkpoint(path, {"epoch": 1, "weights": {"w": np.arange(3.0)}})
    >>> load_checkpoint(path)
    {'epoch': 1, 'weights': {'w': array([0., 1., 2.])}}
    """
    try:
        return _load(path.read_bytes())
    except _Damaged as damage:
        raise CheckpointError(
            "checkpoint-damaged", path=str(path), reason=word(str(damage))
        ) from None
    except OSError as cause:
        raise CheckpointError("checkpoint-damaged", path=str(path), reason=str(cause)) from cause


def _header(content: bytes) -> bytes:
    length = int.from_bytes(content[:8], "little")
    return content[8 : 8 + min(length, LARGEST_HEADER)]


def _load(content: bytes) -> dict[str, object]:
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 + 2 or length > min(len(content) - 8, LARGEST_HEADER):
        raise _Damaged("cut")
    field = DIGEST.search(_header(content))
    if field is None:
        raise _Damaged("not-ours")
    start = 8 + field.start(1)
    digest = hashlib.sha256(content[:start])
    digest.update(ZEROS)
    digest.update(memoryview(content)[start + 64 :])
    if digest.hexdigest().encode() != field.group(1):
        raise _Damaged("flipped")
    return _parse(content)


def _parse(content: bytes) -> dict[str, object]:
    """The arrays and facts of a file whose checksum is right (but whose author is unknown)."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        metadata = json.loads(_header(content))["__metadata__"]
        if metadata["tiza"] != FORMAT:
            raise _Damaged("newer")
        state = unpack(json.loads(metadata["facts"]), load(content))
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as cause:
        raise _Damaged("not-ours") from cause
    if not isinstance(state, dict):
        raise _Damaged("not-ours")
    return state


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one run: a folder that keeps the last `keep` of them.

    >>> import tempfile
    >>> kept = Checkpoints(Path(tempfile.mkdtemp()), keep=2)
    >>> for step in (10, 20, 30):
    ...     _ = kept.save(step, {"step": step})
    >>> [path.name for path in kept.paths()], kept.latest()["step"]
    (['step-000000020.safetensors', 'step-000000030.safetensors'], 30)
    """

    folder: Path
    keep: int = 3

    def paths(self) -> list[Path]:
        """The files, oldest first."""
        if not self.folder.is_dir():
            return []
        found = [
            (int(match.group(1)), path)
            for path in self.folder.iterdir()
            if (match := NAME.match(path.name))
        ]
        return [path for _, path in sorted(found)]

    def save(self, step: int, state: Mapping[str, object]) -> Path:
        """Write the checkpoint of `step`, then remove those that are no longer among the last."""
        path = self.folder / f"step-{step:09d}.safetensors"
        save_checkpoint(path, state)
        for old in self.paths()[: -self.keep]:
            old.unlink(missing_ok=True)
        return path

    def latest(self) -> dict[str, object]:
        """The newest state that is whole; each damaged one met on the way is warned of.

        Errors: CheckpointError where none is whole.
        """
        for path in reversed(self.paths()):
            try:
                return _load(path.read_bytes())
            except (_Damaged, OSError) as damage:
                reason = word(str(damage))
                warnings.warn(
                    word("checkpoint-skipped", name=path.name, reason=reason),
                    CheckpointWarning,
                    stacklevel=2,
                )
        raise CheckpointError("checkpoint-none", path=str(self.folder))

    def sweep(self) -> None:
        """Remove the half-written files of processes that were killed."""
        if self.folder.is_dir():
            for path in self.folder.glob(".step-*.tmp"):
                if not path.name.endswith(f".{os.getpid()}.tmp"):
                    path.unlink(missing_ok=True)
