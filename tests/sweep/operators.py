"""PyTorch's operators that tiza has under the same name, and their samples."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import torch
from sweep.samples import Call, Tally, through_log_softmax
from torch.testing._internal.common_methods_invocations import op_db

import tiza as tz
from tiza.lang.tensor import METHODS
from tiza.nn import functional as F

FLOATS = (torch.float64, torch.float32)
# The same numbers; torch.manual_seed, which each sample begins with, writes the stack of calls
# down for three kinds of device that are not there.
SEED = torch.default_generator.manual_seed
RANDOM = {
    "bernoulli", "empty", "empty_like", "multinomial", "nn.functional.alpha_dropout",
    "nn.functional.dropout", "nn.functional.dropout2d", "nn.functional.dropout3d",
    "nn.functional.feature_alpha_dropout", "nn.functional.rrelu", "normal", "rand_like", "randint",
    "randn", "randn_like",
}  # fmt: skip
TIES = {"argsort", "kthvalue", "median", "mode", "nanmedian", "sort", "topk"}

# Samples are calls of a lambda, whose arguments stand in another order, or of a method:
METHOD = {"repeat", "squeeze", "nonzero", "sort", "split", "to", "unfold"}
AS_CALLED: dict[str, Callable[..., Any]] = {
    "einsum": lambda operands, equation: tz.einsum(equation, *operands),
    "where": lambda x, condition, other: tz.where(condition, x, other),
    "nn.functional.embedding": lambda weight, ids, **k: F.embedding(ids, weight, **k),
    "nn.functional.embedding_bag": lambda weight, ids, *a, **k: F.embedding_bag(
        ids, weight, *a, **k
    ),
    "zero_": lambda x: x.clone().zero_(),
    "fill": lambda x, value: tz.fill(x, value),
    "linalg.pinv.singular": lambda a, b: tz.linalg.pinv(a @ b.mT),
    "std": lambda x, *a, **k: tz.std(x, *a, **_of_sample(a, k)),
    "var": lambda x, *a, **k: tz.var(x, *a, **_of_sample(a, k)),
}


def _of_sample(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The standard's deviation is that of a population; PyTorch's must be asked for."""
    said = "unbiased" in kwargs or "correction" in kwargs or any(a is True or a is False
                                                                 for a in args[:2])  # fmt: skip
    return kwargs if said else {**kwargs, "correction": 1}


def namesake(op: Any) -> Callable[..., Any] | None:
    """Our function of that name, or of one of its aliases."""
    for name in (title(op), op.name):
        if name in AS_CALLED:
            return AS_CALLED[name]
    for name in (op.name, *(alias.name for alias in op.aliases)):
        found = METHODS.get(name) if name in METHOD else _named(name)
        if found is not None:
            return found
    return None


def _named(name: str) -> Callable[..., Any] | None:
    for prefix, home in (("nn.functional.", F), ("linalg.", tz.linalg), ("special.", tz)):
        if name.startswith(prefix):
            return getattr(home, name.removeprefix(prefix), None)
    if name.startswith("__"):
        return getattr(tz.Tensor, name, None)
    found = getattr(tz, name, None)
    if callable(found) and not isinstance(found, type) and name not in ("T",):
        return found
    return METHODS.get(name)


def calls(op: Any, dtype: Any) -> Iterator[Call | str]:
    """Every sample of an operator in one data type."""
    ours, theirs = namesake(op), op.op
    assert ours is not None
    if op.name == "nn.functional.ctc_loss":
        ours = through_log_softmax(ours, F.log_softmax)
        theirs = through_log_softmax(theirs, torch.nn.functional.log_softmax)
    with warnings.catch_warnings(), patch("torch.manual_seed", SEED):
        warnings.simplefilter("ignore")
        grad = dtype.is_floating_point and op.supports_autograd
        samples = list(op.sample_inputs("cpu", dtype, requires_grad=grad))
    for sample in samples:
        if op.name == "nn.functional.multi_head_attention_forward":  # the tenth is its dropout
            sample.args = (*sample.args[:9], 0.0, *sample.args[10:])
        drawn = op.name in RANDOM or sample.kwargs.get("dropout_p", 0) > 0
        drawn |= op.variant_test_name == "in_place" and op.name == "normal"
        yield Call(theirs, ours, (sample.input, *sample.args), dict(sample.kwargs),
                   random=drawn, ties=op.name in TIES)  # fmt: skip


def title(op: Any) -> str:
    """The name of an operator and of its variant."""
    return op.name + (f".{op.variant_test_name}" if op.variant_test_name else "")


def tally(op: Any, dtype: Any) -> Tally:
    """What became of its samples."""
    SEED(0)
    return Tally(title(op)).judge(calls(op, dtype))


def dtypes(op: Any) -> list[Any]:
    """The types that both systems know and the operator takes."""
    wanted = (*FLOATS, torch.int64, torch.bool)
    return [d for d in wanted if op.supports_dtype(d, "cpu")]


OPERATORS = [op for op in op_db if namesake(op) is not None]
