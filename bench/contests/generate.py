"""Letters written by the GPT of the ladder, one at a time, keys and values being kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import tiza as tz
from bench.contest import Contest, here
from bench.rung import Array, initial
from bench.rungs.gpt import HEADS, LAYERS, RUNG, WIDTH
from bench.sources import VOCABULARY
from tiza import models

LENGTH, SIZE = 64, WIDTH // HEADS
FIRST = 7


def own() -> dict[str, Callable[[], Array]]:
    """tiza: one function of letter, place and cache: at once, compiled, in one compiled loop."""
    tz.manual_seed(0)
    model = RUNG.model(tz)
    F = tz.nn.functional
    places = np.arange(LENGTH)

    def step(letter: Any, t: Any, cache: Any) -> Any:
        h = model.token(letter) + model.place(t)  # (width)
        for k in range(LAYERS):
            block = model.blocks[k]
            q, key, value = block.qkv(block.norm1(h)).reshape(3, HEADS, SIZE)
            cache[2 * k, t], cache[2 * k + 1, t] = key, value
            scores = (q * cache[2 * k]).sum(-1).T / SIZE**0.5  # (heads, length)
            weights = F.softmax(tz.where(places <= t, scores, -np.inf), dim=-1)
            y = (weights.T.reshape(LENGTH, HEADS, 1) * cache[2 * k + 1]).sum(0)
            h = h + block.proj(y.reshape(WIDTH))
            h = h + block.down(F.gelu(block.up(block.norm2(h))))
        return tz.argmax(F.linear(model.norm(h), model.token.weight)), cache

    def turn(state: Any, t: Any) -> Any:
        letter, cache = step(state[0], t, state[1])
        return (letter, cache), letter

    def letters(letter: Any) -> Any:
        return tz.scan(turn, (letter, blank()), np.arange(LENGTH - 1))[1]

    def written(f: Callable[..., Any]) -> Callable[[], Array]:
        def call() -> Array:
            letter, cache, text = tz.asarray(FIRST), blank(), [FIRST]
            with tz.no_grad():
                for t in range(LENGTH - 1):
                    letter, cache = f(letter, np.array(t), cache)
                    text.append(int(letter))
            return np.array(text)

        return call

    found = {"tiza": written(step)}
    if hasattr(tz, "compile"):
        found["tiza @compile"] = written(tz.compile(step, donate=2))
        whole = tz.compile(letters)

        def at_once() -> Array:
            with tz.no_grad():
                return np.append(FIRST, whole(tz.asarray(FIRST)).numpy())

        found["tiza @compile, scan"] = at_once
        ready = as_users(model)
        found["tiza GPT.generate"] = lambda: ready.generate([[FIRST]], LENGTH - 1, 0.0)[0]
    return found


def as_users(model: Any) -> models.GPT:
    """The GPT of `tiza.models` with the same weights."""
    made = models.GPT(VOCABULARY, LENGTH, LAYERS, HEADS, WIDTH)
    names = {"token.": "tokens.", "place.": "places.", "proj.": "out.", "up.": "fc1.",
             "down.": "fc2."}  # fmt: skip
    weights = {}
    for name, value in model.state_dict().items():
        for old, new in names.items():
            name = name.replace(old, new)
        weights[name] = value
    made.load_state_dict(weights)
    return made


def blank() -> Any:
    """Keys and values of each layer, (2 layers, length, heads, size): nothing written yet."""
    return tz.zeros((2 * LAYERS, LENGTH, HEADS, SIZE))


def with_torch() -> dict[str, Callable[[], Array]]:
    """PyTorch: keys and values written in place, attention over what is there."""
    import torch

    F = torch.nn.functional
    model = RUNG.model(torch).eval()
    model.load_state_dict({k: torch.from_numpy(v) for k, v in initial(RUNG).items()})

    def step(letter: Any, t: int, cache: Any) -> Any:
        h = model.token(letter) + model.place.weight[t]
        for k in range(LAYERS):
            block = model.blocks[k]
            q, key, value = block.qkv(block.norm1(h)).reshape(3, HEADS, SIZE)
            cache[k, 0, :, t], cache[k, 1, :, t] = key, value
            seen = cache[k, :, :, : t + 1]
            y = F.scaled_dot_product_attention(q[None, :, None], seen[None, 0], seen[None, 1])
            h = h + block.proj(y.reshape(1, WIDTH))
            h = h + block.down(F.gelu(block.up(block.norm2(h))))
        return F.linear(model.norm(h), model.token.weight).argmax(-1)

    def call() -> Array:
        with torch.inference_mode():
            cache = torch.zeros(LAYERS, 2, HEADS, LENGTH, SIZE)
            letter, text = torch.tensor([FIRST]), [FIRST]
            for t in range(LENGTH - 1):
                letter = step(letter, t, cache)
                text.append(int(letter))
        return np.array(text)

    return {"PyTorch eager": call}


def with_jax() -> dict[str, Callable[[], Array]]:
    """JAX: the whole text in one compiled scan."""
    import jax
    from jax import lax

    from bench import kit

    jnp = jax.numpy
    weights = {k: jnp.asarray(v) for k, v in initial(RUNG).items()}

    def step(w: Any, state: Any, t: Any) -> Any:
        letter, cache = state
        h = w["token.weight"][letter] + w["place.weight"][t]
        for k in range(LAYERS):
            name = f"blocks.{k}"
            whole = kit.linear(w, f"{name}.qkv", kit.layer_norm(w, f"{name}.norm1", h))
            q, key, value = whole.reshape(3, HEADS, SIZE)
            cache = cache.at[k, :, :, t].set(jnp.stack([key, value]))
            scores = jnp.einsum("hd,htd->ht", q, cache[k, 0]) / SIZE**0.5
            scores = jnp.where(jnp.arange(LENGTH) <= t, scores, -jnp.inf)
            y = jnp.einsum("ht,htd->hd", jax.nn.softmax(scores), cache[k, 1])
            h = h + kit.linear(w, f"{name}.proj", y.reshape(WIDTH))
            up = kit.linear(w, f"{name}.up", kit.layer_norm(w, f"{name}.norm2", h))
            h = h + kit.linear(w, f"{name}.down", kit.gelu(up))
        letter = jnp.argmax(kit.layer_norm(w, "norm", h) @ w["token.weight"].T)
        return (letter, cache), letter

    @jax.jit
    def text(w: Any) -> Any:
        start = (jnp.array(FIRST), jnp.zeros((LAYERS, 2, HEADS, LENGTH, SIZE)))
        return lax.scan(lambda s, t: step(w, s, t), start, jnp.arange(LENGTH - 1))[1]

    return {"JAX scan": lambda: np.append(FIRST, np.asarray(text(weights)))}


def ways() -> Mapping[str, Callable[[], Array]]:
    """All of them."""
    found = own()
    if here("torch"):
        found |= with_torch()
    if here("jax"):
        found |= with_jax()
    return found


def agree(answers: Mapping[str, Array]) -> list[str]:
    """All must write the same text."""
    (first, text), *rest = answers.items()
    return [f"{k} writes another text than {first}" for k, v in rest if not np.array_equal(v, text)]


CONTEST = Contest(
    name="generate",
    title="GPT 4 × 128 writing 63 letters, keys and values kept, one text",
    unit="token",
    ways=ways,
    agree=agree,
    source="the GPT rung at its initial weights",
    per=LENGTH - 1,
)
