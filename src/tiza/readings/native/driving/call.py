"""One call of the program: a kernel, its buffers, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from tiza.graph.node import Node
from tiza.readings.native.driving.branch import Loop
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.planning.plan import Group
from tiza.readings.native.scheduling.schedule import Schedule
from tiza.readings.native.terms.memory import Buffer


@dataclass
class Call:
    """One kernel called: the function, its buffers, how often its outermost loop runs."""

    name: str
    buffers: list[Buffer]
    trips: int
    seconds: float  # estimated, on one thread
    shared: bool  # by several threads
    group: Group | None
    flops: float = 0.0
    bytes: float = 0.0
    host: int | None = None  # called back into Python: which node
    nest: Nest | None = None
    plan: Schedule | None = None
    loop: Loop | None = None
    copied: Node | None = None  # to where somebody else looks for it
