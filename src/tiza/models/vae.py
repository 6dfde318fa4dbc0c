"""The variational autoencoder: codes that are distributions, and a bound that is maximised."""

from __future__ import annotations

import math
from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import losses, nn


class VAE(nn.Module):
    """q(z|x) = N(μ(x), σ²(x)), z = μ + σ ε with ε ~ N(0, 1), p(x|z) = Bernoulli(σ(g(z))).

    Maximises ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ N(0, 1)) ≤ log p(x). Writing z with ε outside
    (the reparameterisation) lets derivatives pass through the draw.

    Shapes: x (n, inputs) in [0, 1] → (logits (n, inputs), μ (n, code), log σ² (n, code));
    652,824 parameters for 784-400-20.
    Source: Kingma & Welling 2014, arXiv:1312.6114, eq. 10 and appendix C.1.

    >>> sum(p.size for p in VAE().parameters())
    652824
    """

    def __init__(self, inputs: int = 784, hidden: int = 400, code: int = 20) -> None:
        super().__init__()
        self.inputs, self.hidden, self.code = inputs, hidden, code
        self.enter = nn.Linear(inputs, hidden)
        self.mean = nn.Linear(hidden, code)
        self.log_var = nn.Linear(hidden, code)
        self.leave = nn.Linear(code, hidden)
        self.out = nn.Linear(hidden, inputs)

    def encode(self, x: Any) -> tuple[Any, Any]:
        """μ and log σ² of the code."""
        x = tz.asarray(x)
        h = F.relu(self.enter(tz.reshape(x, (x.shape[0], self.inputs))))
        return self.mean(h), self.log_var(h)

    def draw(self, mean: Any, log_var: Any) -> Any:
        """z = μ + e^(log σ² / 2) ε."""
        return mean + tz.exp(0.5 * log_var) * tz.random.normal(mean.shape, dtype=mean.dtype)

    def decode(self, z: Any) -> Any:
        """The logits of the pixels."""
        return self.out(F.relu(self.leave(z)))

    def forward(self, x: Any) -> tuple[Any, Any, Any]:
        """Logits of a reconstruction, μ, log σ²."""
        mean, log_var = self.encode(x)
        return self.decode(self.draw(mean, log_var)), mean, log_var

    def loss(self, x: Any, beta: float = 1.0) -> Any:
        """−ELBO for each example, in nats, by one draw."""
        logits, mean, log_var = self(x)
        return losses.elbo_loss(
            logits, tz.reshape(tz.asarray(x), logits.shape), mean, log_var, beta
        )

    def log_likelihood(self, x: Any, draws: int = 100) -> Any:
        """log p(x) for each example, bounded from below by importance sampling, tighter with draws.

        log (1/k) Σᵢ p(x|zᵢ) p(zᵢ) / q(zᵢ|x), zᵢ ~ q.

        Shapes: x (n, inputs) → (n).
        Source: Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519, eq. 8.
        """
        mean, log_var = self.encode(x)
        flat = tz.reshape(tz.asarray(x), (mean.shape[0], self.inputs))
        terms = []
        for _ in range(draws):
            z = self.draw(mean, log_var)
            logits = self.decode(z)
            pixels = -tz.sum(F.binary_cross_entropy_with_logits(logits, flat, reduction="none"),
                             axis=1)  # fmt: skip
            prior = -0.5 * tz.sum(z * z, axis=1)
            code = -0.5 * tz.sum((z - mean) ** 2 / tz.exp(log_var) + log_var, axis=1)
            terms.append(pixels + prior - code)
        return tz.logsumexp(tz.stack(terms), axis=0) - math.log(draws)

    def sample(self, n: int) -> Any:
        """Pictures of n codes drawn from N(0, 1): the means of their pixels, (n, inputs)."""
        return F.sigmoid(self.decode(tz.random.normal((n, self.code))))
