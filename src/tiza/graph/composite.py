"""Named functions with a body of primitives: a reading spells them whole, or opens them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tiza.graph.node import Node
from tiza.graph.primitive import Primitive, Sample
from tiza.graph.types import DType, Shape


def composite(name: str, body: Callable[..., Node], *, latex: str,
              samples: Callable[[Any], list[Sample]],
              vjp: Callable[..., Sequence[Node | None]] | None = None,
              latex_vjp: tuple[str, ...] = (),
              infer: Callable[..., tuple[Shape, DType]] | None = None,
              value: Callable[..., Any] | None = None,
              says: str = "") -> Primitive:  # fmt: skip
    """A function of nodes as one node.

    body(*xs, **attrs) builds it out of primitives (and other composites); `vjp` is given
    where a stabler or more telling derivative than the body's is known; `infer` where the
    shape is known without building the body; `value` where NumPy computes the same bits at once,
    which is quicker than to build the body for one use.
    """

    def from_body(*xs: Node, **attrs: Any) -> tuple[Shape, DType]:
        whole = body(*xs, **attrs)
        return whole.shape, whole.dtype

    return Primitive(name=name, family="composite", infer=infer or from_body, body=body, vjp=vjp,
                     value=value, latex=latex, latex_vjp=latex_vjp, samples=samples,
                     says=says)  # fmt: skip
