"""Activation functions as modules, each calling the function of `nn.functional` in its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from tiza.errors import ArgumentError, ShapeError
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import functional as F
from tiza.nn import init as _init
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter


class Activation(Module):
    """y = function(x, *numbers), the numbers being attributes of the module."""

    function: ClassVar[Callable[..., Tensor]]
    numbers: ClassVar[tuple[str, ...]] = ()
    inplace: bool = False

    def forward(self, input: Any) -> Tensor:
        """The function's value, entry by entry."""
        given = {name: getattr(self, name) for name in self.numbers}
        if self.inplace:
            given["inplace"] = True
        return type(self).function(input, **given)

    def extra_repr(self) -> str:
        """The numbers."""
        said = [f"{name}={getattr(self, name)!r}" for name in self.numbers]
        return ", ".join([*said, "inplace=True"] if self.inplace else said)


class _Inplace(Activation):
    """An activation that may give its argument the new value."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class ReLU(_Inplace):
    """y = max(x, 0); slope 0 at 0."""

    function = F.relu


class ReLU6(_Inplace):
    """y = min(max(x, 0), 6)."""

    function = F.relu6


class SELU(_Inplace):
    """y = 1.0507 · ELU(x) with α = 1.6733. Source: Klambauer et al. 2017, arXiv:1706.02515."""

    function = F.selu


class SiLU(_Inplace):
    """y = x σ(x). Source: Elfwing et al. 2017, arXiv:1702.03118."""

    function = F.silu


class Mish(_Inplace):
    """y = x tanh(softplus(x)). Source: Misra 2019, arXiv:1908.08681."""

    function = F.mish


class Hardsigmoid(_Inplace):
    """y = min(max(x + 3, 0), 6) / 6."""

    function = F.hardsigmoid


class Hardswish(_Inplace):
    """y = x · hardsigmoid(x). Source: Howard et al. 2019, arXiv:1905.02244."""

    function = F.hardswish


class Sigmoid(Activation):
    """y = 1 / (1 + e⁻ˣ)."""

    function = F.sigmoid


class LogSigmoid(Activation):
    """y = log σ(x), without overflow."""

    function = F.logsigmoid


class Tanh(Activation):
    """y = tanh(x)."""

    function = F.tanh


class Softsign(Activation):
    """y = x / (1 + |x|)."""

    function = F.softsign


class Tanhshrink(Activation):
    """y = x − tanh(x)."""

    function = F.tanhshrink


class LeakyReLU(Activation):
    """y = x where positive, `negative_slope`·x elsewhere."""

    function = F.leaky_relu
    numbers = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace


class RReLU(Activation):
    """y = x where positive, a x elsewhere, a drawn anew for every entry in training.

    Source: Xu et al. 2015, arXiv:1505.00853.
    """

    function = F.rrelu
    numbers = ("lower", "upper")

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        F.rrelu(0.0, lower, upper)  # refuses bounds that are crossed
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Any) -> Tensor:
        """Drawn slopes in training, their mean in use."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class ELU(Activation):
    """y = x where positive, α(eˣ − 1) elsewhere. Source: Clevert et al. 2016, arXiv:1511.07289."""

    function = F.elu
    numbers = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace


class CELU(Activation):
    """y = x where positive, α(e^(x/α) − 1) elsewhere. Source: Barron 2017, arXiv:1704.07483."""

    function = F.celu
    numbers = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if alpha == 0:
            raise ArgumentError("celu-alpha")
        self.alpha, self.inplace = alpha, inplace


class GELU(Activation):
    """y = x Φ(x), or its approximation by tanh. Source: Hendrycks & Gimpel, arXiv:1606.08415."""

    function = F.gelu
    numbers = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        F.gelu(0.0, approximate)  # refuses an unknown formula here, not in the first batch
        self.approximate = approximate


class Softplus(Activation):
    """y = log(1 + e^(βx)) / β; x itself where βx is above the threshold."""

    function = F.softplus
    numbers = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold


class Hardtanh(Activation):
    """y = min(max(x, a), b)."""

    function = F.hardtanh
    numbers = ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if min_val >= max_val:
            raise ArgumentError("hardtanh-bounds", low=min_val, high=max_val)
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace


class Threshold(Activation):
    """y = x above the threshold, `value` elsewhere."""

    function = F.threshold
    numbers = ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace


class Softshrink(Activation):
    """y = x drawn towards 0 by λ, and 0 within λ."""

    function = F.softshrink
    numbers = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        if lambd < 0:
            raise ArgumentError("shrink-lambda", got=lambd)
        self.lambd = lambd


class Hardshrink(Activation):
    """y = x, but 0 within λ."""

    function = F.hardshrink
    numbers = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd


class PReLU(Activation):
    """y = max(x, 0) + a min(x, 0) with learned slopes a, one or one for each channel (axis 1).

    Source: He et al. 2015, arXiv:1502.01852, eq. 1.
    """

    function = F.prelu
    numbers = ("weight",)

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None,
                 dtype: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(_init.constant((num_parameters,), init))
        self.to(device=device, dtype=dtype)

    def extra_repr(self) -> str:
        """How many slopes."""
        return f"num_parameters={self.num_parameters}"


class GLU(Activation):
    """y = a σ(b), a and b being the halves of x. Source: Dauphin et al. 2017, arXiv:1612.08083."""

    function = F.glu
    numbers = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim


class _AlongAxis(Activation):
    """What turns scores along one axis into shares."""

    numbers = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim


class Softmax(_AlongAxis):
    """y = eˣ / Σ eˣ along an axis."""

    function = F.softmax


class Softmax2d(Module):
    """Softmax over the channels of pictures (n, c, h, w) or (c, h, w)."""

    def forward(self, input: Any) -> Tensor:
        """eˣ / Σ eˣ over the channels."""
        x = as_tensor(input)
        if x.ndim not in (3, 4):
            raise ShapeError("softmax-pictures", got=x.shape)
        return F.softmax(x, -3)


class LogSoftmax(_AlongAxis):
    """y = x − log Σ eˣ along an axis."""

    function = F.log_softmax


class Softmin(_AlongAxis):
    """y = softmax(−x) along an axis."""

    function = F.softmin
