"""What a name on the left side of a student's line ought to be: de/dw20, delta_f, dW1, z_g."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tiza.graph import Node
from tiza.graph.types import is_float
from tiza.readings.blackboard.mistakes.subject import Subject, direct_slope, slope

_GRADIENT = re.compile(r"(?:grad|nabla|g)_(\w+)|d(\w+)|(\w+)_grad")
_DELTA = re.compile(r"delta_?(\w*)")


@dataclass(frozen=True)
class Truth:
    """One meaning of a name: a value of the forward pass, or a derivative."""

    node: Node  # its value, as an expression of the variables
    of: Node | None = None  # the derivative of this ...
    wrt: Node | None = None  # ... with respect to this; None for a forward value
    label: str = ""  # ∂e/∂w20 as text


def truths(subject: Subject, name: str) -> list[Truth]:
    """Everything that a name may mean, the most likely first; nothing for a name of one's own."""
    if subject.is_loss(name) or name in subject.lines:
        node = subject.node(name)
        assert node is not None  # both have one
        return [Truth(node, label=name)]
    for match in _splits(name):
        found = _derivative(subject, *match)
        if found:
            return found
    delta = _DELTA.fullmatch(name)
    if delta:
        return _delta(subject, delta.group(1))
    gradient = _GRADIENT.fullmatch(name)
    if gradient:
        inner = next(g for g in gradient.groups() if g)
        return _derivative(subject, subject.loss_name, inner)
    return []


def _splits(name: str) -> list[tuple[str, str]]:
    """Every way to read a name as dA_dB."""
    if not name.startswith("d"):
        return []
    body = name[1:]
    return [(body[: m.start()], body[m.end() :]) for m in re.finditer("_d", body)]


def _derivative(subject: Subject, of: str, wrt: str) -> list[Truth]:
    a, b = subject.node(of), subject.node(wrt)
    if a is None or b is None or not is_float(b.dtype):
        return []
    label = f"∂{of}/∂{wrt}"
    found: list[Truth] = []
    local = direct_slope(subject, a, b) if a is not subject.top else None
    for node in (slope(a, b), local):  # ∂z₂/∂z₁ may be meant as a local derivative
        if node is not None and all(node is not t.node for t in found):
            found.append(Truth(node, a, b, label))
    return found


def _delta(subject: Subject, suffix: str) -> list[Truth]:
    """δ_f is ∂L/∂z_f; where there is no z_f, ∂L/∂f; the other of the two is accepted, too."""
    wanted = [f"z_{suffix}", f"z{suffix}", f"Z{suffix}", f"Z_{suffix}"] if suffix else ["z", "Z"]
    names = [n for n in wanted if n in subject.nodes]
    names += [n for n in (suffix, f"a{suffix}", f"A{suffix}", f"h{suffix}", f"H{suffix}")
              if n and n in subject.nodes]  # fmt: skip
    return [t for n in names for t in _derivative(subject, subject.loss_name, n)[:1]]
