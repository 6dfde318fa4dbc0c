"""What is computed together: nodes are sorted into kernels, each one nest of loops.

A node is *materialised* if its value must stand in memory: outputs, results of reductions and
products, whatever is read in a pattern of its own. All others are computed where they are
used. Materialised nodes with the same loops share a kernel, so that chains of element-wise
operations, what feeds a reduction and what is done with its result pass over memory once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tiza.graph.loops import joined
from tiza.graph.node import COMPOSITES, Node
from tiza.graph.place import made_at
from tiza.graph.walk import opened_inputs, walk
from tiza.readings.native.planning.behind import behind
from tiza.readings.native.planning.flat import FEW, at_once, flattened, pays_turned, stands_apart
from tiza.readings.native.planning.flattening import worth_turning
from tiza.readings.native.planning.given import beside
from tiza.readings.native.planning.heights import Heights
from tiza.readings.native.planning.joins import sources
from tiza.readings.native.planning.over import entangled
from tiza.readings.native.planning.passes import deep
from tiza.readings.native.planning.rims import rims
from tiza.readings.native.planning.rows import read_whole
from tiza.readings.native.planning.sides import entry_by_entry, even, span
from tiza.readings.native.planning.sooner import Waiting, results
from tiza.readings.native.rewriting.moved import moved_last
from tiza.readings.native.rewriting.rewrite import rewritten, simpler, turned
from tiza.readings.native.rewriting.still import settled
from tiza.readings.native.rewriting.winograd import rectified
from tiza.readings.native.terms.tables import (
    ALONE,
    AMPLE,
    HOST,
    LOOPS,
    MOVES,
    RUNNING,
    SCATTER,
    SLIDING,
    TILES,
    WHOLE,
    axes,
    cost,
    reduces,
    supported,
    unpadded,
)
from tiza.transforms import simplify

MOST_INLINED = 48  # operations of one entry; longer formulas are cut in two
CHEAP = 2  # operations that are sooner done again than stored and loaded
FAR = 64  # entries of a row worth reading in place


def opened(outputs: Sequence[Node], known: dict[Node, Node] | None = None,
           registers: int = AMPLE) -> list[Node]:  # fmt: skip
    """`outputs` as expressions of primitives alone, simplified."""
    new: dict[Node, Node] = dict(known or {})
    new |= {n: n for n in new.values() if n not in new}  # what stands in the place of others
    kept = set(new)

    def edges(node: Node) -> Sequence[Node]:
        if node in kept or node.value is not None:
            return ()
        better = simpler(node)
        return (better,) if better is not None else opened_inputs(node)

    for node in walk(outputs, edges):
        if node in new:
            continue
        if node.value is not None:
            new[node] = node
        elif node.prim.name in COMPOSITES:
            new[node] = new[edges(node)[0]]
        elif node.prim.name in ("alias", "stop_gradient"):
            new[node] = new[node.inputs[0]]
        else:
            inputs = tuple(new[i] for i in node.inputs)
            with made_at(node.place):
                made = node if inputs == node.inputs else node.prim(*inputs, **node.attrs)
                new[node] = rewritten(made)
    whole = simplify(joined([new[node] for node in outputs]))
    plain = simplify(rectified(moved_last(turned(simplify(flattened(whole))))))
    return settled(beside(plain), opened, registers)


@dataclass(eq=False)
class Group:
    """The materialised nodes of one kernel.

    shape: the loops' extents; axes: those that are reduced, None where nothing is.
    inner: computed for every entry; reduced: the results of reductions; outer: what is computed
    from those, once for each entry that is left. behind: a loop that threads leave one by one.
    """

    kind: str  # loops, host, scatter, part, or the name of a control primitive
    shape: tuple[int, ...]
    axes: tuple[int, ...] | None = None
    inner: list[Node] = field(default_factory=list)
    reduced: list[Node] = field(default_factory=list)
    outer: list[Node] = field(default_factory=list)
    reads: set[Node] = field(default_factory=set)
    behind: bool = False

    @property
    def roots(self) -> list[Node]:
        """All nodes that the kernel computes, in the order in which it does."""
        return [*self.inner, *self.reduced, *self.outer]


@dataclass
class Plan:
    """The kernels in their order; which nodes stand in memory."""

    inputs: tuple[Node, ...]
    outputs: list[Node]
    groups: list[Group]
    kept: set[Node]  # materialised
    elided: set[Node]  # computed by a kernel that alone reads them: never stored
    passing: set[Node]  # so, too, but stored until the last of several passes


class Planner:
    """Sorts the nodes of one program."""

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node],
                 forced: Iterable[Node] = (), alone: Iterable[Node] = ()) -> None:  # fmt: skip
        self.alone = set(alone)  # nodes that get a kernel of their own
        self.inputs, self.outputs = tuple(inputs), list(outputs)
        given = set(inputs)
        self.order = walk(outputs, lambda n: () if n in given or n.value is not None else n.inputs)
        self.leaves = {n for n in self.order if n in given or n.value is not None}
        self.users: dict[Node, list[Node]] = {n: [] for n in self.order}
        for node in self.order:
            if node not in self.leaves:
                for i in node.inputs:
                    self.users[i].append(node)
        self.kept = set(forced) | {n for n in outputs if n not in self.leaves}
        self.rims = rims(self.order, self.users, self.leaves | self.kept)
        self.soon: set[Node] = set()  # computed as soon as what they are made of
        self.dear: set[Node] = set()  # long formulas, better computed after a product
        self.weight: dict[Node, int] = {}
        self.heights = Heights()
        self.turned: set[Node] = set()  # copies of matrices, laid out by their own rows
        self.home: dict[Node, Group] = {}
        self.groups: list[Group] = []
        self.position: dict[Group, int] = {}

    def plan(self) -> Plan:
        """The whole program."""
        self._choose()
        early = self._early()
        waiting = Waiting(results(self, early) | {n: self._made_of(n) for n in self.soon})
        for node in (*early, *(n for n in self.order if n not in early)):
            if node in self.kept and node not in self.home and node not in waiting.missing:
                self._place(node)
                for other in waiting.after(node):
                    self._place(other)
        own, groups = self._own(), behind(self.groups, self.home)
        passing = {x for x in own if deep(x)}
        return Plan(self.inputs, self.outputs, groups, self.kept, own - passing, passing)

    def _early(self) -> dict[Node, None]:
        """Single numbers made of what is given alone: first, so that any kernel may read them."""
        ready = set(self.leaves)
        early: dict[Node, None] = {}
        for node in self.order:
            if node.prim.family != "elementwise" or math.prod(node.shape) != 1:
                continue
            if all(i in ready for i in node.inputs):
                ready.add(node)
                if node in self.kept:
                    early[node] = None
        return early

    # -- what is materialised ---------------------------------------------------------------

    def _choose(self) -> None:
        for node in self.order:
            if node in self.leaves:
                self.weight[node] = 0
                continue
            self._operands(node)
            own = cost(node) + sum(self.weight[i] for i in node.inputs)
            high = self.heights.high(node, self.kept, self.leaves)
            if node in self.kept or self._must(node, own) or high:
                self.kept.add(node)
            self.weight[node] = 0 if node in self.kept else own

    def _must(self, node: Node, own: int) -> bool:
        """Whether a value has to stand in memory."""
        if node.prim.several or node.prim.name == "part" or own > MOST_INLINED:
            return True
        if node.prim.name in MOVES:
            return node.prim.name == "pad" and any(node.attrs["interior"])
        if not supported(node) or reduces(node) or node.prim.name in ALONE:
            return True
        users = set(self.users[node])
        if stands_apart(node, own):
            self.dear.add(node)
        if soon := at_once(node, self.users, own, self._made_of):
            self.soon |= soon
            return True
        if len(users) > 1 and own > CHEAP:
            return True
        size = math.prod(node.shape)
        return own >= 8 and size > 1 and any(math.prod(u.shape) > 4 * size for u in users
                                             if u.prim.family == "elementwise"
                                             or u.prim.name == "broadcast_to")  # fmt: skip

    def _operands(self, node: Node) -> None:
        """Materialise what `node` reads in a pattern of its own."""
        for x in (*worth_turning(node), *sources(node, self.users), *entangled(node, self.kept)):
            self._keep(x)
        if node.prim.name == "matmul":
            for x in node.inputs:
                if pays_turned(x, node):
                    self.turned.add(x)
                    self._keep(x)
                if not self._read_once(base := unpadded(x, self.rims), node):
                    self._keep(base)
        elif node.prim.name in (*SLIDING, *HOST, "random_bits", "pairs") or not supported(node):
            for x in read_whole(node, self.users):
                self._keep(unpadded(x, self.rims) if node.prim.name in (*SLIDING, "pairs") else x)

    def _read_once(self, x: Node, product: Node) -> bool:
        """Whether rows taken from a given table are best read where they lie.

        So it is where a product has few columns or rows besides the common ones: each number
        is read about once, and what is not written need not travel from core to core.
        """
        if x.prim.name != "take" or x.attrs["axis"] != 0 or x.inputs[1].ndim != 1:
            return False
        table, index = x.inputs
        if table.prim.name == "reshape" and x.ndim == 3:  # rows in halves
            table = table.inputs[0]
        wide = table.ndim == 2 and table.shape[1] >= FAR
        few = min(product.shape[-2:]) <= FEW
        return wide and few and table in self.leaves and index in self.leaves

    def _keep(self, node: Node) -> None:
        if node not in self.leaves and node not in self.kept:
            self.kept.add(node)
            self.weight[node] = 0

    # -- which kernel -----------------------------------------------------------------------

    def reads(self, root: Node) -> dict[Node, bool]:
        """The nodes in memory that `root` is computed from; whether entry by entry."""
        found: dict[Node, bool] = {}
        start = [(x, entry_by_entry(root) or self._whole(root)) for x in root.inputs]
        shape = root.inputs[0].shape if self._whole(root) else span(root)
        stack = start
        seen: set[tuple[Node, bool]] = set()
        while stack:
            node, same = stack.pop()
            same = same and node.shape == shape
            if (node, same) in seen:
                continue
            seen.add((node, same))
            if node in self.kept or node in self.leaves:
                found[node] = found.get(node, True) and same
                continue
            same = same and node.prim.family == "elementwise"
            stack += [(x, same) for x in node.inputs]
        return found

    def _made_of(self, root: Node) -> set[Node]:
        """The nodes in memory that `root` is computed from, but for what is given."""
        return set(self.reads(root)) - self.leaves

    @staticmethod
    def _whole(root: Node) -> bool:
        """A reduction that reads each entry of its operand once."""
        return reduces(root) and root.prim.name != "matmul"

    def _place(self, root: Node) -> None:
        if root.prim.name == "part":  # computed with the others
            group = self.home[root.inputs[0]]
            group.outer.append(root)
            self.home[root] = group
            return
        reads = self.reads(root)
        computed = {n: same for n, same in reads.items() if n in self.home}
        join = self._reduction if reduces(root) else self._map
        found = join(root, computed, set(reads)) if self._joins(root) else None
        self.heights.placed(root, self._of(group := found or self._new(root), computed))
        group.reads |= set(reads)
        self.home[root] = group

    def _joins(self, root: Node) -> bool:
        """Whether a node may share a kernel."""
        shares = root.prim.name not in ALONE or even(root)
        return shares and root not in self.alone and supported(root)

    def _new(self, root: Node) -> Group:
        if root.prim.name not in LOOPS and (not supported(root) or root.prim.name in HOST):
            group = Group("host", (), outer=[root])
        elif root.prim.name in (*LOOPS, *TILES, *WHOLE) and not even(root):
            group = Group(root.prim.name, (), outer=[root])
        elif root.prim.name in SCATTER or root.prim.name == "pad":
            windows = root.attrs["size"] if root.prim.name == "window_put" else ()
            group = Group("scatter", (*root.inputs[0].shape, *windows))
            group.outer.append(root)
        elif root.prim.name in RUNNING:
            group = Group("running", root.shape, outer=[root])
        elif root.prim.name == "matmul":
            k = root.inputs[0].shape[-1]
            group = Group("loops", (*root.shape, k), (root.ndim,), reduced=[root])
        elif reduces(root):
            group = Group("loops", root.inputs[0].shape, axes(root), reduced=[root])
        else:
            group = Group("loops", span(root), inner=[root])
        self.position[group] = len(self.groups)
        self.groups.append(group)
        return group

    def _of(self, group: Group, computed: Iterable[Node]) -> list[Node]:
        """Those of what is computed that are so in a kernel."""
        return [n for n in computed if self.home[n] is group]

    def _candidates(self, root: Node, computed: dict[Node, bool], reads: set[Node]) -> list[Group]:
        """Kernels that run late enough to take up a node that reads `computed`."""
        first = 0
        for node, same in computed.items():
            first = max(first, self.position[self.home[node]] + (not same))
        near = self.groups[max(first, len(self.groups) - 24) :]
        return [g for g in near
                if g.kind == "loops" and (self._of(g, computed) or g.reads & reads)
                and self.heights.fits(root, self._of(g, computed))]  # fmt: skip

    def _map(self, root: Node, computed: dict[Node, bool], reads: set[Node]) -> Group | None:
        for group in self._candidates(root, computed, reads):
            own = self._of(group, computed)
            if group.axes is None:
                if group.shape == span(root):
                    group.inner.append(root)
                    return group
            elif even(root) or (root in self.dear and group.reduced[0].prim.name == "matmul"):
                continue  # alone, its instructions wait less for one another
            elif own and all(n in group.reduced or n in group.outer for n in own):
                if any(n.shape == root.shape for n in own):
                    group.outer.append(root)
                    return group
            elif own and group.shape == root.shape and all(n in group.inner for n in own):
                group.inner.append(root)
                return group
        return None

    def _reduction(self, root: Node, computed: dict[Node, bool],
                   reads: set[Node]) -> Group | None:  # fmt: skip
        if root.prim.name == "matmul":
            return None
        shape, reduced = root.inputs[0].shape, axes(root)
        for group in self._candidates(root, computed, reads):
            own = self._of(group, computed)
            if group.shape != shape or any(n not in group.inner for n in own):
                continue
            if group.axes is None:
                group.axes = reduced
            elif group.axes != reduced or (
                group.reduced and group.reduced[0].prim.name == "matmul"
            ):
                continue
            if group.reduced and group.reduced[0].shape != root.shape and group.outer:
                continue
            group.reduced.append(root)
            return group
        return None

    def _own(self) -> set[Node]:
        """Roots that only their own kernel reads."""
        out = set(self.outputs)
        readers: dict[Node, set[Group]] = {}
        for group in self.groups:
            for node in group.reads:
                readers.setdefault(node, set()).add(group)
        return {root for group in self.groups if group.kind == "loops" for root in group.roots
                if root not in out and readers.get(root, set()) <= {group}}  # fmt: skip
