"""PyTorch's own samples of the arguments of its operators, put to tiza."""

import inspect

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's samples need it")

from sweep.differences import DIFFERENT, REAL, reason  # noqa: E402
from sweep.operators import OPERATORS, dtypes, namesake, tally, title  # noqa: E402

from tiza import nn  # noqa: E402
from tiza.nn import functional as F  # noqa: E402

pytestmark = pytest.mark.peer
torch.set_num_threads(1)
CASES = [(op, dtype) for op in OPERATORS for dtype in dtypes(op)]
QUICK = {
    "add", "clamp", "cumsum", "einsum", "gather", "logsumexp", "masked_fill", "max", "matmul",
    "mean", "median", "nn.functional.avg_pool2d", "nn.functional.batch_norm",
    "nn.functional.conv2d", "nn.functional.cross_entropy", "nn.functional.embedding",
    "nn.functional.layer_norm", "nn.functional.linear", "nn.functional.mse_loss",
    "nn.functional.normalize", "quantile", "scatter_add", "softmax", "sort", "split", "sum",
    "topk", "tril", "unique", "var", "where",
}  # fmt: skip


def kind(dtype):
    return "f" if dtype.is_floating_point else "b" if dtype is torch.bool else "i"


def assert_agrees(op, dtype):
    found, why = tally(op, dtype), reason(title(op), kind(dtype))
    assert found.passed + sum(found.left.values()) + len(found.differ) > 0, "no samples"
    if why is None:
        assert not found.differ, f"{len(found.differ)} of {found.name}:\n" + "\n".join(
            found.differ[:5]
        )


def identify(case):
    return f"{title(case[0])}-{str(case[1]).removeprefix('torch.')}"


@pytest.mark.parametrize("case", [c for c in CASES if c[0].name in QUICK], ids=identify)
def test_a_few_operators_agree(case):
    assert_agrees(*case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c in CASES if c[0].name not in QUICK], ids=identify)
def test_operators_agree(case):
    assert_agrees(*case)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*DIFFERENT, *REAL}))
def test_what_is_said_to_differ_does(name):
    """The list of differences holds no name that agrees by now."""
    cases = [(op, d) for op, d in CASES if title(op) == name and reason(name, kind(d))]
    assert any(tally(op, dtype).differ for op, dtype in cases)


def test_a_wrong_operator_is_seen(monkeypatch):
    from sweep import operators

    op = next(op for op in OPERATORS if op.name == "add")
    right = namesake(op)
    monkeypatch.setattr(operators, "namesake", lambda _: lambda *a, **k: right(*a, **k) * 1.001)
    assert operators.tally(op, torch.float64).differ
    monkeypatch.setattr(operators, "namesake", lambda _: lambda *a, **k: right(*a, **k).detach())
    assert "gradient" in operators.tally(op, torch.float64).differ[0]


LEFT_OUT = {"size_average", "reduce", "_stacklevel", "self", "device", "dtype", "args", "kwargs"}
OTHER_DEFAULTS = {
    ("normalize", "out"): "there are no output arguments",
    ("Hardtanh", "min_value"): "deprecated", ("Hardtanh", "max_value"): "deprecated",
    ("Buffer", "data"): "nothing is no buffer", ("Parameter", "data"): "nothing is no parameter",
    ("ModuleList", "modules"): "() for None", ("ParameterList", "values"): "given one by one",
    ("Transformer", "activation"): "our relu for theirs",
    ("TransformerDecoderLayer", "activation"): "our relu for theirs",
    ("TransformerEncoderLayer", "activation"): "our relu for theirs",
    ("interpolate", "antialias"): "to come",
}  # fmt: skip


def signatures():
    for name in dir(torch.nn.functional):
        theirs, ours = getattr(torch.nn.functional, name), getattr(F, name, None)
        if name.islower() and not name.startswith("_") and callable(theirs) and callable(ours):
            yield name, theirs, ours
    for name in dir(torch.nn):
        theirs, ours = getattr(torch.nn, name), getattr(nn, name, None)
        if isinstance(theirs, type) and isinstance(ours, type):
            yield name, theirs, ours


def test_arguments_have_the_same_names_order_and_defaults():
    wrong = []
    for name, theirs, ours in signatures():
        try:
            want = inspect.signature(theirs).parameters
        except (ValueError, TypeError):  # built in
            continue
        mine = inspect.signature(ours).parameters
        shared = [n for n, p in want.items() if p.kind is not p.KEYWORD_ONLY and n in mine]
        if [n for n in mine if n in shared] != shared:
            wrong.append(f"{name}: order {list(mine)}")
        left_out = LEFT_OUT | ({"return_indices"} if "_with_indices" in name else set())
        for n, p in want.items():
            if n not in left_out and (name, n) not in OTHER_DEFAULTS:
                if n not in mine:
                    wrong.append(f"{name} lacks {n}")
                elif p.default != mine[n].default:
                    wrong.append(f"{name}: {n}={mine[n].default!r} instead of {p.default!r}")
    assert wrong == []
