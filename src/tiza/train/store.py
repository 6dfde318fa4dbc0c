"""The store of runs: one SQLite file that several processes write to at once.

Where: `$TIZA_HOME/runs.sqlite`, else `$XDG_DATA_HOME/tiza/runs.sqlite`, else
`~/.local/share/tiza/runs.sqlite`. It is an index: what a run made lies in the run's own folder.
"""

import contextlib
import json
import math
import os
import platform
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tiza.errors import ArgumentError, StoreError
from tiza.train.plain import Plain, plain

SCHEMA = 1
PATIENCE_SECONDS = 30.0
TABLES = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL,
    started TEXT NOT NULL, finished TEXT, folder TEXT NOT NULL,
    config TEXT NOT NULL, summary TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL
);
CREATE TABLE metrics (
    run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    step INTEGER NOT NULL, epoch INTEGER NOT NULL, name TEXT NOT NULL, value REAL,
    PRIMARY KEY (run, name, step)
) WITHOUT ROWID;
CREATE INDEX runs_by_time ON runs (started);
"""
DAMAGED = (
    "not a database",
    "malformed",
    "file is encrypted",
    "disk image",
    "no such table",
    "no such column",
)


@dataclass(frozen=True)
class Run:
    """One row of the store. `status` is running, finished, interrupted, failed or killed."""

    id: str
    name: str
    status: str
    started: str
    finished: str | None
    folder: Path
    config: dict[str, Plain]
    summary: dict[str, Plain]


@dataclass(frozen=True)
class Measurement:
    """One number of a run: metric `name` after `step` steps, in epoch `epoch`."""

    step: int
    epoch: int
    name: str
    value: float


def home() -> Path:
    """The folder of the store (see the top of this file)."""
    if chosen := os.environ.get("TIZA_HOME"):
        return Path(chosen).expanduser()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "tiza"


def now() -> str:
    """This moment in UTC, ISO 8601 to the microsecond (sorts as text)."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Store:
    """The runs on this machine and their metrics.

    Errors: StoreError where the file is damaged, newer than this tiza, or cannot be written.

    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()) / "runs.sqlite")
    >>> store.start("a1", name="digits", folder=Path("runs/a1"), config={"epochs": 3})
    >>> store.log("a1", step=45, epoch=1, values={"loss": 0.5})
    >>> store.finish("a1", "finished", {"accuracy": 0.97})
    >>> store.find("last").summary, store.metrics("a1")[0].value
    ({'accuracy': 0.97}, 0.5)
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = Path(path) if path is not None else home() / "runs.sqlite"

    def touch(self) -> None:
        """Make the store if there is none, or find out that it cannot be used.

        Errors: StoreError.
        """
        with self._session():
            return

    def start(self, id: str, *, name: str, folder: Path, config: Mapping[str, object]) -> None:
        """Note that a run begins; a run that is continued keeps its first beginning."""
        with self._session() as db:
            db.execute(
                "INSERT INTO runs VALUES (?, ?, 'running', ?, NULL, ?, ?, '{}', ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET status = 'running', finished = NULL, "
                "folder = excluded.folder, config = excluded.config, pid = excluded.pid, "
                "host = excluded.host",
                (
                    id,
                    name,
                    now(),
                    str(Path(folder).resolve()),
                    _to_json(config),
                    os.getpid(),
                    platform.node(),
                ),
            )

    def log(self, id: str, *, step: int, epoch: int, values: Mapping[str, float]) -> None:
        """Keep the numbers of one moment; the same moment again replaces them."""
        self.log_many(id, [Measurement(step, epoch, name, v) for name, v in values.items()])

    def log_many(self, id: str, rows: Iterable[Measurement]) -> None:
        """Keep several measurements in one transaction."""
        with self._session() as db:
            db.executemany(
                "INSERT OR REPLACE INTO metrics VALUES (?, ?, ?, ?, ?)",
                [(id, row.step, row.epoch, row.name, float(row.value)) for row in rows],
            )

    def finish(self, id: str, status: str, summary: Mapping[str, object]) -> None:
        """Note how the run ended and its last figures."""
        with self._session() as db:
            db.execute(
                "UPDATE runs SET status = ?, finished = ?, summary = ? WHERE id = ?",
                (status, now(), _to_json(summary), id),
            )

    def runs(
        self, *, status: str | None = None, name: str | None = None, limit: int | None = None
    ) -> list[Run]:
        """The runs, newest first, filtered by status and by a part of the name."""
        if not self.path.exists():
            return []
        with self._session() as db:
            rows = db.execute(
                "SELECT * FROM runs WHERE instr(lower(name), lower(?)) "
                "ORDER BY started DESC, id DESC",
                (name or "",),
            ).fetchall()
        found = [run for run in map(_run, rows) if status in (None, run.status)]
        return found[:limit]

    def find(self, name: str) -> Run:
        """The run with this id, the only one whose id begins so, this folder, or `last`.

        Errors: ArgumentError where there is none, or several.
        """
        runs = self.runs()
        if name == "last" and runs:
            return runs[0]
        exact = [run for run in runs if run.id == name]
        if not exact and Path(name).exists():
            exact = [run for run in runs if run.folder == Path(name).resolve()]
        found = exact or [run for run in runs if name and run.id.startswith(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ArgumentError(
                "run-ambiguous",
                name=name,
                count=len(found),
                runs=", ".join(run.id for run in found[:5]),
            )
        raise ArgumentError("run-unknown", name=name, near=_near(name, [run.id for run in runs]))

    def metrics(self, id: str, name: str | None = None) -> list[Measurement]:
        """The measurements of a run in the order of their steps."""
        if not self.path.exists():
            return []
        with self._session() as db:
            rows = db.execute(
                "SELECT step, epoch, name, value FROM metrics WHERE run = ? "
                "AND (? IS NULL OR name = ?) ORDER BY step, name",
                (id, name, name),
            ).fetchall()
        return [
            Measurement(step, epoch, metric, math.nan if value is None else value)
            for step, epoch, metric, value in rows
        ]

    def delete(self, id: str) -> None:
        """Forget the run; its folder stays."""
        with self._session() as db:
            db.execute("DELETE FROM runs WHERE id = ?", (id,))

    @contextlib.contextmanager
    def _session(self) -> Iterator[sqlite3.Connection]:
        """One transaction on a connection of its own: safe across threads and forks."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(self._open()) as db:
                db.execute("BEGIN IMMEDIATE")
                try:
                    self._prepare(db)
                    yield db
                except BaseException:
                    db.rollback()
                    raise
                db.commit()
        except sqlite3.Error as cause:
            damaged = any(sign in str(cause) for sign in DAMAGED)
            raise StoreError(
                "store-damaged" if damaged else "store-unusable",
                path=str(self.path),
                reason=str(cause),
            ) from cause
        except OSError as cause:
            if isinstance(cause, StoreError):
                raise
            raise StoreError("store-unusable", path=str(self.path), reason=str(cause)) from cause

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=PATIENCE_SECONDS, isolation_level=None)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = NORMAL")
        until = time.monotonic() + PATIENCE_SECONDS
        while True:  # the change to WAL does not obey the busy timeout
            try:
                db.execute("PRAGMA journal_mode = WAL").close()
                return db
            except sqlite3.OperationalError as cause:
                if "locked" not in str(cause) or time.monotonic() > until:
                    db.close()
                    raise
                time.sleep(0.02)
            except sqlite3.DatabaseError:
                db.close()
                raise

    def _prepare(self, db: sqlite3.Connection) -> None:
        (found,) = db.execute("PRAGMA user_version").fetchone()
        if found > SCHEMA:
            raise StoreError("store-newer", path=str(self.path), found=found, known=SCHEMA)
        if found == 0:
            for statement in TABLES.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA}")


def _to_json(value: Mapping[str, object]) -> str:
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)


def _run(row: tuple[str, str, str, str, str | None, str, str, str, int, str]) -> Run:
    id, name, status, started, finished, folder, config, summary, pid, host = row
    if status == "running" and host == platform.node() and not _alive(pid):
        status = "killed"
    return Run(
        id, name, status, started, finished, Path(folder), json.loads(config), json.loads(summary)
    )


def _alive(pid: int) -> bool:
    if os.name != "posix":  # there, signal 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _near(name: str, known: list[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" ({found[0]}?)" if found else ""
