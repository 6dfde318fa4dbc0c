"""Gradients kept in bounds, parameters as one vector, and sequences of different lengths."""

from tiza.nn.utils import rnn
from tiza.nn.utils.gradients import (
    clip_grad_norm_,
    clip_grad_value_,
    clipped_by_norm,
    norm_of,
    parameters_to_vector,
    vector_to_parameters,
)

__all__ = [
    "clip_grad_norm_", "clip_grad_value_", "clipped_by_norm", "norm_of", "parameters_to_vector",
    "rnn", "vector_to_parameters",
]  # fmt: skip
