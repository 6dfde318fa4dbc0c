"""The pictures of the measurements, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.harness import Result
from bench.kept import Kept
from bench.rung import FURTHER, LADDER
from bench.words import title, word

COLOURS = {"tiza": "#00796b", "PyTorch": "#d9534f", "JAX": "#5a6fc0"}
DASHES = ("-", "--", ":", "-.")


def draw(kept: Kept, folder: Path) -> list[Path]:
    """All pictures in both languages, as far as there is something to draw; their paths."""
    known = [r for r in (kept.results.get(n) for n in (*LADDER, *FURTHER)) if r and r.ratio()]
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for language in ("en", "es"):
        if known:
            paths.append(bars(known, language, folder / f"ratios-{language}.svg"))
        for kind, found in kept.scaling.items():
            paths.append(lines(kind, found, language, folder / f"{kind}-{language}.svg"))
    return paths


def figure(width: float, height: float) -> tuple[Any, Any]:
    """A figure of its own and its axes; no window, no state shared with others."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(made)
    axes = made.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return made, axes


def keep(made: Any, path: Path) -> Path:
    """Write it with the same bytes every time."""
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "tiza", "svg.fonttype": "path"}):
        made.savefig(path, metadata={"Date": None})
    text = path.read_text(encoding="utf-8")
    path.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", "utf-8")
    return path


def bars(results: Sequence[Result], language: str, path: Path) -> Path:
    """How many times faster each workload is, with its goals."""
    made, axes = figure(7.5, 0.42 * len(results) + 1.3)
    places = range(len(results))[::-1]
    values = [r.ratio() or 0.0 for r in results]
    colours = [COLOURS["tiza"] if v >= 1 else COLOURS["PyTorch"] for v in values]
    widths = [v - 1 for v in values]  # from 1: what is slower points to the left
    axes.barh(places, widths, left=1, color=colours, height=0.6)
    for y, r in zip(places, results, strict=True):
        if r.rung in LADDER:
            first = word("first-goal", language) if r is results[0] else None
            goal = word("goal", language) if r is results[0] else None
            axes.plot([r.first], [y], "|", color="black", ms=14, label=first)
            axes.plot([r.goal], [y], "|", color="#f0a000", ms=14, mew=2, label=goal)
    axes.axvline(1, color="grey", lw=0.8)
    axes.set_xscale("log")
    names = [f"{title(r.title, language)}   {v:.2f}"
             for r, v in zip(results, values, strict=True)]  # fmt: skip
    axes.set_yticks(list(places), names)
    axes.set_xlabel(word("faster", language))
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    if results[0].rung in LADDER:
        axes.legend(frameon=False, fontsize="small")
    return keep(made, path)


def lines(kind: str, found: Mapping[str, Any], language: str, path: Path) -> Path:
    """Time of a step against a size, one line for each mode."""
    made, axes = figure(6.5, 4)
    many: dict[str, int] = {}
    for label, times in found["times"].items():
        framework = label.split()[0]
        dash = DASHES[many.setdefault(framework, 0) % len(DASHES)]
        many[framework] += 1
        known = [(x, t) for x, t in zip(found["sizes"], times, strict=True) if t is not None]
        if known:
            axes.plot(*zip(*known, strict=True), dash, marker="o", ms=3, label=label,
                      color=COLOURS.get(framework, "black"))  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(found["sizes"], [str(x) for x in found["sizes"]])
    axes.set_xlabel(f"{word(kind, language)} ({title(found['title'], language)})")
    axes.set_ylabel(word("us", language))
    axes.legend(frameon=False, fontsize="small")
    return keep(made, path)
