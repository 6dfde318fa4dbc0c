"""`tz.check`: what it takes, what it says in full, and where its answers come from."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiza as tz
from tiza import nn
from tiza.errors import ArgumentError, TizaError, pick, use_language
from tiza.readings.blackboard.mistakes.kinds import MUTANTS
from tiza.readings.blackboard.mistakes.words import KINDS, REPAIRS, WORDS

NEURON = (
    "z_g = w10 + w11 x1 + w12 x2\ng = tanh(z_g)\nz_f = w20 + w21 g\nf = S(z_f)\ne = (y - f)^2 / 2"
)
STEPS = """delta_f := de/dz_f = -(y - f) f (1 - f)
delta_g := de/dz_g = delta_f w21 (1 - g^2)
de/dw20 = delta_f
de/dw21 = delta_f g
de/dw10 = delta_g
de/dw11 = delta_g x1
de/dw12 = delta_g x2"""
RNG = np.random.default_rng(0)


def test_the_worked_example_is_right() -> None:
    verdict = tz.check(STEPS, NEURON)
    assert verdict
    assert str(verdict) == "Correct. All 7 lines are right."
    with use_language("es"):
        assert str(verdict) == "Correcto. Las 7 líneas están bien."


def test_a_wrong_line_in_full() -> None:
    verdict = tz.check(STEPS.replace("delta_f w21 (1 - g^2)", "delta_f (1 - g^2)"), NEURON)
    assert (verdict.line, verdict.mistake, verdict.step, verdict.into) == (2, "dropped", "z_f", "g")
    head, *middle, values = str(verdict).splitlines()
    assert [head, *middle[:-1]] == [
        "Line 2 is wrong: delta_g := de/dz_g = delta_f (1 - g^2)",
        "  It is the first wrong step; those before it are right.",
        "  What happened: the factor ∂z_f/∂g of the chain rule is missing.",
        "  Here ∂z_f/∂g = w₂₁.",
    ]
    assert middle[-1].startswith("  For instance at w₁₀ = ")
    assert values.startswith("    your formula gives ")
    spanish = str(tz.check("de/dw20 = (y - f) f (1 - f)", NEURON, lang="es")).splitlines()
    assert spanish[:3] == [
        "∂e/∂w₂₀ está mal.",
        "  Qué pasó: se perdió un signo menos en ∂e/∂f.",
        "  Aquí ∂e/∂f = −(y − f).",
    ]


def test_the_counterexample_holds() -> None:
    verdict = tz.check("de/dw21 = -(y - f) f (1 - f)", NEURON)
    point = verdict.point
    assert point is not None
    assert {float(v) % 0.25 for v in point.values()} == {0.0}  # small nice numbers
    v = {k: float(x) for k, x in point.items()}
    g = np.tanh(v["w10"] + v["w11"] * v["x1"] + v["w12"] * v["x2"])
    f = 1 / (1 + np.exp(-(v["w20"] + v["w21"] * g)))
    assert verdict.got == pytest.approx(-(v["y"] - f) * f * (1 - f))
    assert verdict.want == pytest.approx(-(v["y"] - f) * f * (1 - f) * g)


def test_later_lines_are_judged_by_the_truth() -> None:
    """A consequence of the first mistake is no second one; but the line is still the first."""
    wrong = STEPS.replace("-(y - f) f (1 - f)", "-(y - f) f")
    verdict = tz.check(wrong, NEURON)
    assert verdict.line == 1
    assert [line.right for line in verdict.lines] == [False, *[True] * 6]


def test_names_of_one_s_own_are_judged_by_what_is_made_of_them() -> None:
    assert tz.check("c = f (1 - f)\nde/dw20 = (f - y) c", NEURON)
    verdict = tz.check("c = f (1 + f)\nde/dw20 = (f - y) c", NEURON)
    assert (verdict.line, verdict.mistake, verdict.step) == (2, "plus-for-minus", "f")


def test_several_formulas_of_one_line_are_all_judged() -> None:
    line = "de/dw20 = de/df df/dz_f = (f - y) f = -0.133807"
    verdict = tz.check(line, NEURON)
    assert [one.right for one in verdict.lines] == [True, False]


def test_delta_may_stand_for_either_adjoint() -> None:
    assert tz.check("delta_f = f - y\nde/dw20 = delta_f f (1 - f)", NEURON)  # δ at the activation
    assert tz.check("delta_f = (f - y) f (1 - f)\nde/dw20 = delta_f", NEURON)


def test_what_was_not_derived_is_told() -> None:
    verdict = tz.check("de/dw20 = de/df df/dz_f", NEURON)
    assert verdict.assumed == ("de_df", "df_dz_f")
    assert str(verdict).endswith("(It takes ∂e/∂f, ∂f/∂z_f for known.)")
    assert (
        tz.check("de/df = f - y\ndf/dz_f = f (1 - f)\nde/dw20 = de/df df/dz_f", NEURON).assumed
        == ()
    )


def test_a_claim_without_a_value_somewhere_is_no_error() -> None:
    shapes = {"A": (2, 2), "x": (2,)}
    loss = "L = x^T A x / 2"
    assert tz.check("dL/dx = inv(A) A (A + A^T) x/2", loss, shapes=shapes)
    assert not tz.check("dL/dx = inv(A - A) x", loss, shapes=shapes)


def test_zero_is_no_forgotten_path_where_there_is_one_path() -> None:
    assert tz.check("de/dw20 = 0", NEURON).mistake is None


def test_forward_lines_are_judged_too() -> None:
    verdict = tz.check("z_f = w20 + w21 z_g\nde/dw20 = (f - y) f (1 - f)", NEURON)
    assert verdict.line == 1
    assert not verdict.lines[0].right
    assert verdict.lines[1].right


def test_a_local_derivative_may_be_total_or_direct() -> None:
    loss = "z1 = w*x; a = tanh(z1); z2 = z1 + a; L = z2^2/2"
    assert tz.check("dz2/dz1 = 1 + (1 - a^2)\ndL/dw = z2 (2 - a^2) x", loss)
    assert tz.check("dz2/dz1 = 1\ndL/dw = z2 (2 - a^2) x", loss)
    assert not tz.check("dL/dw = z2 x", loss)


def test_numpy_functions_and_their_steps() -> None:
    def right(f: Any, y: Any, g: Any) -> Any:
        return (f - y) * f * (1 - f) * g

    def steps(f: Any, y: Any, g: Any) -> Any:
        delta = (f - y) * f
        return {"delta_f": delta, "de_dw21": delta * g}

    assert tz.check(right, NEURON, "w21")
    verdict = tz.check(steps, NEURON, "w21")
    assert (verdict.line, verdict.mistake) == (1, "function-for-derivative")
    with pytest.raises(ArgumentError) as caught:
        tz.check(lambda q: q, NEURON, "w21")
    assert caught.value.code == "check-argument"


def test_tensors_as_loss_and_as_claim() -> None:
    X = tz.tensor(RNG.normal(size=(6, 3)))
    y = tz.tensor(RNG.normal(size=6))
    w = tz.tensor(RNG.normal(size=3), requires_grad=True)
    loss = ((X @ w - y) ** 2).mean()
    assert tz.check(2 * (X.T @ (X @ w - y)) / 6, loss, w)
    assert tz.check("2 X^T (X w - y)/n", loss, w)
    verdict = tz.check("X^T (X w - y)/n", loss, w)
    assert verdict.mistake == "exponent-factor"
    assert not tz.check(X.T @ (X @ w - y) / 6, loss, w)


def test_a_module_and_its_labels() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3))
    X = tz.tensor(RNG.normal(size=(5, 3)).astype(np.float32))
    y = tz.tensor(np.array([0, 1, 2, 1, 0]))
    L = nn.CrossEntropyLoss()(model(X), y)
    assert tz.check("dL/dZ2 = (P - Y)/B\ndL/dW2 = (dL/dZ2)^T A1\ndL/db2 = (dL/dZ2)^T 1", L)
    assert tz.check("dL/dW1 = ((P - Y)/B W2 ⊙ 1[Z1 > 0])^T X", L)
    for claim, mistake in {
        "dL/dW2 = (P - Y)^T A1": "mean-factor",
        "dL/dW2 = P^T A1/B": "target-forgotten",
        "dL/dW2 = (P ⊙ (1 - P) ⊙ (P - Y))^T A1/B": "softmax-again",
        "dL/dW2 = (Y - P)^T A1/B": "sign",
        "dL/db2 = (P - Y)/B": "sum-forgotten",
        "dL/dW1 = ((P - Y)/B W2)^T X": "dropped",
        "dL/dW2 = A1^T (P - Y)/B": "order",
    }.items():
        assert tz.check(claim, L).mistake == mistake, claim


def test_functions_as_loss() -> None:
    def loss(w: Any, x: Any) -> Any:
        z = tz.named("z", w * x)
        return tz.named("e", tz.cos(z) ** 2 / 2)

    assert tz.check("de/dw = -cos(z) sin(z) x", loss)
    verdict = tz.check("de/dw = cos(z) sin(z) x", loss)
    assert (verdict.mistake, verdict.step) == ("sign", "e")


def test_values_shapes_and_domains() -> None:
    at = {"X": RNG.normal(size=(4, 2)), "y": np.array([0.0, 1.0, 1.0, 0.0])}
    loss = "p = S(X w); L = -sum(y ⊙ log(p) + (1 - y) ⊙ log(1 - p))"
    assert tz.check("dL/dw = X^T (p - y)", loss, at=at, shapes={"w": (2,)})
    assert tz.check("1/(2 sqrt(x))", "sqrt(x)", domain={"x": (0.5, 4.0)})
    assert tz.check("1/(2 sqrt(x))", "sqrt(x)")  # points outside of the domain say nothing
    verdict = tz.check("1/sqrt(x)", "sqrt(x)", domain={"x": (1.0, 4.0)})
    assert verdict.mistake == "half-forgotten"
    assert verdict.point is not None
    assert 1 <= float(verdict.point["x"]) <= 4


@pytest.mark.parametrize(
    ("claim", "loss"),
    [
        ("(x^2 - 1)/(x - 1) - 1", "x^2/2"),  # undefined at 1 only
        ("exp(log(x))", "x^2/2"),  # defined where x is positive
        ("tan(x) cos(x)", "-cos(x)"),
        ("((x + 1)^8 - (x - 1)^8)/16 - 7x^3 - 7x^5 - x^7 + 7 x^3 + 7 x^5 + x^7 - x + x",
         "x^8/8 + 7 x^6/6 + 7 x^4/4 + x^2/2"),  # cancels badly
        ("(1 - exp(-2x))/(1 + exp(-2x))", "log(cosh(x))"),
        ("1 - 2/(exp(2 x) + 1)", "log(cosh(x))"),
    ],
)  # fmt: skip
def test_other_forms_are_right_up_to_rounding_and_edges(claim: str, loss: str) -> None:
    assert tz.check(claim, loss)


def test_targets_of_a_softmax_sum_to_one() -> None:
    loss = "P = softmax(Z); L = -sum(Y ⊙ log(P))/B"
    assert tz.check("dL/dZ = (P - Y)/B", loss, shapes={"Z": (4, 3), "Y": (4, 3)})
    assert not tz.check("dL/dZ = P - Y", loss, shapes={"Z": (4, 3), "Y": (4, 3)})
    loss = "p = softmax(z); L = -sum(y ⊙ log(p))"
    assert tz.check("dL/dz = p - y", loss, shapes={"z": (3,), "y": (3,)})


def test_nearly_right_is_wrong() -> None:
    assert not tz.check("1.00001 x", "x^2/2")
    assert not tz.check("x + 0.000001", "x^2/2")


AT = {"w10": 0.1, "w11": 0.2, "w12": -0.3, "w20": 0.05, "w21": 0.7, "x1": 1, "x2": 2, "y": 1}


def test_numbers_are_compared_to_their_last_digit() -> None:
    assert tz.check("de/dw20 = -0.133807\nde/dw21 = 0.03898\nde/dw10 = -0.0857", NEURON, at=AT)
    assert tz.check("z_g = -0.3\nf = 0.461596\ne = 0.144939", NEURON, at=AT)
    assert not tz.check("de/dw20 = -0.133808", NEURON, at=AT)
    verdict = tz.check("de/dw20 = -0.248525", NEURON, at=AT)
    assert (verdict.mistake, verdict.step) == ("function-for-derivative", "f")
    assert verdict.got == -0.248525
    verdict = tz.check("de/dw10 = (f - y) f (1 - f) w21 (1 - g^2) = -0.0867", NEURON, at=AT)
    assert [line.right for line in verdict.lines] == [True, False]


def test_two_mistakes_at_once_are_both_told() -> None:
    deep = "z1 = w1 x; a1 = S(z1); z2 = w2 a1; a2 = S(z2); z3 = w3 a2; a3 = S(z3); L = (a3 - y)^2/2"
    verdict = tz.check("dL/dw1 = (a3 - y) a3 (1 - a3) w3 w2 a1 x", deep)
    (found,) = verdict.wrong.found if verdict.wrong else ()
    assert (found.kind, found.line) == ("dropped", "a2")
    assert [(o.kind, o.line) for o in found.others] == [("function-for-derivative", "a1")]
    assert "And there is another: the function a₁ itself" in str(verdict)


def test_one_mistake_made_everywhere_is_told_everywhere() -> None:
    deep = "z1 = w1 x; a1 = S(z1); z2 = w2 a1; a2 = S(z2); z3 = w3 a2; a3 = S(z3); L = (a3 - y)^2/2"
    verdict = tz.check("dL/dw1 = (a3 - y) w3 w2 x", deep)
    (found,) = verdict.wrong.found if verdict.wrong else ()
    assert [found.line, *(o.line for o in found.others)] == ["a3", "a2", "a1"]
    assert {found.kind, *(o.kind for o in found.others)} == {"dropped"}


def test_entries_of_one_variable_are_one_variable() -> None:
    loss = "p = S(X w); L = -(1/n) ∑_i (y_i log(p_i) + (1 - y_i) log(1 - p_i))"
    shapes = {"X": (5, 3), "w": (3,), "y": (5,)}
    assert tz.check("dL/dw[j] = (1/n) sum_i (p[i] - y[i]) X[i, j]", loss, shapes=shapes)
    assert tz.check("dL/dw = X^T (p - y)/n", loss, shapes=shapes)
    assert not tz.check("dL/dw[j] = (1/n) sum_i (y[i] - p[i]) X[i, j]", loss, shapes=shapes)
    assert tz.check("dL/dv = v[0] + v[1]", "L = (v[0] + v[1])^2/2", shapes={"v": (2,)})


def test_steps_inside_a_line_are_named_by_their_formula() -> None:
    verdict = tz.check("cos(x^2)", "sin(x^2)")
    assert "the factor ∂(x²)/∂x of the chain rule is missing" in str(verdict)
    verdict = tz.check("e^x", "x e^x")
    assert (verdict.mistake, verdict.step) == ("path-forgotten", "L")


def test_a_mask_that_rarely_matters_is_still_found() -> None:
    loss = "z = w x + 3; a = relu(z); L = (a - y)^2/2"
    verdict = tz.check("dL/dw = (a - y) x", loss)
    assert (verdict.mistake, verdict.step, verdict.into) == ("dropped", "a", "z")


def test_numbers_in_the_loss() -> None:
    loss = "z = w x; L = 3 (z - y)^2/(2 c)"
    assert tz.check("dL/dw = 3 (z - y) x/c", loss, at={"c": 4.0})
    assert tz.check("dL/dw = (z - y) x/c", loss).mistake == "number"


WORDS_OF_CLAIMS = st.sampled_from(
    ["y", "f", "g", "z_f", "w21", "2", "0.5", "+", "-", "*", "/", "^2", "(", ")", "tanh(", "S(",
     "σ'(", "log(", "sqrt(", "exp(", "delta_f", "de/df", "∑_i", "[i]", "^T", "@", "𝟏", ",", "= ",
     "sum(", "max(0,", "1[", "]", ">"]
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.sampled_from(["de/dw20 = ", "delta_g = ", "z_f = "]), st.lists(WORDS_OF_CLAIMS, max_size=9)
)
def test_no_claim_raises_anything_but_errors_of_tiza(name: str, words: list[str]) -> None:
    try:
        verdict = tz.check(name + " ".join(words), NEURON)
        told = str(verdict), verdict._repr_html_()
    except TizaError as error:
        told = str(error), error.code
    assert all(told)


def test_an_answer_of_another_kind_is_wrong_without_a_name() -> None:
    verdict = tz.check("de/dw20 = 3", NEURON)
    assert not verdict
    assert verdict.mistake is None
    assert "No common mistake gives this result." in str(verdict)


def test_shapes_that_do_not_fit() -> None:
    shapes = {"X": (5, 3), "w": (3,), "y": (5,)}
    loss = "L = sum((X w - y)^2)/2"
    verdict = tz.check("dL/dw = X (X w - y)", loss, shapes=shapes)
    assert (verdict.mistake, verdict.point) == ("transpose", None)
    assert "With this change it is right: X^T (X w - y)" in str(verdict)
    verdict = tz.check("dL/dw = sum(X w - y)", loss, shapes=shapes)
    assert not verdict


@pytest.mark.parametrize(
    ("claim", "loss", "wrt", "code"),
    [
        ("x", "x y", None, "check-nothing"),
        ("x", "x y", "q", "check-variable"),
        ("dw = x", "3 + 4", None, "check-constant"),
        ("x", "v + w", "v", "check-not-scalar"),
        (3, "x^2", "x", "check-claim"),
        (lambda x: x, "x y", None, "check-wrt"),
        ("dL/dx = dL/dx", "x y", None, "check-circular"),
    ],
)
def test_what_cannot_be_checked(claim: Any, loss: str, wrt: str | None, code: str) -> None:
    shapes = {"v": (2,), "w": (2,)}
    with pytest.raises(ArgumentError) as caught:
        tz.check(claim, loss, wrt, shapes=shapes)
    assert caught.value.code == code
    for language in ("en", "es"):
        with use_language(language):
            assert str(caught.value)


def test_the_page_shows_the_verdict() -> None:
    html = tz.check("de/dw20 = -(y - f) f", NEURON)._repr_html_()
    assert html.startswith('<div class="tiza-check">')
    assert html.count("<li>") >= 3
    assert "&lt;" not in html


def test_every_mistake_is_told_in_both_languages() -> None:
    for table in (KINDS, REPAIRS, WORDS):
        for key, pair in table.items():
            assert pair[0] != pair[1], key
            assert pick(pair) == pair[0]
    assert set(MUTANTS) >= {"tanh", "sigmoid", "relu", "matmul", "softmax", "cross_entropy", "pow"}


def test_every_kind_of_mistake_has_its_words() -> None:
    import inspect
    import re

    from tiza.readings.blackboard.mistakes import kinds, repairs

    made = set(re.findall(r'Mutant\(\s*"([a-z-]+)"', inspect.getsource(kinds)))
    made |= {"sign", "difference-reversed"}
    assert made <= set(KINDS)
    changed = set(re.findall(r'yield "([a-z-]+)"', inspect.getsource(repairs)))
    assert changed <= set(REPAIRS)
