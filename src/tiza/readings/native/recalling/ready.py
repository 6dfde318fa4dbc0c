"""What running a program needs besides its machine code, and how that is kept on disk.

Who asks for a graph that was compiled before, under the key that `keys` gives it, has it without
planning, lowering or writing anything: an entry of the cache says how large the arena is, which
argument is what, and under which key the object code lies. Data of the graph come from the graph
itself; what the compiler made of its own (the mask of an attention, say) stands in the entry.

    entry = length of the facts (8 bytes), facts (JSON), arrays one after another
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.readings.native.driving.meeting import meetings
from tiza.readings.native.machine.cache import ObjectCache
from tiza.readings.native.machine.llvm import Object
from tiza.readings.native.recalling.keys import Leaf

if TYPE_CHECKING:
    from tiza.readings.native.program import Builder
    from tiza.readings.native.recalling.graphs import Graph

Array = np.ndarray[Any, Any]
MOST_OWN = 4 << 20  # bytes of arrays in an entry
LENGTH = 8  # bytes


@dataclass(frozen=True)
class Ready:
    """How to run a program.

    arena: bytes of memory; arguments: how many there are; results: the argument that each output
    is; data: arguments that are always the same; parallel: whether threads share the work;
    seconds: roughly what one run takes on one thread; meets: how often threads wait for each other
    in a run, loops counted once; host: whether it calls Python.
    """

    arena: int
    arguments: int
    results: tuple[int, ...]
    data: tuple[tuple[int, Array], ...]
    parallel: bool
    seconds: float
    meets: int
    host: bool = False

    @classmethod
    def of(cls, builder: Builder) -> Ready:
        """What a program that was just written needs."""
        layout = builder.layout
        results = [buffer.argument for buffer in builder.places.results]
        return cls(
            layout.arena,
            layout.arguments,
            tuple([k for k in results if k is not None]),  # results are arguments, all of them
            tuple([(k, np.ascontiguousarray(n.value)) for n, k in layout.data]),
            builder.parallel,
            sum(call.seconds for call in builder.calls),
            len(meetings(builder.calls, chained=False)),
            bool(builder.host),
        )


def keep(cache: ObjectCache, graph: Graph, builder: Builder, made: Object) -> None:
    """Keep what a program needs; nothing where it calls Python, or brings many numbers."""
    if graph.key is None:
        return
    key, leaves = graph.key
    numbers = {node: i for i, (node, _) in enumerate(leaves)}
    ready = Ready.of(builder)
    data: list[Any] = []
    arrays: list[Array] = []
    for (argument, array), (node, _) in zip(ready.data, builder.layout.data, strict=True):
        if node in numbers:
            data.append([argument, numbers[node]])
        else:
            data.append([argument, None, array.dtype.str, array.shape])
            arrays.append(array)
    if ready.host or sum(a.nbytes for a in arrays) > MOST_OWN:
        return
    facts = {
        "arena": ready.arena, "arguments": ready.arguments, "results": ready.results,
        "data": data, "parallel": ready.parallel, "seconds": ready.seconds,
        "meets": ready.meets, "object": made.key, "names": made.names,
    }  # fmt: skip
    head = json.dumps(facts).encode()
    cache.put(key, b"".join([len(head).to_bytes(LENGTH, "little"), head,
                             *(a.tobytes() for a in arrays)]))  # fmt: skip


def recall(cache: ObjectCache, graph: Graph) -> tuple[Ready, Object, bytes] | None:
    """What was kept of a graph, with its object code; None where either is absent."""
    entry = cache.get(graph.key[0]) if graph.key else None
    if entry is None or graph.key is None:
        return None
    try:
        end = LENGTH + int.from_bytes(entry[:LENGTH], "little")
        facts = json.loads(entry[LENGTH:end])
        made = Object(str(facts["object"]), tuple(facts["names"]))
        ready = _read(facts, entry[end:], graph.key[1])
    except (ValueError, KeyError, TypeError, IndexError):
        return None  # written by something else
    if not _fits(ready, graph):
        return None
    code = cache.get(made.key)
    return None if code is None else (ready, made, code)


def _fits(ready: Ready, graph: Graph) -> bool:
    """Whether there are as many arguments as the graph's inputs, data and outputs need."""
    own = len(graph.outputs) - len(graph.aliased)
    numbers = {k for k, _ in ready.data} | set(ready.results)
    return (
        ready.arena >= 0
        and ready.arguments == len(graph.inputs) + len(ready.data) + own
        and len(ready.results) == len(graph.outputs)
        and numbers <= set(range(ready.arguments))
    )


def _read(facts: Mapping[str, Any], rest: bytes, leaves: Sequence[Leaf]) -> Ready:
    data, at = [], 0
    for argument, number, *own in facts["data"]:
        if number is None:
            dtype, shape = np.dtype(own[0]), tuple(own[1])
            array = np.frombuffer(rest, dtype, int(np.prod(shape)), at).reshape(shape).copy()
            at += array.nbytes
        else:
            array = np.ascontiguousarray(leaves[number][1])
        data.append((int(argument), array))
    return Ready(int(facts["arena"]), int(facts["arguments"]), tuple(map(int, facts["results"])),
                 tuple(data), bool(facts["parallel"]), float(facts["seconds"]),
                 int(facts["meets"]))  # fmt: skip
