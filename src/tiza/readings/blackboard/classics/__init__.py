"""Classical results, derived on the blackboard and checked against tiza's own derivatives."""

from tiza.readings.blackboard.classics.layers import (
    attention_gradient,
    matrix_factorisation,
    two_linear_layers,
)
from tiza.readings.blackboard.classics.likelihoods import (
    dpo_gradient,
    elbo,
    kl_divergence,
    mse_as_likelihood,
)
from tiza.readings.blackboard.classics.regression import (
    logistic_regression,
    normal_equations,
    perceptron_rule,
    softmax_jacobian,
)

ALL = (
    normal_equations,
    logistic_regression,
    two_linear_layers,
    perceptron_rule,
    softmax_jacobian,
    kl_divergence,
    mse_as_likelihood,
    matrix_factorisation,
    elbo,
    dpo_gradient,
    attention_gradient,
)
__all__ = ["ALL", *(f.__name__ for f in ALL)]
