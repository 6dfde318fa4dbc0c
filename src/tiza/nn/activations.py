"""Activation functions as modules, each calling the function of `nn.functional` in its name."""

from __future__ import annotations

from typing import Any

from tiza.lang.tensor import Tensor
from tiza.nn import functional as F
from tiza.nn import init as _init
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter


class _Plain(Module):
    """An activation without numbers of its own: y = f(x)."""

    def __init__(self) -> None:
        super().__init__()


class _Inplace(Module):
    """An activation that may give its argument the new value: y = f(x)."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """`inplace=True` where so."""
        return "inplace=True" if self.inplace else ""


class ReLU(_Inplace):
    """y = max(x, 0); slope 0 at 0."""

    def forward(self, input: Any) -> Tensor:
        return F.relu(input, self.inplace)


class ReLU6(_Inplace):
    """y = min(max(x, 0), 6)."""

    def forward(self, input: Any) -> Tensor:
        return F.relu6(input, self.inplace)


class SELU(_Inplace):
    """y = 1.0507 · ELU(x) with α = 1.6733. Source: Klambauer et al. 2017, arXiv:1706.02515."""

    def forward(self, input: Any) -> Tensor:
        return F.selu(input, self.inplace)


class SiLU(_Inplace):
    """y = x σ(x). Source: Elfwing et al. 2017, arXiv:1702.03118."""

    def forward(self, input: Any) -> Tensor:
        return F.silu(input, self.inplace)


class Mish(_Inplace):
    """y = x tanh(softplus(x)). Source: Misra 2019, arXiv:1908.08681."""

    def forward(self, input: Any) -> Tensor:
        return F.mish(input, self.inplace)


class Hardsigmoid(_Inplace):
    """y = min(max(x + 3, 0), 6) / 6."""

    def forward(self, input: Any) -> Tensor:
        return F.hardsigmoid(input, self.inplace)


class Hardswish(_Inplace):
    """y = x · hardsigmoid(x). Source: Howard et al. 2019, arXiv:1905.02244."""

    def forward(self, input: Any) -> Tensor:
        return F.hardswish(input, self.inplace)


class Sigmoid(_Plain):
    """y = 1 / (1 + e⁻ˣ)."""

    def forward(self, input: Any) -> Tensor:
        return F.sigmoid(input)


class LogSigmoid(_Plain):
    """y = log σ(x), without overflow."""

    def forward(self, input: Any) -> Tensor:
        return F.logsigmoid(input)


class Tanh(_Plain):
    """y = tanh(x)."""

    def forward(self, input: Any) -> Tensor:
        return F.tanh(input)


class Softsign(_Plain):
    """y = x / (1 + |x|)."""

    def forward(self, input: Any) -> Tensor:
        return F.softsign(input)


class Tanhshrink(_Plain):
    """y = x − tanh(x)."""

    def forward(self, input: Any) -> Tensor:
        return F.tanhshrink(input)


class LeakyReLU(Module):
    """y = x where positive, `negative_slope`·x elsewhere."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, input: Any) -> Tensor:
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class ELU(Module):
    """y = x where positive, α(eˣ − 1) elsewhere. Source: Clevert et al. 2016, arXiv:1511.07289."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input: Any) -> Tensor:
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class CELU(ELU):
    """y = x where positive, α(e^(x/α) − 1) elsewhere. Source: Barron 2017, arXiv:1704.07483."""

    def forward(self, input: Any) -> Tensor:
        return F.celu(input, self.alpha, self.inplace)


class GELU(Module):
    """y = x Φ(x), or its approximation by tanh. Source: Hendrycks & Gimpel, arXiv:1606.08415."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate
        F.gelu(0.0, approximate)  # refuses an unknown formula here, not in the first batch

    def forward(self, input: Any) -> Tensor:
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    """y = log(1 + e^(βx)) / β; x itself where βx is above the threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Any) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class Hardtanh(Module):
    """y = min(max(x, a), b)."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace
        F.hardtanh(0.0, min_val, max_val)  # refuses bounds that are crossed

    def forward(self, input: Any) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        bounds = f"min_val={self.min_val}, max_val={self.max_val}"
        return bounds + (", inplace=True" if self.inplace else "")


class Threshold(Module):
    """y = x above the threshold, `value` elsewhere."""

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace

    def forward(self, input: Any) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        text = f"threshold={self.threshold}, value={self.value}"
        return text + (", inplace=True" if self.inplace else "")


class _Shrink(Module):
    """What draws small values to 0."""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(_Shrink):
    """y = x drawn towards 0 by λ, and 0 within λ."""

    def forward(self, input: Any) -> Tensor:
        return F.softshrink(input, self.lambd)


class Hardshrink(_Shrink):
    """y = x, but 0 within λ."""

    def forward(self, input: Any) -> Tensor:
        return F.hardshrink(input, self.lambd)


class PReLU(Module):
    """y = max(x, 0) + a min(x, 0) with learned slopes a, one or one for each channel (axis 1).

    Source: He et al. 2015, arXiv:1502.01852, eq. 1.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(_init.constant((num_parameters,), init))

    def forward(self, input: Any) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class GLU(Module):
    """y = a σ(b), a and b being the halves of x. Source: Dauphin et al. 2017, arXiv:1612.08083."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Any) -> Tensor:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class _AlongAxis(Module):
    """What turns scores along one axis into shares."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(_AlongAxis):
    """y = eˣ / Σ eˣ along an axis."""

    def forward(self, input: Any) -> Tensor:
        return F.softmax(input, self.dim)


class LogSoftmax(_AlongAxis):
    """y = x − log Σ eˣ along an axis."""

    def forward(self, input: Any) -> Tensor:
        return F.log_softmax(input, self.dim)


class Softmin(_AlongAxis):
    """y = softmax(−x) along an axis."""

    def forward(self, input: Any) -> Tensor:
        return F.softmin(input, self.dim)
