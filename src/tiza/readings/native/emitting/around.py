"""The loops around a tile, the outermost of which threads share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tiza.readings.native.emitting.panels import Panels
from tiza.readings.native.emitting.values import Copy
from tiza.readings.native.lowering.nest import Nest
from tiza.readings.native.scheduling.schedule import Schedule
from tiza.readings.native.scheduling.sharing import Item, order
from tiza.readings.native.terms.index import Loop


class Around(Panels):
    """Writes the kept loops of a nest; who inherits it writes the tile, in `_body`."""

    def __init__(self, nest: Nest, plan: Schedule, width: int) -> None:
        super().__init__(nest, plan, width)
        self.lane = plan.lane
        self.items, self.shared = self.kept = order(nest, plan, width)
        around = [nest.passes] if nest.passes else []
        self.order = [*around, *(loop for loop, _ in self.items), *nest.reduced]

    @property
    def trips(self) -> int:
        """How many turns there are that threads may share."""
        return self.kept.trips

    @property
    def divisible(self) -> bool:
        """Whether threads may share them."""
        return bool(self.shared) and self.shared[0] not in self.nest.serial

    @contextmanager
    def _passes(self) -> Iterator[None]:
        """The loop around all others, where there is one."""
        loop = self.nest.passes
        if loop is None:
            yield
            return
        with self.text.loop("0", str(loop.extent)) as i:
            self.counter[loop] = i
            yield

    def _run(self, items: Sequence[Item], copies: Copy) -> None:
        """The loops that are left; `copies`: how many entries of each tiled loop are at hand."""
        if not items:
            self._body(dict(copies))
            return
        (loop, step), *rest = items
        if loop is self.plan.row and (self.plan.packed or self.plan.chunk):
            if any(inner is loop for inner, _ in rest):
                self._chunks(loop, step, rest)
                return
            if self.plan.packed:
                self.pack(dict(copies))
            if self.plan.chunk:
                self._chunk(loop, step, rest, copies)
                return
        if loop in self.shared and len(self.shared) == 2:
            self._both(rest, copies)
            return
        self._turns_of(items, copies)

    def _turns_of(self, items: Sequence[Item], copies: Copy) -> None:
        """The first of these loops: whole tiles, and what is left over."""
        (loop, step), *rest = items
        first = loop in self.shared
        full, over = divmod(loop.extent, step)
        if first and full + (over > 0) == 1:
            first = False  # nothing to share
        start, stop = ("%from", "%to") if first else ("0", str(full))
        if first and over:
            test = self.text.set(f"icmp slt i64 %to, {full}")
            stop = self.text.set(f"select i1 {test}, i64 %to, i64 {full}")
        tiled = step > 1
        if full:
            if full == 1 and not first:
                self._turn(loop, "0", step, tiled, rest, copies, step)
            else:
                with self.text.loop(start, stop) as i:
                    at = i if step == 1 else self.text.set(f"mul nsw i64 {i}, {step}")
                    self._turn(loop, at, step, tiled, rest, copies, step)
        if over:
            if first:
                test = self.text.set(f"icmp sgt i64 %to, {full}")
                with self.text.when(test):
                    self._turn(loop, str(full * step), over, tiled, rest, copies, step)
            else:
                self._turn(loop, str(full * step), over, tiled, rest, copies, step)

    def _chunks(self, loop: Loop, step: int, rest: Sequence[Item]) -> None:
        """Rows in chunks, which threads share, around all other loops."""
        with self.text.loop("%from", "%to") as i:
            self.counter[loop] = self.text.set(f"mul nsw i64 {i}, {step}")
            self.cache.clear()
            self._run(rest, ())
        self.cache.clear()

    def _chunk(self, loop: Loop, step: int, rest: Sequence[Item], copies: Copy) -> None:
        """The rows of one chunk."""
        start = self.counter[loop]
        full, over = divmod(self.plan.chunk, step)
        with self.text.loop("0", str(full * step), step) as i:
            at = self.text.set(f"add nsw i64 {start}, {i}")
            self._turn(loop, at, step, True, rest, copies, step)
        if over:
            at = self.text.set(f"add nsw i64 {start}, {full * step}")
            self._turn(loop, at, over, True, rest, copies, step)
        self.counter[loop] = start

    def _both(self, items: Sequence[Item], copies: Copy) -> None:
        """Two loops as one; the second one may be cut in whole tiles."""
        one, (two, step) = self.shared[0], items[0]
        turns = two.extent // step
        with self.text.loop("%from", "%to") as i:
            self.counter[one] = self.text.set(f"udiv i64 {i}, {turns}")
            at = self.text.set(f"urem i64 {i}, {turns}")
            at = at if step == 1 else self.text.set(f"mul nsw i64 {at}, {step}")
            self._turn(two, at, step, step > 1, items[1:], copies, step)

    def _turn(self, loop: Loop, at: str, many: int, tiled: bool, rest: Sequence[Item],
              copies: Copy, step: int) -> None:  # fmt: skip
        self.counter[loop] = at
        self.cache.clear()
        self._run(rest, (*copies, (loop, many)) if tiled or step > 1 else copies)
        self.cache.clear()

    @abstractmethod
    def _body(self, many: dict[Loop, int]) -> None:
        """Everything inside the kept loops; `many`: how many entries of each tiled one."""
