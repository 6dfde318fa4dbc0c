"""Optimizers and learning-rate schedules, under PyTorch's names."""

from tiza.optim import lr_scheduler
from tiza.optim.adam import Adam, AdamW
from tiza.optim.optimizer import Optimizer
from tiza.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"]
