"""`tiza derive`: formulas, networks in files, trained runs; and the files that it writes."""

import numpy as np
import pytest

EXAMPLE = "e = (y - S(w20 + w21*tanh(w10 + w11*x1 + w12*x2)))**2/2"
AT = "w10=0.1,w11=0.2,w12=-0.3,w20=0.05,w21=0.7,x1=1,x2=2,y=1"
MODEL = """
from tiza import nn
net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
classes = nn.Sequential(nn.Linear(2, 3))
"""


def test_the_worked_example(tiza):
    said = tiza("derive", EXAMPLE, "--wrt", "w20,w21,w10,w11,w12", "--at", AT, "--lr", "0.5")
    assert said.code == 0
    for line in ("∂e/∂w₂₁ = δ₂ a   =  0.038980     w₂₁ ← 0.680510",
                 "δ₂ := ∂e/∂z₂ = ∂e/∂p ∂p/∂z₂", "Update  w ← w − η ∂e/∂w"):  # fmt: skip
        assert line in said.out


def test_a_direction_by_forward_mode(tiza):
    ask = ("derive", "y = w^2 * x", "--wrt", "w", "--at", "w=3,x=0.5")
    said = tiza(*ask, "--direction", "w=2", "--json")
    assert said.code == 0
    assert any(s["part"] == "direction" and s["value"] == 6.0 for s in said.json["steps"])
    assert tiza(*ask, "--direction", "v=2").code == 2
    assert tiza(*ask, "--direction", "w=[1,2]").code == 2


def test_files_and_json_in_spanish(tiza, tmp_path):
    said = tiza("derive", EXAMPLE, "--at", AT, "--html", "a.html", "--latex", "a.tex",
                "--markdown", "a.md", "--json", "--lang", "es", "--decimal", ",")  # fmt: skip
    assert said.code == 0
    assert said.json["check"]["formulas"] < 1e-12
    assert said.json["files"] == ["a.html", "a.tex", "a.md"]
    page = (tmp_path / "a.html").read_text("utf-8")
    assert '<html lang="es">' in page
    assert "Propagación hacia adelante" in page
    assert "<mn>0,1</mn>" in page
    assert "http" not in page
    assert r"\section*{Derivación de $e$}" in (tmp_path / "a.tex").read_text("utf-8")
    assert "### Retropropagación" in (tmp_path / "a.md").read_text("utf-8")


def test_a_network_in_a_file(tiza, tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "rows.csv").write_text("a,b,price\n1,2,0.5\n0.3,1,0.7\n2,1,0.1\n1,1,0.25\n")
    said = tiza("derive", "model.py:net", "--data", "rows.csv", "--optimizer", "adam")
    assert said.code == 0
    assert "∂L/∂W⁽¹⁾ = δ⁽¹⁾ᵀ X" in said.out
    assert "W ← W − η m̂/(√v̂ + ε)" in said.out
    np.savez(tmp_path / "rows.npz", x=np.eye(2), y=np.array([0, 2]))
    said = tiza("derive", "model.py:classes", "--data", "rows.npz", "--layout", "book")
    assert "∂L/∂Z = (P − Y)/B" in said.out
    assert "W X + b 𝟏ᵀ" in said.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["w*x", "--at", "w=1"], "the formula needs values for: x"),
        (["w*x", "--at", "w"], "--at takes name=number pairs, got 'w'"),
        (["w*x", "--at", "w=1,x=2", "--wrt", "z"], "the formula has no variable 'z'"),
        (["w*x", "--at", "w=1,x=2", "--optimizer", "adan"], "there is no optimizer 'adan'"),
        (["no.py:net", "--data", "a.csv"], "there is no file no.py"),
        (["nothing"], "no run is called 'nothing'"),
        (["w*", "--at", "w=1"], "tiza: error:"),
    ],
)
def test_what_cannot_be_derived_is_told(tiza, words, message):
    said = tiza("derive", *words)
    assert said.code == 2
    assert message in said.err


def test_a_model_needs_its_name_and_numbers(tiza, tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "rows.csv").write_text("a,b,price\n1,x,0.5\n0.3,z,0.7\n")
    assert "derived on some rows" in tiza("derive", "model.py:net").err
    assert "no network 'nett'" in tiza("derive", "model.py:nett", "--data", "rows.csv").err
    assert "'b' holds text" in tiza("derive", "model.py:net", "--data", "rows.csv").err
    said = tiza("derive", "model.py:net", "--data", "rows.csv", "--target", "c")
    assert "no column 'c'" in said.err
    np.savez(tmp_path / "rows.npz", z=np.eye(2))
    assert "must hold" in tiza("derive", "model.py:net", "--data", "rows.npz").err


@pytest.mark.slow
def test_a_trained_run(tiza, tmp_path):
    assert tiza("train", "digits", "--epochs", "1", "-q").code == 0
    said = tiza("derive", "last", "--layer", "1", "--example", "17", "--detail", "summary")
    assert said.code == 0
    assert "0.weight (256 × 64)" in said.out
    assert "∂L/∂W⁽¹⁾ = δ⁽¹⁾ᵀ X" in said.out
    assert "layers 1 to 3" in tiza("derive", "last", "--layer", "4").err
    assert "0 to 359" in tiza("derive", "last", "--example", "360").err
