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


class KLDivLoss(Loss):
    """q (log q − x) for log-probabilities x; see `nn.functional.kl_div`."""

    function = F.kl_div
    options = ("reduction", "log_target")

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__("mean" if reduction == "batchmean" else reduction)
        self.reduction, self.log_target = reduction, log_target


class PoissonNLLLoss(Loss):
    """eˣ − t x for log-rates x; see `nn.functional.poisson_nll_loss`."""

    function = F.poisson_nll_loss
    options = ("log_input", "full", "eps", "reduction")

    def __init__(self, log_input: bool = True, full: bool = False, eps: float = 1e-8,
                 reduction: str = "mean") -> None:  # fmt: skip
        super().__init__(reduction)
        self.log_input, self.full, self.eps = log_input, full, eps


class SoftMarginLoss(Loss):
    """log(1 + e^(−t x)); see `nn.functional.soft_margin_loss`."""

    function = F.soft_margin_loss


class HingeEmbeddingLoss(Loss):
    """x for what is alike, max(0, m − x) for what is not; see `nn.functional`."""

    function = F.hinge_embedding_loss
    options = ("margin", "reduction")

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin


class MultiMarginLoss(_Weighted):
    """Σ max(0, m − x_t + x_c)^p / C; see `nn.functional.multi_margin_loss`."""

    function = F.multi_margin_loss
    options = ("p", "margin", "weight", "reduction")

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Any = None,
                 reduction: str = "mean") -> None:  # fmt: skip
        super().__init__(weight, reduction)
        if p not in (1, 2):
            raise ArgumentError("loss-power", got=p)
        self.p, self.margin = p, margin


class MultiLabelSoftMarginLoss(_Weighted):
    """The logistic loss over several labels; see `nn.functional.multilabel_soft_margin_loss`."""

    function = F.multilabel_soft_margin_loss


class MultiLabelMarginLoss(Loss):
    """Every label above all other classes; see `nn.functional.multilabel_margin_loss`."""

    function = F.multilabel_margin_loss


class _OfThree(Loss):
    """A loss of three tensors."""

    def forward(self, first: Any, second: Any, third: Any) -> Tensor:  # type: ignore[override]
        """The loss of the three."""
        options = {name: getattr(self, name) for name in self.options}
        return type(self).function(first, second, third, **options)


class GaussianNLLLoss(_OfThree):
    """(log σ² + (x − t)²/σ²)/2 of mean, target, variance; see `nn.functional`."""

    function = F.gaussian_nll_loss
    options = ("full", "eps", "reduction")

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.full, self.eps = full, eps


class CosineEmbeddingLoss(_OfThree):
    """Angles of pairs alike (1) or not (−1); see `nn.functional.cosine_embedding_loss`."""

    function = F.cosine_embedding_loss
    options = ("margin", "reduction")

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.margin = margin


class MarginRankingLoss(CosineEmbeddingLoss):
    """max(0, −t (x₁ − x₂) + m); see `nn.functional.margin_ranking_loss`."""

    function = F.margin_ranking_loss


class TripletMarginLoss(_OfThree):
    """max(0, d(a, p) − d(a, n) + m); see `nn.functional.triplet_margin_loss`."""

    function = F.triplet_margin_loss
    options = ("margin", "p", "eps", "swap", "reduction")

    def __init__(self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False,
                 reduction: str = "mean") -> None:  # fmt: skip
        super().__init__(reduction)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap


class TripletMarginWithDistanceLoss(_OfThree):
    """The triplet loss under any distance; see `nn.functional`."""

    function = F.triplet_margin_with_distance_loss
    options = ("distance_function", "margin", "swap", "reduction")

    def __init__(self, *, distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
                 margin: float = 1.0, swap: bool = False,
                 reduction: str = "mean") -> None:  # fmt: skip
        super().__init__(reduction)
        self.distance_function, self.margin, self.swap = distance_function, margin, swap


class CTCLoss(Loss):
    """−log of the paths that spell a target; see `nn.functional.ctc_loss`."""

    function = F.ctc_loss
    options = ("blank", "reduction", "zero_infinity")

    def __init__(self, blank: int = 0, reduction: str = "mean",
                 zero_infinity: bool = False) -> None:  # fmt: skip
        super().__init__(reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(  # type: ignore[override]
        self, log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any
    ) -> Tensor:
        """The loss of log-probabilities (t, n, classes)."""
        options = {name: getattr(self, name) for name in self.options}
        return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, **options)
