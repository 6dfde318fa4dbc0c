"""Where values stand: arguments, and one arena whose parts are used again and again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiza.graph.node import Node, placeholder
from tiza.graph.once import Once
from tiza.readings.native.machine.processor import Machine
from tiza.readings.native.placing.arena import Arena
from tiza.readings.native.placing.cuts import rooms
from tiza.readings.native.placing.slim import slim, turned
from tiza.readings.native.placing.sums import sums
from tiza.readings.native.placing.upon import upon
from tiza.readings.native.planning.flattening import learns, slid_over
from tiza.readings.native.planning.joins import Joins
from tiza.readings.native.planning.over import Chain, chains
from tiza.readings.native.planning.plan import Group, Plan, Planner
from tiza.readings.native.planning.rows import read_by_loop
from tiza.readings.native.planning.sides import entry_by_entry, span
from tiza.readings.native.terms.memory import Buffer, View, padding
from tiza.readings.native.terms.tables import LOOPS, TILES

if TYPE_CHECKING:
    from tiza.readings.native.driving.branch import Loop


@dataclass
class Layout:
    """What each argument of the program is: inputs, then data, then outputs."""

    arguments: int = 0
    data: list[tuple[Node, int]] = field(default_factory=list)  # with the argument's number
    arena: int = 0  # bytes


class Places:
    """Gives every materialised node of a plan its memory.

    memory: the view that is the value of each; results: the buffer of each output; copies:
    outputs that must be copied to their places at the end; body: of a loop, whose threads keep to
    rows of their own; rescues: inputs that must be put
    aside at the beginning; copied: puts that begin with a copy of what they change.
    """

    def __init__(self, planner: Planner, plan: Plan, machine: Machine, aliased: Mapping[int, int],
                 loops: Mapping[Node, Loop], straight: Set[Node] = frozenset(),
                 shapes: Sequence[tuple[int, ...]] = (), *,
                 body: bool = False) -> None:  # fmt: skip
        self.straight, self.loops = straight, loops
        self.planner, self.plan, self.machine = planner, plan, machine
        self.aliased = dict(aliased)
        self.layout, self.arena = Layout(), Arena()
        self.memory: dict[Node, View] = {}
        self.alone: dict[Node, Buffer] = {}  # parts of the arena that are one value's
        self.rooms: dict[Group, list[Buffer]] = {}  # what a kernel needs besides
        self.results: list[Buffer] = []
        self.copies: list[tuple[Node, Buffer]] = []
        self.rescues: list[tuple[Node, Buffer]] = []  # copied first of all
        self.chains = {put: chain for chain in chains(plan) for put in chain.puts}
        self.copied = {chain.puts[0] for chain in self.chains.values()}
        self.slim = (
            set() if body else slim(planner.order, planner.users, plan.kept, machine.vector_bits)
        )
        self.shapes = shapes or [node.shape for node in plan.outputs]  # of the results
        self.joins = Joins(planner.order, plan.kept, planner.users)
        self._arguments()
        self._buffers()

    def _argument(self, shape: tuple[int, ...], dtype: Any) -> Buffer:
        buffer = Buffer(shape, dtype, self.layout.arguments)
        self.layout.arguments += 1
        return buffer

    def _arguments(self) -> None:
        plan = self.plan
        for node in plan.inputs:
            self.memory[node] = self._argument(node.shape, node.dtype).view()
        used = {n for g in plan.groups for n in g.reads} | set(plan.outputs)
        for node in self.planner.order:
            if node not in used or node.value is None or node.value.size <= 1:
                continue
            self._data(node)
        for loop in self.loops.values():
            numbers = [x for x in loop.node.inputs if x.value is not None]
            for node in (*numbers, *(n for c in loop.children for n, _ in c.layout.data)):
                self._data(node)
        for k, node in enumerate(plan.outputs):
            self._result(k, node)

    def _data(self, node: Node) -> None:
        if node not in self.memory:
            buffer = self._argument(node.shape, node.dtype)
            assert buffer.argument is not None  # just made
            self.layout.data.append((node, buffer.argument))
            self.memory[node] = buffer.view()

    def _result(self, k: int, node: Node) -> None:
        """Where output k goes: into its own argument, or into the one that it replaces."""
        source = self.aliased.get(k)
        if self._changed(k, node, source):
            return
        loop = node.prim.name == "part" and node.inputs[0] in self.loops
        own = node in self.plan.kept and node not in self.memory and not loop
        if source is not None and own and self._in_place(node, self.plan.inputs[source]):
            buffer = self.memory[self.plan.inputs[source]].buffer
            self.memory[node] = View(buffer, node.shape, buffer.strides, 0)
        elif source is not None:
            buffer = self.memory[self.plan.inputs[source]].buffer
            if node is not self.plan.inputs[source]:
                self.copies.append((self._rescued(node), buffer))
        else:
            buffer = self._argument(self.shapes[k], node.dtype)
            if own:
                self.memory[node] = buffer.shaped(node.shape)
            else:
                self.copies.append((self._rescued(node), buffer))
        self.results.append(buffer)

    def _changed(self, k: int, node: Node, source: int | None) -> bool:
        """Whether output k, the last of a chain of puts, is where all of them write."""
        chain = self.chains.get(node)
        if chain is None or chain.puts[-1] is not node or node in self.memory:
            return False
        if source is None:
            buffer = self._argument(self.shapes[k], node.dtype)
        elif chain.base is self.plan.inputs[source]:
            buffer = self.memory[chain.base].buffer
            self.copied.discard(chain.puts[0])
        else:
            return False
        self._share(chain, buffer)
        self.results.append(buffer)
        return True

    def _share(self, chain: Chain, buffer: Buffer) -> None:
        self.memory.update({put: buffer.shaped(put.shape) for put in chain.puts})

    def _rescued(self, node: Node) -> Node:
        """An input that another output will be written over, put aside before all else."""
        lost = {self.plan.inputs[i] for i in self.aliased.values()}
        if not lost.intersection(self._under(node)):
            return node
        aside = placeholder(node.shape, node.dtype)
        buffer = Buffer(node.shape, node.dtype)
        self.arena.take(buffer)
        self.memory[aside] = buffer.view()
        self.rescues.append((node, buffer))
        return aside

    def _in_place(self, node: Node, source: Node) -> bool:
        """Whether `node` may be written over `source`: nobody reads that afterwards."""
        groups = self.plan.groups
        home = next(i for i, g in enumerate(groups) if node in g.roots)
        group = groups[home]
        if group.kind != "loops" or node.shape != source.shape or node.dtype != source.dtype:
            return False
        if any(source in g.reads for g in groups[home + 1 :]):
            return False
        if any(source is n for n in self.plan.outputs):
            return False
        return source not in group.reads or self._entrywise(group, source)

    def _entrywise(self, group: Group, source: Node) -> bool:
        """Whether a kernel reads `source` only at the entry that it computes, when it writes."""
        last = set(group.outer if group.axes is not None else group.inner)
        for root in group.roots:
            stack: list[tuple[Node, bool]] = [(root, root in last)]
            seen = set()
            while stack:
                node, same = stack.pop()
                if (node, same) in seen:
                    continue
                seen.add((node, same))
                if node is source:
                    if not same:
                        return False
                    continue
                if node is not root and (node in self.plan.kept or not node.inputs):
                    continue
                same = same and entry_by_entry(node)
                stack += [(x, same and x.shape == span(node)) for x in node.inputs]
        return True

    def _buffers(self) -> None:
        """A place in the arena for everything else, given back after its last reader."""
        last, arena = self._last(), self.arena
        dying: dict[int, list[Buffer]] = {}
        for i, group in enumerate(self.plan.groups):
            until = max(last.get(root, i) for root in group.roots)
            dying.setdefault(until, []).extend(self.joins.buffers(group.roots))
            if group.kind in LOOPS:
                dying[until] += self._looped(group.roots[0], arena)
            for root in group.roots:
                if (root in self.memory or root in self.plan.elided or root.prim.several
                        or self.joins.placed(root, self)):  # fmt: skip
                    continue
                chain = self.chains.get(root)
                until = max(last.get(x, i) for x in (chain.puts if chain else [root]))
                ending = {x for x in group.reads if last[x] == i}
                buffer = self._own(root, group, ending)
                if buffer in dying.get(i, ()):  # it stays
                    dying[i].remove(buffer)
                dying.setdefault(until, []).append(buffer)
            dying.setdefault(i, []).extend(self._rooms(group))
            later = self.plan.groups[i + 1 : i + 2]
            if later and later[0].behind:  # while some threads still are in this one
                dying.setdefault(i + 1, []).extend(dying.pop(i))
            for buffer in dying.pop(i, []):
                arena.give(buffer)
        arena.settle()
        self.layout.arena = arena.size

    def _last(self) -> dict[Node, int]:
        """The number of the last kernel that reads each value."""
        groups = self.plan.groups
        last = {node: i for i, group in enumerate(groups) for node in group.reads}
        for node, _ in self.copies:
            last |= dict.fromkeys(self._under(node), len(groups))
        return last

    def _own(self, root: Node, group: Group, ending: Set[Node]) -> Buffer:
        """The buffer of a value, or of all puts of a chain.

        ending: what is read for the last time, in whose memory the value may be written.
        """
        chain = self.chains.get(root)
        if chain is not None:
            buffer = Buffer(root.shape, root.dtype)
            self._share(chain, buffer)
            self.arena.take(buffer)
            return buffer
        buffer = self._buffer(root, self._order(root))
        free = {x: self.alone[x] for x in ending if x in self.alone}
        below = upon(root, group, self.plan.kept, free, buffer)
        if below is None:
            self.arena.take(buffer)
        else:
            buffer = self.alone.pop(below)
        self.alone[root] = buffer
        self.memory[root] = buffer.view()
        return buffer

    def _buffer(self, root: Node, order: tuple[int, ...] | None) -> Buffer:
        """Memory for a value; its rows are padded where that helps and hinders nobody."""
        plain = Buffer(root.shape, root.dtype, order=order)
        pad = padding(root.shape, root.dtype, order) if self._may_pad(root) else 0
        if not pad:
            return plain
        wide = Buffer(root.shape, root.dtype, order=order, pad=pad)
        return wide if self._moves_alike(root, plain.view(), wide.view()) else plain

    def _moves_alike(self, root: Node, plain: View, wide: View) -> bool:
        """Whether whatever is a view of `plain`, moved about by its users, is one of `wide`."""
        stack: list[tuple[Node, View, View]] = [(root, plain, wide)]
        while stack:
            node, a, b = stack.pop()
            for user in self.planner.users.get(node, ()):
                one, two = a.moved(user), b.moved(user)
                if one is not None and two is None:
                    return False
                if one is not None and two is not None:
                    stack.append((user, one, two))
        return True

    def _may_pad(self, root: Node) -> bool:
        """Whether nobody takes its rows to stand one right after another."""
        users = self.planner.users.get(root, ())
        plain = root.prim.name in ("matmul", "pairs") or root.prim.family == "elementwise"
        return plain and root not in self.straight and not self._looped_over(root) and not any(
            u.prim.name == "random_bits" for u in users)  # fmt: skip

    def _looped_over(self, root: Node) -> bool:
        return read_by_loop(root, self.planner.users, self.plan.kept)

    def standing(self, node: Node) -> View:
        """Where the value of a node is that is in memory, or cuts into rows what is."""
        if node in self.memory:
            return self.memory[node]
        view = self.standing(node.inputs[0]).moved(node)
        assert view is not None  # rows one after another
        return view

    def _rooms(self, group: Group) -> list[Buffer]:
        """The buffers that a kernel needs besides."""
        self.rooms[group] = rooms(group.roots[0], self.machine) or sums(group)
        for buffer in self.rooms[group]:
            self.arena.take(buffer)
        return self.rooms[group]

    def _looped(self, scan: Node, arena: Arena) -> list[Buffer]:
        """The buffers of a loop."""
        taken: list[Buffer] = []
        self.memory.update(self.loops[scan].place(taken.append))
        for buffer in taken:
            arena.take(buffer)
        return taken

    def _under(self, node: Node) -> list[Node]:
        """The nodes in memory that a node which is copied at the end is computed from."""
        found, stack, seen = [], [node], set()
        while stack:
            n = stack.pop()
            if n in seen:
                continue
            seen.add(n)
            if n in self.plan.kept or n in self.memory:
                found.append(n)
            else:
                stack += n.inputs
        return found

    def _order(self, root: Node) -> tuple[int, ...] | None:
        """The order of axes in memory: that of what it is computed from."""
        if root in self.straight or self._looped_over(root):
            return None
        if self._windowed(root) or (root.prim.name == "reshape" and root.ndim > 3):
            return (*range(1, root.ndim), 0)
        if learns(root):
            return (1, 0)
        slim = turned(root.ndim) if root in self.slim else None
        if (
            root.prim.name in ("matmul", "random_bits", "reshape", "pairs", *TILES)
            or root.prim.several
            or self._flattened(root)
        ):
            return slim
        found = None
        for view in self._likenesses(root):
            order = tuple(sorted(range(root.ndim), key=lambda i: (-abs(view[i]), i)))
            if order != tuple(range(root.ndim)):
                return order
            found = order
        return found or slim

    def _flattened(self, root: Node) -> bool:
        """Whether its examples become the rows of a matrix that is multiplied."""
        if root.ndim < 3:
            return False
        rows = (root.shape[0], math.prod(root.shape[1:]))
        users = self.planner.users
        flat = [u for u in users.get(root, ()) if u.prim.name == "reshape" and u.shape == rows
                and u not in self.plan.kept]  # fmt: skip
        turned = [v for u in flat for v in users[u] if v.prim.name == "permute"]
        return any(v.prim.name == "matmul" for u in (*flat, *turned) for v in users[u])

    def _windowed(self, root: Node) -> bool:
        """Whether a convolution slides over it: its lanes then run along the batch."""
        if root.ndim < 3 or root.shape[0] < self.machine.vector_bits // 64:
            return False
        return root in self._slid

    @Once
    def _slid(self) -> set[Node]:
        """What convolutions slide over."""
        return slid_over(self.planner.order, self.plan.kept)

    def _likenesses(self, root: Node) -> list[tuple[int, ...]]:
        """The strides of what `root` is computed from, axis by axis, where they correspond."""
        found: list[tuple[int, ...]] = []
        stack = list(root.inputs)
        seen: set[Node] = set()
        while stack:
            x = stack.pop()
            if x in seen or x.ndim < root.ndim:
                continue
            seen.add(x)
            strides = self._strides(x)
            if strides is None:
                alike = x.prim.name == "reshape" and x.inputs[0].shape[: root.ndim] == root.shape
                through = x.prim.family == "elementwise" or alike
                if through or x.prim.name in ("pad", "windows", "argmax"):
                    stack += x.inputs
                continue
            strides = strides[: root.ndim]
            sizes = zip(strides, x.shape, root.shape, strict=False)
            if all((s and (n == m or n > 1)) or m == 1 for s, n, m in sizes):
                found.append(strides)
        return found

    def _strides(self, x: Node) -> tuple[int, ...] | None:
        """The strides of a view of memory, or of what is computed entry by entry from one."""
        chain = []
        while x not in self.memory:
            if x.prim.family in ("movement", "window") and len(x.inputs) == 1:
                chain.append(x)
                x = x.inputs[0]
                continue
            alike = [i for i in x.inputs if i.shape == x.shape] if chain else []
            if x.prim.family != "elementwise" or not alike:
                return None
            x = alike[0]
        view: View | None = self.memory[x]
        for step in reversed(chain):
            view = view.moved(step) if view is not None else None
        return None if view is None else view.strides
