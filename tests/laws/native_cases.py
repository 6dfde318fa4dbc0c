"""Expressions to compile: many in one program, each compared with `evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from laws.cases import results

from tiza.errors import TizaError
from tiza.graph import Node, Primitive, placeholder
from tiza.graph.types import is_float
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled
from tiza.transforms import cotangents_of

Array = np.ndarray[Any, Any]
TYPES = ["float32", "float64", "bool", "int8", "int16", "int32", "int64",
         "uint8", "uint16", "uint32", "uint64"]  # fmt: skip
CLOSE = {"float32": 3e-5, "float64": 1e-12}  # of the largest entry, and of each


@dataclass
class Case:
    """One expression, and numbers for its inputs."""

    label: str
    inputs: list[Node]
    outputs: list[Node]
    arrays: list[Array]


def case(label: str, f: Callable[..., Sequence[Node]], arrays: Iterable[Any], *,
         slopes: bool = True, seed: int = 0) -> Case:  # fmt: skip
    """f of these arrays, and what any weights of its results carry back to its inputs."""
    given = [np.asarray(a) for a in arrays]
    holes = [placeholder(a.shape, a.dtype) for a in given]
    outputs = list(f(*holes))
    smooth = [o for o in outputs if is_float(o.dtype)] if slopes else []
    wrt = [h for h in holes if is_float(h.dtype)]
    if smooth and wrt:
        rng = np.random.default_rng(seed)
        weights = [rng.uniform(0.5, 1.5, o.shape).astype(o.dtype) for o in smooth]
        seeds = [placeholder(w.shape, w.dtype) for w in weights]
        outputs += cotangents_of(smooth, wrt, seeds)
        return Case(label, holes + seeds, outputs, given + weights)
    return Case(label, holes, outputs, given)


def primitive_case(prim: Primitive, arrays: Sequence[Any], attrs: dict[str, Any], *,
                   slopes: bool = True, note: str = "") -> Case | None:  # fmt: skip
    """A primitive on these arrays; None where it does not take their types."""
    types = ",".join(f"{np.asarray(a).dtype}{np.asarray(a).shape}" for a in arrays)
    label = f"{prim.name}({types}) {attrs or ''} {note}".replace(" ", "")
    smooth = slopes and (prim.vjp is not None or prim.body is not None)
    try:
        return case(label, lambda *x: results(prim, list(x), attrs), arrays, slopes=smooth)
    except TizaError:
        return None


def difference(got: Array, want: Array, close: float | None = None,
               least: float = 0.0) -> str | None:  # fmt: skip
    """What is wrong with a result; None if nothing is. least: entries as small count as noise."""
    want = np.asarray(want)
    if got.shape != want.shape or got.dtype != want.dtype:
        return f"{got.dtype}{got.shape} for {want.dtype}{want.shape}"
    if want.dtype.kind not in "fc":
        wrong = got != want
    else:
        near = close if close is not None else CLOSE.get(want.dtype.name, 1e-12)
        finite = np.isfinite(want)
        size = np.abs(want[finite]).max(initial=least)
        with np.errstate(all="ignore"):
            wrong = ~(np.abs(got - want) <= near * (np.abs(want) + size))
            wrong &= ~((got == want) | (np.isnan(got) & np.isnan(want)))
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{int(wrong.sum())} of {wrong.size}, at {at}: {got[at]!r} for {want[at]!r}"


def faults(cases: Sequence[Case], *, threads: int = 1, **how: Any) -> list[str]:
    """Compiles all together; says which results differ from those of `evaluate`.

    Then again, now from the disk: that must give the same bits.
    """
    inputs = [i for c in cases for i in c.inputs]
    outputs = [o for c in cases for o in c.outputs]
    arrays = [a for c in cases for a in c.arrays]
    program, again = Compiled(inputs, outputs), Compiled(inputs, outputs)
    assert again.recalled or program.ready.host or program.graph.key is None
    got = program(*arrays, threads=threads)
    found, at = [], 0
    for k, (a, b) in enumerate(zip(got, again(*arrays, threads=threads), strict=True)):
        if a.tobytes() != b.tobytes():
            found.append(
                f"output {k} of {[c.label for c in cases][:3]}: not the same from the disk"
            )
    for c in cases:
        for k, want in enumerate(Program(c.inputs, c.outputs)(*c.arrays)):
            text = difference(got[at], np.asarray(want), **how)
            at += 1
            if text:
                found.append(f"{c.label} [{k}]: {text}")
    return found


def assert_agree(cases: Sequence[Case], **how: Any) -> None:
    """Every compiled result is that of `evaluate`."""
    assert cases
    found = faults(cases, **how)
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:20])


def drawn(rng: np.random.Generator, like: Array, shape: tuple[int, ...], dtype: str) -> Array:
    """Numbers of any type in the range of `like`."""
    low, high = float(like.real.min()), float(like.real.max())
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if dtype.startswith("float"):
        return rng.uniform(low, high, shape).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(max(int(low) - 3, info.min), min(int(high) + 5, info.max), shape, dtype)
