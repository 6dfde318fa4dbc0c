"""Random arrays under PyTorch's names; `tiza.random` has them with shapes and more choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES
from tiza.lang import random
from tiza.lang.calls import ArrayLike, as_float
from tiza.lang.tensor import Tensor, as_tensor, make

Size = int | Sequence[int]


def _shape(size: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], Sequence) else size


def _learned(x: Tensor, requires_grad: bool) -> Tensor:
    return x.requires_grad_() if requires_grad else x


def rand(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """x ~ U[0, 1).

    >>> import tiza as tz
    >>> tz.rand(2, 3).shape
    (2, 3)
    """
    return _learned(random.uniform(_shape(size), dtype=dtype), requires_grad)


def randn(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """x ~ N(0, 1).

    >>> import tiza as tz
    >>> tz.randn(2, 3).shape
    (2, 3)
    """
    return _learned(random.normal(_shape(size), dtype=dtype), requires_grad)


def randint(low: int, high: Any = None, size: Size | None = None, *, dtype: Any = None) -> Tensor:
    """Whole numbers from low (0, where only one bound is given) to high − 1.

    >>> import tiza as tz
    >>> tz.randint(1, (4,))
    tensor([0, 0, 0, 0])
    """
    if size is None:  # randint(high, size)
        low, high, size = 0, low, high
    return random.randint(low, high, () if size is None else size,
                          dtype=np.dtype("int64") if dtype is None else dtype)  # fmt: skip


def randperm(n: int) -> Tensor:
    """0 … n − 1 in a random order.

    >>> import tiza as tz
    >>> tz.sort(tz.randperm(4))
    tensor([0, 1, 2, 3])
    """
    return random.permutation(n)


def rand_like(x: ArrayLike, *, dtype: Any = None) -> Tensor:
    """x ~ U[0, 1) in the shape and type of x.

    >>> import tiza as tz
    >>> tz.rand_like(tz.zeros(2, 3)).shape
    (2, 3)
    """
    x = as_tensor(x)
    return random.uniform(x.shape, dtype=x.dtype if dtype is None else dtype)


def randn_like(x: ArrayLike, *, dtype: Any = None) -> Tensor:
    """x ~ N(0, 1) in the shape and type of x.

    >>> import tiza as tz
    >>> tz.randn_like(tz.zeros(2, 3)).shape
    (2, 3)
    """
    x = as_tensor(x)
    return random.normal(x.shape, dtype=x.dtype if dtype is None else dtype)


def bernoulli(p: ArrayLike) -> Tensor:
    """1 with probability p and 0 otherwise, in the type of p.

    >>> import tiza as tz
    >>> tz.bernoulli(tz.asarray([0.0, 1.0]))
    tensor([0., 1.])
    """
    p = as_float(p)
    return random.bernoulli(p.detach(), dtype=p.dtype)


def normal(mean: ArrayLike = 0.0, std: ArrayLike = 1.0, size: Size | None = None, *,
           dtype: Any = None) -> Tensor:  # fmt: skip
    """x ~ N(mean, std²), one for each entry of mean and std, or in the shape `size`.

    >>> import tiza as tz
    >>> tz.normal(0.0, 1.0, (2, 3)).shape
    (2, 3)
    """
    if isinstance(mean, int | float) and isinstance(std, int | float):
        return random.normal(() if size is None else size, mean, std, dtype=dtype)
    middle, spread = as_float(mean), as_float(std)
    shape = np.broadcast_shapes(middle.shape, spread.shape)
    return middle + spread * random.normal(shape, dtype=(middle if middle.ndim else spread).dtype)


def multinomial(x: ArrayLike, num_samples: int, replacement: bool = False) -> Tensor:
    """Places drawn with probabilities in proportion to the entries of a row (or of each row).

    Without replacement, those with the greatest wᵢ^(1/uᵢ)-like keys: log wᵢ − log(−log uᵢ).

    Source: Gumbel's trick; Efraimidis & Spirakis 2006, Inf. Process. Lett. 97.

    >>> import tiza as tz
    >>> tz.multinomial(tz.asarray([0.0, 1.0, 0.0]), 3, replacement=True)
    tensor([1, 1, 1])
    """
    from tiza.lang.entrywise import clamp
    from tiza.lang.searching import argmax, top_k

    w = as_float(x).detach()
    if w.ndim not in (1, 2) or num_samples < 1:
        raise ArgumentError("multinomial-shape", shape=w.shape, samples=num_samples)
    if not replacement and num_samples > w.shape[-1]:
        raise ArgumentError("top-k", k=num_samples, size=w.shape[-1])
    lead = (*w.shape[:-1], num_samples) if replacement else w.shape[:-1]
    u = random.uniform((*lead, w.shape[-1]), dtype=w.dtype)
    log = PRIMITIVES["log"]
    noise = make(log, clamp(-make(log, 1 - u), min=1e-30))  # finite where u = 0, too
    scores = make(log, w if not replacement else w[..., None, :]) - noise
    return argmax(scores, axis=-1) if replacement else top_k(scores, num_samples).indices
