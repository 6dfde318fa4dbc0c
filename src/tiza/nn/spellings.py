"""Further names of PyTorch's functions: in place, with indices, and small ones of their own."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Signature, signature
from typing import Any

import numpy as np

from tiza.graph import PRIMITIVES as P
from tiza.lang import random
from tiza.lang.calls import axis_of
from tiza.lang.searching import argmax
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import activate, adaptive, pool


def _with(home: Any, name: str, end: str, says: str, **options: bool) -> Callable[..., Any]:
    """The function of that name with an option switched on, under a name of its own."""
    function = getattr(home, name)

    def made(input: Any, *args: Any, **kwargs: Any) -> Any:
        return function(input, *args, **kwargs, **options)

    made.__name__ = made.__qualname__ = name + end
    kept = [p for p in signature(function).parameters.values() if p.name not in options]
    made.__signature__ = Signature(kept)  # type: ignore[attr-defined]
    made.__doc__ = f"`{name}`{says}."
    return made


def _in_place(name: str) -> Callable[..., Any]:
    return _with(activate, name, "_", ", which gives x itself the new value", inplace=True)


def _with_indices(home: Any, name: str) -> Callable[..., Any]:
    says = " and the place of each greatest entry"
    return _with(home, name, "_with_indices", says, return_indices=True)


celu_, elu_, hardtanh_ = _in_place("celu"), _in_place("elu"), _in_place("hardtanh")
leaky_relu_, relu_, rrelu_ = _in_place("leaky_relu"), _in_place("relu"), _in_place("rrelu")
selu_, threshold_ = _in_place("selu"), _in_place("threshold")


max_pool1d_with_indices = _with_indices(pool, "max_pool1d")
max_pool2d_with_indices = _with_indices(pool, "max_pool2d")
max_pool3d_with_indices = _with_indices(pool, "max_pool3d")
adaptive_max_pool1d_with_indices = _with_indices(adaptive, "adaptive_max_pool1d")
adaptive_max_pool2d_with_indices = _with_indices(adaptive, "adaptive_max_pool2d")
adaptive_max_pool3d_with_indices = _with_indices(adaptive, "adaptive_max_pool3d")


def gumbel_softmax(logits: Any, tau: float = 1.0, hard: bool = False, eps: float = 1e-10,
                   dim: int = -1) -> Tensor:  # fmt: skip
    """A class drawn from softmax(x), as probabilities that have a derivative.

    softmax((x + G)/τ), G = −log(−log U); with `hard` the greatest becomes 1 and the others 0,
    while the derivative stays that of the soft one.

    Source: Jang, Gu & Poole 2017, arXiv:1611.01144, eq. 2.

    >>> gumbel_softmax([[0.0, 1.0, 2.0]], hard=True).sum().item()
    1.0
    """
    del eps  # PyTorch ignores it as well
    x = as_tensor(logits)
    axis = axis_of(dim, x.ndim)
    uniform = 1.0 - random.uniform(x.shape, dtype=x.dtype)  # (0, 1]
    tiny = as_tensor(np.finfo(x.dtype).tiny, x.dtype)
    waiting = make(P["maximum"], -make(P["log"], uniform), tiny)
    z = (x - make(P["log"], waiting)) / tau
    top = make(P["max"], z, axis=(axis,), keepdims=True).detach()
    e = make(P["exp"], z - top)
    soft = e / make(P["sum"], e, axis=(axis,), keepdims=True)
    if not hard:
        return soft
    best = make(P["reshape"], argmax(soft, axis=axis, keepdims=True),
                shape=tuple(1 if k == axis else n for k, n in enumerate(x.shape)))  # fmt: skip
    places = np.arange(x.shape[axis]).reshape([-1 if k == axis else 1 for k in range(x.ndim)])
    one = as_tensor(make(P["equal"], as_tensor(places), best), x.dtype)
    return one + (soft - soft.detach())


def pdist(input: Any, p: float = 2.0) -> Tensor:
    """‖xᵢ − xⱼ‖ₚ of all pairs of rows i < j; slope 0 where two rows are equal.

    Shapes: x (n, d) → (n (n − 1)/2).

    >>> pdist([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]]).tolist()
    [5.0, 0.0, 5.0]
    """
    x = as_tensor(input)
    first, second = np.triu_indices(x.shape[0], 1)
    apart = make(P["take"], x, as_tensor(first), axis=0) - make(
        P["take"], x, as_tensor(second), axis=0
    )
    size = make(P["abs"], apart)
    if p == np.inf:
        return make(P["max"], size, axis=(1,), keepdims=False)
    if p == 0:
        return make(P["sum"], as_tensor(size > 0, x.dtype), axis=(1,), keepdims=False)
    if p == 1:
        return make(P["sum"], size, axis=(1,), keepdims=False)
    some = size > 0
    powers = make(P["where"], some, size, size * 0 + 1) ** p
    total = make(P["sum"], make(P["where"], some, powers, size * 0), axis=(1,), keepdims=False)
    away = total > 0
    root = make(P["where"], away, total, total * 0 + 1) ** (1 / p)
    return make(P["where"], away, root, total * 0)
