"""PyTorch's own configurations of its optimizers: twenty steps, states exchanged after ten."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's samples need it")

from sweep.optimizers import (  # noqa: E402
    FEWER,
    MISSING,
    OPTIMIZERS,
    STEPS,
    assert_same_path,
    configurations,
)

from tiza import nn, optim  # noqa: E402
from tiza.errors import ArgumentError  # noqa: E402

pytestmark = pytest.mark.peer
torch.set_num_threads(1)
CASES = [
    pytest.param(info, kwargs, id=f"{info.optim_cls.__name__}-{n}")
    for info in OPTIMIZERS
    for n, kwargs in enumerate(configurations(info))
]
LONG = [case for case in CASES if case.values[0].optim_cls.__name__ in FEWER]
TYPES = pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-10), (np.float32, 1e-5)])


@TYPES
@pytest.mark.parametrize(("info", "kwargs"), CASES)
def test_optimizers_take_the_same_path(info, kwargs, dtype, rtol):
    steps = FEWER.get(info.optim_cls.__name__, STEPS)
    assert_same_path(info, kwargs, dtype, rtol, steps)


@pytest.mark.slow
@TYPES
@pytest.mark.parametrize(("info", "kwargs"), LONG)
def test_and_go_on_along_it(info, kwargs, dtype, rtol):
    assert_same_path(info, kwargs, dtype, rtol)


def test_an_unknown_adjustment_is_refused():
    with pytest.raises(ArgumentError, match="Muon knows no adjustment 'size' of its rate"):
        optim.Muon([nn.Parameter(np.ones((2, 2)))], adjust_lr_fn="size")


def test_none_is_missing():
    assert MISSING == []
