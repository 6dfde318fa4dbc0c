"""What the waist refuses: every rule for shapes and types, asked with what it does not take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza.errors import GradientError, ShapeError, TizaError
from tiza.graph import PRIMITIVES, Body, Node, composite, constant, parts, placeholder
from tiza.graph.node import COMPOSITES
from tiza.graph.place import describe, here, line_of
from tiza.readings.evaluate import Program
from tiza.transforms import differentiate, simplify
from tiza.transforms.differentiate import gradients


def x(*shape: int, dtype: str = "float64") -> Node:
    return constant(np.ones(shape, dtype))


def whole(*shape: int) -> Node:
    return x(*shape, dtype="int64")


def op(name: str, *inputs: Node, **attrs: Any) -> Node:
    return PRIMITIVES[name](*inputs, **attrs)


def body(*shapes: tuple[int, ...], dtype: str = "float64") -> Body:
    """The identity on inputs of these shapes."""
    holes = tuple(placeholder(s, np.dtype(dtype)) for s in shapes)
    return Body(holes, holes)


WINDOW = {"size": (2,), "stride": (1,), "dilation": (1,), "low": (0,), "high": (0,)}
FLAG = x(dtype="bool")
REFUSED: dict[str, tuple[str, Callable[[], Node]]] = {
    "where asks for a boolean": ("where-condition", lambda: op("where", x(2), x(2), x(2))),
    "matmul asks for matrices": ("matmul-rank", lambda: op("matmul", x(2), x(2, 2))),
    "matmul pairs an axis": ("matmul-inner", lambda: op("matmul", x(2, 3), x(2, 3))),
    "reshape guesses one side": ("reshape-size", lambda: op("reshape", x(6), shape=(-1, -1))),
    "reshape keeps the number": ("reshape-size", lambda: op("reshape", x(6), shape=(4,))),
    "an axis does not shrink": ("broadcast-to", lambda: op("broadcast_to", x(3), shape=(1,))),
    "an index is whole": ("index-type", lambda: op("take", x(3), x(2), axis=0)),
    "the sum of rows fits its index": (
        "index-shape",
        lambda: op("take_add", x(3), whole(2), axis=0, size=4),
    ),
    "take_along has as many axes": (
        "index-along",
        lambda: op("take_along", x(3, 2), whole(2), axis=0),
    ),
    "take_along fits elsewhere": (
        "index-along",
        lambda: op("take_along", x(3, 2), whole(3, 1), axis=0),
    ),
    "the place of the least of nothing": (
        "reduce-empty",
        lambda: op("argmin", x(0, 2), axis=0),
    ),
    "put asks for as many rows": ("put-shape", lambda: op("put", x(3, 2), whole(2), x(2))),
    "the least of nothing": (
        "reduce-empty",
        lambda: op("max", x(0, 2), axis=(0,), keepdims=False),
    ),
    "a scan has rows": (
        "scan-length",
        lambda: op("scan", x(3), body=body(()), consts=0, carry=0, length=2, reverse=False),
    ),
    "a scan keeps its state": (
        "body-types",
        lambda: op("scan", x(3), body=body((2,)), consts=0, carry=1, length=2, reverse=False),
    ),
    "cond asks one question": ("cond-scalar", lambda: op("cond", x(2), yes=body(), no=body())),
    "both branches agree": (
        "body-types",
        lambda: op("cond", FLAG, x(2), yes=body((2,)), no=body((3,))),
    ),
    "while asks for a boolean": (
        "body-types",
        lambda: op("while", x(), test=body(()), body=body(())),
    ),
    "a window needs its axes": ("window-axes", lambda: op("windows", x(), **WINDOW)),
    "windows fit their picture": (
        "window-add-shape",
        lambda: op("windows_add", x(3, 3), shape=(3,), **WINDOW),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    code, make = REFUSED[what]
    with pytest.raises(TizaError) as caught:
        make()
    assert caught.value.code == code
    assert caught.value.operands  # the shapes of the inputs are shown
    assert caught.value.place.startswith("test_refusals.py:")
    assert str(caught.value)


def test_leaves_are_not_applied() -> None:
    with pytest.raises(LookupError, match="a leaf is made by"):
        op("constant")


def test_what_has_no_derivative_says_so() -> None:
    w = x(3)
    with pytest.raises(GradientError) as caught:
        differentiate([op("nextafter", w, x(3))], [w], [x(3)])
    assert caught.value.code == "no-derivative"


def test_only_a_scalar_loss_has_a_gradient() -> None:
    w = x(2)
    with pytest.raises(GradientError) as caught:
        gradients(w, [w])
    assert caught.value.code == "loss-not-scalar"


def test_cond_on_whole_numbers_passes_nothing_back() -> None:
    w = x()
    both = op("cond", FLAG, whole(), yes=body((), dtype="int64"), no=body((), dtype="int64"))
    answer = op("multiply", w, op("cast", parts(both)[0], dtype=np.dtype("float64")))
    (slope,) = gradients(answer, [w])
    assert slope is not None
    assert Program((), [slope])()[0] == 1


def test_a_composite_without_a_rule_asks_its_body_for_the_shape() -> None:
    twice = composite("twice_for_a_test", lambda a: a + a, latex="2 {0}", samples=lambda rng: [])
    try:
        w = x(2, 3)
        assert twice(w).shape == (2, 3)
        assert Program((), [twice(w)])()[0].tolist() == [[2.0] * 3] * 2
    finally:
        del COMPOSITES["twice_for_a_test"]


def test_a_name_is_taken_once() -> None:
    with pytest.raises(LookupError, match="two primitives are called softmax"):
        composite("softmax", lambda a: a, latex="", samples=lambda rng: [])


def test_simplify_leaves_numbers_without_a_formula_of_their_own() -> None:
    w = x()
    (same,) = simplify([COMPOSITES["softmax"](op("reshape", w, shape=(1,)), axis=0)])
    assert Program((), [same])()[0].tolist() == [1.0]


def test_a_place_without_its_line_is_that_of_its_function() -> None:
    place = here()
    assert place is None or describe(place)  # called by pytest: no frame of tiza in between
    code = test_a_name_is_taken_once.__code__
    assert line_of((code, 10**6, "")) == (code.co_filename, code.co_firstlineno)
    assert describe(None) == ""


def test_windows_put_back_fit_their_picture() -> None:
    with pytest.raises(TizaError) as caught:
        op("window_put", x(3), whole(3), shape=(3,), **WINDOW)
    assert caught.value.code == "window-put-shape"


def test_the_pseudoinverse_of_nothing_is_nothing() -> None:
    assert Program((), [op("pinv", x(0, 3), x())])()[0].shape == (3, 0)


def test_both_factors_of_a_wide_matrix_have_slopes() -> None:
    wide = tz.tensor(np.random.default_rng(0).normal(size=(2, 4)))
    weights = np.random.default_rng(1).normal(size=(2, 4))

    def f(a: tz.Tensor) -> tz.Tensor:
        u, s, vh = tz.linalg.svd(a, full_matrices=False)
        return (weights * vh * vh).sum() + (weights[:, :2] * u * u).sum() + s[0]

    assert tz.check_grad(f, wide)


def test_an_error_that_names_its_operands_keeps_them() -> None:
    def shape_of(a: Node) -> Any:
        raise ShapeError("item-size", shape=a.shape, size=6, operands=(("mine", "(2, 3)"),))

    fussy = composite(
        "fussy_for_a_test", lambda a: a, latex="", samples=lambda rng: [], infer=shape_of
    )
    try:
        with pytest.raises(ShapeError) as caught:
            fussy(x(2, 3))
        assert caught.value.operands == (("mine", "(2, 3)"),)
    finally:
        del COMPOSITES["fussy_for_a_test"]
