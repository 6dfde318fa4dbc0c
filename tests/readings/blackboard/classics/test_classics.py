"""Each classical result: its formulas are true, at its own numbers and at others."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import tiza as tz
from tiza.readings.blackboard.classics.writing import Classic, Equation, Sentence, Writing
from tiza.readings.blackboard.expr import Symbol

classics = tz.blackboard.classics
RNG = np.random.default_rng(0)
OTHER: dict[str, dict[str, Any]] = {  # other data than the default
    "normal_equations": {"X": RNG.normal(size=(7, 3)), "y": RNG.normal(size=7)},
    "logistic_regression": {
        "X": RNG.normal(size=(6, 3)),
        "y": RNG.integers(0, 2, 6),
        "w": RNG.normal(size=3),
    },
    "two_linear_layers": {
        "W1": RNG.normal(size=(4, 3)),
        "W2": RNG.normal(size=(2, 4)),
        "x": RNG.normal(size=3),
    },
    "perceptron_rule": {"x": [0.3, -1.0, 2.0], "t": -1.0, "w": [1.0, 1.0, 1.0], "eta": 0.1},
    "softmax_jacobian": {"z": RNG.normal(size=5), "y": np.eye(5)[3]},
    "kl_divergence": {"p": RNG.dirichlet(np.ones(6)), "q": RNG.dirichlet(np.ones(6))},
    "mse_as_likelihood": {"y": RNG.normal(size=5), "f": RNG.normal(size=5), "sigma": 1.7},
    "matrix_factorisation": {
        "R": RNG.normal(size=(4, 5)),
        "M": RNG.integers(0, 2, (4, 5)),
        "U": RNG.normal(size=(4, 3)),
        "V": RNG.normal(size=(5, 3)),
    },
    "elbo": {
        "joint": RNG.uniform(0.01, 0.2, 4),
        "q": RNG.dirichlet(np.ones(4)),
        "mu": RNG.normal(size=3),
        "sigma": RNG.uniform(0.5, 2, 3),
    },
    "dpo_gradient": {"a": -2.0, "b": -0.5, "a_ref": -1.0, "b_ref": -1.5, "beta": 0.1},
    "attention_gradient": {
        "Q": RNG.normal(size=(3, 4)),
        "K": RNG.normal(size=(5, 4)),
        "V": RNG.normal(size=(5, 2)),
        "G": RNG.normal(size=(3, 2)),
    },
}
EACH = pytest.mark.parametrize("make", classics.ALL, ids=lambda f: f.__name__)
Make = Callable[..., Classic]


@EACH
def test_every_printed_formula_is_true(make: Make) -> None:
    assert make().check() < 1e-9
    assert make(**OTHER[make.__name__]).check() < 1e-9


@EACH
def test_derivatives_are_compared_with_tiza_s_own(make: Make) -> None:
    """All but the collapse of two layers derive something."""
    compared = [e for e in make().equations if e.truth is not None]
    assert compared or make.__name__ == "two_linear_layers"


@EACH
def test_both_languages_are_complete(make: Make) -> None:
    made = make()
    english, spanish = str(make(lang="en")), str(make(lang="es"))
    assert made.title[0] != made.title[1]
    for part in made.parts:
        if isinstance(part, Sentence):
            assert part.en in english
            assert part.es in spanish
            assert part.en != part.es
            assert part.en[-1] in ".:"
            assert part.es[-1] == part.en[-1]


@EACH
def test_every_medium_shows_every_equation(make: Make, tmp_path: Path) -> None:
    made = make()
    html = made.to_html(tmp_path / "a.html").read_text(encoding="utf-8")
    assert html.count('class="equation"') == len(made.equations)
    for formula in re.findall(r"<math.*?</math>", html, re.S):
        ElementTree.fromstring(formula)
    assert "http" not in html.replace("http://www.w3.org", "")  # nothing is fetched
    markdown = made.to_markdown(tmp_path / "a.md").read_text(encoding="utf-8")
    assert markdown.count("$$") == 2 * len(made.equations)
    assert all(e.text in str(made) for e in made.equations)
    bare = make(numbers=False)._repr_latex_()
    assert bare.count("\\\\") == len(made.equations) - 1


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@EACH
def test_the_document_compiles(make: Make, tmp_path: Path) -> None:
    for lang in ("en", "es"):
        make(lang=lang).to_latex(tmp_path / f"{lang}.tex")
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{lang}.tex"],
            cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-1500:]


@EACH
def test_every_sign_of_a_sentence_is_known_to_latex(make: Make, tmp_path: Path) -> None:
    for lang in ("en", "es"):
        source = make(lang=lang).to_latex(tmp_path / "a.tex").read_text(encoding="utf-8")
        assert {c for c in source if ord(c) > 0x17F} == set()


def test_numbers_on_request() -> None:
    make = classics.normal_equations
    assert "[0.9, 0.9]" in str(make())
    assert "[0.9, 0.9]" not in str(make(numbers=False))
    assert "[0,9, 0,9]" in str(make(decimal=","))


def test_a_false_equation_is_seen() -> None:
    b = Writing(("a", "b"), w=[1.0, 2.0], x=[3.0, 4.0])
    b.eq("L = w^T x")
    b.eq("dL/dw = 2 x")
    b.same("w^T x", "x^T x")
    good, derivative, sides = b.done(None, True, ".").parts
    assert all(isinstance(p, Equation) for p in (good, derivative, sides))
    values = b.made.values
    assert [p.error(values) > 0.1 for p in (good, derivative, sides)] == [False, True, True]


def test_a_known_result() -> None:
    """Weights of least squares, the same as NumPy's polynomial of degree one."""
    X = np.stack([np.ones(5), np.arange(5.0)], 1)
    y = np.array([1.0, 0.5, 2.5, 2.0, 4.0])
    made = classics.normal_equations(X, y)
    (found,) = [e for e in made.equations if e.name == Symbol("w", accent="hat")]
    np.testing.assert_allclose(found.value, np.polyfit(X[:, 1], y, 1)[::-1])
