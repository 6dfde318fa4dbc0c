import json
from pathlib import Path

import numpy as np
import pytest

from tiza.errors import CheckpointError
from tiza.train import RunFolder, load_weights, save_weights
from tiza.train.folder import checksum, new_id


def test_a_run_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = RunFolder.create(None, name="Mis dígitos", config={"seed": 3, "nan": float("nan")})
    assert folder.path.parent == Path("runs")
    facts = json.loads((folder.path / "run.json").read_text())
    assert (facts["seed"], facts["nan"], facts["name"]) == (3, None, "Mis dígitos")
    assert facts["versions"]["numpy"] == np.__version__
    assert facts["id"] == folder.id
    folder.note(seed=4, status="finished")
    assert RunFolder.open(folder.path).facts()["seed"] == 4
    with pytest.raises(CheckpointError) as error:
        RunFolder.create(folder.path, name="x", config={})
    assert error.value.code == "run-folder-taken"


def test_what_is_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as error:
        RunFolder.open(tmp_path)
    assert error.value.code == "run-folder-missing"
    for text in ("{", "[]", "[" * 100_000):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(CheckpointError) as error:
            RunFolder.open(tmp_path).facts()
        assert error.value.code == "run-folder-damaged"


def test_ids_sort_by_time_and_differ() -> None:
    assert len({new_id("a") for _ in range(50)}) >= 49  # two may meet, once in 10⁴ runs
    assert new_id("///").split("-")[2] == "run"


def test_checksum_sees_every_difference() -> None:
    x = np.arange(12, dtype=np.float32)
    sums = {
        checksum(x),
        checksum(x.reshape(3, 4)),
        checksum(x.astype(np.float64)),
        checksum(x, x),
        checksum(x + 1),
        checksum(np.array("a")),
        checksum(np.array(["a", None], dtype=object)),
        checksum(np.zeros((0, 3))),
    }
    assert len(sums) == 8
    assert checksum(x.reshape(3, 4).T) == checksum(np.ascontiguousarray(x.reshape(3, 4).T))


def test_weights_are_plain_safetensors(tmp_path: Path) -> None:
    weights = {"fc.weight": np.arange(6.0).reshape(2, 3).T, "b": np.array(1.0)}
    save_weights(tmp_path / "w.safetensors", weights)
    found = load_weights(tmp_path / "w.safetensors")
    assert found.keys() == weights.keys()
    for name, array in weights.items():
        np.testing.assert_array_equal(found[name], array)
    (tmp_path / "bad").write_bytes(b"no")
    with pytest.raises(CheckpointError):
        load_weights(tmp_path / "bad")
