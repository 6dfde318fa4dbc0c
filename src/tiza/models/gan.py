"""A generative adversarial network of two perceptrons: one makes, the other doubts."""

from __future__ import annotations

from typing import Any

import tiza as tz
import tiza.nn.functional as F
from tiza import losses, nn


class Generator(nn.Module):
    """x = g(z) for noise z ~ N(0, 1): three affine maps with ReLU between; tanh for pictures.

    Shapes: z (n, noise) → (n, outputs).

    >>> import tiza as tz
    >>> Generator(2, 128, 2)(tz.zeros((5, 2))).shape
    (5, 2)
    """

    def __init__(self, noise: int, hidden: int, outputs: int, squash: bool = False) -> None:
        super().__init__()
        self.noise, self.hidden, self.outputs, self.squash = noise, hidden, outputs, squash
        self.fc1 = nn.Linear(noise, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, outputs)

    def forward(self, z: Any) -> Any:
        """The made examples."""
        x = self.fc3(F.relu(self.fc2(F.relu(self.fc1(z)))))
        return F.tanh(x) if self.squash else x


class Discriminator(nn.Module):
    """d(x), large where x looks real; D(x) = σ(d(x)) is the share of belief.

    Shapes: x (n, inputs) → scores (n, 1).

    >>> import tiza as tz
    >>> Discriminator(2, 128)(tz.zeros((5, 2))).shape
    (5, 1)
    """

    def __init__(self, inputs: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.inputs, self.hidden, self.dropout = inputs, hidden, dropout
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Any) -> Any:
        """The scores, before any sigmoid."""
        h = self.drop(F.leaky_relu(self.fc1(x), 0.2))
        return self.fc3(self.drop(F.leaky_relu(self.fc2(h), 0.2)))


class GAN(nn.Module):
    """min_g max_d E[log D(x)] + E[log(1 − D(g(z)))], in turns.

    For a fixed g the best doubter is D*(x) = p(x)/(p(x) + q(x)), q being the density of g(z);
    the value there is 2 JSD(p, q) − log 4, least where q = p. g itself maximises E[log D(g(z))]
    (non-saturating), whose slope does not die while D is sure.

    Shapes: z (n, noise) → (n, inputs). Use GAN(64, 784, 256, squash=True) for MNIST in [−1, 1].
    Source: Goodfellow et al. 2014, arXiv:1406.2661, eq. 1, propositions 1 and 2.

    >>> model = GAN()
    >>> model.sample(5).shape, sum(p.size for p in model.parameters())
    ((5, 2), 34179)
    """

    def __init__(self, noise: int = 2, inputs: int = 2, hidden: int = 128, squash: bool = False,
                 dropout: float = 0.0, kind: str = "non_saturating") -> None:  # fmt: skip
        super().__init__()
        self.noise, self.inputs, self.hidden = noise, inputs, hidden
        self.squash, self.dropout, self.kind = squash, dropout, kind
        self.generator = Generator(noise, hidden, inputs, squash)
        self.discriminator = Discriminator(inputs, hidden, dropout)

    def forward(self, z: Any) -> Any:
        """The made examples."""
        return self.generator(z)

    def sample(self, n: int) -> Any:
        """n made examples."""
        return self.generator(tz.random.normal((n, self.noise)))

    def critic_loss(self, real: Any) -> Any:
        """What the discriminator minimises, on real examples and as many made ones."""
        real = tz.asarray(real)
        fake = self.sample(real.shape[0]).detach()
        return losses.gan_critic_loss(self.discriminator(real), self.discriminator(fake), self.kind)

    def generator_loss(self, n: int) -> Any:
        """What the generator minimises, on n new examples."""
        return losses.gan_generator_loss(self.discriminator(self.sample(n)), self.kind)
