"""Losses as modules, each calling the function of `nn.functional` in its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from tiza import losses as F
from tiza.errors import ArgumentError
from tiza.lang.tensor import Tensor, as_tensor
from tiza.losses.checks import reduction_of
from tiza.nn.module import Module


class Loss(Module):
    """A loss with a reduction ("mean", "sum" or "none") and options, which are attributes."""

    function: ClassVar[Callable[..., Tensor]]
    options: ClassVar[tuple[str, ...]] = ("reduction",)

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction_of(type(self).__name__, reduction)

    def forward(self, input: Any, target: Any) -> Tensor:
        """The loss of a prediction."""
        return type(self).function(input, target, **{n: getattr(self, n) for n in self.options})


class MSELoss(Loss):
    """Mean of (x − t)²; see `nn.functional.mse_loss`."""

    function = F.mse_loss


class L1Loss(Loss):
    """Mean of |x − t|; see `nn.functional.l1_loss`."""

    function = F.l1_loss


class SmoothL1Loss(Loss):
    """Quadratic near 0 and linear further out; see `nn.functional.smooth_l1_loss`."""

    function = F.smooth_l1_loss
    options = ("reduction", "beta")

    def __init__(self, reduction: str = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        if beta < 0:
            raise ArgumentError("loss-beta", got=beta)
        self.beta = beta


class HuberLoss(Loss):
    """Quadratic near 0 and linear further out; see `nn.functional.huber_loss`."""

    function = F.huber_loss
    options = ("reduction", "delta")

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        if delta <= 0:
            raise ArgumentError("loss-delta", got=delta)
        self.delta = delta


class _Weighted(Loss):
    """A loss with factors that are cast and saved with it."""

    options: ClassVar[tuple[str, ...]] = ("weight", "reduction")

    def __init__(self, weight: Any = None, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", None if weight is None else as_tensor(weight))


class CrossEntropyLoss(_Weighted):
    """−Σ q log softmax(x); see `nn.functional.cross_entropy`.

    >>> from tiza import nn
    >>> round(nn.CrossEntropyLoss()([[0.0, 0.0]], [1]).item(), 4)
    0.6931
    """

    function = F.cross_entropy
    options = ("weight", "ignore_index", "reduction", "label_smoothing")

    def __init__(self, weight: Any = None, ignore_index: int = -100, reduction: str = "mean",
                 label_smoothing: float = 0.0) -> None:  # fmt: skip
        super().__init__(weight, reduction)
        if not 0 <= label_smoothing <= 1:
            raise ArgumentError("loss-smoothing", got=label_smoothing)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing


class NLLLoss(_Weighted):
    """−w_t x_t for log-probabilities x; see `nn.functional.nll_loss`."""

    function = F.nll_loss
    options = ("weight", "ignore_index", "reduction")

    def __init__(self, weight: Any = None, ignore_index: int = -100,
                 reduction: str = "mean") -> None:  # fmt: skip
        super().__init__(weight, reduction)
        self.ignore_index = ignore_index


class BCELoss(_Weighted):
    """−(t log p + (1 − t) log(1 − p)); see `nn.functional.binary_cross_entropy`."""

    function = F.binary_cross_entropy


class BCEWithLogitsLoss(_Weighted):
    """log(1 + eˣ) − t x; see `nn.functional.binary_cross_entropy_with_logits`."""

    function = F.binary_cross_entropy_with_logits
    options = ("weight", "reduction", "pos_weight")

    def __init__(self, weight: Any = None, reduction: str = "mean",
                 pos_weight: Any = None) -> None:  # fmt: skip
        super().__init__(weight, reduction)
        self.register_buffer("pos_weight", None if pos_weight is None else as_tensor(pos_weight))
