"""Text written in one compiled loop: what was read is kept, and each new token costs one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import tiza as tz
from tiza.models.sampling import chosen

if TYPE_CHECKING:
    from tiza.models.gpt import GPT

Array = np.ndarray[Any, Any]
KEPT = "_writer"
SHORT = 64  # tokens that are sooner read one by one in the loop


class Writer:
    """The compiled functions of one model. A copy of the model makes its own."""

    def __init__(self, model: GPT) -> None:
        self.model = model
        self.whole = tz.compile(model)

        def loop(ids: Any, given: Any, cache: Any, place: Any, end: Any, u: Any, temperature: Any,
                 top_k: int | None, greedy: bool) -> Any:  # fmt: skip
            def turn(t: Any, ids: Any, cache: Any) -> Any:
                z, cache = model.follow(ids[t], t, cache)
                new = tz.argmax(z, axis=1) if greedy else chosen(z, u[t], temperature, top_k)
                ids[t + 1] = tz.where(t + 1 < given, ids[t + 1], new)
                return t + 1, ids, cache

            return tz.while_loop(lambda t, *_: t < end, turn, place, ids, cache)[1]

        self.loop = tz.compile(loop)

    @classmethod
    def of(cls, model: GPT) -> Writer:
        """The model's writer, made when it is first asked for."""
        found = model.__dict__.get(KEPT)
        if not isinstance(found, cls) or found.model is not model:
            found = model.__dict__[KEPT] = cls(model)
        return found

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()

    def write(self, made: Array, count: int, u: Array | None, temperature: float,
              top_k: int | None) -> Array:  # fmt: skip
        """`count` more tokens, as far as the context reaches; u (count, n, 1), None for the best.

        Shapes: made (n, t) → (n, t + count).
        """
        n, t = made.shape
        context = self.model.context
        ids, draws = np.zeros((context + 1, n), np.int64), np.zeros((context, n, 1))
        ids[:t] = made.T
        if u is not None:
            draws[t - 1 : t - 1 + count] = u[:count]
        cache, first = self.model.blank(n), 0
        if t > SHORT:
            cache[:, : t - 1], first = self._read(made[:, :-1]), t - 1
        given, place, end = (np.array(x) for x in (t, first, t - 1 + count))
        hot = np.array(float(temperature) or 1.0)
        found = self.loop(ids, given, cache, place, end, draws, hot, top_k, u is None)
        return np.ascontiguousarray(found.numpy()[: t + count].T)

    def _read(self, made: Array) -> Array:
        """Keys and values of what is there already, (2 layers, t, n, heads, size)."""
        _, cache = self.model.advance(made)
        flat = [tz.permute_dims(x, (2, 0, 1, 3)) for pair in cache for x in pair]
        return tz.stack(flat).numpy()
