"""What expressions begin with, and the operations that change nothing but how they are read."""

from __future__ import annotations

import numpy as np

from tiza.graph.philox import random_bits as philox_bits
from tiza.graph.primitive import Primitive
from tiza.graph.types import uint32


def _given(*_: object) -> None:
    raise LookupError("a leaf is made by literal, constant or placeholder, not applied")


literal: Primitive = Primitive(
    name="literal", family="leaf", infer=_given, says="a number in a formula"
)
constant: Primitive = Primitive(name="constant", family="leaf", infer=_given, says="data")
placeholder: Primitive = Primitive(
    name="input", family="leaf", infer=_given, says="what a program is given"
)

_SAME = lambda x, **attrs: (x.shape, x.dtype)
stop_gradient: Primitive = Primitive(
    name="stop_gradient", family="reading", value=lambda x: x, infer=_SAME,
    vjp=lambda g, y, x: [None], batch=lambda xs, batched: stop_gradient(xs[0]),
    latex=r"\operatorname{{sg}}({0})", latex_vjp=("0",),
    samples=lambda rng: [((rng.normal(size=(2, 3)),), {})],
    says="x itself, held constant by every derivative",
)  # fmt: skip
alias: Primitive = Primitive(
    name="alias", family="reading", value=lambda x, tag: x, infer=_SAME,
    vjp=lambda g, y, x, tag: [g], batch=lambda xs, batched, tag: alias(xs[0], tag=tag),
    latex="{0}", latex_vjp=("{g}",),
    samples=lambda rng: [((rng.normal(size=(2, 3)),), {"tag": "z"})],
    says="x under another name; what a derivative is taken with respect to",
)  # fmt: skip
random_bits: Primitive = Primitive(
    name="random_bits", family="random", value=lambda key, shape: philox_bits(key, shape),
    infer=lambda key, shape: (shape, uint32), vjp=lambda g, y, key, shape: [None],
    latex=r"\operatorname{{bits}}({0})",
    samples=lambda rng: [((np.array([1, 2, 3, 4], "uint32"),), {"shape": (3, 5)})],
    says="uniform 32-bit words, a function of the key alone (Philox 4x32-10)",
)  # fmt: skip
