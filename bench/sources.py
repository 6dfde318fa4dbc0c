"""The rows that rungs train on: real data where they are at hand, else numbers of that shape."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from bench.rung import ROOT, Array, Data


def load(name: str) -> Any:
    """A real data set, or None where it is not at hand; nothing is downloaded."""
    from tiza import data
    from tiza.errors import ChecksumError, DownloadError

    beside = ROOT.parent / "shared" / "data"
    if "TIZA_DATA" not in os.environ and beside.is_dir():
        os.environ["TIZA_DATA"] = str(beside)
    os.environ["TIZA_OFFLINE"] = "1"
    try:
        return data.load(name)
    except (DownloadError, ChecksumError):
        return None


def synthetic(what: str) -> str:
    """How results name numbers that stand in for real data."""
    return f"synthetic, shaped as {what}"


def points(count: int) -> Data:
    """Points of the plane and a smooth function of them, in (0, 1)."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(count, 2)).astype(np.float32)
    y = 1 / (1 + np.exp(-np.sin(2 * x[:, :1]) - x[:, 1:] ** 2 + 1))
    return Data((x,), y.astype(np.float32), "synthetic points")


def digits(shape: tuple[int, ...]) -> Data:
    """MNIST's 60,000 pictures in this shape, from 0 to 1, and their classes."""
    found = load("mnist")
    if found is None:
        rng = np.random.default_rng(0)
        x = rng.random((60_000, 784), np.float32)
        x[x < 0.8] = 0  # four of five of MNIST's pixels are black
        y, source = rng.integers(10, size=60_000), synthetic("MNIST")
    else:
        x, y, source = found.train.x.reshape(-1, 784), found.train.y, "MNIST"
        x = x.astype(np.float32) / 255
    return Data((np.ascontiguousarray(x.reshape(-1, *shape)),), y.astype(np.int64), source)


def clothes(size: int) -> Data:
    """Fashion-MNIST in a frame of size × size, noisy, and as it should be: (n, 1, size, size)."""
    found = load("fashion_mnist")
    rng = np.random.default_rng(0)
    count = 8192
    clean = np.zeros((count, 1, size, size), np.float32)
    edge = (size - 28) // 2
    if found is None:
        clean[:, 0, edge : edge + 28, edge : edge + 28] = rng.random((count, 28, 28), np.float32)
    else:
        clean[:, 0, edge : edge + 28, edge : edge + 28] = found.train.x[:count] / np.float32(255)
    noisy = clean + np.float32(0.2) * rng.standard_normal(clean.shape, np.float32)
    source = synthetic("Fashion-MNIST") if found is None else "Fashion-MNIST with noise"
    return Data((noisy,), clean, source)


def photographs() -> Data:
    """CIFAR-10's first 4,000 pictures, (n, 3, 32, 32), and their classes."""
    found = load("cifar10_exact")
    if found is None:
        rng = np.random.default_rng(0)
        x = rng.random((4000, 3, 32, 32), np.float32)
        return Data((x,), rng.integers(10, size=4000), synthetic("CIFAR-10"))
    x = np.ascontiguousarray(found.x.transpose(0, 3, 1, 2)).astype(np.float32) / 255
    return Data((x,), found.y.astype(np.int64), "CIFAR-10, exact subset")


VOCABULARY = 65


def characters() -> tuple[Array, str]:
    """The text of tiny Shakespeare as numbers below 65."""
    found = load("tiny_shakespeare")
    if found is None:
        rng = np.random.default_rng(0)
        return rng.integers(VOCABULARY, size=1_115_394), synthetic("tiny Shakespeare")
    return found.codes(), "tiny Shakespeare"


def windows(length: int, stride: int | None = None) -> Data:
    """Pieces of text (n, length), and the same pieces one letter later."""
    text, source = characters()
    starts = np.arange(0, len(text) - length - 1, stride or length)
    where = starts[:, None] + np.arange(length)
    return Data((text[where],), text[where + 1], source)


def masked(length: int) -> Data:
    """Pieces of text with 15 % of the letters hidden (65), and these letters (−100 elsewhere)."""
    pieces = windows(length)
    text = pieces.xs[0]
    hidden = np.random.default_rng(1).random(text.shape) < 0.15
    x, y = np.where(hidden, VOCABULARY, text), np.where(hidden, text, -100)
    return Data((x,), y, pieces.source)


def ratings() -> tuple[Data, tuple[int, int]]:
    """Users, films and centred ratings; how many of each there are."""
    found = load("movielens_100k")
    sizes = (943, 1682)
    if found is None:
        rng = np.random.default_rng(0)
        user, film = (rng.integers(n, size=100_000) for n in sizes)
        stars = rng.integers(1, 6, size=100_000).astype(np.float32)
        source = synthetic("MovieLens 100k")
    else:
        user, film, stars, source = found.user, found.item, found.rating, "MovieLens 100k"
    return Data((user, film), (stars - stars.mean()).astype(np.float32), source), sizes


def papers() -> tuple[Data, Array]:
    """Cora's words and topics (−100 where they are not told), and its links both ways, (2, e)."""
    found = load("cora")
    rng = np.random.default_rng(0)
    if found is None:
        x = (rng.random((2708, 1433)) < 0.0127).astype(np.float32)
        edges, y = rng.integers(2708, size=(5278, 2)), rng.integers(7, size=2708)
        told, source = rng.permutation(2708)[:140], synthetic("Cora")
    else:
        x, y, edges, told, source = found.x, found.y, found.edges, found.train, "Cora"
    target = np.full(len(x), -100, np.int64)
    target[told] = y[told]
    both = np.concatenate([edges, edges[:, ::-1]]).T.astype(np.int64)
    x = x / np.maximum(x.sum(1, keepdims=True), 1)
    return Data((x.astype(np.float32),), target, source), np.ascontiguousarray(both)
