"""`tz.derive`: a loss derived step by step, as on the blackboard."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.graph import Node, walk
from tiza.lang.tensor import Tensor
from tiza.nn.module import Module
from tiza.optim.averaging import ExponentialMovingAverage
from tiza.optim.optimizer import Optimizer
from tiza.readings.blackboard.result import Derivation, build
from tiza.readings.blackboard.traced import called


def derive(loss: Tensor | Callable[..., Tensor], wrt: Any = None,
           optimizer: Optimizer | ExponentialMovingAverage | None = None, *,
           at: Mapping[str, Any] | None = None,
           detail: str = "steps", layout: str = "code", lang: str | None = None,
           numbers: bool = True, decimal: str = ".",
           names: Mapping[str, Tensor] | None = None,
           deeper: Sequence[str] = (), order: int = 1,
           direction: Any = None) -> Derivation:  # fmt: skip
    """Forward pass, local derivatives, chain rule, gradients and update of a loss, checked.

    `loss` is a tensor, or a function that is called with the values `at`: then the names of its
    arguments and of its local variables are used, and `wrt` may name arguments.

    `wrt` are the variables (tensors, or a module: all its parameters; by default everything
    that requires a gradient). Names come from the variables of the calling function, from
    `tz.named` and from the modules; `names` adds to them. `detail` is "steps", "summary" or
    "entries" (with the proof of each rule); `layout` "code" (rows are examples) or "book"
    (columns are examples); `lang` "en" or "es". `deeper` names composites to open one level
    further, for instance "softmax" into exponentials and their sum; `order=2` adds the second
    derivatives (the Hessian of each variable, with Newton's step). `direction` adds the
    derivative along a direction, by forward mode: an array like the only variable, a list of
    arrays in the order of `wrt`, or a dictionary by names. The derivation of a vector or matrix
    with respect to one variable ends with its Jacobian.

    Source: notation as in Goodfellow, Bengio & Courville 2016, section 6.5; δ as in Bishop 2006,
    section 5.3.

    >>> import tiza as tz
    >>> w = tz.tensor(0.5, requires_grad=True)
    >>> x, y = tz.tensor(2.0), tz.tensor(3.0)
    >>> e = (y - w * x) ** 2 / 2
    >>> print(tz.derive(e, wrt=[w]).part("gradients")[0].text)
    ∂e/∂w = −(y − w x) x
    >>> def e(w, x, y):
    ...     f = tz.tanh(w * x)
    ...     return (y - f) ** 2 / 2
    >>> print(tz.derive(e, wrt=["w"], at={"w": 0.5, "x": 2.0, "y": 3.0}).part("local")[0].text)
    ∂L/∂f = −(y − f)
    >>> at = {"w": 0.5, "x": 2.0, "y": 3.0}
    >>> d = tz.derive(e, wrt=["w"], at=at, direction={"w": 0.1})
    >>> [step.text for step in d.part("direction")]
    ['dz = x dw', 'df = (1 − f²) dz', 'dL = −(y − f) df', 'dL = ∂L/∂w dw']
    """
    paths: dict[Node, str] = {}
    if not isinstance(loss, Tensor):
        traced = called(loss, at or {}, wrt)
        loss, wrt, found = traced.loss, traced.wrt, traced.names
    else:
        found, paths = _names(sys._getframe(1))
    if found.get(loss.node) == "loss":
        found[loss.node] = "L"
    found.update({t.node: name for name, t in (names or {}).items()})
    variables = _variables(loss, wrt, paths)
    along = directions(direction, variables, {**found, **paths})
    return build(loss, variables, optimizer, names=found, paths=paths, detail=detail,
                 layout=layout, lang=lang, numbers=numbers, decimal=decimal,
                 deeper=deeper, order=order, direction=along)  # fmt: skip


def directions(direction: Any, variables: Sequence[Tensor],
               names: Mapping[Node, str]) -> dict[Node, Any] | None:  # fmt: skip
    """The direction by variables, those that stay left out.

    Errors: ArgumentError for a name that is no variable, ShapeError for another shape.
    """
    if direction is None:
        return None
    if isinstance(direction, Mapping):
        known = {names.get(v.node, v.name or ""): v for v in variables}
        for key in direction:
            if not isinstance(key, Tensor) and key not in known:
                raise ArgumentError("derive-direction", got=str(key), known=", ".join(known))
        pairs = [(k if isinstance(k, Tensor) else known[k], d) for k, d in direction.items()]
    elif len(variables) == 1:
        alone = isinstance(direction, list | tuple) and len(direction) == 1 and (
            np.shape(direction) != variables[0].shape)  # fmt: skip
        pairs = [(variables[0], direction[0] if alone else direction)]
    else:
        pairs = list(zip(variables, direction, strict=False))
    made: dict[Node, Any] = {}
    for v, d in pairs:
        value = d.numpy() if isinstance(d, Tensor) else np.asarray(d, float)
        if value.shape != v.shape:
            raise ShapeError("derive-direction-shape", name=names.get(v.node, v.name or "w"),
                             got=value.shape, wanted=v.shape)  # fmt: skip
        made[v.node] = value
    return made


def _names(frame: FrameType) -> tuple[dict[Node, str], dict[Node, str]]:
    """Names of tensors in the caller's scope, and paths of the parameters of its modules."""
    names: dict[Node, str] = {}
    paths: dict[Node, str] = {}
    whole = frame.f_globals
    scope = {n: whole[n] for n in frame.f_code.co_names if n in whole} | frame.f_locals
    for value in list(scope.values()):
        if isinstance(value, Module):
            for path, parameter in value.named_parameters():
                paths.setdefault(parameter.node, path)
    for name, value in list(scope.items()):
        if isinstance(value, Tensor) and not name.startswith("_") and value.node not in paths:
            names.setdefault(value.node, name)
    return names, paths


def _variables(loss: Tensor, wrt: Any, paths: dict[Node, str]) -> Sequence[Tensor]:
    if isinstance(wrt, Module):
        for path, parameter in wrt.named_parameters():
            paths.setdefault(parameter.node, path)
        reached = set(walk([loss.node]))
        return [p for p in wrt.parameters() if p.node in reached]
    if wrt is None:
        variables = loss._variables()
    else:
        variables = [wrt] if isinstance(wrt, Tensor) else list(wrt)
    for v in variables:
        if v.name and "." in v.name:
            paths.setdefault(v.node, v.name)
    return variables
