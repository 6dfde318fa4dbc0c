"""Activation functions of tensors, with PyTorch's names, arguments and defaults."""

from __future__ import annotations

from typing import Any

from tiza.errors import ArgumentError
from tiza.graph import PRIMITIVES, Primitive
from tiza.lang import random
from tiza.lang.tensor import Tensor, as_tensor, make
from tiza.nn import activation_formulas as a


def _apply(prim: Primitive, x: Any, inplace: bool = False, **numbers: float) -> Tensor:
    given = as_tensor(x)
    y = make(prim, given, **{name: float(value) for name, value in numbers.items()})
    if inplace:
        given._assign(y)
        return given
    return y


def relu(input: Any, inplace: bool = False) -> Tensor:
    """max(x, 0); slope 0 at 0. `inplace` gives x itself the new value.

    >>> relu([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    return _apply(PRIMITIVES["relu"], input, inplace)


def relu6(input: Any, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6).

    >>> relu6([-1.0, 7.0]).tolist()
    [0.0, 6.0]
    """
    return _apply(a.hardtanh, input, inplace, low=0, high=6)


def leaky_relu(input: Any, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x where positive, `negative_slope`·x elsewhere.

    >>> leaky_relu([-1.0, 2.0], 0.5).tolist()
    [-0.5, 2.0]
    """
    return _apply(a.leaky_relu, input, inplace, a=negative_slope)


def prelu(input: Any, weight: Any) -> Tensor:
    """Leaky ReLU whose slope is learned: one for all, or one for each channel (axis 1).

    >>> prelu([[-1.0, -1.0]], [0.25, 0.5]).tolist()
    [[-0.25, -0.5]]
    """
    x, slope = as_tensor(input), as_tensor(weight)
    channels = x.shape[1] if x.ndim > 1 else 1
    if slope.size not in (1, channels):
        raise ArgumentError("prelu-weight", got=slope.size, channels=channels)
    per_channel = slope.size > 1
    shape = (1, -1, *(1,) * (x.ndim - 2)) if per_channel else ()
    slope = make(
        PRIMITIVES["reshape"], slope, shape=tuple(slope.size if n == -1 else n for n in shape)
    )
    positive = make(PRIMITIVES["relu"], x)
    return positive - slope * make(PRIMITIVES["relu"], -x)


def rrelu(input: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False,
          inplace: bool = False) -> Tensor:  # fmt: skip
    """x where positive, a x elsewhere; in training each a is drawn from U(lower, upper).

    Otherwise a is their mean. Source: Xu et al. 2015, arXiv:1505.00853.

    >>> rrelu([-4.0, 1.0], 0.25, 0.75).tolist()
    [-2.0, 1.0]
    """
    if lower > upper:
        raise ArgumentError("rrelu-bounds", low=lower, high=upper)
    if not training or lower == upper:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    x = as_tensor(input)
    slopes = random.uniform(x.shape, lower, upper, dtype=x.dtype)
    y = make(PRIMITIVES["where"], x > 0, x, x * slopes)
    if inplace:
        x._assign(y)
        return x
    return y


def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where positive, α(eˣ − 1) elsewhere.

    Source: Clevert, Unterthiner & Hochreiter 2016, arXiv:1511.07289.

    >>> elu([-800.0, 2.0]).tolist()
    [-1.0, 2.0]
    """
    return _apply(a.elu, input, inplace, alpha=alpha)


def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where positive, α(e^(x/α) − 1) elsewhere.

    Source: Barron 2017, arXiv:1704.07483.

    >>> celu([-800.0, 2.0], 0.5).tolist()
    [-0.5, 2.0]
    """
    if alpha == 0:
        raise ArgumentError("celu-alpha")
    return _apply(a.celu, input, inplace, alpha=alpha)


def selu(input: Any, inplace: bool = False) -> Tensor:
    """1.0507 · ELU(x) with α = 1.6733, which keeps mean 0 and variance 1.

    Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 2.

    >>> selu([0.0]).tolist()
    [0.0]
    """
    return _apply(a.selu, input, inplace)


def gelu(input: Any, approximate: str = "none") -> Tensor:
    """x Φ(x), Φ being the normal distribution; `approximate="tanh"` for the older formula.

    Source: Hendrycks & Gimpel 2016, arXiv:1606.08415.

    >>> gelu([0.0, 100.0]).tolist()
    [0.0, 100.0]
    """
    if approximate not in ("none", "tanh"):
        raise ArgumentError("gelu-approximate", got=approximate)
    return _apply(a.gelu if approximate == "none" else a.gelu_tanh, input)


def silu(input: Any, inplace: bool = False) -> Tensor:
    """x σ(x), also called swish.

    Source: Elfwing, Uchibe & Doya 2017, arXiv:1702.03118.

    >>> silu([0.0, 100.0]).tolist()
    [0.0, 100.0]
    """
    return _apply(a.silu, input, inplace)


def mish(input: Any, inplace: bool = False) -> Tensor:
    """x tanh(softplus(x)).

    Source: Misra 2019, arXiv:1908.08681.

    >>> mish([0.0]).tolist()
    [0.0]
    """
    return _apply(a.mish, input, inplace)


def sigmoid(input: Any) -> Tensor:
    """1 / (1 + e⁻ˣ).

    >>> sigmoid([0.0, -1e4]).tolist()
    [0.5, 0.0]
    """
    return _apply(PRIMITIVES["sigmoid"], input)


def logsigmoid(input: Any) -> Tensor:
    """log σ(x), without overflow.

    >>> logsigmoid([-1e4]).tolist()
    [-10000.0]
    """
    return _apply(a.logsigmoid, input)


def tanh(input: Any) -> Tensor:
    """The hyperbolic tangent.

    >>> tanh([0.0, 1e4]).tolist()
    [0.0, 1.0]
    """
    return _apply(PRIMITIVES["tanh"], input)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + e^(βx)) / β; x itself where βx is above the threshold.

    >>> softplus([-1e4, 1e4]).tolist()
    [0.0, 10000.0]
    """
    return _apply(a.softplus_beta, input, beta=beta, threshold=threshold)


def softsign(input: Any) -> Tensor:
    """x / (1 + |x|).

    >>> softsign([1.0, -3.0]).tolist()
    [0.5, -0.75]
    """
    return _apply(a.softsign, input)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0,
             inplace: bool = False) -> Tensor:  # fmt: skip
    """x kept between two bounds.

    >>> hardtanh([-3.0, 0.5]).tolist()
    [-1.0, 0.5]
    """
    if min_val > max_val:
        raise ArgumentError("hardtanh-bounds", low=min_val, high=max_val)
    return _apply(a.hardtanh, input, inplace, low=min_val, high=max_val)


def hardsigmoid(input: Any, inplace: bool = False) -> Tensor:
    """min(max(x + 3, 0), 6) / 6.

    >>> hardsigmoid([-3.0, 0.0, 3.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return _apply(a.hardsigmoid, input, inplace)


def hardswish(input: Any, inplace: bool = False) -> Tensor:
    """x · hardsigmoid(x).

    Source: Howard et al. 2019, arXiv:1905.02244.

    >>> hardswish([-3.0, 0.0, 3.0]).tolist()
    [-0.0, 0.0, 3.0]
    """
    return _apply(a.hardswish, input, inplace)


def tanhshrink(input: Any) -> Tensor:
    """x − tanh(x).

    >>> tanhshrink([0.0]).tolist()
    [0.0]
    """
    return _apply(a.tanhshrink, input)


def softshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x drawn towards 0 by λ, and 0 within λ.

    >>> softshrink([-1.5, 0.25]).tolist()
    [-1.0, 0.0]
    """
    if lambd < 0:
        raise ArgumentError("shrink-lambda", got=lambd)
    return _apply(a.softshrink, input, lambd=lambd)


def hardshrink(input: Any, lambd: float = 0.5) -> Tensor:
    """x, but 0 within λ.

    >>> hardshrink([-1.5, 0.25]).tolist()
    [-1.5, 0.0]
    """
    return _apply(a.hardshrink, input, lambd=lambd)


def threshold(input: Any, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where above the threshold, `value` elsewhere.

    >>> globals()["threshold"]([1.0, 3.0], 2.0, 0.0).tolist()
    [0.0, 3.0]
    """
    return _apply(a.threshold, input, inplace, limit=threshold, value=value)
