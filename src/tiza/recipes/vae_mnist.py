"""vae-mnist: a variational autoencoder learns a code of 20 numbers for handwritten digits."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import tiza as tz
from tiza import models, optim
from tiza.recipes.about import About, Goal
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.ink import APART, MNIST, Ink, PerPass, digits, drawn_anew, mean_loss, plane
from tiza.recipes.setting import setting
from tiza.recipes.study import Array, Outcome, batches, descent, grid

ABOUT = About(
    title=("Digits from a code of 20 numbers", "Dígitos a partir de un código de 20 números"),
    data=(f"{MNIST[0]}, each pixel drawn black or white", f"{MNIST[1]}, cada píxel al azar, 0 o 1"),
    model="VAE 784-500-20",
    expects=("test ELBO of −106 nats or better", "ELBO de prueba de −106 nats o mejor"),
    minutes=1.5,
    goals=(Goal("ELBO", ">=", -106.0),),
    ask="40",
)
SPANISH = {
    "ELBO": "ELBO",
    "log-likelihood": "log-verosimilitud",
    "independent pixels": "píxeles independientes",
    "samples": "muestras",
    "reconstructions": "reconstrucciones",
    "walk": "paseo por el código",
    "codes": "códigos",
}
NOTES = (
    APART,
    ("The grey of a pixel is the probability that it is drawn black: once for the watched and "
     "the test pictures, anew in every step of training.",
     "El gris de un píxel es la probabilidad de que se sortee negro: una vez en las imágenes "
     "vigiladas y de prueba, de nuevo en cada paso del entrenamiento."),
)  # fmt: skip


@dataclass(frozen=True)
class Chosen(PerPass):
    """What may be set."""

    epochs: int = 15
    lr: float = 2e-3
    code: int = setting(20, ("numbers of the code", "números del código"), low=1)
    hidden: int = setting(500, ("hidden units", "neuronas ocultas"), quick=40, low=1)
    draws: int = setting(100, ("draws for the log-likelihood", "sorteos para la verosimilitud"),
                         quick=2, low=1)  # fmt: skip


def study(settings: Chosen) -> Outcome:
    """−ELBO by one draw for each picture; the pixels are drawn anew in every step."""
    rng = np.random.default_rng(settings.seed)
    ink = digits(settings)
    model = models.VAE(hidden=settings.hidden, code=settings.code)
    valid, test = drawn(ink.x_valid, rng), drawn(ink.x_test, rng)
    optimizer = optim.Adam(model.parameters(), lr=settings.lr)
    step, judge = descent(model.loss, optimizer), tz.compile(model.loss)
    rows: list[dict[str, float]] = []
    for _ in settings.loop(settings.epochs, model, optimizer, rng, rows):
        losses = []
        for some in batches(len(ink.x), settings.batch, rng):
            losses.append(step(drawn(ink.x[some], rng)))
        rows.append(settings.epoch({
            "loss": float(np.mean(losses)), "val_loss": mean_loss(judge, valid),
        }))  # fmt: skip
    elbo = -mean_loss(judge, test)
    tighter = likelihood(model, test[: settings.few(1000, 20)], settings.draws)
    apart = independent(ink.x, test)
    return Outcome(
        spanish=SPANISH,
        figures={
            "ELBO": {"model": elbo, "independent pixels": apart},
            "log-likelihood": {"model": tighter, "independent pixels": apart},
        },
        sentence=(
            f"A test digit has an ELBO of {elbo:.1f} nats (of single pixels {apart:.1f}); with "
            f"{settings.draws} draws log p(x) is at least {tighter:.1f} (1,000 pictures).",
            f"Un dígito de prueba tiene un ELBO de {elbo:.1f} nats (píxeles sueltos: "
            f"{apart:.1f}); con {settings.draws} sorteos, log p(x) es al menos {tighter:.1f} "
            "(1000 imágenes).",
        ),
        model=model,
        rows=rows,
        pictures=pictures(model, ink, test),
        data=ink.facts,
        notes=NOTES,
    )


def drawn(x: Array, rng: np.random.Generator) -> Array:
    """Pixels that are 1 with the probability that their ink says.

    Shapes: (n, 28, 28) → (n, 784) of 0 and 1.
    Source: Salakhutdinov & Murray 2008, On the quantitative analysis of deep belief networks.
    """
    made: Array = (rng.random(x.shape, dtype=np.float32) < x).astype(np.float32)
    return made.reshape(len(x), -1)


def likelihood(model: Any, x: Array, draws: int) -> float:
    """The mean of log p(x), bounded from below by importance sampling."""
    with tz.no_grad():
        parts = [model.log_likelihood(x[k : k + 250], draws).numpy() for k in range(0, len(x), 250)]
    return float(np.concatenate(parts).mean())


def independent(x: Array, test: Array) -> float:
    """log p of test pictures if every pixel had its own probability and no other told of it.

    Shapes: x (n, 28, 28), test (m, 784).
    """
    p = x.mean(0, dtype=np.float64).reshape(-1).clip(1e-4, 1 - 1e-4)
    each = test * np.log(p) + (1 - test) * np.log1p(-p)
    return float(each.sum(1).mean())


def pictures(model: Any, ink: Ink, test: Array) -> dict[str, Array]:
    """Samples; pictures over their reconstructions; ways from digit to digit; the codes."""
    with tz.no_grad():
        samples = model.sample(96).numpy().reshape(-1, 28, 28)
        mean = model.encode(test)[0].numpy()

        def shown(z: Array) -> Array:
            made: Array = tz.sigmoid(model.decode(z)).numpy().reshape(-1, 28, 28)
            return made

        first = [int(np.flatnonzero(ink.y_test == k)[0]) for k in range(10)]
        share = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
        ways = [mean[a] + share * (mean[b] - mean[a])
                for a, b in zip(first, first[1:] + first[:1], strict=True)]  # fmt: skip
        walk = shown(np.concatenate(ways))
        again = shown(mean[:24])
    pairs = np.stack([test[:24].reshape(2, 12, 28, 28), again.reshape(2, 12, 28, 28)], axis=1)
    centred = mean - mean.mean(0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    return {
        "samples": grid(samples, 12),
        "reconstructions": grid(pairs.reshape(-1, 28, 28), 12),
        "walk": grid(walk, 12),
        "codes": plane(centred @ axes.T, ink.x_test, ink.y_test),
    }


def predict(asked: Asked) -> list[Reply]:
    """As many new digits as the number that is given."""
    return drawn_anew(asked, lambda n: asked.model.sample(n).numpy().reshape(-1, 28, 28))
