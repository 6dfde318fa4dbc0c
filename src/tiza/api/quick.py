"""The shortest way through a compiled function: arrays in, one tensor out, nothing changed.

A prediction of one example takes microseconds, so that every line around it counts. The context
is filled once; a call puts in the addresses of the arguments and of a new result.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from operator import attrgetter, is_
from typing import Any

import numpy as np

from tiza.api.captured import Captured
from tiza.graph import PRIMITIVES, Node
from tiza.lang.tensor import Tensor
from tiza.readings.native import Compiled, Outside
from tiza.readings.native.compiled import Fresh, address

Array = np.ndarray[Any, Any]
LONGEST = 5e-5  # seconds; longer work is shared by threads
NODE, TRAINING = attrgetter("node"), attrgetter("training")
CONSTANT = PRIMITIVES["constant"]


class Quick:
    """One compiled form on one thread, as long as what is around the function stays the same."""

    def __init__(self, program: Compiled, arrays: Sequence[Array], captured: Captured) -> None:
        self.program = program
        self.types = [(a.shape, a.dtype) for a in arrays]
        self.tensors, self.modules = captured.tensors, captured.modules
        self.nodes = list(map(NODE, self.tensors))
        self.modes = list(map(TRAINING, self.modules))
        self.fixed = [np.ascontiguousarray(t.numpy()) for t in captured.tensors]
        self.context = program.context([*arrays, *self.fixed])
        self.places = [self.context.place(k) for k in range(len(arrays))]
        answer = program.outputs[0]
        self.shape, self.dtype = answer.shape, answer.dtype
        self.fresh = Fresh(answer.shape, answer.dtype).next
        self.result = self.context.result(0)
        self.alone = threading.RLock()  # `with` takes it in C: Ctrl-C cannot leave it taken

    @classmethod
    def of(cls, program: Compiled | None, arrays: Sequence[Array], captured: Captured,
           ) -> Quick | None:  # fmt: skip
        """None where a call does more than compute one result, or is worth several threads."""
        if program is None or program.builder.host or program.seconds > LONGEST:
            return None
        if captured.optimizers or len(program.outputs) != 1 or program.aliased:
            return None
        return cls(program, arrays, captured)

    def __call__(self, args: Sequence[Any]) -> tuple[Tensor] | None:
        """The answer, alone in a tuple; None where this is not the way."""
        if len(args) != len(self.types):
            return None
        with self.alone:
            words = self.context.words
            held = []
            for arg, (shape, dtype), place in zip(args, self.types, self.places, strict=True):
                array = arg
                if type(arg) is not np.ndarray:
                    if type(arg) is not Tensor or arg.requires_grad or arg.node.value is None:
                        return None
                    array = arg.node.value
                if array.shape != shape or array.dtype != dtype or not array.flags.c_contiguous:
                    return None
                words[place] = address(array)
                held.append(array)
            if not all(map(is_, map(NODE, self.tensors), self.nodes)):
                return None
            if list(map(TRAINING, self.modules)) != self.modes:
                return None
            out, words[self.result] = self.fresh()
            self.context.run()
            if self.program.outside.value:
                self.program.outside.value = 0
                raise Outside
            node = Node(CONSTANT, (), {}, self.shape, self.dtype, None)
            node.value = out
            return (Tensor(node),)
