"""Random numbers as expressions of a key: the same in every backend, for any number of threads.

A key is four words (seed_lo, seed_hi, stream, step). Outside a traced step every call takes
the global generator's next stream; inside one, the step is an input of the program.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES as P
from tiza.graph import Node, constant, literal
from tiza.graph.types import DType, Shape, float64, int64, is_float, uint32, uint64
from tiza.lang.arrays import default_dtype
from tiza.lang.tensor import Tensor, as_tensor


class _Generator(threading.local):
    seed: int = 0
    stream: int = 0
    scope: Node | None = None  # inside a traced step: its key (seed_lo, seed_hi, 0, step)


_state = _Generator()


def manual_seed(seed: int | None = None) -> int:
    """Begin the global generator anew; without a number, from the system's entropy.

    >>> import tiza as tz
    >>> tz.manual_seed(7)
    7
    """
    chosen = int.from_bytes(os.urandom(8), "little") if seed is None else int(seed)
    if not 0 <= chosen < 2**64:
        raise ArgumentError("seed-range", got=seed)
    _state.seed, _state.stream = chosen, 0
    return chosen


def get_state() -> tuple[int, int]:
    """(seed, next stream) of the global generator."""
    return _state.seed, _state.stream


def set_state(state: tuple[int, int]) -> None:
    """Go back to what `get_state` gave."""
    _state.seed, _state.stream = state


def key_words(seed: int, stream: int = 0, step: int = 0) -> np.ndarray[Any, Any]:
    """(seed_lo, seed_hi, stream, step) as the generator takes them."""
    return np.array(
        [seed & 0xFFFFFFFF, seed >> 32, stream & 0xFFFFFFFF, step & 0xFFFFFFFF], "uint32"
    )


def next_streams(count: int) -> tuple[int, int]:
    """(seed, first stream) for as many random calls, those of one call of a compiled function."""
    stream = _state.stream
    _state.stream += count
    return _state.seed, stream


def drawn() -> int:
    """How many random calls there were so far in this `key_scope`."""
    return _state.stream


def next_key() -> Node:
    """The key of the next random call."""
    stream = _state.stream
    _state.stream += 1
    if _state.scope is not None:
        return _state.scope + constant(key_words(0, stream))
    return constant(key_words(_state.seed, stream))


@contextmanager
def key_scope(key: Node) -> Iterator[None]:
    """Inside, keys derive from `key`, an input of a traced step, by streams counted from 0."""
    before = _state.scope, _state.stream
    _state.scope, _state.stream = key, 0
    try:
        yield
    finally:
        _state.scope, _state.stream = before


def _shape(shape: int | Sequence[int]) -> Shape:
    return (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)


def _uniform(shape: Shape, dtype: DType) -> Node:
    """Multiples of 2⁻²⁴ (2⁻⁵³ in float64) in [0, 1)."""
    if dtype == float64:
        words = P["random_bits"](next_key(), shape=(2, *shape))
        high, low = (
            P["cast"](P["bitwise_right_shift"](_row(words, i), literal(s, uint32)), dtype=float64)
            for i, s in ((0, 5), (1, 6))
        )
        return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0)
    bits = P["random_bits"](next_key(), shape=shape)
    top = P["bitwise_right_shift"](bits, literal(8, uint32))
    return P["cast"](top, dtype=dtype) * (1.0 / 16777216.0)


def _row(x: Node, i: int) -> Node:
    """x[i] along the first axis."""
    one = P["slice"](
        x, starts=(i, *(0,) * (x.ndim - 1)), stops=(i + 1, *x.shape[1:]), steps=(1,) * x.ndim
    )
    return P["reshape"](one, shape=x.shape[1:])


def _float(dtype: Any) -> DType:
    chosen = default_dtype() if dtype is None else np.dtype(dtype)
    if not is_float(chosen):
        raise ArgumentError("random-dtype", got=chosen)
    return chosen


def uniform(
    shape: int | Sequence[int] = (), low: float = 0.0, high: float = 1.0, dtype: Any = None
) -> Tensor:
    """x ~ U[low, high).

    >>> import tiza as tz
    >>> _ = tz.manual_seed(0)
    >>> x = tz.random.uniform((1000,), -1, 1); bool((x >= -1).all() and (x < 1).all())
    True
    """
    u = _uniform(_shape(shape), _float(dtype))
    return Tensor(u if (low, high) == (0.0, 1.0) else u * (high - low) + low)


def normal(
    shape: int | Sequence[int] = (), mean: float = 0.0, std: float = 1.0, dtype: Any = None
) -> Tensor:
    """x ~ N(mean, std²), by Box and Muller: √(−2 log u₁) cos(2π u₂), u₁ in (0, 1].

    Source: Box & Muller 1958, Ann. Math. Stat. 29(2), eq. 1.
    """
    whole = _shape(shape)
    pair = _uniform((2, *whole), _float(dtype))
    radius = P["sqrt"](P["log"](1.0 - _row(pair, 0)) * -2.0)
    z = radius * P["cos"](_row(pair, 1) * (2 * math.pi))
    return Tensor(z if (mean, std) == (0.0, 1.0) else z * std + mean)


def bernoulli(p: Any, shape: int | Sequence[int] | None = None, dtype: Any = None) -> Tensor:
    """Booleans, each true with probability p (or numbers 0 and 1 of `dtype`)."""
    chance = as_tensor(p) if is_float(as_tensor(p).dtype) else as_tensor(p, default_dtype())
    u = _uniform(chance.shape if shape is None else _shape(shape), chance.dtype)
    drawn = P["less"](u, chance.node)
    return Tensor(drawn if dtype is None else P["cast"](drawn, dtype=np.dtype(dtype)))


def randint(low: int, high: int, shape: int | Sequence[int] = (), dtype: Any = int64) -> Tensor:
    """Whole numbers from low to high − 1, each as likely (to 2⁻³² of the range)."""
    if not 0 < high - low <= 2**32:
        raise ArgumentError("randint-range", low=low, high=high)
    bits = P["cast"](P["random_bits"](next_key(), shape=_shape(shape)), dtype=uint64)
    scaled = P["bitwise_right_shift"](bits * (high - low), literal(32, uint64))
    return Tensor(P["cast"](P["cast"](scaled, dtype=int64) + low, dtype=np.dtype(dtype)))


def permutation(n: int) -> Tensor:
    """A random order of 0 … n − 1: the stable argsort of n random 64-bit words."""
    words = P["cast"](P["random_bits"](next_key(), shape=(n, 2)), dtype=uint64)
    columns = P["permute"](words, axes=(1, 0))
    high = P["bitwise_left_shift"](_row(columns, 1), literal(32, uint64))
    word = P["bitwise_or"](_row(columns, 0), high)
    return Tensor(P["argsort"](word, axis=0, descending=False))
