"""GPT: a decoder of causal attention that says which token comes next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.errors import ShapeError
from tiza.models import writing
from tiza.models.sampling import check_temperature, chosen
from tiza.models.writing import Writer, draws

Array = np.ndarray[Any, Any]
SHORT = 64  # tokens that are sooner read one by one in the loop
Cache = list[tuple[Any, Any]]  # keys and values of each block, (n, heads, t, width/heads)


class Block(nn.Module):
    """x ← x + W_o concat_i softmax(Q_i K_iᵀ/√d) V_i, x ← x + W₂ GELU(W₁ x), norms first.

    Row t of the softmax is 0 behind t: no token sees a later one.

    Shapes: x (n, t, width) → the same.
    Source: Radford et al. 2019, "Language models are unsupervised multitask learners", section
    2.3; norms first as there.

    >>> import tiza as tz
    >>> Block(8, 2)(tz.zeros((1, 5, 8)))[0].shape
    (1, 5, 8)
    """

    def __init__(self, width: int, heads: int, dropout: float = 0.0, bias: bool = True) -> None:
        super().__init__()
        self.width, self.heads, self.dropout, self.bias = width, heads, dropout, bias
        self.norm1 = nn.LayerNorm(width, bias=bias)
        self.qkv = nn.Linear(width, 3 * width, bias=bias)
        self.out = nn.Linear(width, width, bias=bias)
        self.norm2 = nn.LayerNorm(width, bias=bias)
        self.fc1 = nn.Linear(width, 4 * width, bias=bias)
        self.fc2 = nn.Linear(4 * width, width, bias=bias)
        self.drop = nn.Dropout(dropout)

    def split(self, x: Any) -> tuple[Any, Any, Any]:
        """Queries, keys and values, (n, heads, t, width/heads) each."""
        n, t, _ = x.shape
        parts = tz.reshape(self.qkv(self.norm1(x)), (n, t, 3, self.heads, self.width // self.heads))
        q, k, v = (tz.permute_dims(parts[:, :, i], (0, 2, 1, 3)) for i in range(3))
        return q, k, v

    def weights(self, x: Any) -> Any:
        """Who looks at whom: softmax(Q Kᵀ/√d), (n, heads, t, t)."""
        q, k, _ = self.split(tz.asarray(x))
        scores = q @ tz.permute_dims(k, (0, 1, 3, 2)) / math.sqrt(q.shape[-1])
        later = np.triu(np.ones(scores.shape[-2:], bool), 1)
        return F.softmax(tz.where(later, -math.inf, scores), dim=-1)

    def forward(self, x: Any, past: tuple[Any, Any] | None = None) -> tuple[Any, tuple[Any, Any]]:
        """The tokens after this block, and all keys and values so far.

        With `past`, x is the one token that comes after it.
        """
        x = tz.asarray(x)
        q, k, v = self.split(x)
        if past is not None:
            k, v = (tz.concat([a, b], axis=2) for a, b in zip(past, (k, v), strict=True))
        p = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=p, is_causal=past is None)
        x = x + self.drop(self.out(tz.reshape(tz.permute_dims(y, (0, 2, 1, 3)), x.shape)))
        return x + self.drop(self.fc2(F.gelu(self.fc1(self.norm2(x))))), (k, v)

    def follow(self, x: Any, place: Any, keys: int, cache: Any) -> Any:
        """One token of each row, after what the cache holds; its keys and values go there.

        Shapes: x (n, width); cache (…, t, n, heads, size), keys in part `keys`, values behind.
        """
        n, size = x.shape[0], self.width // self.heads
        parts = tz.reshape(self.qkv(self.norm1(x)), (n, 3, self.heads, size))
        cache[keys, place], cache[keys + 1, place] = parts[:, 1], parts[:, 2]
        scores = tz.sum(parts[:, 0] * cache[keys], axis=-1) / math.sqrt(size)  # (t, n, heads)
        seen = np.arange(cache.shape[1]) <= place
        scores = tz.where(seen, tz.permute_dims(scores, (1, 2, 0)), -math.inf)
        p = tz.permute_dims(F.softmax(scores, dim=-1), (2, 0, 1))
        y = tz.sum(tz.expand_dims(p, axis=-1) * cache[keys + 1], axis=0)
        x = x + self.out(tz.reshape(y, x.shape))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class GPT(nn.Module):
    """x = E[ids] + P[0 … t − 1], through `layers` blocks; logits = W norm(x).

    With `tied`, W is E itself: the vector that a token is read by is the one it is told by.

    Shapes: ids (n, t), t ≤ context → logits (n, t, vocabulary). Parameters, V tokens, width d,
    L blocks, biases, tied: (V + context) d + L (12 d² + 13 d) + 2 d; 124,439,808 for the smallest
    GPT-2 (50257, 1024, 12, 12, 768).
    Source: Radford et al. 2019; initial values as there and as in nanoGPT (Karpathy 2022): N(0,
    0.02²), what enters the residual path by 1/√(2L) smaller.

    >>> model = GPT(65, context=32, layers=2, heads=2, width=32)
    >>> model([[1, 2, 3]]).shape, sum(p.size for p in model.parameters())
    ((1, 3, 65), 28576)
    """

    def __init__(self, vocabulary: int, context: int = 128, layers: int = 4, heads: int = 4,
                 width: int = 128, dropout: float = 0.0, bias: bool = True,
                 tied: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.vocabulary, self.context, self.layers, self.heads = vocabulary, context, layers, heads
        self.width, self.dropout, self.bias, self.tied = width, dropout, bias, tied
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Embedding(context, width)
        self.drop = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([Block(width, heads, dropout, bias) for _ in range(layers)])
        self.norm = nn.LayerNorm(width, bias=bias)
        self.head = None if tied else nn.Linear(width, vocabulary, bias=False)
        for name, param in self.named_parameters():
            if param.ndim == 2:
                inward = name.endswith(("out.weight", "fc2.weight"))
                nn.init.normal_(param, 0.0, 0.02 / math.sqrt(2 * layers) if inward else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(param)

    @staticmethod
    def count(vocabulary: int, context: int, layers: int, width: int) -> int:
        """How many parameters a tied GPT with biases has.

        >>> GPT.count(50257, 1024, 12, 768)
        124439808
        """
        return (vocabulary + context) * width + layers * (12 * width**2 + 13 * width) + 2 * width

    def advance(self, ids: Any, cache: Cache | None = None) -> tuple[Any, Cache]:
        """Logits, and the cache to go on from; with a cache, ids (n, 1) come after it."""
        ids = tz.asarray(ids)
        seen = cache[0][0].shape[2] if cache else 0
        if seen + ids.shape[1] > self.context or (cache and ids.shape[1] != 1):
            raise ShapeError("model-context", got=seen + ids.shape[1], most=self.context,
                             new=ids.shape[1])  # fmt: skip
        places = np.arange(seen, seen + ids.shape[1])
        x = self.drop(self.tokens(ids) + self.places(places))
        kept: Cache = []
        for k, block in enumerate(self.blocks):
            x, held = block(x, cache[k] if cache else None)
            kept.append(held)
        x = self.norm(x)
        return F.linear(x, self.tokens.weight) if self.head is None else self.head(x), kept

    def blank(self, n: int) -> Any:
        """A cache in which nothing is kept yet: (2 layers, context, n, heads, width/heads)."""
        size = self.width // self.heads
        dtype = self.tokens.weight.dtype
        return np.zeros((2 * self.layers, self.context, n, self.heads, size), dtype)

    def follow(self, ids: Any, place: Any, cache: Any) -> tuple[Any, Any]:
        """Logits after one more token of each row, and the cache with what it adds.

        Shapes: ids (n); place (), where the tokens stand; cache as `blank` makes it → (n, V).
        """
        x = self.tokens(ids) + self.places(place)
        for k, block in enumerate(self.blocks):
            x = block.follow(x, place, 2 * k, cache)
        x = self.norm(x)
        return F.linear(x, self.tokens.weight) if self.head is None else self.head(x), cache

    def forward(self, ids: Any) -> Any:
        """The logits of the next token at each place."""
        return self.advance(ids)[0]

    def loss(self, ids: Any, following: Any) -> Any:
        """Mean cross entropy in nats per token; ids, following (n, t)."""
        z = self(ids)
        return F.cross_entropy(tz.reshape(z, (-1, self.vocabulary)), tz.reshape(following, (-1,)))

    def generate(self, ids: Any, count: int, temperature: float = 1.0, top_k: int | None = None,
                 cached: bool = True) -> Array:  # fmt: skip
        """The ids and `count` more, each drawn given the last `context`; (n, t) → (n, t + count).

        `cached` keeps keys and values, so that each new token costs one row instead of all; what
        comes out is the same. Beyond the context everything is read anew for each token.
        """
        check_temperature(temperature)
        made, kept = np.asarray(ids), Cache()
        training, writer = self.training, Writer.of(self, self._one)
        self.eval()
        with tz.no_grad():
            u = draws(count, len(made), temperature)
            inside = min(count, self.context + 1 - made.shape[1]) if cached else 0
            first = inside if inside >= writing.FAR else 0
            if first:
                made = self._write(made, writer, first, u, temperature, top_k)
            for k in range(first, count):
                z, kept = self._read(made, kept if cached else Cache(), writer, count - k)
                new = tz.argmax(z, axis=1) if u is None else chosen(z, u[k], temperature, top_k)
                made = np.concatenate([made, new.numpy()[:, None]], axis=1)
        self.train(training)
        return made

    def _one(self, ids: Any, place: Any, cache: Any) -> tuple[Any, Sequence[Any]]:
        z, cache = self.follow(ids, place, cache)
        return z, [cache]

    def _write(self, made: Array, writer: Writer, count: int, u: Array | None, temperature: float,
               top_k: int | None) -> Array:  # fmt: skip
        """In one loop. A long beginning is read at once, a short one token by token."""
        cache, first = self.blank(len(made)), 0
        if made.shape[1] > SHORT:
            first = made.shape[1] - 1
            _, kept = self.advance(made[:, :-1])
            rows = [tz.permute_dims(x, (2, 0, 1, 3)) for pair in kept for x in pair]
            cache[:, :first] = tz.stack(rows).numpy()
        return writer.write(made, u, temperature, top_k, count=count, room=self.context + 1,
                            state=[cache], first=first)  # fmt: skip

    def _read(self, made: Array, cache: Cache, writer: Writer, more: int) -> tuple[Any, Cache]:
        """The logits of the next of `more` tokens; with a cache only the last one is read."""
        if made.shape[1] > self.context:  # always of one shape, so worth compiling
            z = (writer.whole if more > writing.FAR else self)(made[:, -self.context :])
            return z[:, -1], Cache()
        z, cache = self.advance(made[:, -1:] if cache else made, cache)
        z = z[:, -1]
        kept = [(tz.asarray(k.numpy()), tz.asarray(v.numpy())) for k, v in cache]
        return z, kept

    def attention(self, ids: Any) -> list[Any]:
        """Who looks at whom, block after block, (n, heads, t, t) each."""
        ids = tz.asarray(ids)
        x, found = self.tokens(ids) + self.places(np.arange(ids.shape[1])), []
        for block in self.blocks:
            found.append(block.weights(x))
            x, _ = block(x)
        return found
