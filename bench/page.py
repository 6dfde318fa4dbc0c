"""The pages of the measurements, in English and Spanish, written from what was kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.contest import CONTESTS
from bench.harness import Result, Timing
from bench.kept import Kept
from bench.rung import FURTHER, LADDER, ROOT
from bench.words import pick, title, word

DOCS = ROOT / "docs"
THINGS = (*CONTESTS, "mapped")
BUSY = 0.5  # load for each core beyond which times are not to be trusted


def write(levels: Sequence[Kept], docs: Path = DOCS) -> list[Path]:
    """Write both pages and the pictures of the first level; the paths."""
    from bench.plots import draw

    pictures = draw(levels[0], docs / "assets" / "benchmarks")
    pages = []
    for language, path, up in (("en", docs / "benchmarks.md", ""),
                               ("es", docs / "es" / "benchmarks.md", "../")):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(levels, language, up), encoding="utf-8")
        pages.append(path)
    return [*pages, *pictures]


def page(levels: Sequence[Kept], language: str, up: str = "") -> str:
    """One page about the first level, with a section for each other one that was measured.

    `up` leads from its folder to that of the English one.
    """
    kept, *others = levels
    parts = [f"# {word('title', language)}", word("intro", language)]
    known = chosen(kept, *LADDER, *FURTHER, *THINGS)
    beside = [part for other in others for part in elsewhere(other, language)]
    if not known and not kept.scaling and not beside:
        parts += [word("nothing", language), *repeat(language)]
        return "\n\n".join(parts) + "\n"
    trained = [r for r in known if r.rung not in THINGS]
    ladder = [r for r in trained if r.rung in LADDER]
    parts += machines(known, language)
    parts += section("ladder", ratios(ladder, language), language)
    parts += mean(ladder, language)
    if any(r.ratio() for r in trained):
        parts.append(picture("ratios", "faster", language, up))
    further = [r for r in trained if r.rung in FURTHER]
    parts += section("further", ratios(further, language), language)
    parts += beside
    contests = [r for r in known if r.rung in THINGS]
    parts += section("contests", all_contests(contests, language), language)
    parts += section("ways", all_ways(trained, language), language)
    parts += grown(kept, language, up)
    parts += section("starts", starts(known, language), language)
    parts += section("memory", memory(known, language), language)
    parts += section("agreement", agreement(trained, language), language)
    parts += section("notes", notes(known, language), language)
    parts += repeat(language)
    return "\n\n".join(parts) + "\n"


def elsewhere(kept: Kept, language: str) -> list[str]:
    """The section of another level: its machine, what was measured there, what was left out."""
    ladder, further, contests = (chosen(kept, *names) for names in (LADDER, FURTHER, THINGS))
    trained = [*ladder, *further]
    known = [*trained, *contests]
    if not known:
        return []
    head = word("with" if kept.level else "without", language).format(level=kept.level)
    missing = [*replaced(trained, language), *left_out(trained, language)]
    return [
        f"## {head}",
        *machines(known, language),
        *section("ladder", ratios(ladder, language), language, "###"),
        *mean(ladder, language),
        *section("further", ratios(further, language), language, "###"),
        *section("contests", all_contests(contests, language, "####"), language, "###"),
        *section("starts", starts(known, language), language, "###"),
        *section("memory", memory(known, language), language, "###"),
        *section("notes", "\n".join(missing), language, "###"),
    ]


def chosen(kept: Kept, *names: str) -> list[Result]:
    """The results that there are of these."""
    return [kept.results[name] for name in names if name in kept.results]


# -- tables --------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown, "" where it would be empty."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|" + "---|" * len(heads)
    return "\n".join(["| " + " | ".join(heads) + " |", rule, *lines]) if lines else ""


def section(key: str, content: str, language: str, mark: str = "##") -> list[str]:
    """A heading, its sentence if there is one, its content; nothing where there is none."""
    if not content:
        return []
    said = [word(f"{key}-line", language)] if key in SAID else []
    return [f"{mark} {word(key, language)}", *said, content]


SAID = ("ways", "memory", "starts", "agreement")


def named(result: Result, language: str) -> str:
    """The workload in the page's language."""
    return title(result.title, language)


def shown(us: float) -> str:
    """Microseconds with three digits or all before the point.

    >>> shown(0.03812), shown(5.31), shown(14823.2)
    ('0.0381', '5.31', '14,823')
    """
    if us >= 100:
        return f"{us:,.0f}"
    return f"{us:.3g}" if us >= 0.001 else f"{us:.1e}"


def both(timing: Timing | None) -> str:
    """Least and, in brackets, median."""
    return f"{shown(timing.least)} ({shown(timing.median)})" if timing else ""


def ratios(results: Sequence[Result], language: str) -> str:
    """tiza beside the best of the others."""
    heads = [word("workload", language), "tiza fit (µs)", f"{word('best', language)} (µs)",
             word("ratio", language), word("goals", language)]  # fmt: skip
    rows = []
    for r in results:
        best, ours = r.best_peer(), r.own()
        least, median = r.ratio(), r.ratio("median")
        found = "" if r.timings else word("untimed", language)
        if least and median:
            found = f"**{least:.2f}** ({median:.2f})"
        peer = f"{best.label} {both(best)}" if best else ""
        goals = f"{r.first:g}, {r.goal:g}" if r.rung in LADDER else "1"
        rows.append((named(r, language), both(ours), peer, found, goals))
    return table(heads, rows)


def mean(ladder: Sequence[Result], language: str) -> list[str]:
    """The geometric mean, where all eight were measured."""
    found = [(r.ratio(), r.ratio("median")) for r in ladder]
    known = [(a, b) for a, b in found if a and b]
    if len(known) < len(LADDER):
        return []
    least, median = (
        math.exp(sum(math.log(pair[i]) for pair in known) / len(known)) for i in (0, 1)
    )
    return [word("mean", language).format(mean=least, median=median)]


def labels(results: Iterable[Result], field: str = "timings") -> list[str]:
    """The modes that occur, in the order in which they do."""
    found: dict[str, None] = {}
    for r in results:
        names = [t.label for t in r.timings] if field == "timings" else list(getattr(r, field))
        found |= dict.fromkeys(names)
    return list(found)


def all_ways(results: Sequence[Result], language: str) -> str:
    """Every mode of every workload."""
    known = [r for r in results if r.timings]
    columns = labels(known)
    rows = [(named(r, language), *(both(r.timing(label)) for label in columns)) for r in known]
    return table([word("workload", language), *columns], rows)


def all_contests(results: Sequence[Result], language: str, mark: str = "###") -> str:
    """A small table for each contest."""
    parts = []
    for r in results:
        per = f"{word('us-unit', language)} / {word(r.unit, language)}"
        rows = [(t.label, both(t)) for t in r.timings]
        if r.faults:
            rows = [(word("untimed", language), "; ".join(r.faults))]
        parts.append(f"{mark} {named(r, language)}\n\n" + table(["", per], rows))
    return "\n\n".join(parts)


def starts(results: Sequence[Result], language: str) -> str:
    """Seconds of the first step."""
    known = [r for r in results if r.starts]
    columns = labels(known, "starts")

    def cell(r: Result, label: str) -> str:
        found = r.starts.get(label)
        return f"{found['cold_s']:.3g} ({found['cached_s']:.3g})" if found else ""

    rows = [(named(r, language), *(cell(r, label) for label in columns)) for r in known]
    return table([word("workload", language), *columns], rows)


def memory(results: Sequence[Result], language: str) -> str:
    """Megabytes at most."""
    known = [r for r in results if r.memory]
    columns = labels(known, "memory")

    def cell(r: Result, label: str) -> str:
        found = r.memory.get(label)
        if not found:
            return ""
        return f"{found['imports_mb'] + found['peak_mb']:.0f} ({found['peak_mb']:.0f})"

    rows = [(named(r, language), *(cell(r, label) for label in columns)) for r in known]
    return table([word("workload", language), *columns], rows)


def agreement(results: Sequence[Result], language: str) -> str:
    """The deviations."""
    columns = labels(results, "deviations")

    def cell(r: Result, label: str) -> str:
        return f"{r.deviations[label]:.1e}" if label in r.deviations else ""

    rows = [
        (named(r, language), f"{r.source}, {r.rows:,}", *(cell(r, label) for label in columns))
        for r in results
        if r.deviations
    ]
    return table([word("workload", language), word("rows", language), *columns], rows)


# -- sentences -----------------------------------------------------------------------------


def machines(results: Sequence[Result], language: str) -> list[str]:
    """The machine, once for each that results came from, with the days and the highest load."""
    found: dict[str, list[dict[str, Any]]] = {}
    for about in (r.about for r in results if r.about):
        versions = ", ".join(f"{k} {v}" for k, v in about["versions"].items())
        told = word("machine-line", language).format(**{**about, "versions": versions})
        found.setdefault(told, []).append(about)
    lines = []
    for told, abouts in found.items():
        days = sorted({about["date"] for about in abouts})
        most = max(about["load"] for about in abouts)
        span = " – ".join(dict.fromkeys((days[0], days[-1])))
        lines.append(
            f"{told} {word('measured-line', language).format(date=span, load=f'{most:.1f}')}"
        )
    busy = any(about["load"] > BUSY * (about["cores"] or 1)
               for abouts in found.values() for about in abouts)  # fmt: skip
    said = [f"!!! warning\n    {word('busy', language)}"] if busy else []
    return [f"**{word('machine', language)}.** " + "<br>\n".join(lines), *said] if lines else []


def notes(results: Sequence[Result], language: str) -> str:
    """What each workload adds, and what was left out and why."""
    lines = [f"- {word('rates', language)}"]
    if replaced(results, language):
        lines.append(f"- {word('synthetic', language)}")
    lines += [f"- {named(r, language)}: {pick(r.note, language)}" for r in results if r.note]
    return "\n".join(lines + left_out(results, language))


def replaced(results: Sequence[Result], language: str) -> list[str]:
    """The data that stand in for real ones."""
    return [f"- {named(r, language)}: {word('rows', language)}: {r.source}"
            for r in results if r.source.startswith("synthetic, shaped")]  # fmt: skip


def left_out(results: Sequence[Result], language: str) -> list[str]:
    """What was not timed, and why."""
    lines: list[str] = []
    for r in results:
        lines += [f"- {named(r, language)}: {label} {word('refused', language)}: {why}"
                  for label, why in r.refused.items()]  # fmt: skip
        lines += [
            f"- {named(r, language)}: {word('untimed', language)}: {fault}" for fault in r.faults
        ]
    return lines


def repeat(language: str) -> list[str]:
    """How to measure."""
    return [f"## {word('repeat', language)}", word("commands", language), word("files", language)]


def picture(name: str, key: str, language: str, up: str) -> str:
    """A picture in the page's language."""
    return f"![{word(key, language)}]({up}assets/benchmarks/{name}-{language}.svg)"


def grown(kept: Kept, language: str, up: str) -> list[str]:
    """The pictures of growth."""
    if not kept.scaling:
        return []
    pictures = [picture(kind, kind, language, up) for kind in kept.scaling]
    return [f"## {word('scaling', language)}", *pictures]
