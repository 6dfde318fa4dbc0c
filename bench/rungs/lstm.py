"""An LSTM that reads letters and tells the next one."""

from typing import Any

from bench.rung import Rung, token_loss
from bench.sources import VOCABULARY, windows


def model(lib: Any) -> Any:
    """Embedding 128, LSTM 128, letters."""
    nn = lib.nn

    class Letters(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(VOCABULARY, 128)
            self.lstm = nn.LSTM(128, 128, batch_first=True)
            self.out = nn.Linear(128, VOCABULARY)

        def forward(self, x: Any) -> Any:
            return self.out(self.lstm(self.embed(x))[0])

    return Letters()


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    h = kit.lstm(w, "lstm", w["embed.weight"][x])
    return kit.cross_entropy(kit.linear(w, "out", h), y)


RUNG = Rung(
    name="lstm",
    title="LSTM 128, T = 64, batch 32",
    batch=32,
    data=lambda: windows(64, 16),
    model=model,
    loss=token_loss,
    jax=loss,
    first=1.3,
    goal=2.3,
)
