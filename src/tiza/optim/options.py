"""What is given to an optimizer besides parameters: fixed, moved by a schedule, or PyTorch's own.

A schedule moves the learning rate, and momentum or β₁ where it cycles them. What moves is an
input of a traced step; everything else is written into it as a number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tiza.errors import ArgumentError

Group = Mapping[str, Any]
BETA = "beta1"  # how a schedule calls the first of `betas`
# How PyTorch is to compute, which changes no number; its state_dict says these.
INERT: dict[str, object] = {"foreach": None, "capturable": False, "differentiable": False,
                            "fused": None}  # fmt: skip


def without_inert(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options but for those that only say how PyTorch is to compute, if they ask nothing.

    Errors: ArgumentError for one of them that is switched on.
    """
    for name in INERT:
        if options.get(name):
            raise ArgumentError("optim-inert", kind=kind, name=name, got=options[name])
    return {name: value for name, value in options.items() if name not in INERT}


def moved(group: Group, name: str) -> float:
    """The number that a schedule moves, as it is now."""
    return float(group["betas"][0] if name == BETA else group[name])


def fixed(group: Group, moving: Collection[str]) -> tuple[tuple[str, Any], ...]:
    """The options of a group that a traced step holds as numbers."""
    held = [item for item in group.items() if item[0] != "params" and item[0] not in moving]
    if BETA in moving:
        held = [(name, value[1:] if name == "betas" else value) for name, value in held]
    return tuple(held)


def bound(group: Group, names: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """The options `names` of a group, with `values` in place of the numbers that move."""
    options = {name: group[name] for name in names}
    options.update({name: value for name, value in values.items() if name != BETA})
    if BETA in values:
        options["betas"] = (values[BETA], *group["betas"][1:])
    return options
