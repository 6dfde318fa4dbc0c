"""The demo: what a newcomer sees first."""

import math
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from tiza.cli.out import sparkline
from tiza.train.store import Store

OFFERED = ["predict", "derive", "show", "report", "replay", "recipes"]


def test_the_demo_learns_and_everything_it_offers_works(tiza, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: url.startswith("file:"))
    monkeypatch.setenv("COLUMNS", "80")
    said = tiza("demo")
    assert said.code == 0
    run = Store().find("last")
    assert run.name == "digits"
    assert run.summary["accuracy"] >= 0.97
    assert "It read 35" in said.out
    assert f"report  runs/{run.id}/report.html" in said.out
    report = (run.folder / "report.html").read_text("utf-8")
    assert "http" not in report.replace("http://www.w3.org", "")
    assert report.count("<img") >= 2  # the misread digits, and the one on the blackboard
    assert '<section id="derivation"><h2>On the blackboard</h2>' in report
    assert report.count("<math") > 20
    board = said.out[said.out.index("One neuron on the blackboard") :]
    board = board[: board.index("\nreport ")].splitlines()
    assert len(board) <= 25
    assert max(map(cell_len, board)) <= 80
    assert_true_in_numbers(board)
    offered = [line.strip() for line in said.out.splitlines() if line.startswith("  tiza ")]
    assert [line.split()[1] for line in offered] == OFFERED
    for line in offered:
        assert tiza(*shlex.split(line)[1:]).code == 0, line


def assert_true_in_numbers(board):
    """p = σ(z − c), L = −log p, δ = p − 1, and the gradient of the bias is δ, as printed."""
    last = {}
    for line in board:
        left, equals, _ = line.strip().partition(" ")
        if equals and (found := re.search(r"= +(-?\d+\.\d{6})$", line)):
            last[left] = float(found[1])
    c = float(re.search(r"\bc = ([-\d.]+)", " ".join(board))[1])
    assert last["m"] == pytest.approx(last["z"] - c, abs=1e-4)
    assert last["p"] == pytest.approx(1 / (1 + math.exp(-last["m"])), abs=1e-5)
    assert last["L"] == pytest.approx(-math.log(last["p"]), abs=1e-5)
    assert last["δ_z"] == pytest.approx(last["p"] - 1, abs=1e-5)
    assert last["∂L/∂b"] == last["δ_z"]


def test_the_demo_for_programs_and_in_spanish(tiza):
    said = tiza("demo", "--seed", "3", "--lang", "es", "--json")
    assert said.code == 0
    document = said.json
    assert document["metrics"]["accuracy"]["model"] >= 0.97
    assert document["metrics"]["accuracy"]["model"] > document["metrics"]["accuracy"]["logistic"]
    assert document["metrics"]["accuracy"]["majority"] == pytest.approx(0.1, abs=0.01)
    assert "época" in said.err
    assert "Dígitos manuscritos" in said.err
    report = Path(document["report"]).read_text("utf-8")
    assert "<h2>En el pizarrón</h2>" in report
    assert "Ejemplo de prueba" in report
    shown = tiza("--lang", "es", "show", document["run"]).out
    assert "terminada" in shown
    assert "exactitud" in shown


def test_quiet_prints_the_folder_only(tiza):
    said = tiza("train", "digits", "--epochs", "1", "-q")
    run = Store().find("last")
    assert (said.out, said.err) == (f"runs/{run.id}\n", "")


def test_runs_and_show(tiza):
    assert "tiza demo" in tiza("runs").out
    assert tiza("runs", "--json").json == []
    assert tiza("show", "last").code == 2
    for _ in range(2):
        tiza("train", "digits", "--epochs", "2", "-q")
    rows = tiza("runs", "--json").json
    assert len(rows) == 2
    assert rows[0]["started"] >= rows[1]["started"]
    assert tiza("runs", "--name", "nothing", "--json").json == []
    assert len(tiza("runs", "-n", "1", "--json").json) == 1
    assert tiza("runs", "--status", "failed", "--json").json == []
    newest = rows[0]["id"]
    for name in (newest, "last", rows[0]["folder"]):
        assert tiza("show", name, "--json").json["id"] == newest
    common = newest[:8]
    said = tiza("show", common)
    assert said.code == 2
    assert newest in said.err
    document = tiza("show", "last", "--json").json
    assert len(document["curves"]["loss"]) == 2
    assert "weights.safetensors" in document["files"]
    assert sparkline(document["curves"]["loss"]) in tiza("show", "last").out


@pytest.mark.parametrize("width", ["40", "60", "80", "120"])
def test_tables_fit_the_terminal(tiza, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", width)
    for words in (["ops"], ["ops", "matmul"], ["explain"], ["data", "list"]):
        for line in tiza(*words).out.splitlines():
            assert cell_len(line) <= int(width), (words, line)


def test_predict_digits_from_arrays_and_pictures(tiza, tmp_path, monkeypatch):
    tiza("train", "digits", "--epochs", "15", "-q")
    digits = np.load(Store().find("last").folder / "samples.npy")
    assert digits.shape == (8, 8, 8)
    np.save(tmp_path / "one.npy", digits[0])
    np.save(tmp_path / "flat.npy", digits.reshape(8, 64))
    answers = tiza("predict", "last", "flat.npy", "--json").json["predictions"]
    assert len(answers) == 8
    one = tiza("predict", "last", "one.npy", "--json").json["predictions"]
    assert [p["prediction"] for p in one] == [answers[0]["prediction"]]
    numbers = [str(n) for n in digits[0].ravel()]
    assert tiza("predict", "last", *numbers, "--json").json["predictions"] == one
    rows = [",".join(f"p{k}" for k in range(64)), ",".join(numbers)]
    (tmp_path / "one.csv").write_text("\n".join(rows) + "\n")
    assert tiza("predict", "last", "one.csv", "--json").json["predictions"] == one
    bad = tiza("predict", "last", "1", "2", "3")
    assert bad.code == 1
    assert "64" in bad.err


@pytest.mark.parametrize("paper", [False, True], ids=["light ink", "dark ink"])
def test_predict_digits_from_a_picture(tiza, tmp_path, paper):
    Image = pytest.importorskip("PIL.Image")
    tiza("train", "digits", "--epochs", "15", "-q")
    digits = np.load(Store().find("last").folder / "samples.npy")
    ink = np.kron(digits[0] / 16, np.ones((10, 10)))
    picture = Image.fromarray(((1 - ink if paper else ink) * 255).astype(np.uint8))
    picture.convert("RGB").save(tmp_path / "digit.png")
    wanted = tiza("predict", "last", *[str(n) for n in digits[0].ravel()], "--json").json
    got = tiza("predict", "last", "digit.png", "--json").json
    assert got["predictions"][0]["prediction"] == wanted["predictions"][0]["prediction"]
