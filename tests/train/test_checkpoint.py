"""A checkpoint is whole or recognised as damaged, at every byte."""

import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from tiza.errors import CheckpointError
from tiza.train.checkpoint import (
    Checkpoints,
    CheckpointWarning,
    load_checkpoint,
    save_checkpoint,
)

STATE = {
    "epoch": 3,
    "loss": 0.1 + 0.2,
    "worst": float("inf"),
    "name": 'ñ "quoted" \\',
    "weights": {
        "fc.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "scale": np.array(2.5),
        "empty": np.zeros((0, 4), np.int64),
        "turned": np.arange(6.0).reshape(2, 3).T,
        "mask": np.array([True, False]),
    },
    "slots": [np.array([np.nan, -0.0]), None, [np.arange(3)]],
    "a/b": np.array([1]),
    "a": {"b": np.array([2])},
}


def assert_same(got: object, want: object) -> None:
    if isinstance(want, np.ndarray):
        assert isinstance(got, np.ndarray)
        assert (got.dtype, got.shape) == (want.dtype, want.shape)
        assert got.tobytes() == want.tobytes()
    elif isinstance(want, dict):
        assert isinstance(got, dict)
        assert got.keys() == want.keys()
        for key, item in want.items():
            assert_same(got[key], item)
    elif isinstance(want, list):
        assert isinstance(got, list)
        for one, other in zip(got, want, strict=True):
            assert_same(one, other)
    else:
        assert got == want


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "new" / "step-000000007.safetensors"
    save_checkpoint(path, STATE)
    assert_same(load_checkpoint(path), STATE)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_any_safetensors_reader_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, STATE)
    assert_same(load(path.read_bytes())["weights/fc.weight"], STATE["weights"]["fc.weight"])


def test_every_cut_and_every_flipped_bit_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    save_checkpoint(path, {"w": np.arange(3.0), "epoch": 1})
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError):
            load_checkpoint(path)
    for place in range(len(whole)):
        bit = 1 << int(random.integers(8))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        with pytest.raises(CheckpointError):
            load_checkpoint(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(CheckpointError):
        load_checkpoint(path)


@given(st.binary(max_size=300))
def test_noise_is_never_anything_but_a_checkpoint_error(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.safetensors"
    for content in (noise, struct.pack("<Q", len(noise)) + noise):
        path.write_bytes(content)
        with pytest.raises(CheckpointError):
            load_checkpoint(path)


def test_foreign_and_hostile_files(tmp_path: Path) -> None:
    import hashlib

    path = tmp_path / "c.safetensors"
    path.write_bytes(save({"w": np.zeros(2)}))
    with pytest.raises(CheckpointError, match="it is not a checkpoint of tiza"):
        load_checkpoint(path)
    for facts in ("[1]", '{"w": {"$array": "nowhere"}}', "{", "[" * 100_000):
        meta = {"tiza": "1", "sha256": "0" * 64, "facts": facts}
        raw = save({"w": np.zeros(2)}, meta)
        path.write_bytes(raw.replace(b"0" * 64, hashlib.sha256(raw).hexdigest().encode(), 1))
        with pytest.raises(CheckpointError, match="it is not a checkpoint of tiza"):
            load_checkpoint(path)
    meta = {"tiza": "2", "sha256": "0" * 64, "facts": "{}"}
    raw = save({}, meta)
    path.write_bytes(raw.replace(b"0" * 64, hashlib.sha256(raw).hexdigest().encode(), 1))
    with pytest.raises(CheckpointError, match="newer version"):
        load_checkpoint(path)
    header = json.dumps({"__metadata__": {}}).encode()
    path.write_bytes(struct.pack("<Q", 2**60) + header)
    with pytest.raises(CheckpointError, match="cut short"):
        load_checkpoint(path)
    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "missing.safetensors")


def test_the_previous_one_is_used_saying_so(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, keep=3)
    for step in range(1, 6):
        kept.save(step, {"step": step})
    assert [p.name for p in kept.paths()] == [f"step-00000000{s}.safetensors" for s in (3, 4, 5)]
    newest, second = kept.paths()[2], kept.paths()[1]
    newest.write_bytes(newest.read_bytes()[:40])
    content = bytearray(second.read_bytes())
    content[-3] ^= 4
    second.write_bytes(bytes(content))
    with pytest.warns(CheckpointWarning) as warned:
        assert kept.latest() == {"step": 3}
    assert [str(w.message) for w in warned] == [
        "the checkpoint step-000000005.safetensors is damaged (it is cut short); "
        "the one before it is used",
        "the checkpoint step-000000004.safetensors is damaged (its checksum does not match); "
        "the one before it is used",
    ]
    kept.paths()[0].unlink()
    with pytest.warns(CheckpointWarning), pytest.raises(CheckpointError) as none:
        kept.latest()
    assert none.value.code == "checkpoint-none"


def test_sweep_removes_what_killed_processes_left(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    kept.save(1, {})
    (tmp_path / ".step-000000002.safetensors.1.tmp").write_bytes(b"half")
    mine = tmp_path / f".step-000000002.safetensors.{os.getpid()}.tmp"
    mine.write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("mine")
    kept.sweep()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        mine.name,
        "notes.txt",
        "step-000000001.safetensors",
    ]


def test_a_disk_that_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CheckpointError) as error:
        save_checkpoint(tmp_path / "file" / "c.safetensors", {})
    assert error.value.code == "checkpoint-unwritable"


def test_what_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="state/f: a function cannot be kept"):
        save_checkpoint(tmp_path / "c.safetensors", {"state": {"f": lambda: 0}})
