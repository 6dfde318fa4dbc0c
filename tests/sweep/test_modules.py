"""PyTorch's own configurations of its modules, put to tiza with the same weights."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's samples need it")

from sweep.modules import FLOATS, MISSING, MODULES, tally  # noqa: E402

pytestmark = pytest.mark.peer
torch.set_num_threads(1)
QUICK = {"nn.BatchNorm2d", "nn.Conv2d", "nn.CrossEntropyLoss", "nn.GRU", "nn.LayerNorm",
         "nn.Linear", "nn.MaxPool2d", "nn.PReLU"}  # fmt: skip


def assert_agrees(info, dtype, training):
    found = tally(info, dtype, training)
    assert found.passed, dict(found.left)
    assert not found.differ, "\n".join(found.differ[:5])


def cases(names):
    return [pytest.param(info, id=info.name) for info in MODULES if (info.name in QUICK) is names]


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("info", cases(True))
def test_a_few_modules_agree(info, training):
    assert_agrees(info, torch.float64, training)


@pytest.mark.slow
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("info", cases(False))
def test_modules_agree(info, dtype, training):
    assert_agrees(info, dtype, training)


def test_what_is_missing_is_known():
    """Pooling over random windows, and a loss that is an optimization of two others."""
    assert MISSING == ["nn.FractionalMaxPool2d", "nn.FractionalMaxPool3d",
                       "nn.LinearCrossEntropyLoss"]  # fmt: skip
