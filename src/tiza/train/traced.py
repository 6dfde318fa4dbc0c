"""What a step of training was written down as: a program, and how to read it."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from tiza.errors import TraceError
from tiza.graph import Node
from tiza.graph.once import Once
from tiza.graph.walk import walk
from tiza.readings.evaluate import Later, Program
from tiza.readings.native import Compiled, Outside, compiled

NODE_SECONDS, ENTRY_SECONDS = 4e-6, 2e-9  # of one operation by NumPy
COMPILE_SECONDS = 5e-3  # for each operation


@dataclass(frozen=True)
class Traced:
    """A program and how to read it: which buffers it changes, what its forward pass gives.

    gathering: in machine code, with the rows of its batches gathered (see `swift`).
    """

    program: Program
    forward: tuple[Node, ...]
    changed: tuple[int, ...] = ()  # buffers that the forward pass assigned to
    trained: tuple[int, ...] = ()  # parameters that have a gradient
    partly: tuple[int, ...] = ()  # tables that come out as rows, whose numbers come last
    reached: Set[Node] = frozenset()  # the inputs that the outputs depend on
    gathering: dict[Any, tuple[Compiled | None, bool]] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: Sequence[Node], outputs: Sequence[Node], forward: tuple[Node, ...] = (),
           changed: tuple[int, ...] = (), trained: tuple[int, ...] = (),
           partly: tuple[int, ...] = ()) -> Traced:  # fmt: skip
        """The program from `inputs` to `outputs`.

        Errors: TraceError where they need an input that is not among `inputs`.
        """
        order = walk(outputs, lambda n: () if n.value is not None else n.inputs)
        reached = {n for n in order if n.prim.name == "input"}
        for stray in reached.difference(inputs):
            raise TraceError("input-unknown", name=stray.name or "x", shape=stray.shape)
        return cls(Later(inputs, outputs), forward, changed, trained, partly, reached)

    def run(self, arrays: Sequence[Any], *, swift: bool = False) -> list[Any]:
        """The outputs for these inputs; swift: by machine code, where it can be made."""
        code = self.code if swift else None
        if code is None:
            return self.program(*arrays)
        try:
            return list(code(*arrays))
        except Outside:  # NumPy says which index
            return self.program(*arrays)

    @Once
    def code(self) -> Compiled | None:
        """The program in machine code; None where none can be made."""
        return compiled(self.program.inputs, self.program.outputs)

    @Once
    def seconds(self) -> float:
        """Roughly what one run by NumPy takes."""
        entries = sum(math.prod(n.shape) for n in self.program.nodes if not n.prim.several)
        return len(self.program.steps) * NODE_SECONDS + entries * ENTRY_SECONDS

    def worth(self, runs: int) -> bool:
        """Whether so many runs by NumPy would take longer than making machine code does.

        A rule of sizes, not of clocks: a run that was interrupted decides as it did before. With
        many runs nobody needs to know the sizes: each operation takes some time by itself.
        """
        if runs * NODE_SECONDS > COMPILE_SECONDS and any(n.inputs for n in self.program.outputs):
            return True
        return runs * self.seconds > len(self.program.steps) * COMPILE_SECONDS
