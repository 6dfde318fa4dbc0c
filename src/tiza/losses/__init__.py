"""Losses as functions; `tiza.nn` has those of PyTorch as modules too."""

from tiza.losses.adversarial import gan_critic_loss, gan_generator_loss, gradient_penalty
from tiza.losses.ctc import ctc_loss
from tiza.losses.embeddings import (
    contrastive_loss,
    cosine_embedding_loss,
    info_nce_loss,
    margin_ranking_loss,
    triplet_margin_loss,
)
from tiza.losses.functions import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from tiza.losses.imbalance import dice_loss, focal_loss
from tiza.losses.labels import multilabel_margin_loss, triplet_margin_with_distance_loss
from tiza.losses.likelihoods import (
    elbo_loss,
    gaussian_kl,
    gaussian_nll_loss,
    kl_div,
    poisson_nll_loss,
)
from tiza.losses.margins import (
    hinge_embedding_loss,
    hinge_loss,
    multi_margin_loss,
    multilabel_soft_margin_loss,
    perceptron_loss,
    soft_margin_loss,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "contrastive_loss",
    "cosine_embedding_loss",
    "cross_entropy",
    "ctc_loss",
    "dice_loss",
    "elbo_loss",
    "focal_loss",
    "gan_critic_loss",
    "gan_generator_loss",
    "gaussian_kl",
    "gaussian_nll_loss",
    "gradient_penalty",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "info_nce_loss",
    "kl_div",
    "l1_loss",
    "margin_ranking_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "perceptron_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]
