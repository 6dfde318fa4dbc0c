"""The grammar: one formula in many spellings, the same trees back, errors that point."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiza as tz
from tiza.errors import ArgumentError, TizaError, entries, use_language
from tiza.lang.grammar import parse
from tiza.lang.grammar.names import canonical
from tiza.lang.grammar.tree import (
    Call,
    Chain,
    Compare,
    Name,
    Neg,
    Num,
    Ones,
    Pow,
    Transpose,
    Tree,
)

RNG = np.random.default_rng(0)
SCALARS = {
    n: float(v)
    for n, v in zip(
        ("y", "w10", "w11", "w12", "w20", "w21", "x1", "x2", "z_g", "z_f", "g", "f", "eta"),
        RNG.normal(size=13),
        strict=True,
    )
}
X, W, D, Y = (RNG.normal(size=s) for s in ((5, 3), (4, 3), (5, 4), (5, 4)))
B1, V, U = RNG.normal(size=4), RNG.normal(size=3), RNG.normal(size=3)
ARRAYS = {"X": X, "W": W, "delta": D, "Y": Y, "b": B1, "v": V, "u": U, "dL_dZ": D}


def value(text: str, **values: object) -> np.ndarray:
    given = {k: np.asarray(v, dtype=float) for k, v in (SCALARS | ARRAYS | values).items()}
    return parse(text).build(given).numpy()


def sigmoid(z: np.ndarray | float) -> np.ndarray:
    return 1 / (1 + np.exp(-np.asarray(z)))


S = SCALARS
SPELLINGS = {
    "the loss of one neuron": (
        0.5 * (S["y"] - sigmoid(S["w20"] + S["w21"] * np.tanh(S["w10"] + S["w11"] * S["x1"]))) ** 2,
        [
            "(y - S(w20 + w21*tanh(w10 + w11*x1)))**2/2",
            r"\frac{1}{2}(y-\sigma(w_{20}+w_{21}\tanh(w_{10}+w_{11}x_1)))^2",
            "1/2 (y − σ(w₂₀ + w₂₁ tanh(w₁₀ + w₁₁ x₁)))²",
            "0.5*np.square(y - torch.sigmoid(w20 + w21*math.tanh(w10 + w11*x1)))",
            r"\tfrac12 \left( y - \operatorname{sigmoid}\left(w_{20} + w_{21} \tanh {(w_{10} +"
            r" w_{11} x_{1})} \right)\right)^{2}",
            "z = w10 + w11 x1\ng = tanh(z)  # hidden\nf = S(w20 + w21 g)\ne = (y - f)^2 / 2",
            "z = w10 + w11*x1; f = S(w20 + w21*tanh(z)); (y - f)*(y - f)/2",
            r"(y - S(w20 + w21 \cdot \tanh(w10 + w11 \times x1)))^2 \div 2",
        ],
    ),
    "gradient of a weight matrix": (
        D.T @ X,
        [
            "delta.T @ X",
            r"\delta^\top X",
            "δᵀ X",
            r"\delta^{T} X",
            r"\left(\frac{\partial L}{\partial Z}\right)^\top X",
            "(dL/dZ)^T X",
            "(∂L/∂Z)^T X",
            r"(\nabla_Z L)^T X",
            "dL/dW[j,k] = sum_i dL/dZ[i,j] X[i,k]",
            r"G[j, k] = \sum_{i=1}^{n} \delta_{ij} X_{ik}",
            "matmul(transpose(delta), X)",
        ],
    ),
    "a layer": (
        X @ W.T + B1,
        ["X @ W.T + b", "X W^T + 1 b^T", r"X W^\top + \mathbf{1} b^\top", "X Wᵀ + 𝟏 bᵀ",
         "XX = X; XX W.mT + b"],
    ),
    "sum over the batch": (
        D.sum(0),
        ["delta^T 1", r"\delta^\top \mathbf{1}", "sum(delta, axis=0)", "delta.sum(dim=0)",
         "g[j] = ∑_i delta[i, j]", r"𝟏^T δ", "g[j] = 5 mean_i delta[i, j]"],
    ),
    "a mask": (
        D * (Y > 0),
        ["delta * (Y > 0)", "δ ⊙ 1[Y > 0]", r"\delta \odot \mathbb{1}[Y > 0]",
         "delta (.) 1[Y > 0]", "1[0 < Y] ⊙ δ", "δ ⊙ relu'(Y)"],
    ),
    "products of vectors": (
        np.outer(V, U),
        ["v u^T", "outer(v, u)", "M[i, j] = v[i] u[j]", "(u v^T)^T"],
    ),
    "inner products": (
        V @ U,
        ["v^T u", "v @ u", "v · u", "dot(v, u)", "sum(v*u)", r"\sum_i v_i u_i", "∑ᵢ vᵢ uᵢ",
         "∑_{k=0}^{3} v_k u_k", "v.dot(u)", "sum(v ⊙ u)"],
    ),
    "precedence": (
        D * (X @ W.T),
        ["δ ⊙ X W^T", "X W^T ⊙ δ", "delta ⊙ X @ W.T", "delta * (X W^T)"],
    ),
    "powers": (
        -(S["g"] ** 2) ** 2 + 2.0 ** -1 * S["f"] ** 3,
        ["-(g^2)^2 + f³/2", "-g**4 + 2^-1 f^3", "-(g²)² + 2⁻¹ f³"],
    ),
    "derivatives of functions": (
        1 - np.tanh(S["z_g"]) ** 2,
        ["tanh'(z_g)", "1 - tanh²(z_g)", r"1 - \tanh^2(z_g)", r"\tanh^{\prime}(z_g)",
         "1 - tanh(z_g)**2",
         "(1 - tanh z_g)(1 + tanh z_g)", r"\operatorname{tanh}'(z_{g})"],
    ),
    "Euler and pi": (
        math.exp(-S["f"]) * math.pi,
        ["e^{-f} pi", "exp(-f)*π", r"e^{-f} \pi", "pi/exp(f)", "e**(-f)*np.pi"],
    ),
    "the variable e": (2.0, ["e = 2\ne", "e = 1\ne + e^2"]),
    "absolute values": (
        abs(S["f"] - S["g"]) * np.sqrt(V @ V),
        ["|f - g| ‖v‖", r"\lvert f - g \rvert \lVert v \rVert", "abs(f-g)*norm(v)",
         r"\left| f - g \right| \sqrt{v^T v}"],
    ),
    "roots and logarithms": (
        math.log(9.0) / math.log(2) + 2,
        ["log2(9) + sqrt(4)", r"\log_2 9 + \sqrt{4}", r"\frac{\ln 9}{\ln 2} + \sqrt[3]{8}"],
    ),
    "an inverse": (
        np.linalg.inv(X.T @ X) @ X.T @ D,
        ["(X^T X)^{-1} X^T δ", "inv(X.T @ X) @ X.T @ delta", "(XᵀX)⁻¹ Xᵀ delta"],
    ),
    "an entry": (W[1, 2] * V[0], ["W[1, 2] v[0]", "W[1,2]*v[0]"]),
    "maxima": (max(0.0, S["z_f"]), ["max(0, z_f)", "relu(z_f)", r"\max(0, z_f)",
    "maximum(z_f, 0)", "ReLU(z_f)", "z_f 1[z_f > 0]"]),
}  # fmt: skip


@pytest.mark.parametrize("what", SPELLINGS, ids=str)
def test_every_spelling_has_the_value(what: str) -> None:
    want, texts = SPELLINGS[what]
    for text in texts:
        np.testing.assert_allclose(value(text), want, rtol=1e-12, err_msg=text)


@pytest.mark.parametrize("what", SPELLINGS, ids=str)
def test_both_printed_forms_have_the_value(what: str) -> None:
    want, texts = SPELLINGS[what]
    for text in texts:
        read = parse(text)
        assert parse(read.to_text()).statements[-1].values == read.statements[-1].values, text
        left = text.partition("=")[0]
        if ("[" not in left or "1[" in text) and "v*u" not in text:  # see to_latex
            np.testing.assert_allclose(value(read.to_latex()), want, rtol=1e-12, err_msg=text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("w_{20}", "w20"), ("w₂₀", "w20"), ("w_20", "w20"), (r"\hat{y}", "y_hat"), ("ŷ", "y_hat"),
        (r"\hat y", "y_hat"), ("ŷ₁", "y_hat1"), (r"\delta_f", "delta_f"), ("δ_f", "delta_f"),
        (r"\mathbf{W}^{(1)}", "W1"), ("W⁽¹⁾", "W1"), ("w_{2,0}", "w2_0"), ("w2_0", "w2_0"),
        ("h_{t-1}", "h_t_minus_1"), (r"\theta_{\text{ref}}", "theta_ref"), ("η", "eta"),
        (r"\varepsilon", "epsilon"), (r"\bar{x}_i", "x_bar_i"), ("año", "año"), ("z_g", "z_g"),
    ],
)  # fmt: skip
def test_a_name_has_one_spelling(text: str, name: str) -> None:
    assert parse(text).variables == (name,)
    assert canonical(text) == name


def test_variables_are_those_that_need_values() -> None:
    read = parse("z = w x + b\na = tanh(z)\nde/dw = (a - y) tanh'(z) x")
    assert read.variables == ("w", "x", "b", "y")
    assert read.name == "de_dw"
    assert read.missing({"w": 1, "x": 2}) == ["b", "y"]


def test_lines_name_their_results() -> None:
    read = parse("z = w x; a = tanh(z)")
    lines = read.trace({"w": np.float64(2), "x": np.float64(0.5)})
    assert [(s.name, t.name) for s, t in lines] == [("z", "z"), ("a", "a")]
    assert float(lines[-1][1]) == pytest.approx(math.tanh(1.0))


def test_the_result_can_be_differentiated() -> None:
    read = parse("(y - S(w x))^2/2")
    values = {"y": np.float64(1), "x": np.float64(2)}
    slope = tz.grad(lambda w: read.build(values | {"w": w}))(tz.tensor(0.3, dtype=tz.float64))
    f = sigmoid(0.6)
    assert float(slope) == pytest.approx(-(1 - f) * f * (1 - f) * 2)


def test_known_names_are_variables() -> None:
    assert parse("S (1 - S)", known={"S"}).variables == ("S",)
    assert parse("dx/dy", known={"dx", "dy"}).variables == ("dx", "dy")
    assert parse("W_{jk}").variables == ("W_jk",)


def test_equalities_give_several_names_and_formulas() -> None:
    (line,) = parse("delta_g := de/dz_g = delta_f w21 (1 - g^2) = -0.25").statements
    assert [t.name for t in line.targets] == ["delta_g", "de_dz_g"]
    assert len(line.values) == 2


WRONG = {  # text, code, column
    "w20 + * 3": ("grammar-unexpected", 7),
    "(a + b": ("grammar-close", 7),
    "a + ": ("grammar-ends", 5),
    "": ("grammar-empty", 1),
    "a $ b": ("grammar-character", 3),
    r"\foo a": ("grammar-command", 1),
    r"\hat{}": ("grammar-group", 1),
    "1e999": ("grammar-number", 1),
    "w 20": ("grammar-number-behind", 3),
    "(a, b)": ("grammar-comma", 3),
    "a + b = 3": ("grammar-left", 1),
    "a + b\nc": ("grammar-unnamed", 1),
    "sigmod(z)": ("grammar-function", 1),
    "tanh": ("grammar-no-argument", 5),
    "tanh^n(x)": ("grammar-function-power", 5),
    "f'": ("grammar-prime", 2),
    "x.foo()": ("grammar-method", 3),
    "x[i+1]": ("grammar-unexpected", 4),
    "x[(i)]": ("grammar-subscript", 3),
    "sum(x, axis=k)": ("grammar-option", 13),
    "∂e + 1": ("grammar-partial", 1),
    r"\sum_{i=3} x_i": ("grammar-sum-from", 5),
    r"\sum_{12} x": ("grammar-sum-index", 1),
    "(" * 60 + "a" + ")" * 60: ("grammar-deep", 49),
    "[a]]": ("grammar-unexpected", 4),
}


@pytest.mark.parametrize("text", WRONG, ids=lambda t: t[:12])
def test_errors_point_at_the_place(text: str) -> None:
    code, column = WRONG[text]
    with pytest.raises(ArgumentError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.params["column"]) == (code, column)
    shown, caret = (what for _, what in caught.value.operands)
    assert caret == " " * (caret.index("^")) + "^"
    assert len(shown) <= 90


def test_an_error_in_full_in_both_languages() -> None:
    with pytest.raises(ArgumentError) as caught:
        parse("z = w x\na = sigmod(z)")
    assert str(caught.value) == (
        "line 2, column 5: there is no function sigmod\n"
        "      a = sigmod(z)\n"
        "          ^\n"
        "    fix: do you mean sigmoid?"
    )
    with use_language("es"):
        assert str(caught.value).startswith("línea 2, columna 5: no existe la función sigmod\n")
        assert str(caught.value).endswith("arreglo: ¿quiere decir sigmoid?")


UNBUILDABLE = {
    "q + f": "grammar-name",
    "x_i": "grammar-name",
    "v[i]": "grammar-index-free",
    "∑_i f": "grammar-index-unused",
    "∑_i v[i] b[i]": "grammar-index-size",
    "v[7]": "grammar-index-outside",
    "v[0, 1]": "grammar-index-many",
    "∑_i X[i, i]": "grammar-index-twice",
    "g[i] = X[i]": "grammar-index-rest",
    "∑_i det(X) v[i]": "grammar-index-function",
    "∑_{i=1}^{7} v_i": "grammar-sum-upto",
    "1/0": "grammar-outside",
    "(-1)^(1/2)": "grammar-outside",
    "1e300*1e300": "grammar-outside",
    "tanh(f, g)": "grammar-arguments",
    "tanh(f, axis=0)": "grammar-no-option",
    "softmax(v, axis=3)": "grammar-axis",
    "v u": "grammar-two-vectors",
    "v 𝟏": "grammar-ones",
    "softmax'(v)": "grammar-prime-of",
    "X W": "matmul-inner",
    "X + W": "broadcast",
}


@pytest.mark.parametrize("text", UNBUILDABLE, ids=str)
def test_what_cannot_be_built_says_why(text: str) -> None:
    with pytest.raises(TizaError) as caught:
        value(text)
    assert caught.value.code == UNBUILDABLE[text]


def test_every_message_of_the_grammar_was_read_here() -> None:
    seen = {code for code, _ in WRONG.values()} | set(UNBUILDABLE.values())
    rest = {c for c in entries() if c.startswith("grammar-")} - seen
    assert rest == {"grammar-text", "grammar-long"}
    for text, code in ((7, "grammar-text"), ("a" * 60_000, "grammar-long")):
        with pytest.raises(ArgumentError) as caught:
            parse(text)  # type: ignore[arg-type]
        assert caught.value.code == code


def test_long_chains_do_not_exhaust_the_stack() -> None:
    assert value(" + ".join(["f"] * 4000)) == pytest.approx(4000 * S["f"])
    with pytest.raises(ArgumentError, match="brackets inside"):
        parse("-" * 3000 + "f")
    with pytest.raises(ArgumentError, match="brackets inside"):
        parse("^".join("f" * 3000))


# Any tree, printed and read again, is the same tree.
NAMES = st.sampled_from(["a", "b1", "w20", "z_g", "delta_f", "y_hat", "de_dw20", "X", "W1"])
LEAVES = st.one_of(
    NAMES.map(Name),
    st.integers(0, 999).map(Num),
    st.floats(1e-3, 1e3).map(Num),
    st.just(Ones()),
)
PRODUCTS, SUMS = st.sampled_from(["*", "/", "@", "·", ""]), st.sampled_from(["+", "-"])


def rows(kind: str, ops: st.SearchStrategy[str], inner: st.SearchStrategy[Tree]) -> object:
    rest = st.lists(st.tuples(ops, inner), min_size=1, max_size=3).map(tuple)
    return st.builds(Chain, st.just(kind), inner, rest)


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    functions = st.sampled_from(["tanh", "sigmoid", "exp", "log", "sum", "abs", "softmax"])
    return st.one_of(
        rows("sum", SUMS, inner), rows("product", PRODUCTS, inner),
        rows("entries", st.just("⊙"), inner), st.builds(Neg, inner), st.builds(Transpose, inner),
        st.builds(Pow, inner, inner), st.builds(Call, functions, st.tuples(inner)),
        st.builds(Call, st.sampled_from(["max", "dot"]), st.tuples(inner, inner)),
        st.builds(Call, st.sampled_from(["tanh", "sigmoid"]), st.tuples(inner), primes=st.just(1)),
        st.builds(Call, st.just("indicator"), st.tuples(st.builds(
            Compare, st.sampled_from(["<", ">", "<=", ">=", "!=", "=="]), inner, inner))),
    )  # fmt: skip


@given(st.recursive(LEAVES, grown, max_leaves=12))
def test_a_printed_tree_is_read_as_the_same_tree(tree: Tree) -> None:
    from tiza.lang.grammar.show import to_text

    (line,) = parse(f"out = {to_text(tree)}").statements
    assert line.values == (tree,)


@given(st.recursive(LEAVES, grown, max_leaves=12))
def test_a_tree_in_latex_is_read_as_latex_of_the_same_value(tree: Tree) -> None:
    from tiza.lang.grammar.show import to_latex

    (line,) = parse(f"out = {to_latex(tree)}").statements
    assert to_latex(line.values[0]) == to_latex(parse(to_latex(line)).statements[0].values[0])


def assert_readable(error: TizaError) -> None:
    for language in ("en", "es"):
        with use_language(language):
            assert str(error)


PIECES = st.sampled_from(
    [*"abefxSTyz0123456789+-*/^()[]{}|,.;=<>'_\\ \n#⊙𝟏∂∑ᵀ²₁ŷδσ‖", "\\frac", "\\sum_", "tanh",
     "\\hat", "^T", "^{", "_{", "1[", "de/dw", "**", "sum(", "max(", "\\left(", "\\right)", "@",
     "\\mathbf{", "e^", "softmax(", "axis=", "2.5", "1e9", "∇_", "mean_i", ".T", "\\sqrt["]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_garbage_raises_nothing_but_errors_of_tiza(text: str) -> None:
    try:
        read = parse(text)
        shapes = [(), (2,), (2, 2)]
        values = {n: np.full(shapes[len(n) % 3], 0.5) for n in read.variables}
        with np.errstate(all="ignore"):
            read.build(values)
        read.to_latex()
    except TizaError as error:
        assert_readable(error)


@given(st.text(max_size=40))
def test_any_text_raises_nothing_but_errors_of_tiza(text: str) -> None:
    try:
        parse(text)
    except TizaError as error:
        assert_readable(error)


@pytest.mark.parametrize("text", ["1[-3 < a < 3]", r"\mathbf{1}[-3 < a < 3]", "1[3 > a > -3]"])
def test_comparisons_in_a_row_must_all_hold(text: str) -> None:
    a = tz.tensor([-4.0, -1.0, 2.0, 4.0])
    assert parse(text).build({"a": a}).tolist() == [0.0, 1.0, 1.0, 0.0]
