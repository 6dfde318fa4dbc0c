"""Networks that find the noise: a perceptron for points, a small U-Net for pictures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import tiza as tz
import tiza.nn.functional as F
from tiza import nn


def time_embedding(t: Any, width: int, longest: float = 10_000.0) -> Any:
    """sin(t ω_k) and cos(t ω_k), ω_k = longest^(−k/(width/2)): a number as a vector.

    Shapes: t (n) → (n, width), width even.
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.5.

    >>> time_embedding([0], 4).tolist()
    [[0.0, 0.0, 1.0, 1.0]]
    """
    half = width // 2
    rates = np.exp(-math.log(longest) * np.arange(half) / half).astype("float32")
    angles = tz.reshape(tz.astype(tz.asarray(t), tz.float32), (-1, 1)) * rates
    return tz.concat([tz.sin(angles), tz.cos(angles)], axis=1)


class MLPDenoiser(nn.Module):
    """ε = W₃ φ(W₂ φ(W₁ [x, e(t)])) for points x, φ = SiLU, e the sines and cosines of t.

    Shapes: x (n, inputs), t (n) → (n, inputs).

    >>> import tiza as tz
    >>> MLPDenoiser(2, 64)(tz.zeros((3, 2)), [0, 1, 2]).shape
    (3, 2)
    """

    def __init__(self, inputs: int = 2, hidden: int = 128, time: int = 32) -> None:
        super().__init__()
        self.inputs, self.hidden, self.time = inputs, hidden, time
        self.fc1 = nn.Linear(inputs + time, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, inputs)

    def forward(self, x: Any, t: Any) -> Any:
        """The noise in x."""
        h = F.silu(self.fc1(tz.concat([tz.asarray(x), time_embedding(t, self.time)], axis=1)))
        h = h + F.silu(self.fc2(h))
        return self.out(h + F.silu(self.fc3(h)))


class ResidualBlock(nn.Module):
    """h = conv φ(norm x) + W e(t), y = conv φ(norm h) + x; φ = SiLU.

    Shapes: x (n, c, h, w), e (n, time) → (n, out, h, w).
    Source: Ho, Jain & Abbeel 2020, arXiv:2006.11239, appendix B.

    >>> import tiza as tz
    >>> ResidualBlock(8, 16, 32)(tz.zeros((2, 8, 4, 4)), tz.zeros((2, 32))).shape
    (2, 16, 4, 4)
    """

    def __init__(self, channels: int, out: int, time: int, groups: int = 8) -> None:
        super().__init__()
        self.channels, self.out, self.time, self.groups = channels, out, time, groups
        self.norm1 = nn.GroupNorm(groups, channels)
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1)
        self.at = nn.Linear(time, out)
        self.norm2 = nn.GroupNorm(groups, out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.pass_by = nn.Identity() if channels == out else nn.Conv2d(channels, out, 1)

    def forward(self, x: Any, e: Any) -> Any:
        """The next maps."""
        at = self.at(F.silu(e))
        h = self.conv1(F.silu(self.norm1(x))) + tz.reshape(at, (*at.shape, 1, 1))
        return self.conv2(F.silu(self.norm2(h))) + self.pass_by(x)


class UNet(nn.Module):
    """Down 28 → 14 → 7 and up again; each way up sees what the way down saw at its size.

    Shapes: x (n, 1, 28, 28), t (n) → (n, 1, 28, 28); 410,721 parameters for 32 maps.
    Source: Ronneberger, Fischer & Brox 2015, arXiv:1505.04597; with times: Ho, Jain & Abbeel
    2020, arXiv:2006.11239, appendix B, without its attention.

    >>> import tiza as tz
    >>> UNet(8)(tz.zeros((2, 1, 28, 28)), [0, 5]).shape
    (2, 1, 28, 28)
    """

    def __init__(self, maps: int = 32, channels: int = 1) -> None:
        super().__init__()
        self.maps, self.channels = maps, channels
        time = 4 * maps
        self.time1, self.time2 = nn.Linear(maps, time), nn.Linear(time, time)
        self.enter = nn.Conv2d(channels, maps, 3, padding=1)
        self.down1 = ResidualBlock(maps, maps, time)
        self.half1 = nn.Conv2d(maps, maps, 3, stride=2, padding=1)  # 28 → 14
        self.down2 = ResidualBlock(maps, 2 * maps, time)
        self.half2 = nn.Conv2d(2 * maps, 2 * maps, 3, stride=2, padding=1)  # 14 → 7
        self.middle = ResidualBlock(2 * maps, 2 * maps, time)
        self.up2 = ResidualBlock(4 * maps, 2 * maps, time)
        self.up1 = ResidualBlock(3 * maps, maps, time)
        self.norm = nn.GroupNorm(8, maps)
        self.leave = nn.Conv2d(maps, channels, 3, padding=1)
        nn.init.zeros_(self.leave.weight)  # as there: at first no noise is found

    def forward(self, x: Any, t: Any) -> Any:
        """The noise in x."""
        e = self.time2(F.silu(self.time1(time_embedding(t, self.maps))))
        first = self.down1(self.enter(x), e)  # (n, maps, 28, 28)
        second = self.down2(self.half1(first), e)  # (n, 2·maps, 14, 14)
        h = self.middle(self.half2(second), e)  # (n, 2·maps, 7, 7)
        h = self.up2(tz.concat([F.interpolate(h, scale_factor=2), second], axis=1), e)
        h = self.up1(tz.concat([F.interpolate(h, scale_factor=2), first], axis=1), e)
        return self.leave(F.silu(self.norm(h)))


class PatchUNet(nn.Module):
    """A U-Net over squares of 2 × 2 pixels, 14 → 7 and up again; it can be told what to look for.

    A square is one place of four channels: a quarter of the places, so that the same work pays
    for twice the maps. With `classes`, e(t) + E[y] tells the class y as well as
    the time; the row `classes` of E stands for "no matter which".

    Shapes: x (n, 1, 28, 28), t (n), y (n) → (n, 1, 28, 28); 274,948 parameters for 32 maps
    and 10 classes.
    Source: Ronneberger, Fischer & Brox 2015, arXiv:1505.04597; squares as in Dosovitskiy et al.
    2021, arXiv:2010.11929, section 3.1; classes: Ho & Salimans 2022, arXiv:2207.12598.

    >>> import tiza as tz
    >>> model = PatchUNet(32, 10)
    >>> model(tz.zeros((2, 1, 28, 28)), [0, 5], [3, 10]).shape
    (2, 1, 28, 28)
    >>> sum(p.size for p in model.parameters())
    274948
    """

    def __init__(self, maps: int = 32, classes: int = 0) -> None:
        super().__init__()
        self.maps, self.classes = maps, classes
        time = 4 * maps
        self.time1, self.time2 = nn.Linear(maps, time), nn.Linear(time, time)
        self.kind = nn.Embedding(classes + 1, time) if classes else None
        self.enter = nn.Conv2d(4, maps, 3, padding=1)
        self.down = ResidualBlock(maps, maps, time, 1)
        self.halve = nn.Conv2d(maps, 2 * maps, 3, stride=2, padding=1)  # 14 → 7
        self.middle1 = ResidualBlock(2 * maps, 2 * maps, time, 1)
        self.middle2 = ResidualBlock(2 * maps, 2 * maps, time, 1)
        self.up = ResidualBlock(3 * maps, maps, time, 1)
        self.norm = nn.GroupNorm(1, maps)
        self.leave = nn.Conv2d(maps, 4, 3, padding=1)
        nn.init.zeros_(self.leave.weight)

    def forward(self, x: Any, t: Any, y: Any = None) -> Any:
        """The noise in x."""
        e = self.time2(F.silu(self.time1(time_embedding(t, self.maps))))
        if self.kind is not None:
            e = e + self.kind(self.no_matter(e.shape[0]) if y is None else y)
        first = self.down(self.enter(F.pixel_unshuffle(tz.asarray(x), 2)), e)  # (n, maps, 14, 14)
        h = self.middle2(self.middle1(self.halve(first), e), e)  # (n, 2·maps, 7, 7)
        h = self.up(tz.concat([F.interpolate(h, scale_factor=2), first], axis=1), e)
        return F.pixel_shuffle(self.leave(F.silu(self.norm(h))), 2)

    def no_matter(self, n: int) -> Any:
        """The number that stands for every class, n times."""
        return tz.full((n,), self.classes, dtype=tz.int64)
