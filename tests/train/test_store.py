"""The store keeps every number that any process wrote, and never hides damage."""

import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tiza.errors import ArgumentError, StoreError
from tiza.train.store import Store, home

WRITER = """
import sys
from pathlib import Path
from tiza.train.store import Store
path, name = sys.argv[1:]
store = Store(path)
store.start(name, name=name, folder=Path("runs") / name, config={"lr": 0.1})
for step in range(40):
    store.log(name, step=step, epoch=step // 10, values={"loss": step / 7, "accuracy": 0.5})
store.finish(name, "finished", {"loss": 1.0})
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "deep" / "runs.sqlite")


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Store().path == tmp_path / "tiza" / "runs.sqlite"
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "mine"))
    assert home() == tmp_path / "mine"
    monkeypatch.delenv("TIZA_HOME")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert home() == Path.home() / ".local" / "share" / "tiza"


def test_looking_makes_no_file(store: Store) -> None:
    assert store.runs() == []
    assert store.metrics("x") == []
    assert not store.path.exists()


def test_numbers_come_back_exactly(store: Store, tmp_path: Path) -> None:
    store.start("a", name="á & <b>", folder=tmp_path / "a", config={"shape": (2, 3)})
    values = {"loss": 0.1 + 0.2, "grad": math.inf, "tiny": 5e-324}
    store.log("a", step=1, epoch=1, values=values)
    store.log("a", step=2, epoch=1, values={"loss": math.nan})
    assert {m.name: m.value for m in store.metrics("a") if m.step == 1} == values
    assert math.isnan(store.metrics("a", "loss")[1].value)
    (run,) = store.runs()
    assert (run.name, run.config, run.status) == ("á & <b>", {"shape": [2, 3]}, "running")
    assert run.folder == (tmp_path / "a").resolve()


def test_the_same_moment_again_replaces(store: Store) -> None:
    store.start("a", name="a", folder=Path("a"), config={})
    store.log("a", step=1, epoch=1, values={"loss": 1.0})
    store.log("a", step=1, epoch=1, values={"loss": 2.0})
    assert [m.value for m in store.metrics("a")] == [2.0]


def test_a_continued_run_stays_one_run(store: Store) -> None:
    store.start("a", name="a", folder=Path("a"), config={})
    first = store.find("a").started
    store.finish("a", "interrupted", {})
    assert store.find("a").status == "interrupted"
    store.start("a", name="a", folder=Path("a"), config={})
    assert [(r.status, r.started, r.finished) for r in store.runs()] == [("running", first, None)]


def test_find(store: Store, tmp_path: Path) -> None:
    for id in ("2026-a1", "2026-a2", "other"):
        store.start(id, name=id, folder=tmp_path / id, config={})
    (tmp_path / "other").mkdir()
    assert store.find("last").id == "other"
    assert store.find("2026-a1").id == "2026-a1"
    assert store.find("oth").id == "other"
    assert store.find(str(tmp_path / "other")).id == "other"
    with pytest.raises(ArgumentError) as several:
        store.find("2026")
    assert str(several.value) == (
        "2 runs begin with '2026': 2026-a2, 2026-a1\n    fix: give more letters of the id"
    )
    with pytest.raises(ArgumentError) as none:
        store.find("2026-a3")
    assert none.value.fact.startswith("no run is called '2026-a3' (2026-a")


def test_filters_and_delete(store: Store) -> None:
    for id in ("a", "b", "c"):
        store.start(id, name=f"Digits {id}", folder=Path(id), config={})
        store.log(id, step=1, epoch=1, values={"loss": 1.0})
    store.finish("b", "finished", {})
    assert [r.id for r in store.runs()] == ["c", "b", "a"]
    assert [r.id for r in store.runs(status="finished")] == ["b"]
    assert [r.id for r in store.runs(name="digits", limit=2)] == ["c", "b"]
    store.delete("b")
    assert [r.id for r in store.runs()] == ["c", "a"]
    assert store.metrics("b") == []


def test_a_killed_run_is_called_killed(store: Store) -> None:
    store.start("a", name="a", folder=Path("a"), config={})
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE runs SET pid = ?", (dead.pid,))
    db.close()
    assert store.find("a").status == "killed"
    assert [r.id for r in store.runs(status="killed")] == ["a"]


def test_processes_write_at_once(store: Store) -> None:
    names = [f"writer{i}" for i in range(4)]
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(store.path), name]) for name in names
    ]
    assert [w.wait(timeout=60) for w in writers] == [0, 0, 0, 0]
    for name in names:
        assert [m.value for m in store.metrics(name, "loss")] == [s / 7 for s in range(40)]
    assert {r.status for r in store.runs()} == {"finished"}


def test_damage_is_said_and_nothing_deleted(store: Store) -> None:
    store.start("a", name="a", folder=Path("a"), config={})
    for extra in store.path.parent.glob("*-wal"):
        extra.unlink()
    store.path.write_bytes(b"these are not the runs you look for" * 200)
    before = store.path.read_bytes()
    with pytest.raises(StoreError) as error:
        store.runs()
    assert error.value.code == "store-damaged"
    assert str(store.path) in str(error.value)
    with pytest.raises(StoreError):
        store.start("b", name="b", folder=Path("b"), config={})
    assert store.path.read_bytes() == before


def test_a_newer_store_is_left_alone(store: Store) -> None:
    store.start("a", name="a", folder=Path("a"), config={})
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError) as error:
        store.runs()
    assert error.value.code == "store-newer"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError) as error:
        Store(tmp_path / "file" / "runs.sqlite").start("a", name="a", folder=Path("a"), config={})
    assert error.value.code == "store-unusable"


def test_a_failed_transaction_leaves_no_trace(store: Store) -> None:
    store.start("a", name="a", folder=Path("a"), config={})
    with pytest.raises(ValueError, match="could not convert"):
        store.log("a", step=1, epoch=1, values={"loss": 1.0, "accuracy": "high"})
    assert store.metrics("a") == []
    with pytest.raises(StoreError):
        store.log("nobody", step=1, epoch=1, values={"loss": 1.0})
