"""Gradients kept in bounds, and parameters as one vector."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf, prod
from typing import Any

import numpy as np

from tiza.errors import ArgumentError, NonFiniteError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, literal
from tiza.graph.types import DType
from tiza.lang.rows import are_few, distinct, rows_of
from tiza.lang.tensor import Tensor, make
from tiza.nn.parameter import assign


def norm_of(nodes: Sequence[Node], norm_type: float = 2.0) -> Node:
    """(Σ |gᵢ|^p)^(1/p) over all entries of all nodes, or their greatest for p = ∞.

    In the type of the first; float64 wherever types differ.
    """
    kinds = {node.dtype for node in nodes}
    kind: DType = kinds.pop() if len(kinds) == 1 else np.dtype(np.float64)
    flat = [P["cast"](node, dtype=kind) if node.dtype != kind else node for node in nodes]
    absolute = [P["abs"](node) for node in flat if prod(node.shape)]
    if not absolute:
        return literal(0.0, kind)
    if norm_type == inf:
        parts = [_all("max", node) for node in absolute]
        greatest = parts[0]
        for part in parts[1:]:
            greatest = P["maximum"](greatest, part)
        return greatest
    if norm_type == 2:
        total = _sum([_all("sum", node * node) for node in absolute])
        return P["sqrt"](total)
    return _sum([_all("sum", node**norm_type) for node in absolute]) ** (1 / norm_type)


def _all(name: str, node: Node) -> Node:
    return P[name](node, axis=tuple(range(node.ndim)), keepdims=False)


def _sum(nodes: Sequence[Node]) -> Node:
    total = nodes[0]
    for node in nodes[1:]:
        total = total + node
    return total


def clipped_by_norm(grads: Sequence[Node | None], max_norm: float,
                    norm_type: float = 2.0) -> tuple[list[Node | None], Node]:  # fmt: skip
    """Gradients times min(1, max_norm / (norm + 10⁻⁶)), and their norm; for tracing.

    Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, Algorithm 1.
    """
    given = [_entries(g) for g in grads if g is not None]
    if not given:
        return list(grads), literal(0.0, np.dtype(np.float32))
    norm = norm_of(given, norm_type)
    return _shortened(grads, max_norm, norm), norm


def _shortened(grads: Sequence[Node | None], max_norm: float, norm: Node) -> list[Node | None]:
    share = P["minimum"](max_norm / (norm + 1e-6), literal(1.0, norm.dtype))
    scaled: list[Node | None] = []
    for g in grads:
        factor = share if g is None or g.dtype == share.dtype else P["cast"](share, dtype=g.dtype)
        scaled.append(None if g is None else g * factor)
    return scaled


def _entries(g: Node) -> Node:
    """What of g may differ from 0: of a large table its rows, each once."""
    return distinct(g).values if g.value is None and are_few(g) else g


def clipped_by_value(grads: Sequence[Node | None], bound: float) -> list[Node | None]:
    """Gradients with every entry kept between −`bound` and `bound`; for tracing.

    A gradient that is a sum at rows of a table stays one.
    """
    return [None if g is None else _bounded_rows(g, bound) for g in grads]


def _bounded_rows(g: Node, bound: float) -> Node:
    if rows_of(g) is None:
        return _bounded(g, bound)
    where, sums = distinct(g)
    return P["take_add"](_bounded(sums, bound), where, axis=0, size=g.shape[0])


def _bounded(g: Node, bound: float) -> Node:
    low, high = literal(-bound, g.dtype), literal(bound, g.dtype)
    return P["minimum"](P["maximum"](g, low), high)


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Shorten all gradients together so that their norm is at most `max_norm`; gives the norm.

    g ← g · min(1, max_norm / (‖g‖ₚ + 10⁻⁶)), ‖g‖ₚ over all entries of all gradients.

    Source: Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063, Algorithm 1; PyTorch's 10⁻⁶.

    >>> from tiza import nn
    >>> w = nn.Parameter([0.0, 0.0]); (w * nn.Parameter([3.0, 4.0])).sum().backward()
    >>> nn.utils.clip_grad_norm_([w], 1.0).item()
    5.0
    """
    if max_norm < 0 or norm_type <= 0:
        raise ArgumentError("clip-bound", norm=max_norm, norm_type=norm_type)
    params = _with_grad(parameters)
    grads = [p.grad.node for p in params if p.grad is not None]
    clipped, norm = clipped_by_norm(grads, float(max_norm), float(norm_type))
    total = Tensor(norm)
    if error_if_nonfinite and not np.isfinite(total.numpy()):
        raise NonFiniteError("clip-nonfinite", norm_type=norm_type)
    for param, node in zip(params, clipped, strict=True):
        if node is not None:
            param.grad = Tensor(node)
    return total


def get_total_norm(tensors: Tensor | Iterable[Tensor], norm_type: float = 2.0,
                   error_if_nonfinite: bool = False) -> Tensor:  # fmt: skip
    """The norm of all tensors together, as `clip_grad_norm_` has it: (Σ |gᵢ|^p)^(1/p).

    Source: PyTorch's name and arguments.

    >>> import tiza as tz
    >>> get_total_norm([tz.tensor([3.0]), tz.tensor([[4.0]])]).item()
    5.0
    """
    if norm_type <= 0:
        raise ArgumentError("clip-bound", norm=0.0, norm_type=norm_type)
    given = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    if not given:
        return Tensor(literal(0.0, np.dtype(np.float32)))
    total = Tensor(norm_of([t.node for t in given], float(norm_type)))
    if error_if_nonfinite and not np.isfinite(total.numpy()):
        raise NonFiniteError("clip-nonfinite", norm_type=norm_type)
    return total


def clip_grads_with_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float,
                          total_norm: Tensor) -> None:  # fmt: skip
    """Shorten all gradients by min(1, max_norm / (total_norm + 10⁻⁶)), the norm being known.

    Source: PyTorch's name and arguments; `get_total_norm` gives the norm.

    >>> from tiza import nn
    >>> w = nn.Parameter([0.0]); (w * 8).sum().backward()
    >>> clip_grads_with_norm_([w], 2.0, get_total_norm([w.grad])); round(w.grad.item(), 3)
    2.0
    """
    if max_norm < 0:
        raise ArgumentError("clip-value", got=max_norm)
    params = _with_grad(parameters)
    grads = [p.grad.node for p in params if p.grad is not None]
    for param, node in zip(params, _shortened(grads, float(max_norm), total_norm.node),
                           strict=True):  # fmt: skip
        if node is not None:
            param.grad = Tensor(node)


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Keep every entry of every gradient between −`clip_value` and `clip_value`.

    >>> from tiza import nn
    >>> w = nn.Parameter([1.0]); (w * 8).sum().backward()
    >>> nn.utils.clip_grad_value_([w], 2.0); w.grad.tolist()
    [2.0]
    """
    if clip_value < 0:
        raise ArgumentError("clip-value", got=clip_value)
    for param in _with_grad(parameters):
        if param.grad is not None:
            param.grad = Tensor(_bounded(param.grad.node, clip_value))


def _with_grad(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    params = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p for p in params if p.grad is not None]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All entries of all parameters, one after the other.

    >>> from tiza import nn
    >>> nn.utils.parameters_to_vector([nn.Parameter([[1.0]]), nn.Parameter([2.0])]).tolist()
    [1.0, 2.0]
    """
    flat = [make(P["reshape"], p, shape=(p.size,)) for p in parameters]
    return make(P["concat"], *flat, axis=0)


def vector_to_parameters(vec: Any, parameters: Iterable[Tensor]) -> None:
    """Take the parameters' entries from one vector; undoes `parameters_to_vector`."""
    values, start = np.asarray(vec), 0
    params = list(parameters)
    wanted = sum(p.size for p in params)
    if values.shape != (wanted,):
        raise ArgumentError("vector-length", got=values.shape, wanted=wanted)
    for param in params:
        assign(param, values[start : start + param.size].reshape(param.shape))
        start += param.size


__all__ = [
    "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "clipped_by_norm",
    "clipped_by_value", "get_total_norm", "norm_of", "parameters_to_vector",
    "vector_to_parameters",
]  # fmt: skip
