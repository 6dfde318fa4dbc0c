"""Initial values of weights: each as a function of a shape, and in place under PyTorch's name.

`kaiming_uniform((10, 5))` gives a tensor; `kaiming_uniform_(layer.weight)` fills one. All draw
from the global generator (`tz.manual_seed`), so the same seed gives the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec

import numpy as np

from tiza.errors import ArgumentError, ShapeError
from tiza.lang import hot, random
from tiza.lang.arrays import default_dtype
from tiza.lang.tensor import Tensor, as_tensor, evaluate_together
from tiza.nn.parameter import assign

Shape = Sequence[int]
P = ParamSpec("P")
GAINS = {"sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}
WITHOUT_GAIN = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
                "conv_transpose3d")  # fmt: skip


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights grow so that a nonlinearity keeps the variance.

    >>> calculate_gain("leaky_relu", 1.0)
    1.0
    """
    if nonlinearity in WITHOUT_GAIN:
        return 1.0
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in GAINS:
        raise ArgumentError("init-gain", got=nonlinearity,
                            known=", ".join(("linear", "leaky_relu", *GAINS)))  # fmt: skip
    return GAINS[nonlinearity]


def fans(shape: Shape) -> tuple[int, int]:
    """How many inputs and outputs each weight of that shape (out, in, …) connects.

    >>> fans((32, 3, 5, 5))
    (75, 800)
    """
    if len(shape) < 2:
        raise ShapeError("init-fans", shape=tuple(shape))
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def uniform(shape: Shape, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Draw from U(a, b)."""
    return random.uniform(shape, a, b)


def normal(shape: Shape, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Draw from N(mean, std²)."""
    return random.normal(shape, mean, std)


def constant(shape: Shape, val: float) -> Tensor:
    """Fill with one number."""
    return as_tensor(np.full(shape, val, default_dtype()))


def zeros(shape: Shape) -> Tensor:
    """Fill with 0."""
    return constant(shape, 0.0)


def ones(shape: Shape) -> Tensor:
    """Fill with 1."""
    return constant(shape, 1.0)


def eye(shape: Shape) -> Tensor:
    """The identity matrix, so that a linear layer passes as many inputs on as it can."""
    if len(shape) != 2:
        raise ShapeError("init-matrix", what="eye", shape=tuple(shape))
    return as_tensor(np.eye(*shape, dtype=default_dtype()))


def fan_in_uniform(shape: Shape, fan_in: int) -> Tensor:
    """Draw from U(−1/√fan_in, 1/√fan_in), as PyTorch's biases are."""
    bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0.0
    return random.uniform(shape, -bound, bound)


def xavier_uniform(shape: Shape, gain: float = 1.0) -> Tensor:
    """Draw from U(−a, a), a = gain √(6 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010, AISTATS, eq. 16.
    """
    bound = gain * math.sqrt(6 / sum(fans(shape)))
    return random.uniform(shape, -bound, bound)


def xavier_normal(shape: Shape, gain: float = 1.0) -> Tensor:
    """Draw from N(0, gain² · 2 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010, AISTATS, eq. 12.
    """
    return random.normal(shape, 0.0, gain * math.sqrt(2 / sum(fans(shape))))


def kaiming_uniform(shape: Shape, a: float = 0.0, mode: str = "fan_in",
                    nonlinearity: str = "leaky_relu") -> Tensor:  # fmt: skip
    """Draw from U(−b, b), b = gain √(3 / fan).

    `a` is the slope of the leaky ReLU that follows; `mode` chooses whether the variance is
    kept going forward ("fan_in") or backward ("fan_out").

    Source: He et al. 2015, arXiv:1502.01852, eqs. 10 and 14.
    """
    std = calculate_gain(nonlinearity, a) / math.sqrt(_fan(shape, mode))
    bound = math.sqrt(3) * std
    return random.uniform(shape, -bound, bound)


def kaiming_normal(shape: Shape, a: float = 0.0, mode: str = "fan_in",
                   nonlinearity: str = "leaky_relu") -> Tensor:  # fmt: skip
    """Draw from N(0, gain² / fan). Arguments and source as for `kaiming_uniform`."""
    return random.normal(shape, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(shape, mode)))


def _fan(shape: Shape, mode: str) -> int:
    if mode not in ("fan_in", "fan_out"):
        raise ArgumentError("init-mode", got=mode)
    fan = fans(shape)[mode == "fan_out"]
    if not fan:
        raise ShapeError("init-empty", shape=tuple(shape))
    return fan


def trunc_normal(shape: Shape, mean: float = 0.0, std: float = 1.0, a: float = -2.0,
                 b: float = 2.0) -> Tensor:  # fmt: skip
    """Draw from N(mean, std²) restricted to [a, b], by inverting its distribution function."""
    low, high = (0.5 * (1 + math.erf((x - mean) / (std * math.sqrt(2)))) for x in (a, b))
    u = random.uniform(shape, low, high, dtype=np.float64).numpy()
    z = np.clip(mean + std * _normal_quantile(np.clip(u, low, high)), a, b)
    return as_tensor(z.astype(default_dtype()))


def _normal_quantile(p: Any) -> Any:
    """Φ⁻¹(p) by bisection of Φ, tabulated: good to 1e-7 between −8 and 8."""
    z = np.linspace(-8, 8, 16001)
    phi = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z])
    return np.interp(p, phi, z)


def orthogonal(shape: Shape, gain: float = 1.0) -> Tensor:
    """A (semi-)orthogonal matrix: rows, or columns, at right angles and of length `gain`.

    Source: Saxe, McClelland & Ganguli 2014, arXiv:1312.6120.
    """
    if len(shape) < 2:
        raise ShapeError("init-fans", shape=tuple(shape))
    rows, columns = shape[0], math.prod(shape[1:])
    flat = random.normal((max(rows, columns), min(rows, columns)), dtype=np.float64).numpy()
    q, r = np.linalg.qr(flat)
    q = q * np.where(np.diag(r) < 0, -1, 1)  # makes the draw uniform
    q = q if rows >= columns else q.T
    return as_tensor((gain * q).reshape(shape).astype(default_dtype()))


def dirac(shape: Shape, groups: int = 1) -> Tensor:
    """A convolution that passes its channels on: 1 at the centre, channel by channel, per group."""
    if not 3 <= len(shape) <= 5 or shape[0] % groups:
        raise ShapeError("init-dirac", shape=tuple(shape), groups=groups)
    x = np.zeros(shape, default_dtype())
    rows = shape[0] // groups
    middle = tuple(n // 2 for n in shape[2:])
    for group in range(groups):
        for channel in range(min(rows, shape[1])):
            x[(group * rows + channel, channel, *middle)] = 1
    return as_tensor(x)


def sparse(shape: Shape, sparsity: float, std: float = 0.01) -> Tensor:
    """N(0, std²) with the share `sparsity` of each column set to 0.

    Source: Martens 2010, ICML.
    """
    if len(shape) != 2:
        raise ShapeError("init-matrix", what="sparse", shape=tuple(shape))
    x = random.normal(shape, 0.0, std).numpy().copy()
    order = np.argsort(random.uniform(shape).numpy(), axis=0)
    gone = math.ceil(sparsity * shape[0])
    np.put_along_axis(x, order[:gone], 0, axis=0)
    return as_tensor(x)


def _in_place(
    draw: Callable[Concatenate[Shape, P], Tensor],
) -> Callable[Concatenate[Tensor, P], Tensor]:
    def fill(tensor: Tensor, /, *args: P.args, **kwargs: P.kwargs) -> Tensor:
        value = draw(tensor.shape, *args, **kwargs)
        evaluate_together([value], hot.cold)  # the same bits however often: nothing is compiled
        assign(tensor, value.numpy())
        return tensor

    fill.__name__ = fill.__qualname__ = f"{draw.__name__}_"
    fill.__doc__ = f"Fill a tensor as `{draw.__name__}` does, and give it back."
    return fill


uniform_ = _in_place(uniform)
normal_ = _in_place(normal)
constant_ = _in_place(constant)
zeros_ = _in_place(zeros)
ones_ = _in_place(ones)
eye_ = _in_place(eye)
xavier_uniform_ = _in_place(xavier_uniform)
xavier_normal_ = _in_place(xavier_normal)
kaiming_uniform_ = _in_place(kaiming_uniform)
kaiming_normal_ = _in_place(kaiming_normal)
trunc_normal_ = _in_place(trunc_normal)
orthogonal_ = _in_place(orthogonal)
dirac_ = _in_place(dirac)
sparse_ = _in_place(sparse)
