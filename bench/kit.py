"""What the JAX versions of the rungs are made of: layers as functions of weights by name."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

Weights = dict[str, Any]

np = jnp  # the array functions, for the rungs
tanh, sigmoid, relu, scan = jnp.tanh, jax.nn.sigmoid, jax.nn.relu, lax.scan
segment_sum = jax.ops.segment_sum
softplus = jax.nn.softplus


def gelu(x: Any) -> Any:
    """The exact form, with erf."""
    return jax.nn.gelu(x, approximate=False)


def linear(w: Weights, name: str, x: Any) -> Any:
    """y = xWᵀ + b."""
    y = x @ w[f"{name}.weight"].T
    return y + w[f"{name}.bias"] if f"{name}.bias" in w else y


def cross_entropy(logits: Any, target: Any) -> Any:
    """−log softmax at the target, its mean; targets of −100 do not count."""
    logits, target = logits.reshape(-1, logits.shape[-1]), target.reshape(-1)
    counts = target >= 0
    logs = jax.nn.log_softmax(logits)
    picked = jnp.take_along_axis(logs, jnp.maximum(target, 0)[:, None], 1)[:, 0]
    return -jnp.sum(jnp.where(counts, picked, 0)) / jnp.sum(counts)


def mean_square(prediction: Any, target: Any) -> Any:
    """Mean of the squared differences."""
    return jnp.mean((prediction - target) ** 2)


def layer_norm(w: Weights, name: str, x: Any) -> Any:
    """Centre and scale over the last axis."""
    mean = x.mean(-1, keepdims=True)
    var = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(var + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]


def conv(w: Weights, name: str, x: Any, padding: int = 0, stride: int = 1) -> Any:
    """Convolution of (n, c, h, w) with PyTorch's layout of weights."""
    y = lax.conv_general_dilated(
        x,
        w[f"{name}.weight"],
        (stride, stride),
        [(padding, padding)] * 2,
        dimension_numbers=("NCHW", "OIHW", "NCHW"),
    )
    return y + w[f"{name}.bias"][:, None, None] if f"{name}.bias" in w else y


def max_pool(x: Any, size: int = 2) -> Any:
    """The largest of each window of size × size."""
    shape = (1, 1, size, size)
    return lax.reduce_window(x, -jnp.inf, lax.max, shape, shape, "VALID")


def batch_norm(w: Weights, name: str, x: Any) -> Any:
    """Centre and scale each channel over the batch (running means are not kept)."""
    mean = x.mean((0, 2, 3), keepdims=True)
    var = ((x - mean) ** 2).mean((0, 2, 3), keepdims=True)
    scale, shift = (w[f"{name}.{kind}"][:, None, None] for kind in ("weight", "bias"))
    return (x - mean) * lax.rsqrt(var + 1e-5) * scale + shift


def attention(q: Any, k: Any, v: Any, *, causal: bool = False) -> Any:
    """softmax(QKᵀ/√d)V for (n, heads, t, d)."""
    scores = q @ jnp.swapaxes(k, -1, -2) / q.shape[-1] ** 0.5
    if causal:
        scores = jnp.where(jnp.tril(jnp.ones(scores.shape[-2:], bool)), scores, -jnp.inf)
    return jax.nn.softmax(scores) @ v


def heads(x: Any, count: int) -> Any:
    """(n, t, e) → (n, heads, t, e/heads)."""
    n, t, e = x.shape
    return x.reshape(n, t, count, e // count).transpose(0, 2, 1, 3)


def joined(x: Any) -> Any:
    """(n, heads, t, d) → (n, t, heads·d)."""
    n, h, t, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(n, t, h * d)


def lstm(w: Weights, name: str, x: Any) -> Any:
    """The hidden states of one LSTM layer: (n, t, i) → (n, t, h); input products made at once."""
    size = w[f"{name}.weight_hh_l0"].shape[1]
    bias = w[f"{name}.bias_ih_l0"] + w[f"{name}.bias_hh_l0"]
    given = jnp.swapaxes(x @ w[f"{name}.weight_ih_l0"].T + bias, 0, 1)

    def step(state: Any, a: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(a + h @ w[f"{name}.weight_hh_l0"].T, 4, -1)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)
        return (h, c), h

    zero = jnp.zeros((x.shape[0], size), x.dtype)
    return jnp.swapaxes(lax.scan(step, (zero, zero), given)[1], 0, 1)


def gru(w: Weights, name: str, x: Any, layers: int) -> Any:
    """The hidden states of the last of several GRU layers: (n, t, i) → (n, t, h)."""
    y = jnp.swapaxes(x, 0, 1)
    for k in range(layers):
        wh, bh = w[f"{name}.weight_hh_l{k}"], w[f"{name}.bias_hh_l{k}"]
        given = y @ w[f"{name}.weight_ih_l{k}"].T + w[f"{name}.bias_ih_l{k}"]

        def step(h: Any, a: Any, wh: Any = wh, bh: Any = bh) -> Any:
            r, z, n = jnp.split(a, 3, -1)
            r_h, z_h, n_h = jnp.split(h @ wh.T + bh, 3, -1)
            r, z = sigmoid(r + r_h), sigmoid(z + z_h)
            h = (1 - z) * tanh(n + r * n_h) + z * h
            return h, h

        y = lax.scan(step, jnp.zeros((x.shape[0], wh.shape[1]), x.dtype), given)[1]
    return jnp.swapaxes(y, 0, 1)
