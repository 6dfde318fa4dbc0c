"""PyTorch's modules that tiza has under the same name, their arguments and inputs."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from sweep.samples import Call, Tally, ours, through_log_softmax
from torch.testing._internal.common_modules import module_db

from tiza import nn
from tiza.nn import functional as F

FLOATS = (torch.float64, torch.float32)


def namesake(info: Any) -> Any:
    """Our class of that name."""
    return getattr(nn, info.module_cls.__name__, None)


def _arguments(value: Any) -> Any:
    """Constructor arguments in tiza's terms: functions of PyTorch by their names."""
    if isinstance(value, dict):
        return {k: _arguments(v) for k, v in value.items()}
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        return type(value)(_arguments(v) for v in value)
    if isinstance(value, torch.nn.Module):
        return _layer(value)
    if callable(value) and getattr(value, "__module__", "").startswith("torch"):
        return getattr(F, value.__name__)
    return ours(value, [])


def _layer(module: Any) -> Any:
    """A layer that another one is built of: its class with the numbers that it shows."""
    if isinstance(module, torch.nn.TransformerEncoderLayer):
        return nn.TransformerEncoderLayer(
            module.self_attn.embed_dim, module.self_attn.num_heads,
            module.linear1.out_features, module.dropout.p, getattr(F, module.activation.__name__),
            module.norm1.eps, module.self_attn.batch_first, module.norm_first,
            bias=module.linear1.bias is not None)  # fmt: skip
    if isinstance(module, torch.nn.LayerNorm):
        return nn.LayerNorm(module.normalized_shape, module.eps, module.elementwise_affine,
                            bias=module.bias is not None)  # fmt: skip
    return getattr(nn, type(module).__name__)()


def _quiet(module: Any) -> None:
    """No dropout: what is drawn cannot be compared."""
    for part in module.modules():
        if "Dropout" in type(part).__name__:
            part.p = 0.0
        elif isinstance(getattr(part, "dropout", None), float):
            part.dropout = 0.0


def calls(info: Any, dtype: Any, training: bool) -> Iterator[Call | str]:
    """Every configuration, with PyTorch's weights in both."""
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        samples = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True,
                                          training=training)  # fmt: skip
    for sample in samples:
        if sample.forward_input is None:
            yield "no input"
            continue
        given = sample.constructor_input
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = info.module_cls(*given.args, **given.kwargs).to(dtype).train(training)
            _quiet(theirs)
            try:
                mine = namesake(info)(*_arguments(given.args), **_arguments(given.kwargs))
            except Exception as error:
                yield Call(theirs, _refused(error), sample.forward_input.args, {})
                continue
        mine = mine.to(str(dtype).removeprefix("torch.")).train(training)
        if "Lazy" in info.name:  # its weights are made by the first call
            with torch.no_grad():
                theirs(*sample.forward_input.args)
            mine(*ours(sample.forward_input.args, []))
        mine.load_state_dict(theirs.state_dict())
        _quiet(mine)
        back = {k: torch.tensor(v.numpy()) for k, v in mine.state_dict().items()}
        assert list(back) == list(theirs.state_dict())
        theirs.load_state_dict(back)
        wide = copy.deepcopy(theirs).double()
        if info.name == "nn.CTCLoss":
            yield Call(through_log_softmax(theirs, torch.nn.functional.log_softmax),
                       through_log_softmax(mine, F.log_softmax), sample.forward_input.args,
                       dict(sample.forward_input.kwargs))  # fmt: skip
            continue
        yield Call(theirs, mine, sample.forward_input.args, dict(sample.forward_input.kwargs),
                   weights=tuple(zip(theirs.parameters(), mine.parameters(), strict=True)),
                   wide=wide, wide_weights=tuple(wide.parameters()))  # fmt: skip


def _refused(error: Exception) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"constructor: {type(error).__name__}: {error}")

    return call


def tally(info: Any, dtype: Any, training: bool) -> Tally:
    """What became of its configurations."""
    return Tally(info.name).judge(calls(info, dtype, training))


MODULES = [info for info in module_db if namesake(info) is not None]
MISSING = sorted({info.name for info in module_db if namesake(info) is None})
