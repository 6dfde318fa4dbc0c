"""BERT: an encoder that sees both sides, trained by guessing words that were covered."""

from __future__ import annotations

from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn

UNCOUNTED = -100  # a target that no loss counts, as in PyTorch


class BERT(nn.Module):
    """x = drop norm(E[ids] + P[0 … t − 1] + S[segment]), through encoder layers (norms last).

    Pre-training guesses covered tokens: z = E norm(GELU(W x + b)) + c. Fine-tuning looks at the
    first token only: y = W₂ drop(tanh(W₁ x₀)). Token 0 is padding, which nobody sees.

    Shapes: ids (n, t), t ≤ context → (n, t, width). The body has 109,482,240 parameters (with
    W₁) for BERT-base (30522, 512, 12, 12, 768).
    Source: Devlin, Chang, Lee & Toutanova 2019, arXiv:1810.04805, sections 3 and A.1.

    >>> model = BERT(100, context=16, layers=1, heads=2, width=16)
    >>> ids = [[1, 5, 7, 0]]
    >>> model(ids).shape, model.guess(ids).shape, model.classify(ids).shape
    ((1, 4, 16), (1, 4, 100), (1, 2))
    """

    def __init__(self, vocabulary: int, context: int = 128, layers: int = 4, heads: int = 4,
                 width: int = 128, classes: int = 2, dropout: float = 0.1,
                 segments: int = 2) -> None:  # fmt: skip
        super().__init__()
        self.vocabulary, self.context, self.layers, self.heads = vocabulary, context, layers, heads
        self.width, self.classes, self.dropout, self.segments = width, classes, dropout, segments
        self.tokens = nn.Embedding(vocabulary, width, padding_idx=0)
        self.places = nn.Embedding(context, width)
        self.sides = nn.Embedding(segments, width)
        self.norm = nn.LayerNorm(width, 1e-12)
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.ModuleList([
            nn.TransformerEncoderLayer(width, heads, 4 * width, dropout, "gelu", 1e-12,
                                       batch_first=True) for _ in range(layers)
        ])  # fmt: skip
        self.pool = nn.Linear(width, width)
        self.head = nn.Linear(width, classes)
        self.guess_map = nn.Linear(width, width)
        self.guess_norm = nn.LayerNorm(width, 1e-12)
        self.guess_bias = nn.Parameter(np.zeros(vocabulary, np.float32))
        for name, param in self.named_parameters():
            if param.ndim == 2:
                nn.init.normal_(param, 0.0, 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(param)

    @staticmethod
    def count(vocabulary: int, context: int, layers: int, width: int, segments: int = 2) -> int:
        """How many parameters the body and W₁ have, without the two heads.

        >>> BERT.count(30522, 512, 12, 768)
        109482240
        """
        words = (vocabulary + context + segments + 2) * width
        return words + layers * (12 * width**2 + 13 * width) + width**2 + width

    def embed(self, ids: Any, segment: Any = None) -> Any:
        """What each token is before any has looked at another."""
        sides = tz.zeros_like(ids) if segment is None else tz.asarray(segment)
        x = self.tokens(ids) + self.places(np.arange(ids.shape[1])) + self.sides(sides)
        return self.drop(self.norm(x))

    def forward(self, ids: Any, segment: Any = None) -> Any:
        """What each token has become."""
        ids = tz.asarray(ids)
        x = self.embed(ids, segment)
        for layer in self.encoder:
            x = layer(x, src_key_padding_mask=ids == 0)
        return x

    def guess(self, ids: Any, at: Any = None) -> Any:
        """The logits of every token, for pre-training; with `at`, at these places only.

        Shapes: ids (n, t); at (n, k), places from 0 to t − 1 → (n, t, vocabulary) or
        (n, k, vocabulary).
        """
        x = self(ids)
        if at is not None:
            at = tz.asarray(at)
            rows = np.arange(x.shape[0])[:, None] * x.shape[1]  # where each begins
            flat = tz.reshape(at + rows, (-1,))
            x = tz.take(tz.reshape(x, (-1, self.width)), flat, axis=0)
            x = tz.reshape(x, (*at.shape, self.width))
        x = self.guess_norm(F.gelu(self.guess_map(x)))
        return F.linear(x, self.tokens.weight, self.guess_bias)

    def guess_loss(self, covered: Any, target: Any, at: Any = None) -> Any:
        """Mean cross entropy of the covered tokens; from `cover`.

        With `at` (n, k), target (n, k) are the tokens at these places: the others cost no logits.
        """
        z = self.guess(covered, at)
        return F.cross_entropy(tz.reshape(z, (-1, self.vocabulary)), tz.reshape(target, (-1,)),
                               ignore_index=UNCOUNTED)  # fmt: skip

    def attention(self, ids: Any, segment: Any = None) -> list[Any]:
        """Who looks at whom, layer after layer, (n, heads, t, t) each; rows add up to 1."""
        ids = tz.asarray(ids)
        x, found = self.embed(ids, segment), []
        for layer in self.encoder:
            found.append(layer.self_attn(x, x, x, key_padding_mask=ids == 0,
                                         average_attn_weights=False)[1])  # fmt: skip
            x = layer(x, src_key_padding_mask=ids == 0)
        return found

    def classify(self, ids: Any) -> Any:
        """The logits of the classes, from the first token."""
        return self.head(self.drop(F.tanh(self.pool(self(ids)[:, 0]))))

    def loss(self, ids: Any, target: Any) -> Any:
        """Mean cross entropy of the classes."""
        return F.cross_entropy(self.classify(ids), target)


def cover(ids: Any, mask: int, vocabulary: int, special: int = 1, share: float = 0.15
          ) -> tuple[Any, Any]:  # fmt: skip
    """Tokens of which some are covered, and what is to be guessed (−100 elsewhere).

    Of the chosen `share`, 80 % become `mask`, 10 % a random token, 10 % stay. Tokens below
    `special` (padding …) are never chosen.

    Shapes: ids (n, t) → (n, t), (n, t).
    Source: Devlin et al. 2019, arXiv:1810.04805, section 3.1.

    >>> covered, target = cover([[0, 7, 8]], mask=3, vocabulary=10, special=4, share=1.0)
    >>> target.tolist()
    [[-100, 7, 8]]
    """
    ids = tz.asarray(ids)
    chosen = (tz.random.uniform(ids.shape) < share) & (ids >= special)
    way = tz.random.uniform(ids.shape)
    other = tz.random.randint(special, vocabulary, ids.shape, dtype=ids.dtype)
    changed = tz.where(way < 0.8, tz.full_like(ids, mask), tz.where(way < 0.9, other, ids))
    return tz.where(chosen, changed, ids), tz.where(chosen, ids, tz.full_like(ids, UNCOUNTED))
