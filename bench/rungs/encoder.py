"""A transformer encoder that fills in hidden letters, as BERT does."""

from typing import Any

from bench.rung import Rung, token_loss
from bench.sources import VOCABULARY, masked

LAYERS, WIDTH, HEADS, LENGTH = 4, 128, 4, 128


def model(lib: Any) -> Any:
    """4 encoder layers of width 128, norms after, GELU, no dropout."""
    nn = lib.nn

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Embedding(VOCABULARY + 1, WIDTH)
            self.place = nn.Embedding(LENGTH, WIDTH)
            self.layers = nn.Sequential(
                *(
                    nn.TransformerEncoderLayer(
                        WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True
                    )
                    for _ in range(LAYERS)
                )
            )
            self.out = nn.Linear(WIDTH, VOCABULARY)

        def forward(self, x: Any) -> Any:
            return self.out(self.layers(self.token(x) + self.place.weight))

    return Encoder()


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    h = w["token.weight"][x] + w["place.weight"]
    for k in range(LAYERS):
        name = f"layers.{k}"
        whole = h @ w[f"{name}.self_attn.in_proj_weight"].T + w[f"{name}.self_attn.in_proj_bias"]
        q, k_, v = (kit.heads(part, HEADS) for part in kit.np.split(whole, 3, -1))
        y_ = kit.linear(w, f"{name}.self_attn.out_proj", kit.joined(kit.attention(q, k_, v)))
        h = kit.layer_norm(w, f"{name}.norm1", h + y_)
        up = kit.gelu(kit.linear(w, f"{name}.linear1", h))
        h = kit.layer_norm(w, f"{name}.norm2", h + kit.linear(w, f"{name}.linear2", up))
    return kit.cross_entropy(kit.linear(w, "out", h), y)


RUNG = Rung(
    name="encoder",
    title="encoder 4 × 128 (BERT-like), T = 128, batch 8",
    batch=8,
    data=lambda: masked(LENGTH),
    model=model,
    loss=token_loss,
    jax=loss,
)
