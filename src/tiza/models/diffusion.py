"""Diffusion: noise is added step by step, and a network learns to take it away again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn
from tiza.errors import ArgumentError

Array = np.ndarray[Any, Any]
Denoiser = Callable[[Any, Any], Any]  # (x_t, t) → ε
SCHEDULES = ("linear", "cosine")


def noise_schedule(steps: int, kind: str = "linear") -> Array:
    """The variances β₁ … β_T of the noise of each step, in float64.

    linear: from 10⁻⁴·1000/T to 0.02·1000/T, so that other T than 1000 end in noise as well;
    cosine: such that ᾱ_t = cos²((t/T + s)/(1 + s)·π/2)/cos²(s/(1 + s)·π/2), s = 0.008, β ≤ 0.999.

    Source: Ho, Jain & Abbeel 2020, arXiv:2006.11239, section 4; Nichol & Dhariwal 2021,
    arXiv:2102.09672, eq. 17.

    >>> noise_schedule(1000)[[0, -1]].tolist()
    [0.0001, 0.02]
    """
    if kind not in SCHEDULES:
        raise ArgumentError("model-choice", model="noise_schedule", name="kind", got=kind,
                            known=", ".join(SCHEDULES))  # fmt: skip
    if kind == "linear":
        scale = 1000 / steps
        return np.minimum(np.linspace(1e-4 * scale, 0.02 * scale, steps), 0.999)
    at = np.cos((np.arange(steps + 1) / steps + 0.008) / 1.008 * math.pi / 2) ** 2
    found: Array = np.minimum(1 - at[1:] / at[:-1], 0.999)
    return found


class Diffusion(nn.Module):
    """x_t = √ᾱ_t x₀ + √(1 − ᾱ_t) ε, ᾱ_t = Π_{s ≤ t} (1 − β_s); loss ‖ε − ε_θ(x_t, t)‖².

    One step back has the mean (x_t − β_t ε_θ/√(1 − ᾱ_t))/√α_t and the variance
    β̃_t = β_t (1 − ᾱ_{t−1})/(1 − ᾱ_t). Here t counts from 0.

    Shapes: x₀ (n, …); the denoiser takes x (n, …), t (n) and gives ε (n, …).
    Source: Ho, Jain & Abbeel 2020, arXiv:2006.11239, eqs. 4, 7, 11, 14; `ddim`: Song, Meng &
    Ermon 2021, arXiv:2010.02502, eq. 12.

    >>> from tiza.models import MLPDenoiser
    >>> model = Diffusion(MLPDenoiser(2, 32), steps=10)
    >>> model.sample((5, 2)).shape, model.ddim((5, 2), steps=4).shape
    ((5, 2), (5, 2))
    """

    def __init__(self, denoiser: nn.Module, steps: int = 1000, schedule: str = "linear") -> None:
        super().__init__()
        self.denoiser, self.steps, self.schedule = denoiser, steps, schedule
        self.betas = noise_schedule(steps, schedule)
        self.alpha_bars = np.cumprod(1 - self.betas)
        before = np.concatenate([[1.0], self.alpha_bars[:-1]])
        self.posterior_variances = self.betas * (1 - before) / (1 - self.alpha_bars)
        self.signal = nn.Buffer(np.sqrt(self.alpha_bars).astype("float32"), persistent=False)
        self.noise = nn.Buffer(np.sqrt(1 - self.alpha_bars).astype("float32"), persistent=False)

    def forward(self, x: Any, t: Any) -> Any:
        """The noise in x."""
        return self.denoiser(x, t)

    def add_noise(self, x: Any, t: Any, noise: Any) -> Any:
        """x_t: t + 1 steps at once; x, noise (n, …), t (n)."""
        x, t = tz.asarray(x), tz.asarray(t)
        column = (t.shape[0], *(1,) * (x.ndim - 1))
        a, b = (tz.reshape(tz.take(table, t), column) for table in (self.signal, self.noise))
        return a * x + b * noise

    def loss(self, x: Any, y: Any = None) -> Any:
        """The mean squared error of the noise, at one random t for each example.

        `y` (n) are classes, where the denoiser takes them.
        """
        x = tz.asarray(x)
        t = tz.random.randint(0, self.steps, (x.shape[0],))
        noise = tz.random.normal(x.shape, dtype=x.dtype)
        told = () if y is None else (tz.asarray(y),)
        return F.mse_loss(self.denoiser(self.add_noise(x, t, noise), t, *told), noise)

    def guided(
        self, y: Any, weight: float = 1.0, denoise: Callable[..., Any] | None = None
    ) -> Denoiser:
        """A denoiser that looks for the class y of each example: (1 + w) ε(x, t, y) − w ε(x, t).

        The larger w, the more what is found looks like its class, and the less it varies. The
        denoiser has learned both, the class `classes` of it being "no matter which".

        Shapes: y (n).
        Source: Ho & Salimans 2022, arXiv:2207.12598, eq. 6.
        """
        predict = denoise or self.denoiser
        wanted = np.asarray(y)
        none = np.full_like(wanted, self.denoiser.classes)
        told = np.concatenate([wanted, none])

        def noise(x: Any, t: Any) -> Any:
            if weight == 0:
                return predict(x, t, wanted)
            found = predict(tz.concat([x, x]), tz.concat([t, t]), told)
            return (1 + weight) * found[: len(wanted)] - weight * found[len(wanted) :]

        return noise

    # -- sampling -------------------------------------------------------------------------

    def sample(self, shape: Sequence[int], denoise: Denoiser | None = None) -> Any:
        """New examples by all T steps; `denoise` may be the denoiser compiled."""
        predict = denoise or self.denoiser
        with tz.no_grad():
            x = tz.random.normal(tuple(shape)).numpy()
            for t in range(self.steps - 1, -1, -1):
                noise = tz.random.normal(tuple(shape)).numpy() if t else 0.0
                x = self.step_back(x, t, _answer(predict, x, t), noise)
        return tz.asarray(x)

    def step_back(self, x: Array, t: int, noise: Array, fresh: Array | float) -> Array:
        """x_{t−1} from x_t, the noise found in it, and fresh noise of variance 1."""
        beta, bar = self.betas[t], self.alpha_bars[t]
        mean = (x - beta / math.sqrt(1 - bar) * noise) / math.sqrt(1 - beta)
        made: Array = (mean + math.sqrt(self.posterior_variances[t]) * fresh).astype(x.dtype)
        return made

    def ddim(self, shape: Sequence[int], steps: int = 50, eta: float = 0.0,
             denoise: Denoiser | None = None, clip: float | None = None) -> Any:  # fmt: skip
        """New examples by a few of the T steps; with η = 0 all chance is in the first noise.

        x_{t'} = √ᾱ_{t'} x̂₀ + √(1 − ᾱ_{t'} − σ²) ε_θ + σ ε, x̂₀ = (x_t − √(1 − ᾱ_t) ε_θ)/√ᾱ_t,
        σ = η √((1 − ᾱ_{t'})/(1 − ᾱ_t)) √(1 − ᾱ_t/ᾱ_{t'}); with η = 1 and all steps it is `sample`.
        `clip` holds x̂₀ within ±clip: early on, 1/√ᾱ_t makes much of the smallest error.
        """
        if not 0 < steps <= self.steps:
            raise ArgumentError("model-steps", got=steps, most=self.steps)
        predict = denoise or self.denoiser
        times = np.linspace(0, self.steps - 1, steps).round().astype(int)[::-1]
        with tz.no_grad():
            x = tz.random.normal(tuple(shape)).numpy()
            for k, t in enumerate(times):
                fresh = tz.random.normal(tuple(shape)).numpy() if eta else 0.0
                before = int(times[k + 1]) if k + 1 < steps else -1
                noise = _answer(predict, x, int(t))
                x = self.leap_back(x, int(t), before, noise, eta, fresh, clip)
        return tz.asarray(x)

    def leap_back(self, x: Array, t: int, before: int, noise: Array, eta: float,
                  fresh: Array | float, clip: float | None = None) -> Array:  # fmt: skip
        """x at the time `before` from x_t; −1 means x₀ itself."""
        bar = self.alpha_bars[t]
        aim = self.alpha_bars[before] if before >= 0 else 1.0
        clean = (x - math.sqrt(1 - bar) * noise) / math.sqrt(bar)
        if clip is not None:
            clean = clean.clip(-clip, clip)
            noise = (x - math.sqrt(bar) * clean) / math.sqrt(1 - bar)
        sigma = eta * math.sqrt((1 - aim) / (1 - bar) * (1 - bar / aim))
        along = math.sqrt(max(1 - aim - sigma**2, 0.0))
        made: Array = (math.sqrt(aim) * clean + along * noise + sigma * fresh).astype(x.dtype)
        return made


def _answer(predict: Denoiser, x: Array, t: int) -> Array:
    """The denoiser's answer at one time, as an array."""
    found: Array = tz.asarray(predict(tz.asarray(x), tz.asarray(np.full(len(x), t)))).numpy()
    return found
