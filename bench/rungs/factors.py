"""Matrix factorisation of MovieLens's ratings: two embeddings, an inner product, biases."""

from typing import Any

from bench.rung import Rung, mean_square
from bench.sources import ratings

USERS, FILMS = 943, 1682


def model(lib: Any) -> Any:
    """b_u + b_i + U_u · I_i with 32 factors."""
    nn = lib.nn

    class Factors(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.user, self.film = nn.Embedding(USERS, 32), nn.Embedding(FILMS, 32)
            self.user_bias, self.film_bias = nn.Embedding(USERS, 1), nn.Embedding(FILMS, 1)

        def forward(self, user: Any, film: Any) -> Any:
            match = (self.user(user) * self.film(film)).sum(-1)
            return match + self.user_bias(user)[:, 0] + self.film_bias(film)[:, 0]

    return Factors()


def loss(kit: Any, w: Any, user: Any, film: Any, y: Any) -> Any:
    """The same for JAX."""
    match = (w["user.weight"][user] * w["film.weight"][film]).sum(-1)
    biases = w["user_bias.weight"][user, 0] + w["film_bias.weight"][film, 0]
    return kit.mean_square(match + biases, y)


RUNG = Rung(
    name="factors",
    title="matrix factorisation, 32 factors, batch 1,024",
    batch=1024,
    data=lambda: ratings()[0],
    model=model,
    loss=mean_square,
    jax=loss,
    note=(
        "Adam on whole tables in every framework, so that the trajectories are equal.",
        "Adam sobre tablas enteras en todos los sistemas, para que las trayectorias sean iguales.",
    ),
)
