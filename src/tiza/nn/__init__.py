"""Layers and what holds them together, under PyTorch's names."""

from tiza.nn import functional, init, utils
from tiza.nn.activations import (
    CELU,
    ELU,
    GELU,
    GLU,
    SELU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from tiza.nn.containers import ModuleDict, ModuleList, ParameterList, Sequential
from tiza.nn.layers import Dropout, Embedding, Flatten, Identity, Linear, Unflatten
from tiza.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from tiza.nn.module import Module
from tiza.nn.parameter import Buffer, Parameter
from tiza.nn.recurrent import GRU, LSTM, RNN
from tiza.nn.recurrent_cells import GRUCell, LSTMCell, RNNCell

__all__ = [
    "CELU", "ELU", "GELU", "GLU", "GRU", "LSTM", "RNN", "SELU", "BCELoss", "BCEWithLogitsLoss",
    "Buffer", "CrossEntropyLoss", "Dropout", "Embedding", "Flatten", "GRUCell", "Hardshrink",
    "Hardsigmoid", "Hardswish", "Hardtanh", "HuberLoss", "Identity", "L1Loss", "LSTMCell",
    "LeakyReLU", "Linear", "LogSigmoid", "LogSoftmax", "MSELoss", "Mish", "Module", "ModuleDict",
    "ModuleList", "NLLLoss", "PReLU", "Parameter", "ParameterList", "RNNCell", "ReLU", "ReLU6",
    "Sequential", "SiLU", "Sigmoid", "SmoothL1Loss", "Softmax", "Softmin", "Softplus",
    "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold", "Unflatten", "functional", "init",
    "utils",
]  # fmt: skip
