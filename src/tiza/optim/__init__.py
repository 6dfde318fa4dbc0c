"""Optimizers and learning-rate schedules, under PyTorch's names."""

from tiza.optim import lr_scheduler
from tiza.optim.adam import Adam, AdamW, AMSGrad
from tiza.optim.adam_kin import Adamax, NAdam, RAdam
from tiza.optim.adaptive import Adadelta, Adagrad, Lion, RMSprop
from tiza.optim.averaging import ExponentialMovingAverage
from tiza.optim.large_batch import LAMB, LARS, Adafactor, Muon
from tiza.optim.lbfgs import LBFGS
from tiza.optim.newton import LevenbergMarquardt, Newton
from tiza.optim.optimizer import Optimizer
from tiza.optim.sgd import SGD
from tiza.optim.sign_kin import ASGD, Rprop
from tiza.optim.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "LAMB",
    "LARS",
    "LBFGS",
    "SGD",
    "AMSGrad",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ExponentialMovingAverage",
    "LevenbergMarquardt",
    "Lion",
    "Muon",
    "NAdam",
    "Newton",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
]
