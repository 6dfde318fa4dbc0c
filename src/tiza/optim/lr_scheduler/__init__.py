"""Learning rates that change as training goes on, under PyTorch's names."""

from tiza.optim.lr_scheduler.adaptive import ReduceLROnPlateau
from tiza.optim.lr_scheduler.base import LRScheduler
from tiza.optim.lr_scheduler.composed import (
    ChainedScheduler,
    CosineAnnealingWarmRestarts,
    InverseSquareRootLR,
    MultiplicativeLR,
    SequentialLR,
)
from tiza.optim.lr_scheduler.cyclic import CyclicLR, OneCycleLR
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
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts",
    "CyclicLR", "ExponentialLR",
    "InverseSquareRootLR", "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR",
    "MultiplicativeLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR",
    "StepLR",
]  # fmt: skip
