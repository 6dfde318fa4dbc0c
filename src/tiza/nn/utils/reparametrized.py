"""Weights written as formulas of other parameters: their length and direction, or their norm."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, literal
from tiza.lang import random
from tiza.lang.tensor import Tensor, make
from tiza.nn.hooks import RemovableHandle
from tiza.nn.module import Module
from tiza.nn.parameter import Buffer, Parameter
from tiza.nn.running import keep, kept

AnyModule = TypeVar("AnyModule", bound=Module)


class _Written:
    """How one weight of a module is made of others; held by the class made for that module."""

    what: str

    def __init__(self, name: str) -> None:
        self.name = name
        self.plain: type[Module] = Module  # the class that the module had before
        self.handle: RemovableHandle | None = None

    def weight(self, module: Module) -> Tensor:
        """The weight, as an expression."""
        raise ArgumentError("norm-hook-missing", what=self.what, name=self.name)

    def parts(self) -> tuple[str, ...]:
        """What the module holds in place of the weight."""
        return ()


def _write(module: Module, rule: _Written) -> Parameter:
    """Let `module.name` be what the rule says; gives the parameter that it was."""
    old = module._parameters.get(rule.name)
    if _rules(module).get(rule.name) is not None:
        raise ArgumentError("norm-hook-twice", what=rule.what, name=rule.name)
    if old is None:
        raise ArgumentError("norm-hook-missing", what=rule.what, name=rule.name)
    delattr(module, rule.name)
    rule.plain = type(module)
    body = {
        "__module__": rule.plain.__module__,
        "__qualname__": rule.plain.__qualname__,
        "__doc__": rule.plain.__doc__,
        "_written": {**_rules(module), rule.name: rule},
        rule.name: property(rule.weight),
    }
    module.__class__ = type(rule.plain.__name__, (rule.plain,), body)
    return old


def _rules(module: Module) -> dict[str, _Written]:
    found: dict[str, _Written] = getattr(type(module), "_written", {})
    return found


def _unwrite(module: Module, name: str, what: str) -> None:
    """The weight as a parameter again, with the value that it has."""
    rule = _rules(module).get(name)
    if rule is None or rule.what != what or type(module).__dict__.get("_written") is None:
        raise ArgumentError("norm-hook-missing", what=what, name=name)
    value = rule.weight(module).numpy()
    for part in rule.parts():
        delattr(module, part)
    if rule.handle is not None:
        rule.handle.remove()
    module.__class__ = rule.plain
    module.register_parameter(name, Parameter(value))


def _node(name: str, *xs: Node, **attrs: Any) -> Node:
    return P[name](*xs, **attrs)


# length times direction
class _WeightNorm(_Written):
    what = "weight_norm"

    def __init__(self, name: str, dim: int | None) -> None:
        super().__init__(name)
        self.dim = dim

    def lengths(self, v: Tensor) -> Tensor:
        """‖v‖ over all axes but one, or over all."""
        keep_axis = None if self.dim is None or self.dim == -1 else self.dim % v.ndim
        axes = tuple(i for i in range(v.ndim) if i != keep_axis)
        total = make(P["sum"], v * v, axis=axes, keepdims=keep_axis is not None)
        return make(P["sqrt"], total)

    def weight(self, module: Module) -> Tensor:
        """g v / ‖v‖."""
        v, g = getattr(module, f"{self.name}_v"), getattr(module, f"{self.name}_g")
        w: Tensor = v * (g / self.lengths(v))
        return w

    def parts(self) -> tuple[str, ...]:
        """Length and direction."""
        return f"{self.name}_g", f"{self.name}_v"


def weight_norm(module: AnyModule, name: str = "weight", dim: int | None = 0) -> AnyModule:
    """Write a weight as length times direction, w = g v / ‖v‖, and train g and v instead.

    The lengths are those over all axes but `dim` (one for each output), or with None over all.
    The module then holds `name_g` and `name_v`; gives back the module.

    Errors: ArgumentError where there is no such parameter.
    Source: Salimans & Kingma 2016, arXiv:1602.07868, eq. 2.

    >>> from tiza import nn
    >>> layer = nn.utils.weight_norm(nn.Linear(3, 2))
    >>> [(name, p.shape) for name, p in layer.named_parameters()]
    [('bias', (2,)), ('weight_g', (2, 1)), ('weight_v', (2, 3))]
    """
    rule = _WeightNorm(name, dim)
    old = _write(module, rule)
    module.register_parameter(f"{name}_g", Parameter(rule.lengths(old.detach())))
    module.register_parameter(f"{name}_v", Parameter(old.detach()))
    return module


def remove_weight_norm(module: AnyModule, name: str = "weight") -> AnyModule:
    """Undo `weight_norm`: the weight is a parameter again.

    >>> from tiza import nn
    >>> layer = nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(3, 2)))
    >>> [name for name, _ in layer.named_parameters()]
    ['bias', 'weight']
    """
    _unwrite(module, name, "weight_norm")
    return module


# divided by the greatest singular value
class _SpectralNorm(_Written):
    what = "spectral_norm"

    def __init__(self, name: str, steps: int, eps: float, dim: int) -> None:
        super().__init__(name)
        self.steps, self.eps, self.dim = steps, eps, dim

    def matrix(self, w: Node) -> Node:
        """The weight with its axis `dim` in front and the others as columns."""
        order = (self.dim, *(i for i in range(w.ndim) if i != self.dim))
        w = w if self.dim == 0 else _node("permute", w, axes=order)
        return _node("reshape", w, shape=(w.shape[0], -1))

    def unit(self, x: Node) -> Node:
        """A column divided by its length."""
        length = _node("sqrt", _node("sum", x * x, axis=(0, 1), keepdims=True))
        return x / _node("maximum", length, literal(self.eps, x.dtype))

    def weight(self, module: Module) -> Tensor:
        """W / uᵀWv, u and v held constant."""
        w = getattr(module, f"{self.name}_orig")
        u, v = (_column(getattr(module, f"{self.name}_{k}").node) for k in "uv")
        flat = Tensor(self.matrix(w.node), requires_grad=w.requires_grad)
        row = make(P["permute"], Tensor(u), axes=(1, 0))
        sigma = make(P["matmul"], row, make(P["matmul"], flat, Tensor(v)))
        answer: Tensor = w / make(P["reshape"], sigma, shape=())
        return answer

    def iterate(self, module: Module, args: Any) -> None:
        """In training, bring u and v closer to the first singular vectors: v ∝ Wᵀu, u ∝ Wv."""
        del args
        if not module.training:
            return
        flat = self.matrix(getattr(module, f"{self.name}_orig").node)
        across = _node("permute", flat, axes=(1, 0))
        holders = [getattr(module, f"{self.name}_{k}") for k in "uv"]
        u, v = (_column(kept(holder)) for holder in holders)
        for _ in range(self.steps):
            v = self.unit(across @ u)
            u = self.unit(flat @ v)
        for holder, new in zip(holders, (u, v), strict=True):
            keep(holder, _node("reshape", new, shape=(new.shape[0],)))

    def parts(self) -> tuple[str, ...]:
        """The weight before division, and the singular vectors."""
        return f"{self.name}_orig", f"{self.name}_u", f"{self.name}_v"


def _column(x: Node) -> Node:
    return _node("reshape", x, shape=(x.shape[0], 1))


def spectral_norm(module: AnyModule, name: str = "weight", n_power_iterations: int = 1,
                  eps: float = 1e-12, dim: int | None = None) -> AnyModule:  # fmt: skip
    """Divide a weight by its greatest singular value, W / σ, so that it stretches nothing.

    σ ≈ uᵀWv; in training each call takes `n_power_iterations` steps v ← Wᵀu/‖Wᵀu‖,
    u ← Wv/‖Wv‖. The module then holds `name_orig`, `name_u`, `name_v`; gives back the module.

    Errors: ArgumentError where there is no such parameter, or no step is to be taken.
    Source: Miyato et al. 2018, arXiv:1802.05957, Algorithm 1.

    >>> from tiza import nn
    >>> layer = nn.utils.spectral_norm(nn.Linear(3, 2))
    >>> list(layer.state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    if n_power_iterations < 1:
        raise ArgumentError("spectral-iterations", got=n_power_iterations)
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    rule = _SpectralNorm(name, int(n_power_iterations), float(eps), dim)
    old = _write(module, rule)
    rows = old.shape[dim]
    module.register_parameter(f"{name}_orig", old)
    for key, n in (("u", rows), ("v", old.size // max(rows, 1))):
        drawn = random.normal((n,), dtype=old.dtype).numpy()
        unit = drawn / max(float(np.linalg.norm(drawn)), eps)
        module.register_buffer(f"{name}_{key}", Buffer(unit))
    rule.handle = module.register_forward_pre_hook(rule.iterate)
    return module


def remove_spectral_norm(module: AnyModule, name: str = "weight") -> AnyModule:
    """Undo `spectral_norm`: the weight is a parameter again, divided as it was last.

    >>> from tiza import nn
    >>> layer = nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 2)))
    >>> list(layer.state_dict())
    ['bias', 'weight']
    """
    _unwrite(module, name, "spectral_norm")
    return module
