"""`tz.check`: a student's own formula for a derivative, compared with the truth."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import Node, constant, walk
from tiza.lang.grammar import parse
from tiza.lang.grammar.names import canonical
from tiza.lang.grammar.tree import names_in, target_name
from tiza.lang.tensor import Tensor
from tiza.nn.module import Module
from tiza.readings.blackboard.mistakes.engine import Engine
from tiza.readings.blackboard.mistakes.subject import Subject, from_nodes, from_text
from tiza.readings.blackboard.mistakes.verdict import Verdict

Shapes = Mapping[str, tuple[int, ...]]
Bounds = Mapping[str, tuple[float, float]]


def check(claim: str | Callable[..., Any] | Tensor, loss: str | Callable[..., Any] | Tensor,
          wrt: str | Tensor | None = None, *, at: Mapping[str, Any] | None = None,
          shapes: Shapes | None = None, domain: Bounds | None = None,
          names: Mapping[str, Tensor] | None = None, lang: str | None = None,
          seed: int = 0, decimal: str = ".") -> Verdict:  # fmt: skip
    """Whether a claimed derivative is right; if not, which step is wrong, how, and where it shows.

    `claim` is text in Python or LaTeX (one formula, or lines such as `delta_f = ...`), a NumPy
    function of named arguments (which may give a dict of steps), or a tensor. `loss` is text
    (its lines name the intermediate results), a function of tensors, or a tensor. `wrt` is
    needed where the claim does not name its derivative. `at` gives values (of arrays, at
    least their shapes, which `shapes` may give instead); `domain` bounds variables. A claim is
    right where it agrees with the truth in float64 at many points, however it is written.
    Otherwise each local derivative of the truth is exchanged for the mistakes that people
    make there, until one gives the student's answer. With `decimal=","` texts are read, and
    the verdict is written, with decimal commas: 0,5 x, max(0; x).

    Errors: names that the loss does not have, and those of the grammar.

    >>> loss = "z = w x + b; f = S(z); e = (y - f)^2/2"
    >>> bool(check("de/dw = (f - y) f (1 - f) x", loss))
    True
    >>> v = check("de/dw = (f - y) x", loss)
    >>> v.mistake, v.step, v.into
    ('dropped', 'f', 'z')
    """
    caller = sys._getframe(1)
    if decimal not in (".", ","):
        raise ArgumentError("check-decimal", got=decimal)
    if decimal == ",":
        claim, loss = (with_points(t) if isinstance(t, str) else t for t in (claim, loss))
    bounds = {canonical(k): v for k, v in (domain or {}).items()}
    subject, leaves = _subject(claim, loss, wrt, at or {}, shapes or {}, names or {}, caller)
    if not (isinstance(claim, (str, Tensor)) or callable(claim)):
        raise ArgumentError("check-claim", got=type(claim).__name__)
    engine = Engine(subject, bounds, seed, leaves)
    verdict = engine.check(claim, _wanted(claim, wrt, subject, leaves))
    return Verdict(verdict.subject, verdict.lines, lang, decimal)


def with_points(text: str) -> str:
    """A formula with decimal commas as one with points; ; between arguments becomes a comma.

    >>> with_points("f = 0,5 max(0; x); e = 1{,}5 f")
    'f = 0.5 max(0, x); e = 1.5 f'
    """
    plain = re.sub(r"(?<=\d)(?:,|\{,\})(?=\d)", ".", text)
    made, depth = [], 0
    for char in plain:
        depth += (char in "([{") - (char in ")]}")
        made.append("," if char == ";" and depth > 0 else char)
    return "".join(made)


def _subject(claim: Any, loss: Any, wrt: str | Tensor | None, at: Mapping[str, Any],
             shapes: Shapes, names: Mapping[str, Tensor],
             caller: FrameType) -> tuple[Subject, dict[Node, str]]:  # fmt: skip
    if isinstance(loss, str):
        chosen = [canonical(wrt)] if isinstance(wrt, str) else []
        if isinstance(claim, str):
            chosen += _spoken_of(claim)
        return from_text(loss, at, shapes, chosen), {}
    found, paths = _names(caller)
    if callable(loss) and not isinstance(loss, Tensor):
        loss, leaves = _called(loss, at, shapes)
        found, paths = leaves, {}
    if not isinstance(loss, Tensor):
        raise ArgumentError("check-claim", got=type(loss).__name__)
    found = {n: n.name for n in walk([loss.node]) if n.name and n.inputs} | found
    found |= {t.node: name for name, t in names.items()}
    variables = _variables(loss, wrt, found)
    subject = from_nodes(loss, variables, found, paths)
    subject.given = frozenset(subject.start)
    return subject, {node: canonical(name) for node, name in found.items()}


def _spoken_of(claim: str) -> list[str]:
    """The variables whose derivatives the lines of a claim name."""
    spoken = [target_name(t) for s in parse(claim).statements for t in s.targets]
    spoken += [n for s in parse(claim).statements for v in s.values for n in names_in(v)]
    return [name.rpartition("_d")[2] for name in spoken if "_d" in name]


def _names(frame: FrameType) -> tuple[dict[Node, str], dict[Node, str]]:
    """Names of tensors in the caller's scope, and the paths of its modules' parameters."""
    names: dict[Node, str] = {}
    paths: dict[Node, str] = {}
    scope = list(frame.f_locals.items())
    for _, value in scope:
        if isinstance(value, Module):
            paths |= {p.node: path for path, p in value.named_parameters()}
    for name, value in scope:
        if isinstance(value, Tensor) and not name.startswith("_") and value.node not in paths:
            names.setdefault(value.node, name)
    return names, paths


def _called(function: Callable[..., Any], at: Mapping[str, Any],
            shapes: Shapes) -> tuple[Any, dict[Node, str]]:  # fmt: skip
    """A function of tensors, written down at the values given, or at random numbers."""
    rng = np.random.default_rng(1)
    leaves: dict[str, Tensor] = {}
    for name in inspect.signature(function).parameters:
        value = np.asarray(at.get(name, rng.normal(0.0, 1.0, shapes.get(name, ()))))
        array = value if value.dtype.kind in "iu" and value.ndim else value.astype(float)
        leaves[name] = Tensor(constant(np.array(array), name))
    return function(**leaves), {t.node: name for name, t in leaves.items()}


def _variables(loss: Tensor, wrt: str | Tensor | None, names: Mapping[Node, str]) -> list[Tensor]:
    """The variables of a loss, that of the claim first."""
    wanted = [wrt] if isinstance(wrt, Tensor) else []
    used = [Tensor(n) for n in walk([loss.node]) if n in names and n.dtype.kind == "f"]
    leaves = [t for t in used if not t.node.inputs]
    if isinstance(wrt, str):
        wanted += [t for t in leaves if canonical(names[t.node]) == canonical(wrt)]
    everything = [*wanted, *loss._variables(), *leaves]
    return list({t.node: t for t in everything}.values())


def _wanted(claim: Any, wrt: str | Tensor | None, subject: Subject,
            leaves: Mapping[Node, str]) -> str:  # fmt: skip
    """The name of the variable of a claim that names none itself."""
    if isinstance(wrt, str):
        return canonical(wrt)
    if isinstance(wrt, Tensor):
        return leaves.get(wrt.node, subject.wrt)
    floats = [n for n, v in subject.start.items() if v.dtype.kind == "f"]
    return floats[0] if len(floats) == 1 else ""
