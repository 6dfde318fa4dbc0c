"""A variational autoencoder of handwritten digits."""

from typing import Any

import numpy as np

from bench.rung import Data, Rung
from bench.sources import digits

CODES = 20


def data() -> Data:
    """Pictures and the noise of their codes; the target is the picture."""
    rows = digits((784,))
    noise = np.random.default_rng(2).standard_normal((len(rows), CODES), np.float32)
    return Data((*rows.xs, noise), rows.xs[0], rows.source)


def model(lib: Any) -> Any:
    """784-400-(20, 20)-400-784; answers logits, means and log variances side by side."""
    nn = lib.nn
    F = nn.functional

    class VAE(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.codes = nn.Linear(784, 400), nn.Linear(400, 2 * CODES)
            self.outer, self.picture = nn.Linear(CODES, 400), nn.Linear(400, 784)

        def forward(self, x: Any, noise: Any) -> Any:
            codes = self.codes(F.relu(self.inner(x)))
            mean, log_var = codes[:, :CODES], codes[:, CODES:]
            z = mean + lib.exp(0.5 * log_var) * noise
            logits = self.picture(F.relu(self.outer(z)))
            return lib.concat([logits, codes], axis=1)

    return VAE()


def loss(lib: Any, prediction: Any, target: Any) -> Any:
    """−ELBO: cross entropy of the pixels and KL divergence from N(0, 1), for each picture."""
    logits, codes = prediction[:, :784], prediction[:, 784:]
    mean, log_var = codes[:, :CODES], codes[:, CODES:]
    F = lib.nn.functional
    pixels = F.binary_cross_entropy_with_logits(logits, target, reduction="sum")
    kl = -0.5 * lib.sum(1 + log_var - mean**2 - lib.exp(log_var))
    return (pixels + kl) / target.shape[0]


def jax(kit: Any, w: Any, x: Any, noise: Any, target: Any) -> Any:
    """The same for JAX."""
    codes = kit.linear(w, "codes", kit.relu(kit.linear(w, "inner", x)))
    mean, log_var = codes[:, :CODES], codes[:, CODES:]
    z = mean + kit.np.exp(0.5 * log_var) * noise
    logits = kit.linear(w, "picture", kit.relu(kit.linear(w, "outer", z)))
    pixels = kit.np.sum(kit.softplus(logits) - logits * target)
    kl = -0.5 * kit.np.sum(1 + log_var - mean**2 - kit.np.exp(log_var))
    return (pixels + kl) / len(x)


RUNG = Rung(
    name="vae",
    title="VAE 784-400-20, batch 128",
    batch=128,
    data=data,
    model=model,
    loss=loss,
    jax=jax,
    note=(
        "The noise of the codes is data, the same for all.",
        "El ruido de los códigos son datos, los mismos para todos.",
    ),
)
