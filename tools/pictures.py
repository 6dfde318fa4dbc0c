"""Draw the pictures of docs/pictures.md in both languages, with tiza's own functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import tiza as tz
from tiza import nn, optim, plot
from tiza.data import load
from tiza.nn import functional as F

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "assets" / "pictures"


def worked_example(lang: str) -> Any:
    """Two neurons behind one another and their error."""
    numbers = (0.1, 0.2, -0.3, 0.05, 0.7)
    w10, w11, w12, w20, w21 = (tz.tensor(v, requires_grad=True) for v in numbers)
    x1, x2, y = tz.tensor(1.0), tz.tensor(2.0), tz.tensor(1.0)
    z_g = w10 + w11 * x1 + w12 * x2
    g = tz.tanh(z_g)
    z_f = w20 + w21 * g
    f = F.sigmoid(z_f)
    e = (y - f) ** 2 / 2
    return tz.draw(e, lang=lang)


def moons(n: int = 100) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Two half circles that lie in one another."""
    rng = np.random.default_rng(0)
    t = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(t), np.sin(t)], 1)
    both = np.concatenate([upper, [1, 0.4] - upper]) + rng.normal(0, 0.12, (2 * n, 2))
    return both.astype(np.float32), np.repeat([0, 1], n)


def trained() -> tuple[nn.Module, Any, list[dict[str, Any]]]:
    """A network that tells the moons apart, its loss, and its weights on the way."""
    tz.manual_seed(0)
    x, y = moons()
    model = nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    path = []
    for step in range(150):
        if step % 6 == 0:
            path.append({k: v.numpy() for k, v in model.state_dict().items()})
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    path.append({k: v.numpy() for k, v in model.state_dict().items()})
    return model, lambda: F.cross_entropy(model(x), y), path


def embedded(lang: str) -> Any:
    """Handwritten digits on the plane, by t-SNE."""
    digits = load("digits")
    x, y = digits.x.reshape(len(digits.x), -1)[:900], digits.y[:900]
    return plot.embedding(x, y, by="tsne", names=[str(k) for k in range(10)], lang=lang)


def drawings(lang: str) -> None:
    """The graph, the neurons and the blocks."""
    worked_example(lang).save(FOLDER / f"graph-{lang}.svg")
    tz.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    tz.draw(net, lang=lang).save(FOLDER / f"neurons-{lang}.svg")
    block = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True)
    tz.draw(block, (1, 5, 16), lang=lang).save(FOLDER / f"blocks-{lang}.svg")


def figures(lang: str) -> None:
    """The figures of tz.plot that the page shows."""
    model, loss, path = trained()
    x, y = moons()
    made = {
        "activations": plot.activations(lang=lang),
        "losses": plot.losses(lang=lang),
        "race": plot.race(lang=lang),
        "rates": plot.learning_rates(lang=lang),
        "approximation": plot.approximation(lang=lang),
        "boundary": plot.decision_boundary(model, x, y, lang=lang),
        "surface": plot.loss_surface(model, loss, path=path, lang=lang),
        "dark": plot.losses("hinge", "logistic", "exponential", theme="dark", lang=lang),
        "embedding": embedded(lang),
    }
    for name, figure in made.items():
        figure.savefig(FOLDER / f"{name}-{lang}.png", dpi=80)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in ("en", "es"):
        drawings(language)
        figures(language)
    plot.race_animation("waves", steps=40, interval=120).save(FOLDER / "race.gif")
