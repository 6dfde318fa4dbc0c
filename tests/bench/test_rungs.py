"""Every rung is what it says, and the same network in every framework."""

import json
import subprocess
import sys

import pytest

from bench import contest as contests
from bench.check import allowed, trajectories
from bench.modes import makers
from bench.rung import LADDER, ROOT, RUNGS, Rung, cached, forget, parameters, rung

MODES = ("PyTorch eager", "tiza fit", "tiza loop", "JAX jit")
QUICK = ("tiny", "mlp_tanh", "factors")


def agree(name: str, steps: int) -> None:
    """All modes lose the same from the same weights."""
    which = rung(name)
    chosen = {k: make for k, make in makers().items() if k in MODES}
    found = trajectories(which, cached(which), chosen, steps)
    forget(which)
    assert found.refused == {}
    assert found.reference == "PyTorch eager"
    for label, off in found.deviations().items():
        assert off <= allowed(label), label


def test_every_file_is_a_rung_and_every_rung_a_file() -> None:
    files = {p.stem for p in (ROOT / "bench" / "rungs").glob("*.py")} - {"__init__"}
    assert files == set(RUNGS)
    assert len(LADDER) == 8


@pytest.mark.parametrize("name", RUNGS)
def test_a_rung_has_its_name_and_learned_weights(name: str) -> None:
    which = rung(name)
    assert isinstance(which, Rung)
    assert which.name == name
    assert 1 <= which.first <= which.goal or name not in LADDER
    assert sum(a.size for a in parameters(which).values()) > 0


def test_an_unknown_rung_is_refused_with_the_list() -> None:
    with pytest.raises(SystemExit, match="no rung 'lennet'; there are: tiny, "):
        rung("lennet")


@pytest.mark.peer
@pytest.mark.parametrize("name", QUICK)
def test_small_rungs_agree(name: str) -> None:
    pytest.importorskip("torch")
    agree(name, steps=5)


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in RUNGS if name not in QUICK])
def test_large_rungs_agree(name: str) -> None:
    pytest.importorskip("torch")
    agree(name, steps=3)


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
@pytest.mark.parametrize("name", contests.CONTESTS)
def test_all_ways_of_a_contest_answer_alike(name: str) -> None:
    which = contests.contest(name)
    answers = {label: way() for label, way in which.ways().items() if "compile" not in label}
    assert len(answers) >= 2
    assert which.agree(answers) == []


@pytest.mark.slow
def test_the_command_measures_and_keeps_nothing_when_dry() -> None:
    command = ["tiny", "--rounds", "1", "--seconds", "0.01", "--modes", "tiza", "--probe", "--dry"]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *command],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "losses agree over 20 steps" in done.stdout
    assert "tiza fit " in done.stdout


@pytest.mark.slow
def test_a_probe_tells_memory_and_the_first_step() -> None:
    from bench.probe import probe_all

    memory, starts, failed = probe_all(rung("tiny"), ["tiza loop"])
    assert failed == {}
    assert 0 <= memory["tiza loop"]["steady_mb"] <= memory["tiza loop"]["peak_mb"]
    assert starts["tiza loop"]["cold_s"] > 0
    assert json.dumps(memory)
