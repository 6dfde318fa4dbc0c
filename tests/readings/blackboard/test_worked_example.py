"""The worked example of the courses comes out as a teacher writes it."""

from fractions import Fraction

import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import ArgumentError
from tiza.readings.blackboard.expr import Partial, Symbol

BOARD = """\
Symbols  x₁ = 1, x₂ = 2, y = 1, w₁₀ = 0.1, w₁₁ = 0.2, w₁₂ = -0.3, w₂₀ = 0.05, w₂₁ = 0.7, η = 0.5
Forward                                      Local derivatives
  z_g = w₁₀ + w₁₁ x₁ + w₁₂ x₂  = -0.300000     ∂e/∂f   = −(y − f)   = -0.538404
  g   = tanh(z_g)              = -0.291313     ∂f/∂z_f = f (1 − f)  =  0.248525
  z_f = w₂₀ + w₂₁ g            = -0.153919     ∂z_f/∂g = w₂₁        =  0.700000
  f   = σ(z_f)                 =  0.461596     ∂g/∂z_g = 1 − g²     =  0.915137
  e   = (y − f)²/2             =  0.144939
Backward
  δ_f := ∂e/∂z_f = ∂e/∂f ∂f/∂z_f        = -0.133807
  δ_g := ∂e/∂z_g = δ_f ∂z_f/∂g ∂g/∂z_g  = -0.085716
Gradients                         Update  w ← w − η ∂e/∂w
  ∂e/∂w₂₀ = δ_f     = -0.133807     w₂₀ ← 0.116903
  ∂e/∂w₂₁ = δ_f g   =  0.038980     w₂₁ ← 0.680510
  ∂e/∂w₁₀ = δ_g     = -0.085716     w₁₀ ← 0.142858
  ∂e/∂w₁₁ = δ_g x₁  = -0.085716     w₁₁ ← 0.242858
  ∂e/∂w₁₂ = δ_g x₂  = -0.171432     w₁₂ ← -0.214284
"""


def example(**options):
    values = (0.1, 0.2, -0.3, 0.05, 0.7)
    w10, w11, w12, w20, w21 = (tz.tensor(v, requires_grad=True) for v in values)
    x1, x2, y = tz.tensor(1.0), tz.tensor(2.0), tz.tensor(1.0)
    z_g = w10 + w11 * x1 + w12 * x2
    g = tz.tanh(z_g)
    z_f = w20 + w21 * g
    f = nn.functional.sigmoid(z_f)
    e = (y - f) ** 2 / 2
    wrt = [w20, w21, w10, w11, w12]
    return tz.derive(e, wrt, optim.SGD(wrt, lr=0.5), **options)


def test_the_blackboard_is_the_teachers():
    text = str(example())
    assert text.startswith(BOARD)
    last = text.removeprefix(BOARD)
    assert last.startswith("Check  greatest difference to finite differences: ")
    assert last.count("\n") == 0


def test_it_is_right():
    found = example().check()
    assert found["formulas"] < 1e-15
    assert found["finite"] < 1e-9


def test_in_spanish_with_decimal_comma():
    text = str(example(lang="es", decimal=","))
    for words in ("Símbolos", "Hacia adelante", "Derivadas locales", "Retropropagación",
                  "Gradientes", "Actualización", "Comprobación  diferencia máxima"):  # fmt: skip
        assert words in text
    assert "= -0,300000" in text
    assert "0.3" not in text


def test_steps_are_data():
    d = example()
    delta = d.part("backward")[0]
    assert delta.name == Symbol("δ", "f")
    assert [e.data for e in delta.between] == [Partial(Symbol("e"), Symbol("z", "f"))]
    assert delta.latex == (
        r"{\delta }_{f} \mathrel{:=} \frac{\partial e}{\partial {z}_{f}} = "
        r"\frac{\partial e}{\partial f}\,\frac{\partial f}{\partial {z}_{f}}"
    )
    assert delta.value == pytest.approx(-0.133807, abs=5e-7)
    half = d.part("forward")[-1].formula.args[1]
    assert half.data == Fraction(2)


def test_why_tells_the_proof():
    sigma = example().part("local")[1]
    assert sigma.why().splitlines()[-1].strip() == "σ′(z) = σ(z) (1 − σ(z))"
    assert sigma.why("es").startswith("Con σ(z)")


def test_a_wrong_formula_is_caught():
    d = example()
    step = d.part("local")[0]
    values = {**d.values, Symbol("f"): d.values[Symbol("f")] + 0.01}
    assert step.error(values) == pytest.approx(0.01)


def test_proofs_on_request():
    text = str(example(detail="entries"))
    assert "\nWhy\n" in text
    assert text.count("σ′(z) = σ(z) (1 − σ(z))") == 1
    assert "\nPor qué\n" in str(example(detail="entries", lang="es"))


def test_names_of_a_functions_own_variables():
    def e(w10, w11, w12, w20, w21, x1, x2, y):
        z_g = w10 + w11 * x1 + w12 * x2
        g = tz.tanh(z_g)
        z_f = w20 + w21 * g
        f = nn.functional.sigmoid(z_f)
        return (y - f) ** 2 / 2

    values = {"w10": 0.1, "w11": 0.2, "w12": -0.3, "w20": 0.05, "w21": 0.7, "x1": 1.0, "x2": 2.0}
    d = tz.derive(e, wrt=["w20", "w21"], at={**values, "y": 1.0})
    assert [s.text for s in d.part("gradients")] == ["∂L/∂w₂₀ = δ_f", "∂L/∂w₂₁ = δ_f g"]
    assert max(s.error(d.values) for s in d.steps) < 1e-15
    with pytest.raises(ArgumentError, match="no value for 'w'"):
        tz.derive(e, wrt=["w"], at=values)
