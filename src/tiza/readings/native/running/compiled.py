"""A program made ready to run: compiled once, called often."""

from __future__ import annotations

import ctypes
import math
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from tiza.errors import pick
from tiza.graph.node import Node
from tiza.graph.once import Once
from tiza.readings.native.driving.driver import HEADER, STEPS, WORDS
from tiza.readings.native.machine import pool
from tiza.readings.native.machine.cache import ObjectCache
from tiza.readings.native.machine.llvm import Library, LLVMError, available, host, load
from tiza.readings.native.program import Builder
from tiza.readings.native.recalling.graphs import Graph
from tiza.readings.native.recalling.ready import Ready, keep, recall
from tiza.readings.native.running import inside
from tiza.readings.native.running.callback import value_of
from tiza.readings.native.terms.memory import overlaps

Array = np.ndarray[Any, Any]
WAKING = 5e-5  # seconds of work that are worth waking other threads for
MEETING = 3e-6  # and more of it for each time that they wait for each other
BYTES, PLACE = ctypes.c_char.from_buffer, ctypes.addressof
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int64)


class Outside(IndexError):
    """An index that was read from memory lies outside its axis."""


class SlowWarning(UserWarning):
    """Machine code cannot be made here: results are the same, and come slower."""


def compiled(inputs: Sequence[Node], outputs: Sequence[Node], *,
             aliased: Mapping[int, int] | None = None, known: Mapping[Node, Node] | None = None,
             gathers: Sequence[Node] = (), threads: int | None = None,
             ) -> Compiled | None:  # fmt: skip
    """The program in machine code; None, and one line once, where none can be made."""
    reason = available()
    if reason is None:
        try:
            return Compiled(inputs, outputs, aliased, known=known, gathers=gathers, threads=threads)
        except LLVMError as error:
            reason = str(error).splitlines()[0]
    if reason not in _said:
        _said.add(reason)
        warnings.warn(_slow(reason), SlowWarning, stacklevel=2)
    return None


_said: set[str] = set()


def _slow(reason: str) -> str:
    return pick((f"computing with NumPy, which is slower: {reason}",
                 f"se calcula con NumPy, que es más lento: {reason}"))  # fmt: skip


class Compiled:
    """`outputs` as a function of `inputs`, in machine code.

    aliased: outputs that are written over an input (output number → input number).
    known: nodes in the place of which others stand. gathers: inputs' rows (`take`) that move on
    with each step: those of the next step are asked for ahead. Their numbers must lie within, and
    those of one step more must follow the last one's. fresh: planned in any case, also where the
    disk holds the graph's program.
    """

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node],
                 aliased: Mapping[int, int] | None = None, *,
                 known: Mapping[Node, Node] | None = None, gathers: Sequence[Node] = (),
                 threads: int | None = None, fresh: bool = False) -> None:  # fmt: skip
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        self.aliased, self.threads = dict(aliased or {}), threads
        graph = Graph(self.inputs, self.outputs, self.aliased, dict(known or {}), gathers)
        self.graph = graph.keyed()
        self._builder: Builder | None = None
        found = None if fresh else self._recalled()
        self.recalled = found is not None
        self.ready, self.library = found or self._made()
        self.entry = self.library.address("run")
        self.outside = ctypes.c_int32.from_address(self.library.address("outside"))
        self.met = object()  # another one once a run has met an index outside its axis
        self.spare: list[Array] = []  # arenas that nobody uses now
        self.size = HEADER + WORDS * self.ready.arguments  # words of a context

    def _recalled(self) -> tuple[Ready, Library] | None:
        """As it was compiled before, from the disk."""
        found = recall(ObjectCache(), self.graph)
        if found is None:
            return None
        ready, made, code = found
        return ready, Library.of(made, code, host(), self.graph.text)

    def _made(self) -> tuple[Ready, Library]:
        library = load(self.builder.text())
        keep(ObjectCache(), self.graph, self.builder, library.object)
        return Ready.of(self.builder), library

    def afresh(self) -> Compiled:
        """This program as it is planned in this process, not as it came from the disk."""
        if not self.recalled:
            return self
        graph = self.graph
        return Compiled(graph.inputs, graph.outputs, graph.aliased, known=graph.known,
                        gathers=graph.gathers, threads=self.threads, fresh=True)  # fmt: skip

    @property
    def builder(self) -> Builder:
        """The program as it was planned and written; done again where it came from the disk."""
        if self._builder is None:  # no lock: a fork would leave it taken
            self._builder = self.graph.planned()
        return self._builder

    def __call__(self, *arrays: Any, keep: bool = True, threads: int | None = None) -> list[Array]:
        """The outputs for these inputs; keep: inputs that outputs are written over are copied."""
        given = [self._given(a, n) for a, n in zip(arrays, self.inputs, strict=True)]
        for source in self.aliased.values():
            if keep or not given[source].flags.writeable or overlaps(given, source):
                given[source] = given[source].copy()
        return self.run(given, threads=threads)

    # -- seeing inside ----------------------------------------------------------------------

    def show(self, level: str = "kernels") -> str:
        """What was compiled: "kernels" with their formulas, "llvm" or "asm"."""
        if level == "llvm":
            return self.library.optimized()
        return self.library.assembly() if level == "asm" else inside.shown(self)

    def profile(self) -> inside.Profile:
        """Time of each kernel, on one thread, against the machine's roofline."""
        return inside.profiled(self)

    @property
    def peak_memory(self) -> int:
        """Bytes of the arena: all that a run needs besides its inputs and outputs."""
        return self.ready.arena

    @staticmethod
    def _given(array: Any, node: Node) -> Array:
        if type(array) is np.ndarray and array.dtype == node.dtype:
            flags = array.flags
            if flags.c_contiguous and flags.aligned:
                return array
        return np.require(array, node.dtype, ("C", "A"))

    def run(self, given: Sequence[Array], *, steps: int = 1,
            moves: Mapping[int, int] | None = None,
            into: Mapping[int, tuple[Array, int]] | None = None,
            threads: int | None = None, entry: int | None = None) -> list[Array]:  # fmt: skip
        """Run `steps` times; aliased inputs are overwritten.

        moves: inputs that move on with each step, and by how many bytes; into: outputs that go
        into an array given, and how far they move on; entry: another function of the same
        context. All arrays are contiguous and of the right type.
        """
        words, results = self.filled(given, moves, into)
        words[1] = steps
        self.go(words, threads=threads, entry=entry)
        return results

    def filled(self, given: Sequence[Array], moves: Mapping[int, int] | None = None,
               into: Mapping[int, tuple[Array, int]] | None = None,
               ) -> tuple[Array, list[Array]]:  # fmt: skip
        """A context for `go`, which says where everything stands, and the outputs; see `run`.

        It holds none of the arrays. `word` tells which of its words is whose address.
        """
        words = self._blank.copy()
        moves, into = moves or {}, into or {}
        for k, array in enumerate(given):
            words[HEADER + WORDS * k] = address(array)
            words[HEADER + 1 + WORDS * k] = moves.get(k, 0)
        results: list[Array] = []
        for k, (node, argument) in enumerate(zip(self.outputs, self.ready.results, strict=True)):
            if k in self.aliased:
                results.append(given[self.aliased[k]])
                continue
            array, move = into[k] if k in into else (np.empty(node.shape, node.dtype), 0)
            words[HEADER + WORDS * argument] = address(array)
            words[HEADER + 1 + WORDS * argument] = move
            results.append(array)
        return words, results

    def go(self, words: Array, *, threads: int | None = None, entry: int | None = None) -> None:
        """Run as often as word 1 of a context says; see `run`."""
        arena, met = self.arena(), self.met
        words[0], words[3] = address(arena), 0
        calls = self._python(words) if self.ready.host else None
        if calls is not None:
            words[2] = ctypes.cast(calls.function, ctypes.c_void_p).value or 0
        try:
            self._launch(words, threads, entry or self.entry)
        finally:
            self.spare.append(arena)
        if calls is not None and calls.error is not None:
            raise calls.error
        self.check(met)

    def check(self, met: object) -> None:
        """Errors: Outside where a run on any thread met such an index after `met` was looked up."""
        if self.outside.value:
            self.met = object()
            self.outside.value = 0
            self.met = object()  # also for runs that began meanwhile
        if self.met is not met:
            raise Outside

    def word(self, number: int, *, output: bool = False) -> int:
        """The word of a context in which the address of an input, or an output, stands."""
        return HEADER + WORDS * (self.ready.results[number] if output else number)

    @Once
    def _blank(self) -> Array:
        """The words of a context in which nothing but the data of the program stand."""
        words = np.zeros(self.size, np.int64)
        for k, array in self.ready.data:
            words[HEADER + WORDS * k] = address(array)
        return words

    def turns(self, pairs: Sequence[tuple[int, int]], numbers: Sequence[int],
              sides: Any = None) -> Any:  # fmt: skip
        """This program run turn after turn, see `Turns.of`."""
        from tiza.readings.native.running.turns import Turns

        return Turns.of(self, pairs, numbers, sides)

    @Once
    def start(self) -> Callable[[int], None]:
        """What runs a context that holds all addresses once, given where it stands."""
        entry = self.entry
        if not self.wide:
            return partial(pool.alone(), entry)
        many = self.threads or 0
        return lambda place: pool.run(entry, place, many or pool.default_threads())

    @Once
    def wide(self) -> bool:
        """Whether one run is worth several threads."""
        ready = self.ready
        worth = ready.seconds > WAKING + MEETING * ready.meets
        return ready.parallel and bool(self.threads or worth)

    def context(self, given: Sequence[Array]) -> Context:
        """A context of its own for these inputs, to be run again and again on one thread."""
        return Context(self, given)

    def _launch(self, words: Array, threads: int | None, entry: int) -> None:
        many = 1
        if self.ready.parallel and (
            threads or self.threads or self.ready.seconds * words[1] > WAKING
        ):
            many = threads or self.threads or pool.default_threads()
        pool.run(entry, address(words), many)

    def arena(self) -> Array:
        """Memory for one run at a time: what earlier runs have left, or new."""
        try:
            return self.spare.pop()
        except IndexError:
            return aligned(self.ready.arena)

    def _python(self, words: Array) -> HostCalls:
        return HostCalls(self, words)


class Context:
    """A filled context: `place` and `result` say which word holds the address of what."""

    def __init__(self, compiled: Compiled, given: Sequence[Array]) -> None:
        self.compiled, self.given = compiled, list(given)
        self.arena = compiled.arena()
        self.words = (ctypes.c_int64 * compiled.size)()
        self.words[0], self.words[1] = address(self.arena), 1
        self.at = ctypes.addressof(self.words)
        self.launch, self.entry = pool.alone(), compiled.entry
        for k, array in enumerate(self.given):
            self.words[self.place(k)] = address(array)
        for k, array in compiled.ready.data:
            self.words[self.place(k)] = address(array)

    @staticmethod
    def place(number: int) -> int:
        """The word of the address of argument `number`."""
        return HEADER + WORDS * number

    def result(self, number: int) -> int:
        """The word of the address of output `number`."""
        return self.place(self.compiled.ready.results[number])

    def run(self) -> None:
        """Once, on this thread."""
        self.launch(self.entry, self.at)


class HostCalls:
    """What the program asks Python to compute, on the memory of one run."""

    def __init__(self, compiled: Compiled, words: Array) -> None:
        self.compiled, self.words = compiled, words
        self.error: BaseException | None = None
        calls = self._calls()
        next(calls)
        self.function = CALLBACK(calls.send)

    def _calls(self) -> Generator[None, int, None]:
        """Compute one node by NumPy, each time that it is sent a number.

        It waits inside of its `try`: Ctrl-C may come before the first line of a function.
        """
        while True:
            try:
                while True:
                    word = yield
                    if self.error is None:
                        self._call(self.compiled.builder.host[word >> STEPS], word % (1 << STEPS))
            except GeneratorExit:
                return
            except BaseException as error:
                self.words[3] = 1  # loops that look for it stop
                self.error = self.error or error

    def _call(self, roots: Sequence[Node], step: int) -> None:
        if not roots:
            return  # only to let Ctrl-C come through
        node, *parts = roots
        arrays = [self._array(x, step) for x in node.inputs]
        with np.errstate(all="ignore"):
            made = value_of(node)(*arrays, **node.attrs)
        memory = self.compiled.builder.memory
        for part in parts:
            self._view(memory[part], step)[...] = made[part.attrs["index"]]
        if not node.prim.several:
            self._view(memory[node], step)[...] = made

    def _array(self, node: Node, step: int) -> Any:
        view = self.compiled.builder.memory.get(node)
        return node.value if view is None else self._view(view, step)

    def _view(self, view: Any, step: int) -> Array:
        buffer = view.buffer
        if buffer.argument is not None:
            k = HEADER + WORDS * buffer.argument
            start = int(self.words[k] + self.words[k + 1] * step)
        else:
            start = int(self.words[0]) + buffer.offset
        size = max(buffer.bytes, 1)
        raw = np.frombuffer((ctypes.c_char * size).from_address(start), np.uint8)
        flat = raw[: buffer.bytes].view(buffer.dtype)
        strides = tuple(s * buffer.dtype.itemsize for s in view.strides)
        return np.lib.stride_tricks.as_strided(flat[view.offset :], view.shape, strides)


def address(array: Any) -> int:
    """Where an array begins."""
    try:
        return PLACE(BYTES(array))  # the quickest way
    except (TypeError, ValueError, BufferError):  # read-only, empty, or not in one piece
        found: int = array.__array_interface__["data"][0]
        return found


class Fresh:
    """New arrays of one shape and type; small ones are cut from larger ones, which is quicker."""

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.bytes = math.prod(shape) * dtype.itemsize
        self.shape, self.dtype = (max(1, BLOCK // max(self.bytes, 1)), *shape), dtype
        self.number, self.start = self.shape[0], 0
        self.block: Array = np.empty(0)

    def next(self) -> tuple[Array, int]:
        """An array and where it begins."""
        number = self.number
        if number == self.shape[0]:
            self.block, number = np.empty(self.shape, self.dtype), 0
            self.start = address(self.block)
        self.number = number + 1
        return self.block[number, ...], self.start + number * self.bytes


BLOCK = 4096  # bytes


def aligned(count: int) -> Array:
    """Memory that begins at a cache line."""
    raw = np.empty(count + 64, np.uint8)
    start = -address(raw) % 64
    return raw[start : start + count]
