"""Models, losses and optimizers described as data, and built again from such a description.

A description is JSON: the name of a class of `tiza.nn` or `tiza.models` and its arguments. Nothing
but those classes can be built from it, so a file from a stranger can hold no code.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tiza import models, nn, optim
from tiza.errors import ArgumentError, CheckpointError
from tiza.nn import functional
from tiza.optim import Optimizer
from tiza.train.plain import Plain

Description = dict[str, Any]
DEEPEST = 50
SWITCHES = ("bias",)  # arguments that say whether a parameter of that name exists
# Of no consequence once the weights are in place.
UNTOLD = ("device", "dtype", "init", "_weight", "_freeze")


def describe(model: nn.Module) -> Description:
    """The model as data.

    Errors: CheckpointError where it holds a class that is not of `tiza.nn` or `tiza.models`, or an
    argument that is no number, string or list.

    >>> model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    >>> describe(model)["parts"]["0"]["arguments"]
    {'in_features': 2, 'out_features': 3, 'bias': True}
    """
    found = _describe(model)
    twin = build(found)
    if shapes(twin) != shapes(model):
        raise _not_plain(model, "≠ " + repr(twin))
    return found


def shapes(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """The names and shapes of all parameters and persistent buffers."""
    return {name: tensor.shape for name, tensor in model.state_dict().items()}


def _describe(module: nn.Module) -> Description:
    kind = type(module).__name__
    ready = _is_model(type(module))
    if not ready and getattr(nn, kind, None) is not type(module):
        raise _not_plain(module, f"{type(module).__module__}.{kind}")
    if isinstance(module, nn.Sequential):
        parts = {name: _describe(part) for name, part in module.named_children()}
        if len(parts) != len(module):
            raise _not_plain(module, "one part used twice")
        return {"class": kind, "parts": parts}
    if not ready and any(True for _ in module.children()):
        raise _not_plain(module, "parts")
    arguments: dict[str, Plain] = {}
    for name, argument in inspect.signature(type(module)).parameters.items():
        if name in UNTOLD:
            continue
        if argument.kind is argument.VAR_POSITIONAL or not hasattr(module, name):
            raise _not_plain(module, name)
        value = getattr(module, name)
        switch = name in SWITCHES and not ready
        arguments[name] = value is not None if switch else _plain(module, name, value)
    return {"class": kind, "arguments": arguments}


def _is_model(kind: type) -> bool:
    """Whether a class is one of `tiza.models`, which keep their arguments under the same names."""
    name = kind.__name__
    return name in models.__all__ and getattr(models, name) is kind


def _plain(module: object, name: str, value: object) -> Plain:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return [_plain(module, name, item) for item in value]
    raise _not_plain(module, f"{name}={value!r}")


def build(description: Mapping[str, Any], depth: int = 0) -> nn.Module:
    """The model of a description, with fresh parameters.

    Errors: CheckpointError where the description names anything but a layer or a ready model.

    >>> build({"class": "Linear", "arguments": {"in_features": 2, "out_features": 3}})
    Linear(in_features=2, out_features=3, bias=True)
    """
    name = str(description.get("class"))
    home = nn if name in nn.__all__ else models if name in models.__all__ else None
    kind: Any = None if home is None else getattr(home, name)
    layer = isinstance(kind, type) and issubclass(kind, nn.Module) and kind is not nn.Module
    if depth > DEEPEST or not layer:
        raise CheckpointError("model-not-plain", kind=name, reason=name)
    if issubclass(kind, nn.Sequential):
        parts = description.get("parts", {})
        return nn.Sequential({key: build(part, depth + 1) for key, part in parts.items()})
    arguments = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in description.get("arguments", {}).items()
    }
    try:
        made: nn.Module = kind(**arguments)
    except (TypeError, ValueError) as cause:
        raise CheckpointError("model-not-plain", kind=name, reason=str(cause)) from cause
    return made


def describe_loss(loss: object) -> Description:
    """A loss function of `nn.functional`, or a loss module of `nn`, as data.

    >>> describe_loss(functional.cross_entropy)
    {'function': 'cross_entropy'}
    """
    if isinstance(loss, nn.Module):
        return _describe(loss)
    name = getattr(loss, "__name__", type(loss).__name__)
    if getattr(functional, name, None) is not loss:
        raise _not_plain(loss, name)
    return {"function": name}


def build_loss(description: Mapping[str, Any]) -> Callable[..., Any]:
    """The inverse of `describe_loss`."""
    if "function" not in description:
        return build(description)
    name = str(description["function"])
    if name not in functional.__all__:
        raise CheckpointError("model-not-plain", kind=name, reason=name)
    found: Callable[..., Any] = getattr(functional, name)
    return found


def describe_optimizer(optimizer: Optimizer, model: nn.Module) -> Description:
    """An optimizer of `tiza.optim` as data: its class and groups, parameters by their names."""
    kind = type(optimizer).__name__
    if getattr(optim, kind, None) is not type(optimizer):
        raise _not_plain(optimizer, f"{type(optimizer).__module__}.{kind}")
    names = {id(p): name for name, p in model.named_parameters()}
    groups = []
    for group in optimizer.param_groups:
        if not all(id(p) in names for p in group["params"]):
            raise _not_plain(optimizer, "params")
        options = {k: _plain(optimizer, k, v) for k, v in group.items() if k != "params"}
        groups.append({**options, "params": [names[id(p)] for p in group["params"]]})
    return {"class": kind, "groups": groups}


def build_optimizer(description: Mapping[str, Any], model: nn.Module) -> Optimizer:
    """The inverse of `describe_optimizer`, on the parameters of `model`."""
    name = str(description["class"])
    kind = getattr(optim, name, None) if name in optim.__all__ else None
    if not (isinstance(kind, type) and issubclass(kind, Optimizer)):
        raise CheckpointError("model-not-plain", kind=name, reason=name)
    own = dict(model.named_parameters())
    for param in (name for group in description["groups"] for name in group["params"]):
        if param not in own:
            raise CheckpointError("checkpoint-misfit", what=param, kept=kind.__name__, got="–")
    groups = [
        {
            key: [own[p] for p in value]
            if key == "params"
            else (tuple(value) if isinstance(value, list) else value)
            for key, value in group.items()
            if key == "params" or key in kind.defaults
        }
        for group in description["groups"]
    ]
    optimizer: Optimizer = kind(groups)
    for made, kept in zip(optimizer.param_groups, description["groups"], strict=True):
        made.update({k: v for k, v in kept.items() if k not in kind.defaults and k != "params"})
    return optimizer


def optimizer_called(name: str, model: nn.Module) -> Optimizer:
    """The optimizer of that name with its defaults: "adam", "sgd", …

    Errors: ArgumentError for a name that none has.
    """
    known = {
        kind.lower(): getattr(optim, kind)
        for kind in optim.__all__
        if isinstance(getattr(optim, kind), type) and issubclass(getattr(optim, kind), Optimizer)
    }
    known.pop("optimizer", None)
    kind = known.get(name.lower())
    if kind is None:
        raise ArgumentError("fit-argument", verb="Trainer", name="optimizer", got=name,
                            wanted=", ".join(sorted(known)))  # fmt: skip
    made: Optimizer = kind(model.parameters())
    return made


def _not_plain(thing: object, reason: str) -> CheckpointError:
    return CheckpointError("model-not-plain", kind=type(thing).__name__, reason=reason)


def of_trainer(model: nn.Module, loss: object, optimizer: Optimizer,
               metrics: Sequence[object]) -> Description:  # fmt: skip
    """All parts as data; a part that holds code of the user's says so instead."""
    named = [m if isinstance(m, str) else None for m in metrics]
    return {
        "model": _or_why(lambda: describe(model)),
        "loss": {"none": True} if loss is None else _or_why(lambda: describe_loss(loss)),
        "optimizer": _or_why(lambda: describe_optimizer(optimizer, model)),
        "metrics": named if None not in named else {"class": "metric", "plain": False,
                                                    "reason": "metrics=…"},
    }  # fmt: skip


def _or_why(make: Callable[[], Description]) -> Description:
    try:
        return make()
    except CheckpointError as error:
        return {"class": error.params["kind"], "plain": False, "reason": error.params["reason"]}


def arguments_of(thing: object) -> dict[str, Plain] | None:
    """The arguments that would make `thing` again, or None where one of them is code."""
    found: dict[str, Plain] = {}
    for name, argument in inspect.signature(type(thing)).parameters.items():
        if argument.kind is argument.VAR_KEYWORD or not hasattr(thing, name):
            return None
        value = getattr(thing, name)
        try:
            found[name] = _plain(thing, name, str(value) if isinstance(value, Path) else value)
        except CheckpointError:
            return None
    return found


__all__: Sequence[str] = (
    "arguments_of",
    "build",
    "build_loss",
    "build_optimizer",
    "describe",
    "describe_loss",
    "describe_optimizer",
    "of_trainer",
    "optimizer_called",
    "shapes",
)
