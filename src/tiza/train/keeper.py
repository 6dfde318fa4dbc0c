"""What a run leaves on disk while it goes: checkpoints, the store's rows, the final files."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tiza.errors import CheckpointError, StoreError
from tiza.train.checkpoint import Checkpoints, CheckpointWarning
from tiza.train.folder import RunFolder, new_id, save_weights, versions
from tiza.train.history import History
from tiza.train.store import Measurement, Store
from tiza.train.words import word

LONGEST_SECONDS = 60.0  # between two checkpoints, also inside an epoch
SHORTEST_SECONDS = 0.5  # a short epoch need not be kept at once: the next one comes soon


class StoreWarning(UserWarning):
    """The store could not be written while training went on."""


@dataclass
class Keeper:
    """The folder of a run and its rows in the store; without a folder, nothing is kept.

    every: a checkpoint after so many steps (besides those at the ends of epochs); None leaves
    that to the clock. What is kept when does not change what is computed.
    """

    path: Path | None = None
    name: str = "run"
    keep: int = 3
    every: int | None = None
    store: Store = field(default_factory=Store)
    folder: RunFolder | None = None
    saved_at: float = 0.0

    @classmethod
    def at(cls, run_dir: object, name: str, keep: int, every: int | None) -> Keeper:
        """The keeper of a folder; True means `runs/<new id>`, None or False means none."""
        if run_dir is None or run_dir is False:
            return cls(None, name, keep, every)
        path = Path("runs") / new_id(name) if run_dir is True else Path(str(run_dir))
        return cls(path, name, keep, every)

    @property
    def checkpoints(self) -> Checkpoints | None:
        """The checkpoints of the run."""
        return None if self.path is None else Checkpoints(self.path / "checkpoints", self.keep)

    def begin(self, facts: Mapping[str, object], state: Callable[[], Mapping[str, object]],
              step: int, history: History) -> None:  # fmt: skip
        """First checkpoint, then run.json, then the store: whoever sees a run can continue it.

        Errors: CheckpointError where the folder holds another run; StoreError.
        """
        if self.path is None:
            return
        if self.folder is None and (self.path / "run.json").exists():
            raise CheckpointError("run-folder-taken", path=str(self.path))
        self.store.touch()
        checkpoints = self.checkpoints
        assert checkpoints is not None  # there is a path
        checkpoints.sweep()
        self.save(state, step)
        if self.folder is None:
            self.folder = RunFolder.create(self.path, name=self.name, config=facts)
        else:
            self.folder.note(**facts, status="running")
        self.store.start(self.folder.id, name=self.name, folder=self.path, config=facts)
        rows = [Measurement(epoch, epoch, name, value)
                for epoch, row in enumerate(history, 1) for name, value in row.items()]  # fmt: skip
        self.store.log_many(self.folder.id, rows)

    def resumed(self) -> None:
        """Take an existing folder up, where run.json was already written."""
        if self.path is not None and (self.path / "run.json").exists():
            self.folder = RunFolder(self.path)

    def save(self, state: Callable[[], Mapping[str, object]], step: int) -> None:
        """Write a checkpoint now.

        Errors: CheckpointError where the disk refuses.
        """
        if (checkpoints := self.checkpoints) is not None:
            checkpoints.save(step, state())
            self.saved_at = time.perf_counter()

    def try_to_save(self, state: Callable[[], Mapping[str, object]], step: int) -> None:
        """Write a checkpoint; where the disk refuses, warn and let training go on."""
        try:
            self.save(state, step)
        except CheckpointError as cause:
            self.saved_at = time.perf_counter()
            warnings.warn(word("checkpoint-missed", reason=cause.fact), CheckpointWarning,
                          stacklevel=2)  # fmt: skip

    def due(self, step: int) -> bool:
        """Whether a checkpoint is due after this step, inside an epoch."""
        if self.path is None:
            return False
        if self.every is not None and step % self.every == 0:
            return True
        return time.perf_counter() - self.saved_at > LONGEST_SECONDS

    def epoch(self, state: Callable[[], Mapping[str, object]], step: int, history: History,
              *, last: bool) -> None:  # fmt: skip
        """Keep an epoch: its checkpoint, and its row in the store."""
        if self.folder is None:
            return
        if last or self.every or time.perf_counter() - self.saved_at > SHORTEST_SECONDS:
            self.try_to_save(state, step)
        count = len(history)
        self._tell(lambda id: self.store.log(id, step=count, epoch=count,
                                             values=history.rows[-1]))  # fmt: skip

    def finish(self, status: str, summary: Mapping[str, object], history: History,
               weights: Mapping[str, np.ndarray]) -> None:  # fmt: skip
        """Write what remains of the run: weights, history, how it ended."""
        if self.folder is None:
            return
        save_weights(self.folder.weights, weights)
        history.to_csv(self.folder.path / "history.csv")
        self.folder.note(status=status, summary=summary, versions=versions())
        self._tell(lambda id: self.store.finish(id, status, summary))

    def _tell(self, say: Callable[[str], None]) -> None:
        assert self.folder is not None  # callers have looked
        try:
            say(self.folder.id)
        except StoreError as cause:  # training is worth more than its index
            warnings.warn(word("store-skipped", reason=cause.fact), StoreWarning, stacklevel=2)
