"""Learning rates that change as training goes on, under PyTorch's names."""

from tiza.optim.lr_scheduler.adaptive import OneCycleLR, ReduceLROnPlateau
from tiza.optim.lr_scheduler.base import LRScheduler
from tiza.optim.lr_scheduler.composed import (
    CosineAnnealingWarmRestarts,
    InverseSquareRootLR,
    MultiplicativeLR,
    SequentialLR,
)
from tiza.optim.lr_scheduler.simple import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)

__all__ = [
    "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "ExponentialLR",
    "InverseSquareRootLR", "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR",
    "MultiplicativeLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR",
    "StepLR",
]  # fmt: skip
