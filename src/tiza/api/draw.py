"""`tz.draw`: an expression or a network as a picture."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, language, use_language
from tiza.graph import Node, placeholder
from tiza.graph.walk import walk
from tiza.lang.arrays import default_dtype
from tiza.lang.tensor import LEAVES, Tensor, as_tensor
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter
from tiza.readings.draw import Facts, Picture, draw_graph, nested, neurons, stages_of

VIEWS = ("graph", "neurons", "blocks")


def draw(what: Tensor | Module, *inputs: Any, view: str | None = None, values: bool = True,
         depth: int | None = 1, lang: str | None = None) -> Picture:  # fmt: skip
    """The computation graph of a tensor, or a network: its neurons and weights, or its layers.

    A tensor is drawn as its graph: the value stands above each arrow and, if the tensor is a
    scalar L, the adjoint ∂L/∂v below it. A layer is one box (`depth` names below the model;
    None opens all); in HTML a click opens what a box hides. A chain of Linear layers is drawn
    as neurons and weights, any other model as blocks with shapes and parameter counts: give
    the inputs, or their shapes, to see how the blocks are joined. Names are those of the
    calling function's variables.

    Errors: ArgumentError for an unknown view, or a view that does not fit.
    Source: layout as in Sugiyama, Tagawa & Toda 1981; colours of Okabe & Ito 2008.

    >>> import tiza as tz
    >>> w = tz.tensor(0.5, requires_grad=True)
    >>> picture = tz.draw((3.0 - 2.0 * w) ** 2)
    >>> picture.svg.startswith("<svg"), picture
    (True, <Picture graph: .svg, .html, .save('graph.svg')>)
    """
    if not isinstance(what, Tensor | Module):
        raise ArgumentError("draw-what", got=type(what).__name__)
    if view is not None and view not in VIEWS:
        raise ArgumentError("draw-view", got=view)
    with use_language(lang or language()):
        names, modules = scope(sys._getframe(1))
        if isinstance(what, Module):
            modules = {**modules, **_paths(what)}
            return _model(what, inputs, view, values, depth, Facts(names, kinds=modules))
        facts = Facts(names, kinds=modules)
        return _tensor(what, view or "graph", values, depth, facts)


def _tensor(what: Tensor, view: str, values: bool, depth: int | None, facts: Facts,
            start: Sequence[Node] = ()) -> Picture:  # fmt: skip
    if view == "neurons":
        raise ArgumentError("draw-neurons", kind="Tensor")
    order = walk([what.node])
    owners = {n: LEAVES[n]() for n in order if n in LEAVES}
    facts.parameters = {n for n, t in owners.items() if t is not None and t.requires_grad}
    facts.parameters |= {n for n, t in owners.items() if isinstance(t, Parameter)}
    if facts.names.get(what.node) not in {None, "loss"}:
        facts.loss = facts.names[what.node]
    return draw_graph(what.node, facts, view=view, depth=depth, values=values, start=start)


def _model(model: Module, inputs: Sequence[Any], view: str | None, values: bool,
           depth: int | None, facts: Facts) -> Picture:  # fmt: skip
    stages = stages_of(model)
    view = view or ("neurons" if stages and not inputs else "blocks")
    if view == "neurons":
        return Picture(view, neurons(model, values=values), language())
    if not inputs:
        if view == "graph":
            raise ArgumentError("draw-input", view=view)
        return Picture(view, nested(model, depth), language())
    given = [_given(model, x) for x in inputs]
    answer = model(*given)
    if not isinstance(answer, Tensor):
        answer = next(t for t in answer if isinstance(t, Tensor))
    start = [t.node for t in given]
    known = values and all(n.prim.name != "input" for n in start)
    return _tensor(answer, view, known, depth, facts, start)


def _given(model: Module, x: Any) -> Tensor:
    """An input, or a stand-in of its shape."""
    if isinstance(x, tuple) and all(isinstance(n, int | np.integer) for n in x):
        first = next(iter(model.parameters()), None)
        dtype = first.dtype if first is not None else default_dtype()
        return Tensor(placeholder(tuple(int(n) for n in x), dtype, "x"))
    return as_tensor(x)


def scope(frame: FrameType) -> tuple[dict[Node, str], dict[str, str]]:
    """Names of the tensors in a function that calls, and what its modules' layers are."""
    names: dict[Node, str] = {}
    kinds: dict[str, str] = {}
    for value in list(frame.f_locals.values()):
        if isinstance(value, Module):
            kinds.update(_paths(value))
            for path, parameter in value.named_parameters():
                names.setdefault(parameter.node, path)
    for name, value in list(frame.f_locals.items()):
        if isinstance(value, Tensor) and not name.startswith("_"):
            names.setdefault(value.node, name)
    return names, kinds


def _paths(model: Module) -> dict[str, str]:
    """What each layer is, by the path that its nodes carry."""
    root = type(model).__name__
    return {
        f"{root}.{path}" if path else root: type(part).__name__
        for path, part in model.named_modules()
    }
