"""`tiza draw`: formulas, networks in files, and the files that it writes."""

import pytest

pytest.importorskip("fast_sugiyama")

MODEL = """
from tiza import nn
net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
image = nn.Sequential(nn.Conv2d(1, 2, 3))
"""


def test_a_formula(tiza, tmp_path):
    said = tiza("draw", "e = (y - w*x)^2 / 2", "--at", "w=0.5,x=2,y=3", "-o", "g.svg", "--json")
    assert said.code == 0
    assert said.json == {"file": "g.svg", "view": "graph"}
    svg = (tmp_path / "g.svg").read_text("utf-8")
    assert ">e = 2<" in svg
    assert "∂e/∂" in svg


def test_networks_in_a_file(tiza, tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "rows.csv").write_text("a,b,price\n1,2,0.5\n0.3,1,0.7\n2,1,0.1\n1,1,0.25\n")
    assert tiza("draw", "model.py:net", "-o", "n.svg", "--lang", "es").code == 0
    assert "capa oculta" in (tmp_path / "n.svg").read_text("utf-8")
    assert tiza("draw", "model.py:image", "-o", "b.svg").code == 0
    assert "0: Conv2d" in (tmp_path / "b.svg").read_text("utf-8")
    said = tiza("draw", "model.py:net", "--data", "rows.csv")
    assert (said.code, said.out) == (0, "drawing.html\n")
    assert "Inside Sequential.0" in (tmp_path / "drawing.html").read_text("utf-8")


def test_what_cannot_be_drawn(tiza, tmp_path):
    said = tiza("draw", "w*x", "--at", "w=1,x=2", "--view", "neurons")
    assert said.code != 0
    assert "is not a chain of Linear layers" in said.err
    said = tiza("draw", "w*x", "--at", "w=1,x=2", "-o", "g.bmp", "--lang", "es")
    assert said.code != 0
    assert "termine el nombre del archivo en .svg" in said.err
