"""Attention drawn as squares: who looks at whom, with the words beside the rows and above."""

from collections.abc import Sequence
from html import escape

from tiza.recipes.study import Array

CELL, MARGIN, TITLE = 11, 78, 16  # pixels
MOST = 40  # words that are drawn


def attention_map(words: Sequence[str], layers: Sequence[Array]) -> str:
    """An SVG: a line for each layer, a square for each head; row t shows where word t looks.

    Shapes: layers of (heads, t, t), rows that add up to 1; dark is 1.

    >>> import numpy as np
    >>> picture = attention_map(["a", "b"], [np.full((1, 2, 2), 0.5)])
    >>> picture.count("<rect"), picture.count("<text")
    (4, 5)
    """
    words = [word or "·" for word in words[:MOST]]
    side = MARGIN + CELL * len(words) + 14
    parts = [
        _head(words, weights[: len(words), : len(words)], side * h, (side + TITLE) * k, (k, h))
        for k, heads in enumerate(layers) for h, weights in enumerate(heads)
    ]  # fmt: skip
    width, height = side * len(layers[0]), (side + TITLE) * len(layers)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" font-family="sans-serif" font-size="9" fill="#222">'
            f'{"".join(parts)}</svg>')  # fmt: skip


def _head(words: Sequence[str], weights: Array, left: int, top: int, which: tuple[int, int]
          ) -> str:  # fmt: skip
    """One square with its words; the darkest entry of each row stands out."""
    made = [f'<g transform="translate({left},{top})"><text x="{MARGIN}" y="12" '
            f'font-weight="bold">{which[0] + 1}.{which[1] + 1}</text>']  # fmt: skip
    for t, word in enumerate(words):
        at = MARGIN + CELL * t
        made.append(f'<text x="{MARGIN - 3}" y="{at + TITLE + 9}" text-anchor="end">'
                    f'{escape(word)}</text>')  # fmt: skip
        made.append(f'<text transform="translate({at + 9},{MARGIN + TITLE - 3}) rotate(-90)">'
                    f'{escape(word)}</text>')  # fmt: skip
        made += [
            f'<rect x="{MARGIN + CELL * s}" y="{at + TITLE}" width="{CELL - 1}" '
            f'height="{CELL - 1}" fill="#1f4e8c" fill-opacity="{share:.2f}"/>'
            for s, share in enumerate(weights[t])
        ]
    return "".join(made) + "</g>"
