"""Points at which two formulas are compared: random ones of the same kind, and small nice ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tiza.readings.blackboard.mistakes.subject import Array, Subject

NICE = np.array([1.0, 2.0, -1.0, 3.0, 0.5, -2.0, 4.0, -0.5, 0.25])
Point = dict[str, Array]
Domain = Mapping[str, tuple[float, float]]


def kind(value: Array) -> str:
    """What an array holds: "labels", "truths", "one-hot", "shares", "bits" or "free" numbers."""
    if value.dtype.kind in "iu":
        return "labels"
    if value.dtype.kind == "b":
        return "truths"
    if value.ndim == 0 or value.size < 2:
        return "free"
    bits = bool(np.isin(value, (0.0, 1.0)).all())
    if value.ndim < 3 and bool(np.allclose(value.sum(-1), 1.0)) and value.min() >= 0:
        return "one-hot" if bits else "shares"
    return "bits" if bits and value.any() and not value.all() else "free"


def like(value: Array, rng: np.random.Generator) -> Array:
    """Random values of the same kind: labels stay labels, shares shares, one-hot rows one-hot."""
    match kind(value):
        case "labels":
            drawn = rng.integers(value.min(initial=0), value.max(initial=0) + 1, value.shape)
            return np.asarray(drawn, value.dtype)
        case "truths":
            return np.asarray(rng.random(value.shape) < 0.5)
        case "one-hot":
            chosen = rng.integers(0, value.shape[-1], value.shape[:-1])
            return np.asarray(np.eye(value.shape[-1])[chosen])
        case "shares":
            return np.asarray(rng.dirichlet(np.ones(value.shape[-1]), value.shape[:-1]))
        case "bits":
            return np.asarray(rng.integers(0, 2, value.shape), float)
        case _:
            return np.asarray(rng.normal(0.0, 1.0, value.shape))


def random_points(subject: Subject, count: int, domain: Domain, seed: int) -> Iterator[Point]:
    """Random points; a third has positive values only, for roots, and a third large ones."""
    rng = np.random.default_rng(seed)
    for k in range(count):
        point: Point = {}
        for name, value in subject.start.items():
            if name in domain:
                point[name] = np.asarray(rng.uniform(*domain[name], value.shape))
                continue
            drawn = like(value, rng)
            if kind(value) == "free" and k % 3 == 2:
                drawn = np.abs(drawn)
                drawn = drawn * 0.3 + 0.3 if k % 2 else drawn
            elif kind(value) == "free" and k % 3 == 1:
                drawn = 3 * drawn  # far out, where masks and saturation show
            point[name] = np.asarray(drawn)
        yield point


def nice_points(subject: Subject, domain: Domain, count: int = 80) -> Iterator[Point]:
    """The user's own values first, then small integers and halves."""
    if subject.given:
        yield dict(subject.start)
    rng = np.random.default_rng(0)
    for k in range(count):
        few = NICE[: 3 + k // 10]
        yield {
            name: _nice(value, domain.get(name), few, rng) for name, value in subject.start.items()
        }


def _nice(value: Array, bounds: tuple[float, float] | None, few: Array,
          rng: np.random.Generator) -> Array:  # fmt: skip
    if bounds is not None:
        inside = few[(few >= bounds[0]) & (few <= bounds[1])]
        drawn = (
            rng.choice(inside, value.shape) if inside.size else rng.uniform(*bounds, value.shape)
        )
        return np.asarray(drawn if inside.size else np.round(drawn, 2))
    if kind(value) == "free":
        return np.asarray(rng.choice(few, value.shape))
    return like(value, rng)
