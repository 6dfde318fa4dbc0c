"""The whole program: memory, the calls of its kernels in order, one module of LLVM's language.

    void run(ptr context, i32 thread, i32 threads, ptr team)

runs the kernels once for each step, on every thread of a team side by side. The context is a
row of 64-bit words:

    0  address of the arena      1  how many steps      2  address of the call back into Python
    3  1 where Python has asked to stop (in loops: the address of that word)
    4 + 2k  address of argument k      5 + 2k  how far it moves on with each step, in bytes
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.readings.native import mathlib
from tiza.readings.native.driving import close, taking
from tiza.readings.native.driving.aside import Aside
from tiza.readings.native.driving.branch import LOOPS, Loop, built
from tiza.readings.native.driving.call import Call
from tiza.readings.native.driving.close import Close
from tiza.readings.native.driving.driver import run_text
from tiza.readings.native.driving.work import work
from tiza.readings.native.emitting import ahead as asking
from tiza.readings.native.emitting.ahead import Ahead
from tiza.readings.native.emitting.corner import tile_text
from tiza.readings.native.emitting.emit import Kernel
from tiza.readings.native.emitting.pieces import Part, whole
from tiza.readings.native.emitting.segments import segments_nest
from tiza.readings.native.emitting.special import (
    concat_nests,
    copy_nest,
    fill_nest,
    put_nest,
    random_text,
    row_nest,
)
from tiza.readings.native.emitting.tiled import single_nest
from tiza.readings.native.emitting.words import pairs_text
from tiza.readings.native.lowering.band import Bands
from tiza.readings.native.lowering.lower import Lowering, Value
from tiza.readings.native.lowering.nest import Lowerer, Nest, Signature
from tiza.readings.native.lowering.parts import Parts
from tiza.readings.native.machine.llvm import Machine
from tiza.readings.native.machine.team import barrier_text, usual_parking
from tiza.readings.native.placing.places import Places
from tiza.readings.native.planning import over
from tiza.readings.native.planning.passes import deep
from tiza.readings.native.planning.plan import Group, Planner, opened
from tiza.readings.native.planning.wishes import Failed, Wishes, under
from tiza.readings.native.rewriting.paired import paired, takes_pairs
from tiza.readings.native.scheduling.blocks import NEAR, blocked, until_last
from tiza.readings.native.scheduling.schedule import Schedule, lanes_of, product, schedule
from tiza.readings.native.scheduling.sharing import scattered, waiting
from tiza.readings.native.terms.index import Affine, Opaque
from tiza.readings.native.terms.memory import Buffer
from tiza.readings.native.terms.tables import SCATTER, TILES
from tiza.readings.native.unrolling.straight import Straight
from tiza.readings.native.unrolling.symbols import written_out

TINY = 2e-6  # seconds of a program whose calls would cost as much as its work
SMALL = 3e-6  # seconds of work that are not worth waking another thread for


@dataclass
class Module:
    """The text that all programs of a module share: kernels, loops, what they call."""

    functions: dict[str, str] = field(default_factory=dict)  # text without its name → name
    declared: set[str] = field(default_factory=set)
    mathematics: set[tuple[str, Any, int]] = field(default_factory=set)
    tiles: set[tuple[Any, int]] = field(default_factory=set)
    loops: list[str] = field(default_factory=list)
    known: dict[Any, tuple[str, int, bool]] = field(default_factory=dict)  # kernels by signature


class Builder:
    """Turns a plan into text."""

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node], machine: Machine,
                 aliased: Mapping[int, int], module: Module | None = None,
                 wishes: Wishes | None = None, ahead: Sequence[Ahead] = ()) -> None:  # fmt: skip
        self.machine = machine
        self.ahead = list(ahead)
        self.bits, self.registers = machine.vector_bits, machine.registers
        self.aliased = dict(aliased)
        self.again = module is not None  # the body of a loop
        self.module = module or Module()
        wishes = wishes or Wishes()
        shapes = [node.shape for node in outputs]
        planner = Planner(inputs, over.bare(outputs), wishes.kept, wishes.alone)
        self.plan = planner.plan()
        self.loops = built(self.plan.groups, self._body)
        straight = wishes.straight | planner.turned
        self.places = Places(planner, self.plan, machine, aliased, self.loops, straight, shapes,
                             body=self.again)  # fmt: skip
        self.memory, self.layout = self.places.memory, self.places.layout
        self.calls: list[Call] = []
        self.host: list[list[Node]] = []

    def _body(self, inputs: Sequence[Node], outputs: Sequence[Node],
              aliased: Mapping[int, int]) -> Builder:  # fmt: skip
        known = {node: node for node in inputs}
        outputs = opened(outputs, known, self.registers)
        return build(inputs, outputs, self.machine, aliased, self.module)

    # -- kernels ----------------------------------------------------------------------------

    def build(self) -> None:
        """All kernels, in order."""
        trusted = {self.plan.inputs[a.where] for a in self.ahead}
        bands = Bands(self.places.planner.order, self.plan.outputs)
        lowerer = Parts(self.memory, self.plan.elided, trusted, bands)
        failed: list[Group] = []
        for node, buffer in self.places.rescues:
            if buffer.size:
                self._nest(copy_nest(node, buffer, self.memory), None, node)
        for group in self.plan.groups:
            if all(math.prod(r.shape) == 0 for r in group.roots if not r.prim.several):
                continue
            try:
                self._group(group, lowerer)
            except Opaque:
                failed.append(group)
        if failed:
            raise Failed(failed)
        for node, buffer in self.places.copies:
            if buffer.size:
                self._nest(copy_nest(node, buffer, self.memory), None, node)
        if any(loop.breathes for loop in self.loops.values()):
            self.host.append([])  # the last: to look whether to stop

    def _group(self, group: Group, lowerer: Parts) -> None:
        root = group.roots[0]
        if root.prim.several and all(math.prod(r.shape) == 0 for r in group.roots[1:]):
            return
        if group.kind == "host":
            self._host(group, root)
        elif group.kind in LOOPS:
            self._loop(group, self.loops[root])
        elif group.kind == "random_bits":
            self._random(group, root)
        elif group.kind == "pairs":
            self._pairs(group, root)
        elif group.kind in ("concat", "put", "scatter", "segments"):
            for nest in self._written(group, root, lowerer):
                self._nest(nest, group)
        elif group.kind in TILES:
            self._tiles(group, root)
        else:
            self._loops(group, lowerer)

    def _written(self, group: Group, root: Node, lowerer: Lowerer) -> list[Nest]:
        """What stands there first, and what is written over it."""
        if group.kind == "segments":
            return [segments_nest(root, self.memory)]
        if group.kind == "concat":
            return concat_nests(root, self.memory)
        buffer = self.memory[root].buffer
        if group.kind == "put":
            below = [root.inputs[0]] if root in self.places.copied else []
            copies = [copy_nest(x, buffer, self.memory) for x in below]
            return [*copies, put_nest(root, self.memory)]
        whole = root.prim.name == "pad" and root.shape == root.inputs[0].shape
        zeros = [fill_nest(buffer)] if root.prim.name in (*SCATTER, "pad") and not whole else []
        return [*zeros, lowerer.nest(group)]

    def _loops(self, group: Group, lowerer: Parts) -> None:
        nests = lowerer.parts(group, self.places.rooms[group])
        if not nests:
            nests = [self._in_passes(group, lowerer) or lowerer.nest(group)]
            if self.plan.passing.intersection(group.reduced):
                until_last(nests[0])
        for nest in nests:
            self._nest(nest, group)

    def _in_passes(self, group: Group, lowerer: Lowerer) -> Nest | None:
        """A long product of large factors, summed part by part: a part stays in near caches."""
        passes = deep(group.reduced[0], self.registers) if group.reduced else 0
        if not passes or self.memory[group.reduced[0]].buffer.argument is not None:
            return None
        try:
            nest = lowerer.nest(group, passes)
        except Opaque:
            return None
        pair = product(nest)
        if pair is None or sum(x.extra[0].bytes for x in pair) < NEAR:
            return None
        way = schedule(nest, lanes_of(nest, self.bits), self.registers)
        return nest if way.kind == "across" and way.row is not None else None

    def _nest(self, nest: Nest, group: Group | None, copied: Node | None = None) -> None:
        if any(i.extent == 0 for i in nest.kept):
            return
        width = lanes_of(nest, self.bits)
        way = schedule(nest, width, self.registers, again=self.again)
        if way.kind == "along" and blocked(nest, way.lane):
            self._nest(fill_nest(nest.outer[0].buffer), group)
            way = schedule(nest, width, self.registers)
        if product(nest) is not None:
            self._look_ahead(nest)
        name, trips, divisible = self._kernel(nest, way, width)
        flops, moved = work(nest)
        seconds = flops / (width * 6e9) + moved / 40e9
        late = waiting(nest, self.machine.l2) + scattered(nest, way.lane)
        shared = divisible and trips > 1 and seconds + late > SMALL
        self.calls.append(Call(name, nest.buffers(), trips, seconds, shared, group, flops, moved,
                               nest=nest, plan=way, copied=copied))  # fmt: skip

    def _kernel(self, nest: Nest, way: Schedule, width: int) -> tuple[str, int, bool]:
        """The function of a nest: its name, its trips, whether threads may share them."""
        key = Signature(nest).key(), width, self.again
        known = self.module.known.get(key)
        if known is None:
            kernel = Kernel(nest, way, width)
            body = kernel.write("@")
            self.module.declared |= kernel.text.declared
            self.module.mathematics |= kernel.text.functions
            self.module.tiles |= kernel.text.tiles
            known = self._function(body), kernel.trips, kernel.divisible
            self.module.known[key] = known
        return known

    def _look_ahead(self, nest: Nest) -> None:
        """Let a product that sums over the rows of a batch ask for those of the next step."""
        for a in self.ahead:
            data, where = (self.memory[self.plan.inputs[k]].buffer for k in (a.data, a.where))
            for value in nest.values():
                if value.op != "load" or value.extra[0] is not data:
                    continue
                place: Affine = value.extra[1]
                rows = [x for x in place.terms if isinstance(x, Value) and x.op == "load"
                        and x.extra[0] is where and x.atoms <= set(nest.reduced)]  # fmt: skip
                if len(rows) == 1:
                    later = Value("load", (), rows[0].dtype, (where, rows[0].extra[1] + a.rows, ()))
                    nest.coming[value] = place.put(rows[0], Affine(0, [(later, 1)]))
                    a.asked = True

    def _tiles(self, group: Group, root: Node) -> None:
        """Pictures or kernels cut into tiles."""
        rooms = self.places.rooms[group]
        if not rooms:
            self._nest(single_nest(root, self.memory), group)
            return
        made = whole(root, self.memory, rooms, self.machine, self._part)
        moved = sum(b.bytes for b in made.buffers if b.shares == 1)
        width = self.bits // 8 // root.dtype.itemsize
        seconds = made.flops / (width * 6e9) + moved / 40e9
        shared = made.trips > 1 and seconds > SMALL
        self.calls.append(Call(self._function(made.text), made.buffers, made.trips, seconds, shared,
                               group, made.flops, moved))  # fmt: skip

    def _part(self, nest: Nest) -> Part:
        """A nest as a function that another one calls."""
        width = lanes_of(nest, self.bits)
        name, trips, _ = self._kernel(nest, schedule(nest, width, self.registers), width)
        return Part(name, trips, nest.buffers(), work(nest)[0])

    def _function(self, body: str) -> str:
        """The name of a function with this text; equal ones are shared."""
        functions = self.module.functions
        return functions.setdefault(body, f"k{len(functions)}")

    def _loop(self, group: Group, loop: Loop) -> None:
        for start, buffer, row in loop.begins:
            if buffer.size:
                self._nest(row_nest(start, buffer, row, self.memory), group)
        loop.connect(self.places.standing)
        loop.name = f"loop{len(self.module.loops)}"
        self.module.loops.append(loop.text())
        seconds, flops, moved = loop.work()
        self.calls.append(Call(loop.name, loop.buffers(), 1, seconds, loop.parallel, group, flops,
                               moved, loop=loop))  # fmt: skip

    def _random(self, group: Group, root: Node) -> None:
        key, out = self.memory[root.inputs[0]], self.memory[root]
        width = self.bits // 32
        body, trips = random_text(out.buffer.size, width, key.offset)
        self.module.mathematics.add(("random_bits4", np.dtype("float32"), width))
        seconds = out.buffer.size * 1e-9
        shared = trips > 1 and seconds > SMALL
        buffers = [key.buffer, out.buffer]
        self.calls.append(Call(self._function(body), buffers, trips, seconds, shared, group,
                               bytes=out.buffer.bytes))  # fmt: skip

    def _pairs(self, group: Group, root: Node) -> None:
        """A factor's numbers rounded and put in pairs."""
        source, out = Lowering(self.memory).view(root.inputs[0]), self.memory[root]
        if source is None:
            raise Opaque
        body, trips = pairs_text(root, source, out)
        moved = 3 * out.buffer.bytes
        seconds = moved / 40e9
        shared = trips > 1 and seconds > SMALL
        buffers = [source.buffer, out.buffer]
        self.calls.append(Call(self._function(body), buffers, trips, seconds, shared, group,
                               bytes=moved))  # fmt: skip

    def _host(self, group: Group, root: Node) -> None:
        number = len(self.host)
        self.host.append(group.roots)
        self.calls.append(Call("host", [], 1, 0.0, False, group, host=number))

    # -- text -------------------------------------------------------------------------------

    def text(self, only: int | None = None) -> str:
        """The module; `only`: with one of its calls alone, to be timed."""
        module = self.module
        declared, mathematics = mathlib.definitions(sorted(module.mathematics, key=str))
        small = sum(c.seconds for c in self.calls) < TINY
        inline = (") #0 {", ") alwaysinline #0 {") if small else ("", "")
        functions = [body.replace("@@(", f"@{name}(", 1).replace(*inline, 1)
                     for body, name in module.functions.items()]  # fmt: skip
        functions += [
            tile_text(*tile).replace(*inline, 1) for tile in sorted(module.tiles, key=str)
        ]
        asked = [a for a in self.ahead if a.far and not a.asked]
        attributes = f'attributes #0 = {{ nounwind "prefer-vector-width"="{self.bits}" }}'
        step = written_out(self.calls, self._replaced()) if small and only is None else None
        if step is not None:
            return Straight(step, asked).module(attributes)
        near = self._close() if small and only is None else Close()
        aside = Aside.of(self.calls, self._replaced(), self.bits) if only is None else Aside()
        if only is None:
            run = run_text(self.calls, ahead=asked, close=near, replaced=self._replaced(),
                           aside=aside, bits=self.bits)  # fmt: skip
        else:
            run = run_text([self.calls[only]])
        parts = [
            barrier_text(usual_parking(), self.machine.architecture),
            "@outside = global i32 0",
            "@nothing = internal constant [64 x i8] zeroinitializer, align 64",
            *sorted(
                module.declared
                | declared
                | close.DECLARED
                | (asking.DECLARED if asked else set())
                | (taking.DECLARED if self.parallel else set())
            ),
            mathematics,
            *functions,
            *module.loops,
            *([asking.TEXT] if asked else []),
            aside.text,
            run,
            attributes,
        ]
        return "\n".join(parts)

    def _close(self) -> Close:
        """What need not be stored between the calls of a short program."""
        if self.parallel or any(c.host is not None or c.loop is not None for c in self.calls):
            return Close()
        return Close.of((b for call in self.calls for b in call.buffers), self._replaced())

    def _replaced(self) -> list[Buffer]:
        return [self.memory[self.plan.inputs[k]].buffer for k in self.aliased.values()]

    @property
    def parallel(self) -> bool:
        """Whether any kernel is shared by threads."""
        return any(c.shared for c in self.calls)


ATTEMPTS = 12


def build(inputs: Sequence[Node], outputs: Sequence[Node], machine: Machine,
          aliased: Mapping[int, int], module: Module | None = None,
          ahead: Sequence[Ahead] = ()) -> Builder:  # fmt: skip
    """The program's text; nodes that turn out to be needed in memory are put there."""
    if module is None and takes_pairs(machine):
        outputs = paired(outputs)
    wishes = Wishes()
    for attempt in range(ATTEMPTS):
        builder = Builder(inputs, outputs, machine, aliased, module, wishes, ahead)
        try:
            builder.build()
        except Failed as failed:
            more, straight = under(failed.roots, builder.plan.kept, builder.memory)
            if (more <= wishes.kept and straight <= wishes.straight) or attempt > ATTEMPTS // 2:
                wishes.alone |= set(failed.roots)
                more |= {x for r in failed.roots for x in r.inputs if x.inputs}
            wishes.kept |= more
            wishes.straight |= straight
            continue
        return builder
    raise RuntimeError("a kernel cannot be lowered")
