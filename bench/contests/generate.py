"""Letters written by the GPT of the ladder, one at a time, keys and values being kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import tiza as tz
from bench.contest import Contest, here
from bench.rung import Array, initial
from bench.rungs.gpt import HEADS, LAYERS, RUNG, WIDTH

LENGTH, SIZE = 64, WIDTH // HEADS
FIRST = 7


def masks() -> tuple[Array, Array]:
    """For each place: where the newest letter stands, and what it must not see."""
    here_, seen = np.eye(LENGTH, dtype=bool), np.tri(LENGTH, dtype=bool)
    return here_[:, None, :, None], np.where(seen, 0, -np.inf).astype(np.float32)[:, None]


def own() -> dict[str, Callable[[], Array]]:
    """tiza: one pure function of letter, place and cache, run at once or compiled."""
    tz.manual_seed(0)
    model = RUNG.model(tz)
    F = tz.nn.functional
    newest, unseen = masks()

    def step(letter: Any, place: Any, where: Any, hide: Any, cache: Any) -> Any:
        h = model.token(letter) + model.place(place)  # (1, width)
        kept = []
        for k in range(LAYERS):
            block = model.blocks[k]
            whole = block.qkv(block.norm1(h)).reshape(3, HEADS, 1, SIZE)
            keys = tz.where(where, whole[1], cache[2 * k])  # (heads, length, size)
            values = tz.where(where, whole[2], cache[2 * k + 1])
            kept += [keys, values]
            scores = (whole[0] * keys).sum(-1) / SIZE**0.5 + hide
            weights = F.softmax(scores, dim=-1).reshape(HEADS, LENGTH, 1)
            h = h + block.proj((weights * values).sum(1).reshape(1, WIDTH))
            h = h + block.down(F.gelu(block.up(block.norm2(h))))
        logits = F.linear(model.norm(h), model.token.weight)
        return tz.argmax(logits, axis=-1), tz.stack(kept)

    def written(f: Callable[..., Any]) -> Callable[[], Array]:
        def call() -> Array:
            letter = tz.tensor(np.array([FIRST]))
            cache = tz.zeros((2 * LAYERS, HEADS, LENGTH, SIZE))
            text = [FIRST]
            with tz.no_grad():
                for t in range(LENGTH - 1):
                    letter, cache = f(letter, np.array([t]), newest[t], unseen[t], cache)
                    text.append(int(letter[0]))
            return np.array(text)

        return call

    found = {"tiza": written(lambda *given: step(*map(tz.asarray, given)))}
    if hasattr(tz, "compile"):
        compiled = tz.compile(step)
        found["tiza @compile"] = written(lambda *given: compiled(*map(tz.asarray, given)))
    return found


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
