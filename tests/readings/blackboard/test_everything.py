"""Every layer, loss and model derives: named symbols, true formulas, the field's notation."""

import re

import numpy as np
import pytest
from laws.native_steps import LAYERS, LOSSES, drawn, square
from models.catalogue import BY_RULE, CASES

import tiza as tz
from tiza import losses, models, nn
from tiza.graph import COMPOSITES, PRIMITIVES
from tiza.readings.blackboard.expr import symbols_of

CODE = set(PRIMITIVES) | set(COMPOSITES)
FIELD = {  # names of operations that books use as they are
    "arctan", "argmax", "atan2", "erf", "flip", "hardshrink", "hardsigmoid", "hardswish",
    "hardtanh", "lgamma", "logsumexp", "max", "min", "pad", "reshape", "round", "sign", "softmax",
    "softplus", "softshrink", "softsign", "standardize", "tanhshrink", "threshold", "windows",
}  # fmt: skip
NO_SLOPE = {"SOM", "Perceptron", "Identity"}
# Too large for the quick tests.
LONG = {"UNet", "PatchUNet", "GPT", "BERT", "LSTMClassifier", "CharLSTM", "Siamese", "LeNet5",
        "SmallCNN", "Transformer", "TransformerDecoder", "TransformerEncoder",
        "LSTM both ways", "GRU both ways"}  # fmt: skip


def cases(names):
    return [pytest.param(n, marks=pytest.mark.slow if n in LONG else ()) for n in names]


def tensors(given, rng):
    xs = [tz.tensor(drawn(spec, "float32", rng)) for spec in given]
    return [x.requires_grad_() if x.dtype.kind == "f" else x for x in xs]


def assert_names(d):
    """Nothing is used before it is introduced, and no two things have one symbol."""
    known = {i.name for i in d.symbols}
    for step in d.part("forward"):
        assert set(symbols_of(step.formula)) <= known, step.text
        known.add(step.name)
    assert len(set(map(str, known))) == len(known)


def assert_notation(d):
    """No name of code among the operations."""
    for step in d.steps:
        for word in re.findall(r"operatorname\{([^}]+)\}", step.latex):
            assert word not in CODE - FIELD, (word, step.text)


def assert_derives(loss, wrt, names=None):
    d = tz.derive(loss, wrt, names=names)
    for step in d.steps:
        assert step.error(d.values) < 1e-9, step.text
    assert d.check()["finite"] < 1e-6
    assert_names(d)
    assert_notation(d)
    assert d._repr_html_()
    assert d._repr_latex_().isascii()
    summary = tz.derive(loss, wrt, names=names, detail="summary")
    assert len(str(summary).splitlines()) <= 30 + 10 * len(d.board.wrt)
    assert len(str(summary)) <= len(str(d))


@pytest.mark.parametrize("name", cases(n for n in LAYERS if n not in NO_SLOPE))
def test_layers(name):
    tz.manual_seed(1)
    make, given = LAYERS[name]
    layer, xs = make(), tensors(given, np.random.default_rng(0))
    with tz.no_grad():
        layer(*xs)
    loss = square(layer(*xs))
    assert_derives(loss, layer if list(layer.parameters()) else [xs[0]])


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name):
    loss, given = LOSSES[name]
    xs = tensors(given, np.random.default_rng(0))
    assert_derives(loss(*xs), xs[:1])


@pytest.mark.parametrize("name", cases(CASES))
def test_models(name):
    tz.manual_seed(0)
    case = CASES[name]
    model = case.make()
    assert_derives(case.loss(model, *case.batch(np.random.default_rng(0))), model)


def test_nothing_is_left_out():
    """Every class of tiza.nn and tiza.models, and every loss."""
    of_nn = {n for n, k in vars(nn).items() if isinstance(k, type) and issubclass(k, nn.Module)}
    boxes = {"Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"}
    tried = {name.split()[0] for name in LAYERS} | {name.split()[0] for name in LOSSES}
    lazy = {n for n in of_nn if n.startswith("Lazy")}  # become the layers without that word
    assert of_nn - boxes - lazy - tried == set()
    assert {n.removeprefix("Lazy") for n in lazy} <= tried
    of_models = {n for n, k in vars(models).items() if isinstance(k, type)}
    assert of_models - BY_RULE - set(CASES) == set()
    functions = {n for n, f in vars(losses).items() if callable(f) and n.endswith("_loss")}
    assert {n for n in functions if not _is_tried(n)} == set()


def _is_tried(name):
    """focal_loss stands as "focal", mse_loss as MSELoss."""
    short = name.removesuffix("_loss").replace("_", "").lower()
    tried = {n.split(" of ")[0].removesuffix("Loss").replace("_", "").replace(" ", "").lower()
             for n in LOSSES}  # fmt: skip
    aliases = {"binarycrossentropy": "bce", "binarycrossentropywithlogits": "bcewithlogits"}
    return aliases.get(short, short) in tried


def test_a_name_of_code_is_caught():
    x = tz.tensor([1.0, 2.0], requires_grad=True)
    d = tz.derive((tz.tanh(x) ** 2).sum(), x)
    assert_notation(d)
    CODE.add("tanhx")
    with pytest.raises(AssertionError):
        assert_notation(_Fake())
    CODE.discard("tanhx")


class _Fake:
    class _Step:
        latex, text = r"\operatorname{tanhx}(x)", "tanhx(x)"

    steps = (_Step(),)
