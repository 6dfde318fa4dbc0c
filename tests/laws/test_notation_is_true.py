"""The notation in the records is true: it is read back as a formula and computed with numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from laws.cases import ALL, floats, leaves, results, samples, values

import tiza as tz
from tiza.graph import Primitive, placeholder
from tiza.lang.grammar import parse
from tiza.readings.blackboard.functions import ENTRYWISE
from tiza.readings.evaluate import Program
from tiza.transforms import differentiate

LETTERS = ["x", "w", "v"]
OPTIONS = {"a": "a", "alpha": "alpha", "lambd": "lambda", "beta": "beta", "limit": "a", "low": "a",
           "high": "b"}  # fmt: skip
WORDS = {  # names of functions that books write and no one computes with in a formula typed in
    "ELU", "LeakyReLU", "CELU", "SELU", "threshold", "arsinh", "arcosh", "artanh", "atan2",
    "trunc", "round", "nextafter", "isnan", "isinf", "isfinite", "signbit",
}  # fmt: skip
SIGNS = {r"\lfloor", r"\lceil", r"\bmod", r"\Phi", "u'", ";", r"\begin", r"\lnot", r"\Re", r"\Im",
         r"\overline", r"\sim", r"\oplus", r"\ll", r"\gg", r"\land", r"\lor"}  # fmt: skip
ENTRIES = [p for p in ALL if p.family == "elementwise" or p.name in ENTRYWISE]
MATRICES = ["matmul", "inv", "det", "linear"]
SELU = {"lambda": 1.0507009873554805, "alpha": 1.6732632423543772}


def known_sign(template: str) -> bool:
    text = template.replace("{{", "{").replace("}}", "}")
    return not any(sign in text for sign in SIGNS) and not any(
        rf"\operatorname{{{word}}}" in text for word in WORDS
    )


def read(template: str, given: dict[str, Any]) -> Any:
    """The value of a template, its places filled with letters."""
    text = template.format(*LETTERS, y="y", g="g").replace(r"\tfrac", r"\frac")
    return parse(text.replace(r"\textstyle", "")).build(given).numpy()


def entries(prim: Primitive, limit: int = 6) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Its samples entry by entry: numbers, so that no two arrays stand side by side."""
    found = []
    for xs, attrs in samples(prim):
        if "threshold" in attrs:  # beyond it softplus is x, which no formula says
            xs = tuple(np.minimum(x, attrs["threshold"] / attrs["beta"]) for x in xs)
        real = all(x.dtype.kind == "f" for x in xs)
        wide = np.broadcast_arrays(*xs) if real else []
        found += [(tuple(np.array(v) for v in row), attrs)
                  for row in zip(*(np.ravel(x)[:limit] for x in wide), strict=True)]  # fmt: skip
    return found


def letters_of(prim: Primitive, xs: tuple[Any, ...], attrs: dict[str, Any]) -> dict[str, Any]:
    given = {n: tz.tensor(np.asarray(x, float)) for n, x in zip(LETTERS, xs, strict=False)}
    given |= {OPTIONS[k]: tz.tensor(np.array(float(v))) for k, v in attrs.items() if k in OPTIONS}
    return given | (
        {k: tz.tensor(np.array(v)) for k, v in SELU.items()} if prim.name == "selu" else {}
    )


def slopes(xs: tuple[Any, ...], prim: Primitive, attrs: dict[str, Any], g: Any) -> dict[int, Any]:
    """The exact derivative for each input that has one."""
    nodes = leaves(xs)
    (out,) = results(prim, nodes, attrs)
    where = floats(nodes)
    seed = placeholder(out.shape, out.dtype)
    found = differentiate([out], [nodes[i] for i in where], [seed])
    return {i: np.zeros(np.shape(xs[i])) if n is None else Program([seed], [n])(g)[0]
            for i, n in zip(where, found, strict=True)}  # fmt: skip


def assert_near(got: Any, want: Any, text: str) -> None:
    want = np.asarray(want, float)
    if np.isfinite(want).all():
        np.testing.assert_allclose(np.broadcast_to(got, want.shape), want, rtol=1e-9, atol=1e-9,
                                   err_msg=text)  # fmt: skip


@pytest.mark.parametrize("prim", [p for p in ENTRIES if known_sign(p.latex)], ids=str)
def test_the_notation_of_the_value(prim: Primitive) -> None:
    for xs, attrs in entries(prim):
        (want,) = values(results(prim, leaves(xs), attrs))
        if want.dtype.kind == "f":
            assert_near(read(prim.latex, letters_of(prim, xs, attrs)), want, prim.latex)


@pytest.mark.parametrize("prim", [p for p in ENTRIES if p.latex_vjp], ids=str)
def test_the_notation_of_the_derivative(prim: Primitive) -> None:
    for xs, attrs in entries(prim):
        (y,) = values(results(prim, leaves(xs), attrs))
        if y.dtype.kind != "f" or not np.isfinite(y):
            continue
        g = np.array(1.7)
        exact = slopes(xs, prim, attrs, g)
        given = letters_of(prim, xs, attrs) | {"y": tz.tensor(y.astype(float)), "g": tz.tensor(g)}
        for i, template in enumerate(prim.latex_vjp):
            if i in exact and known_sign(template):
                assert_near(read(template, given), exact[i], template)


@pytest.mark.parametrize("name", MATRICES)
def test_matrices(name: str) -> None:
    (prim,) = (p for p in ALL if p.name == name)
    rng = np.random.default_rng(0)
    shapes = {"matmul": [(3, 4), (4, 2)], "linear": [(3, 4), (2, 4), (2,)]}.get(name, [(3, 3)])
    xs = tuple(rng.normal(size=s) for s in shapes)
    (y,) = values(results(prim, leaves(xs), {}))
    g = rng.normal(size=y.shape)
    capital = dict(zip(["{0}", "{1}", "{2}"], ["X", "W", "b"], strict=True))
    given = {capital[f"{{{i}}}"]: tz.tensor(x) for i, x in enumerate(xs)}
    given |= {"Y" if y.ndim else "y": tz.tensor(y), "G" if y.ndim else "g": tz.tensor(g)}
    marks = {"y": "Y" if y.ndim else "y", "g": "G" if y.ndim else "g"}
    for i, template in enumerate((prim.latex, *prim.latex_vjp)):
        text = template.format(*capital.values(), **marks)
        if r"{-\top}" in text:  # the inverse of the transpose: (X^{-1})^T when typed
            text = text.replace(r"X^{-\top}", r"(X^{-1})^\top")
        want = y if not i else slopes(xs, prim, {}, g)[i - 1]
        if name == "linear" and i == 0:
            text = text.replace("+ b", r"+ \mathbf{1} b^\top")
        if name == "linear" and i == 3:  # a row, which is the vector
            want = want[None]
        assert_near(parse(text).build(given).numpy(), want, text)


def test_few_are_left_out() -> None:
    """What no formula can be typed for is written with a word or a sign of its own."""
    read_back = [p for p in ENTRIES if known_sign(p.latex)]
    assert len(read_back) >= 0.6 * len(ENTRIES)
    told = [t for p in ENTRIES for t in p.latex_vjp if t]
    assert sum(map(known_sign, told)) >= 0.9 * len(told)


def test_a_wrong_template_is_caught() -> None:
    with pytest.raises(AssertionError):
        assert_near(read(r"{g} \odot (1 + {y}^2)", {"y": tz.tensor(0.3), "g": tz.tensor(1.0)}),
                    1 - 0.09, "tanh")  # fmt: skip
