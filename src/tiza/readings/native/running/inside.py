"""Seeing inside a compiled program: its kernels and their formulas, and where time goes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.errors import MissingExtraError, pick
from tiza.graph.apply import placeholder
from tiza.graph.node import Node
from tiza.readings.native.lowering.formula import Formulas
from tiza.readings.native.machine.llvm import host, load

if TYPE_CHECKING:
    from tiza.readings.native.driving.call import Call
    from tiza.readings.native.program import Builder
    from tiza.readings.native.running.compiled import Compiled

SHORTEST = 2e-3  # seconds that one measurement takes at least
ROUNDS = 5
WORDS = {
    "time": ("time", "tiempo"),
    "share": ("share", "parte"),
    "of bound": ("of the bound", "del límite"),
    "computes": ("computes", "calcula"),
    "layer": ("layer", "capa"),
    "shared": ("shared by threads", "repartido entre hilos"),
    "lanes": ("lanes", "carriles"),
    "panels": ("lanes, panels", "carriles, paneles"),
    "sum": ("reduced", "se reduce"),
    "total": ("total", "total"),
    "memory": ("memory", "memoria"),
    "caches": ("caches", "cachés"),
    "result": ("result", "resultado"),
    "tiles": (
        "tiles of {m} × {m} results: {few} multiplications instead of {many}",
        "baldosas de {m} × {m} resultados: {few} multiplicaciones en vez de {many}",
    ),
}


def said(key: str) -> str:
    """A word in the language in force."""
    return pick(WORDS[key])


def formulas(compiled: Compiled) -> list[list[str]]:
    """For each call, one line for each value that it computes."""
    writer = Formulas({})
    found = []
    builder = compiled.builder
    for call in builder.calls:
        lines = []
        if call.copied is not None:
            goal = _goal(builder, call)
            to = said("result") if goal is None else writer.name(goal)
            lines.append(f"{to} ← {writer.name(call.copied)}")
        for root in () if call.group is None else call.group.roots:
            if not root.prim.several:
                text = "0" if _clears(call) else writer.of(root, builder.plan.kept - {root})
                lines.append(f"{writer.name(root)} {list(root.shape)} = {text}")
        found.append(lines)
    return found


def _goal(builder: Builder, call: Call) -> Node | None:
    """What a copy is written over; None for a result that has a place of its own."""
    buffers = {store.buffer for store in call.nest.inner} if call.nest is not None else set()
    known = (*builder.plan.inputs, *builder.memory)
    return next(
        (x for x in known if x in builder.memory and builder.memory[x].buffer in buffers), None
    )


def _clears(call: Call) -> bool:
    """Whether it writes zeros alone, to which others add, or between which they write."""
    nest = call.nest
    return (
        nest is not None
        and not nest.outer
        and bool(nest.inner)
        and all(store.value.op == "number" and store.value.extra == 0 for store in nest.inner)
    )


def loops(call: Call) -> str:
    """The loop nest in one line: kept loops, lanes, what is reduced."""
    if call.group is not None and call.group.kind in ("slid", "learned"):
        m, side = (len(call.group.roots[0].attrs[which]) for which in ("after", "before"))
        return said("tiles").format(m=m, few=side**2, many=9 * m**2)
    if call.nest is None or call.plan is None:
        return ""
    plan, parts = call.plan, []
    for loop in call.nest.kept:
        tile = plan.rows if loop is plan.row else 1
        kind = said("panels" if plan.packed else "lanes")
        lanes = f" ({kind})" if loop is plan.lane or loop is plan.columns else ""
        step = f"/{tile}" if tile > 1 and not lanes else ""
        if plan.chunk and loop is plan.row:
            step = f"/{plan.chunk}{step}"
        parts.append(f"{loop.extent}{step}{lanes}")
    for loop in call.nest.reduced:
        lanes = f" ({said('lanes')})" if loop is plan.lane else ""
        parts.append(f"{said('sum')} {loop.extent}{lanes}")
    return " × ".join(parts)


def shown(compiled: Compiled) -> str:
    """Every kernel: its formulas, loops, floating-point operations and bytes."""
    lines = []
    for i, (call, texts) in enumerate(zip(compiled.builder.calls, formulas(compiled), strict=True)):
        note = f"   {said('shared')}" if call.shared else ""
        lines.append(f"{i:3d} {call.name:<5} {_amount(call.flops, 'FLOP'):>12} "
                     f"{_amount(call.bytes, 'B'):>10}   {loops(call)}{note}")  # fmt: skip
        lines += [f"      {text}" for text in texts]
    layout = compiled.builder.layout
    lines.append(f"{said('memory')}: {_amount(layout.arena, 'B')}")
    return "\n".join(lines)


def _amount(x: float, unit: str) -> str:
    for prefix in ("", "k", "M", "G"):
        if x < 1000:
            return f"{x:.3g} {prefix}{unit}"
        x /= 1000
    return f"{x:.3g} T{unit}"


def _span(seconds: float) -> str:
    """Microseconds, with three digits at least: kernels take from nanoseconds to seconds."""
    micro = seconds * 1e6
    return f"{micro:.{1 if micro >= 10 else 3}{'f' if micro >= 1 else 'g'}} µs"


@dataclass(frozen=True)
class Row:
    """One kernel, measured."""

    number: int
    name: str
    seconds: float
    flops: float
    bytes: float
    bound: float  # seconds that the machine's peak and bandwidth allow
    layer: str
    computes: str


@dataclass(frozen=True)
class Profile:
    """Time of each kernel against the machine's roofline.

    bound: max(FLOP / peak, bytes / bandwidth), both measured on this machine, one thread; the
    bandwidth is that of the near caches where they hold all that a kernel touches.
    Source: Williams, Waterman & Patterson 2009, "Roofline", CACM 52(4).
    """

    rows: tuple[Row, ...]
    peak: float  # FLOP/s
    bandwidth: float  # bytes/s of memory
    near: float  # bytes/s of the near caches

    @property
    def seconds(self) -> float:
        """All kernels together."""
        return sum(r.seconds for r in self.rows)

    def layers(self) -> dict[str, float]:
        """Seconds of each layer."""
        found: dict[str, float] = {}
        for row in self.rows:
            found[row.layer] = found.get(row.layer, 0.0) + row.seconds
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def __str__(self) -> str:
        total = self.seconds or 1.0
        head = (f"{'':>4} {said('time'):>11} {said('share'):>6} {'GFLOP/s':>8} {'GB/s':>6} "
                f"{said('of bound'):>13}  {said('layer'):<18} {said('computes')}")  # fmt: skip
        lines = [head]
        for r in sorted(self.rows, key=lambda r: -r.seconds):
            seconds = r.seconds or 1e-12
            lines.append(
                f"{r.number:>4} {_span(seconds):>11} {r.seconds / total:>6.1%} "
                f"{r.flops / seconds / 1e9:>8.1f} {r.bytes / seconds / 1e9:>6.1f} "
                f"{r.bound / seconds:>13.0%}  {r.layer:<18} {r.computes}"
            )
        lines.append(f"{said('total'):>4} {_span(self.seconds)}")
        return "\n".join(lines)

    __repr__ = __str__

    def plot(self) -> Any:
        """The kernels under the machine's roofline, as a matplotlib figure.

        Errors: MissingExtraError without matplotlib.
        """
        try:
            from matplotlib.figure import Figure
        except ImportError:
            raise MissingExtraError("extra-missing", feature="profile().plot()",
                                    extra="plot") from None  # fmt: skip
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        axes = figure.add_subplot()
        rows = [r for r in self.rows if r.flops and r.bytes and r.seconds]
        x = np.array([r.flops / r.bytes for r in rows])
        y = np.array([r.flops / r.seconds for r in rows])
        share = np.array([r.seconds for r in rows]) / (self.seconds or 1)
        axes.scatter(x, y / 1e9, s=30 + 1500 * share, color="#0072B2", alpha=0.7)
        grid = np.geomspace(min([*x, 0.1]) / 2, max([*x, 10]) * 2, 100)
        for name, speed, dash in (("memory", self.bandwidth, "-"), ("caches", self.near, "--")):
            roof = np.minimum(self.peak, grid * speed) / 1e9
            axes.plot(grid, roof, dash, color="#D55E00", label=said(name))
        for r, a, b in zip(rows, x, y / 1e9, strict=True):
            if r.seconds > 0.05 * self.seconds:
                axes.annotate(str(r.number), (a, b))
        axes.set(xscale="log", yscale="log", xlabel="FLOP / B", ylabel="GFLOP/s")
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
        return figure


def profiled(compiled: Compiled) -> Profile:
    """Each kernel run by itself on one thread, on numbers of its own."""
    compiled = compiled.afresh()  # its kernels stand in its own memory
    builder = compiled.builder
    given = examples(compiled.inputs)
    peak, bandwidth, near = limits()
    compiled.run(given, threads=1)  # so that what kernels read in between are real numbers
    rows = []
    for i, (call, texts) in enumerate(zip(builder.calls, formulas(compiled), strict=True)):
        if call.host is not None:
            continue
        library = load(builder.text(only=i))
        seconds = _seconds(compiled, library.address("run"), given)
        speed = near if call.bytes <= host().l2 else bandwidth
        bound = max(call.flops / peak, call.bytes / speed)
        rows.append(Row(i, call.name, seconds, call.flops, call.bytes, bound, _layer(call),
                        "; ".join(texts)[:100]))  # fmt: skip
    return Profile(tuple(rows), peak, bandwidth, near)


def examples(inputs: Sequence[Node]) -> list[np.ndarray[Any, Any]]:
    """Arrays of the right types: small numbers; zeros where they may be indices."""
    random = np.random.default_rng(0)
    return [random.normal(size=n.shape).astype(n.dtype) if n.dtype.kind == "f"
            else np.zeros(n.shape, n.dtype) for n in inputs]  # fmt: skip


def _seconds(compiled: Compiled, entry: int, given: Sequence[np.ndarray[Any, Any]]) -> float:
    steps, best = 1, float("inf")

    def once() -> float:
        start = time.perf_counter()
        compiled.run(given, steps=steps, threads=1, entry=entry)
        return time.perf_counter() - start

    # one slow call, such as the first, does not end the search
    while min(once() for _ in range(3)) < SHORTEST and steps < 1 << 24:
        steps *= 4
    for _ in range(ROUNDS):
        best = min(best, once() / steps)
    return best


def _layer(call: Call) -> str:
    places = [r.place for r in call.group.roots if r.place] if call.group else []
    names = [p[2] for p in places if p[2]]
    return names[0] if names else "—"


@cache
def limits() -> tuple[float, float, float]:
    """FLOP/s of a large product, bytes/s of a large copy and of a small one, on one thread."""
    from tiza.readings.native.running.compiled import Compiled

    n, kind = 256, np.dtype("float32")
    a, b = placeholder((n, n), kind), placeholder((n, n), kind)
    product = Compiled([a, b], [a @ b], threads=1)
    flops = 2 * n**3 / _seconds(product, product.entry, examples([a, b]))

    def copied(size: int) -> float:
        x = placeholder((size,), kind)
        copy = Compiled([x], [x + 1.0], threads=1)
        return 2 * 4 * size / _seconds(copy, copy.entry, examples([x]))

    return flops, copied(1 << 24), copied(host().l1 // 16)
