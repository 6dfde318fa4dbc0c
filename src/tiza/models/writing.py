"""Text written in one compiled loop: what was read is kept, and each new token costs one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tiza as tz
from tiza import nn
from tiza.models.sampling import chosen

Array = np.ndarray[Any, Any]
Follow = Callable[..., tuple[Any, Sequence[Any]]]
KEPT = "_writer"
FAR = 50  # tokens from which on compiling pays


class Writer:
    """The compiled functions of one model. A copy of the model makes its own.

    follow(ids, place, *state) are the logits (n, vocabulary) after one more token of each row,
    and the new state; ids (n), and `place` (), where the tokens stand.
    """

    def __init__(self, model: nn.Module, follow: Follow) -> None:
        self.model = model
        self.whole = tz.compile(model)

        def loop(ids: Any, given: Any, place: Any, end: Any, u: Any, temperature: Any,
                 state: Any, top_k: int | None, greedy: bool) -> Any:  # fmt: skip
            def turn(t: Any, ids: Any, *held: Any) -> tuple[Any, ...]:
                z, new_state = follow(ids[t], t, *held)
                new = tz.argmax(z, axis=1) if greedy else chosen(z, u[t], temperature, top_k)
                ids[t + 1] = tz.where(t + 1 < given, ids[t + 1], new)
                return t + 1, ids, *new_state

            return tz.while_loop(lambda t, *_: t < end, turn, place, ids, *state)[1]

        self.loop = tz.compile(loop)

    @classmethod
    def of(cls, model: nn.Module, follow: Follow) -> Writer:
        """The model's writer, made when it is first asked for."""
        found = model.__dict__.get(KEPT)
        if not isinstance(found, cls) or found.model is not model:
            found = model.__dict__[KEPT] = cls(model, follow)
        return found

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()

    def write(self, made: Array, u: Array | None, temperature: float, top_k: int | None, *,
              count: int, room: int, state: Sequence[Any], first: int = 0) -> Array:  # fmt: skip
        """`count` more tokens, drawn by u (count, n, 1), or the likeliest where it is None.

        room: how many tokens a row may have at most; state: what is known of the first `first`.

        Shapes: made (n, t) → (n, t + count).
        """
        n, t = made.shape
        ids, drawn = np.zeros((room, n), np.int64), np.zeros((room, n, 1))
        ids[:t] = made.T
        if u is not None:
            drawn[t - 1 : t - 1 + count] = u[:count]
        given, place, end = (np.array(x) for x in (t, first, t - 1 + count))
        hot = np.array(float(temperature) or 1.0)
        found = self.loop(ids, given, place, end, drawn, hot, list(state), top_k, u is None)
        return np.ascontiguousarray(found.numpy()[: t + count].T)


def draws(count: int, n: int, temperature: float) -> Array | None:
    """The numbers in [0, 1) that choose tokens; None where the likeliest are taken."""
    if temperature == 0:
        return None
    found: Array = tz.random.uniform((count, n, 1), dtype=tz.float64).numpy()
    return found
