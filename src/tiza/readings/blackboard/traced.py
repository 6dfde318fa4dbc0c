"""A function called once, and the names that it gave to what it computed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from tiza.errors import ArgumentError
from tiza.graph import Node
from tiza.graph.types import float64, is_float
from tiza.lang.tensor import Tensor, as_tensor


@dataclass
class Traced:
    """The result of the call, its variables, and the names of all tensors seen on the way."""

    loss: Tensor
    wrt: Sequence[Tensor]
    names: dict[Node, str]


@dataclass
class Recorder:
    """Notes the local variables of the frames that `wanted` picks, at every line."""

    wanted: Callable[[FrameType], bool]
    names: dict[Node, str] = field(default_factory=dict)

    def __enter__(self) -> Recorder:
        self.before = sys.gettrace()
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self.before)

    def _call(self, frame: FrameType, event: str, arg: Any) -> Any:
        return self._line if self.wanted(frame) else None

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        for name, value in frame.f_locals.items():
            node = value.node if isinstance(value, Tensor) else value
            if isinstance(node, Node) and node.prim.name != "literal" and name[0] != "_":
                self.names.setdefault(node, name)
        return self._line


def _outside(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name != "tiza" and not name.startswith("tiza.")


def called(f: Callable[..., Any], at: Mapping[str, Any], wrt: Any) -> Traced:
    """Call f with the values `at`; `wrt` are names of its arguments, by default all numbers.

    Errors: ArgumentError where a name in `wrt` is no argument.
    """
    chosen = [wrt] if isinstance(wrt, str) else list(at if wrt is None else wrt)
    unknown = [name for name in chosen if name not in at]
    if unknown:
        known = ", ".join(at) or "-"
        raise ArgumentError("derive-argument", got=str(unknown[0]), known=known)
    values: dict[str, Tensor] = {}
    for name, value in at.items():
        tensor = as_tensor(value)
        if not isinstance(value, Tensor) and is_float(tensor.dtype):
            tensor = as_tensor(value, float64)
        if name in chosen and is_float(tensor.dtype) and not tensor.requires_grad:
            tensor = tensor.detach().requires_grad_()
        values[name] = tensor
    code = getattr(f, "__code__", None)
    with Recorder(lambda frame: frame.f_code is code or _outside(frame)) as seen:
        loss = f(**values)
    names = {t.node: name for name, t in values.items()} | seen.names
    wanted = [values[n] for n in chosen if values[n].requires_grad]
    return Traced(as_tensor(loss), wanted, names)
