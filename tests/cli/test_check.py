"""`tiza check`: the verdict, its exit code, its document, and lines that make no sense."""

from pathlib import Path

import pytest

LOSS = "f = S(w x + b); e = (y - f)^2/2"


def test_a_right_derivative(tiza):
    said = tiza("check", "de/dw = (f - y) f (1 - f) x", LOSS)
    assert (said.code, said.err) == (0, "")
    assert said.out == "Correct. ∂e/∂w is right.\n"


def test_a_wrong_one_in_spanish(tiza):
    said = tiza("--lang", "es", "check", "de/dw = (f - y) f (1 - f)", LOSS)
    assert said.code == 1
    assert said.out.startswith("∂e/∂w está mal.\n  Qué pasó: falta el factor")


def test_the_document(tiza):
    said = tiza("check", "(f - y) x", LOSS, "--wrt", "w", "--json")
    assert said.code == 1
    found = said.json
    assert (found["right"], found["line"], found["mistake"]) == (False, 1, "dropped")
    assert set(found["point"]) == {"w", "x", "b", "y"}
    assert abs(found["got"] - found["want"]) > 0.001


def test_matrices_and_files(tiza):
    Path("claim.txt").write_text("r = X w - y\ndL/dw = X^T r", encoding="utf-8")
    loss = "sum((X w - y)^2)/2"
    assert tiza("check", "claim.txt", loss, "--shapes", "X=5x3,w=3,y=5").code == 0
    wrong = tiza("check", "X (X w - y)", loss, "--wrt", "w", "--shapes", "X=5x3,w=3,y=5")
    assert "X must be transposed" in wrong.out
    assert tiza("check", "1/x", "log(x)", "--domain", "x=0.1:5").code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["(f - y", LOSS], "( is not closed"),
        (["f - y", LOSS], "names a derivative"),
        (["1", "x^2", "--shapes", "x"], "--shapes does not understand x"),
        (["1", "x^2", "--shapes", "x=ax3"], "--shapes does not understand x=ax3"),
        (["1", "x^2", "--domain", "x=1"], "--domain does not understand x=1"),
        (["d = q x", LOSS, "--wrt", "w"], "q has no value"),
    ],
)
def test_what_makes_no_sense_is_told(tiza, words, message):
    said = tiza("check", *words)
    assert said.code == 2
    assert said.out == ""
    assert message in said.err
