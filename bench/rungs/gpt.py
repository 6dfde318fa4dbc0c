"""A small GPT on letters, of the size that nanoGPT trains on a laptop."""

from typing import Any

from bench.rung import Rung, token_loss
from bench.sources import VOCABULARY, windows

LAYERS, WIDTH, HEADS = 4, 128, 4


def block(lib: Any) -> Any:
    """x ← x + attention(norm(x)), x ← x + W₂ gelu(W₁ norm(x))."""
    nn = lib.nn
    F = nn.functional

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

        def attend(self, x: Any) -> Any:
            n, t, _ = x.shape
            whole = self.qkv(x)
            q, k, v = (
                whole[..., i * WIDTH : (i + 1) * WIDTH]
                .reshape(n, t, HEADS, WIDTH // HEADS)
                .transpose(1, 2)
                for i in range(3)
            )
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.proj(y.transpose(1, 2).reshape(n, t, WIDTH))

        def forward(self, x: Any) -> Any:
            x = x + self.attend(self.norm1(x))
            return x + self.down(F.gelu(self.up(self.norm2(x))))

    return Block()


def model(lib: Any, length: int = 64) -> Any:
    """4 blocks of width 128 with 4 heads; the table of letters is also the last layer."""
    nn = lib.nn

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Embedding(VOCABULARY, WIDTH)
            self.place = nn.Embedding(length, WIDTH)
            self.blocks = nn.Sequential(*(block(lib) for _ in range(LAYERS)))
            self.norm = nn.LayerNorm(WIDTH)
            nn.init.normal_(self.token.weight, 0.0, 0.02)

        def forward(self, x: Any) -> Any:
            y = self.norm(self.blocks(self.token(x) + self.place.weight))
            return nn.functional.linear(y, self.token.weight)

    return GPT()


def loss(kit: Any, w: Any, x: Any, y: Any) -> Any:
    """The same for JAX."""
    h = w["token.weight"][x] + w["place.weight"]
    for k in range(LAYERS):
        name = f"blocks.{k}"
        whole = kit.linear(w, f"{name}.qkv", kit.layer_norm(w, f"{name}.norm1", h))
        q, k_, v = (kit.heads(part, HEADS) for part in kit.np.split(whole, 3, -1))
        attended = kit.joined(kit.attention(q, k_, v, causal=True))
        h = h + kit.linear(w, f"{name}.proj", attended)
        up = kit.linear(w, f"{name}.up", kit.layer_norm(w, f"{name}.norm2", h))
        h = h + kit.linear(w, f"{name}.down", kit.gelu(up))
    h = kit.layer_norm(w, "norm", h)
    return kit.cross_entropy(h @ w["token.weight"].T, y)


def at(length: int = 64, batch: int = 12) -> Rung:
    """The rung at another length of text."""
    return Rung(
        name="gpt",
        title=f"GPT 4 × 128, 4 heads, T = {length}, batch {batch}",
        batch=batch,
        data=lambda: windows(length, 32),
        model=lambda lib: model(lib, length),
        loss=token_loss,
        jax=loss,
        first=1.8,
        goal=2.3,
    )


RUNG = at()
