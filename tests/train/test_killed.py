"""A run killed at any moment goes on to the same bits as one that never was."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tiza.errors import CheckpointError
from tiza.train import (
    CheckpointWarning,
    RunFolder,
    Store,
    Trainer,
    load_checkpoint,
    load_weights,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")

CHILD = """
import sys
import numpy as np
import tiza as tz
from pathlib import Path
from tiza import nn, optim
from tiza.nn import functional as F
from tiza.train import EarlyStopping, Trainer

run, accumulate = Path(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(0)
y = np.arange(600) % 4
x = (np.eye(4)[y] @ random.normal(size=(4, 12)) + random.normal(size=(600, 12))).astype("f4")
if list((run / "checkpoints").glob("step-*.safetensors")):
    trainer = Trainer.resume(run)
    print("begun", flush=True)
    trainer.fit(x, y, verbose=0)
else:
    tz.manual_seed(1)
    model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Dropout(0.2), nn.Linear(24, 4))
    trainer = Trainer(model, F.cross_entropy, optim.Adam(model.parameters(), lr=0.01),
                      ["accuracy", "f1"], run_dir=run, seed=9, checkpoint_every=5)
    print("begun", flush=True)
    trainer.fit(x, y, epochs=50, batch_size=10, accumulate=accumulate, validation_split=0.25,
                callbacks=[EarlyStopping("val_loss", patience=12, restore_best_weights=True)],
                verbose=0)
print("done", flush=True)
"""


def start(run: Path, accumulate: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CHILD, str(run), str(accumulate)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TIZA_HOME": str(run.parent / "home")},
    )


def train_with_kills(run: Path, accumulate: int, kills: int, longest: float, seed: int) -> int:
    """Train to the end, killed `kills` times on the way; how often it was killed."""
    moments = random.Random(seed)
    killed = 0
    while True:
        child = start(run, accumulate)
        with child:
            if killed < kills:
                if moments.random() < 0.85:  # the rest dies while it still imports
                    child.stdout.readline()
                time.sleep(moments.uniform(0, longest))
                child.send_signal(signal.SIGKILL)
            rest = child.stdout.read()
            code = child.wait()
        if code == 0:
            assert rest.endswith("done\n")
            return killed
        assert code == -signal.SIGKILL
        killed += 1


def assert_same_run(one: Path, other: Path) -> None:
    a, b = load_weights(one / "weights.safetensors"), load_weights(other / "weights.safetensors")
    assert a.keys() == b.keys()
    for name in a:
        assert a[name].tobytes() == b[name].tobytes(), name
    last = [load_checkpoint(RunFolder(run).checkpoints().paths()[-1]) for run in (one, other)]
    slots = [[s.tobytes() for group in kept["slots"] for s in group] for kept in last]
    assert slots[0] == slots[1]
    rows = [
        [{k: v for k, v in row.items() if k != "seconds"} for row in kept["history"]]
        for kept in last
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 15
    assert [RunFolder(run).facts()["status"] for run in (one, other)] == ["finished"] * 2


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody disturbed."""
    run = tmp_path_factory.mktemp("whole") / "run"
    with start(run, 1) as child:
        assert child.stdout.read().endswith("done\n")
    return run


def test_killed_three_times(whole: Path, tmp_path: Path) -> None:
    assert train_with_kills(tmp_path / "run", 1, 3, 0.25, seed=0) >= 2
    assert_same_run(whole, tmp_path / "run")
    store = Store(tmp_path / "home" / "runs.sqlite")
    runs = store.runs()
    assert sorted(r.status for r in runs) == ["finished"]
    kept = store.metrics(runs[0].id, "val_loss")
    assert len(kept) == len(load_checkpoint(
        RunFolder(whole).checkpoints().paths()[-1])["history"])  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_many_random_moments(whole: Path, tmp_path: Path, seed: int) -> None:
    assert train_with_kills(tmp_path / "run", 1, 25, 0.12, seed) >= 20
    assert_same_run(whole, tmp_path / "run")


@pytest.mark.slow
def test_killed_while_gradients_accumulate(tmp_path: Path) -> None:
    train_with_kills(tmp_path / "whole", 3, 0, 0.0, 0)
    assert train_with_kills(tmp_path / "run", 3, 8, 0.15, 3) >= 5
    assert_same_run(tmp_path / "whole", tmp_path / "run")


def test_a_damaged_checkpoint_costs_time_not_bits(whole: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with start(run, 1) as child:
        child.stdout.readline()
        while len(RunFolder(run).checkpoints().paths()) < 3:
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.stdout.read()
    newest = RunFolder(run).checkpoints().paths()[-1]
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    with pytest.warns(CheckpointWarning, match="its checksum does not match"):
        trainer = Trainer.resume(run)
    draw = np.random.default_rng(0)
    y = np.arange(600) % 4
    x = (np.eye(4)[y] @ draw.normal(size=(4, 12)) + draw.normal(size=(600, 12))).astype("f4")
    with pytest.raises(CheckpointError) as other_data:
        trainer.fit(x + 1, y, verbose=0)
    assert other_data.value.code == "checkpoint-misfit"
    with pytest.raises(CheckpointError, match="batch_size was 10 in the run and is 32 now"):
        trainer.fit(x, y, batch_size=32, verbose=0)
    trainer.fit(x, y, verbose=0)
    assert_same_run(whole, run)
