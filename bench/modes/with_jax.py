"""JAX's ways: jit of one step, and a scan over as many steps as an epoch has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from bench import kit
from bench.modes.base import Maker, Stepper
from bench.rung import Data, Rung, parameters

State = tuple[Any, Any, Any, Any]  # weights, both slots of Adam, number of steps


def adam(state: State, grads: Any, rate: float) -> State:
    """Adam as its paper has it, over all weights by name."""
    w, m, v, t = state
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    first, second = 1 - 0.9**t, 1 - 0.999**t
    w = jax.tree.map(
        lambda w, m, v: w - rate * (m / first) / (jnp.sqrt(v / second) + 1e-8), w, m, v
    )
    return w, m, v, t


class Jit(Stepper):
    """A jitted step with its state donated; one batch is kept while it is timed."""

    def __init__(self, rung: Rung, rows: Data, rate: float) -> None:
        super().__init__()
        weights = {name: jnp.asarray(a) for name, a in parameters(rung).items()}
        zeros = jax.tree.map(jnp.zeros_like, weights)
        self.state: State = (weights, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.float32(0))
        self.batch = self.arrays(rows.part(slice(0, rung.batch)))
        loss = partial(rung.jax, kit)

        def step(state: State, *batch: Any) -> tuple[State, Any]:
            value, grads = jax.value_and_grad(loss)(state[0], *batch)
            return adam(state, grads, rate), value

        self.plain: Callable[..., tuple[State, Any]] = step
        self.step = jax.jit(step, donate_argnums=0)

    @staticmethod
    def arrays(rows: Data) -> list[Any]:
        """The rows as JAX's arrays."""
        return [jnp.asarray(a) for a in (*rows.xs, rows.y)]

    def run(self, count: int) -> None:
        """Make steps on the one batch."""
        for _ in range(count):
            self.state, loss = self.step(self.state, *self.batch)
        jax.block_until_ready((self.state, loss))

    def losses(self, batches: list[Data]) -> list[float]:
        """The loss of each batch, with a step after each."""
        found = []
        for rows in batches:
            self.state, loss = self.step(self.state, *self.arrays(rows))
            found.append(float(loss))
        return found


class Scan(Jit):
    """Many steps in one compiled loop: an epoch, or as many as fill the time."""

    def __init__(self, rung: Rung, rows: Data, rate: float) -> None:
        super().__init__(rung, rows, rate)
        self.most = max(1, len(rows) // rung.batch)

    def calibrate(self, seconds: float) -> None:
        """Choose the length of the loop, then how many loops fill `seconds`."""
        self.unit, wanted = 0, min(self.most, 8)
        while wanted != self.unit:
            self.unit = wanted
            self._compile()
            self.run(1)
            took = min(self.timed(1), self.timed(1)) / self.unit
            longer = min(self.most, max(8, round(seconds / took)))
            wanted = longer if longer > 2 * self.unit else self.unit
        if took * self.unit < seconds:
            super().calibrate(seconds)
        else:
            self.count = 1  # the shortest loop fills it: to time it again would tell nothing

    def _compile(self) -> None:
        @partial(jax.jit, donate_argnums=0)
        def loop(state: State, *batch: Any) -> tuple[State, Any]:
            return jax.lax.scan(lambda s, _: self.plain(s, *batch), state, None, length=self.unit)

        self.step = loop


def makers() -> Mapping[str, Maker]:
    """JAX's modes by label."""
    return {"JAX jit": Jit, "JAX scan": Scan}
