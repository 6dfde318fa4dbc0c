"""Gradients in bounds, parameters as a whole, and sequences of different lengths."""

from tiza.nn.utils import rnn
from tiza.nn.utils.gradients import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    clipped_by_norm,
    get_total_norm,
    norm_of,
    parameters_to_vector,
    vector_to_parameters,
)
from tiza.nn.utils.parameters import Masks, count_parameters, freeze, prune, tie, unfreeze
from tiza.nn.utils.reparametrized import (
    remove_spectral_norm,
    remove_weight_norm,
    spectral_norm,
    weight_norm,
)

__all__ = [
    "Masks", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "clipped_by_norm",
    "count_parameters", "freeze", "get_total_norm", "norm_of", "parameters_to_vector", "prune",
    "remove_spectral_norm", "remove_weight_norm", "rnn", "spectral_norm", "tie", "unfreeze",
    "vector_to_parameters", "weight_norm",
]  # fmt: skip
