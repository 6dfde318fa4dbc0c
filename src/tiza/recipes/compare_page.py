"""Runs side by side as one HTML page that needs nothing else: settings, figures, curves."""

import html
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files

from tiza.errors import language, pick
from tiza.recipes.compare import Comparison, Interval
from tiza.recipes.setting import as_text
from tiza.train.chart import Line, chart
from tiza.train.history import figure, is_score, title
from tiza.train.words import word

WORDS = {
    "title": ("Runs side by side", "Corridas lado a lado"),
    "runs": ("Runs", "Corridas"),
    "settings": ("What differs", "Qué difiere"),
    "same": ("All settings are the same.", "Todos los ajustes son iguales."),
    "figures": ("Figures", "Cifras"),
    "curves": ("Curves", "Curvas"),
    "groups": ("The same settings with several seeds", "Los mismos ajustes con varias semillas"),
    "how": (
        "In brackets: where the figure lies with 95 %, given the test rows of the run, or given "
        "its seeds or folds (Student's t). Intervals that overlap are no proof of a difference.",
        "Entre corchetes: dónde está la cifra con 95 %, dadas las filas de prueba de la corrida, "
        "o sus semillas o partes (t de Student). Intervalos que se cruzan no prueban diferencia.",
    ),
    "time": ("time", "tiempo"),
}


def said(key: str) -> str:
    """A word of the page in the language in force."""
    return pick(WORDS[key])


def page(found: Comparison) -> str:
    """The page, in the language in force."""
    parts = [
        f"<header><h1>{said('title')}</h1></header>",
        _section("runs", _runs(found)),
        _section("settings", _settings(found)),
        _section("figures", _figures(found)),
        _section("groups", _groups(found)),
        _section("curves", _curves(found)),
    ]
    style = files("tiza.train").joinpath("report.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{said('title')} · tiza</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<main>\n{''.join(parts)}\n</main>\n</body>\n</html>\n"
    )


def _section(key: str, body: str) -> str:
    return f'<section id="{key}"><h2>{said(key)}</h2>{body}</section>' * bool(body)


def rows_html(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first column names its rows."""
    top = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    body = "".join(
        f"<tr><th>{html.escape(row[0])}</th>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _runs(found: Comparison) -> str:
    rows = [(side.letter, side.id, "" if side.seconds is None else f"{side.seconds:.1f} s")
            for side in found.sides]  # fmt: skip
    return rows_html(("", word("run") if word("run") != "run" else "", said("time")), rows)


def _settings(found: Comparison) -> str:
    if not found.differences:
        return f"<p>{said('same')}</p>"
    heads = ["", *(side.letter for side in found.sides)]
    rows = [[name, *map(value_text, values)] for name, values in found.differences.items()]
    return rows_html(heads, rows)


def value_text(value: object) -> str:
    """A setting as it would be typed; nothing where the run has none."""
    return "" if value is None else as_text(value)


def _figures(found: Comparison) -> str:
    if not found.metrics:
        return ""
    heads = ["", *(side.letter for side in found.sides)]
    body = []
    for name in found.metrics:
        values = [side.figures.get(name) for side in found.sides]
        cells = [cell(name, v, side.intervals.get(name))
                 for v, side in zip(values, found.sides, strict=True)]  # fmt: skip
        body.append([title(name) + mark(name, values), *cells])
    return rows_html(heads, body) + f'<p class="soft">{said("how")}</p>'


def mark(name: str, values: Sequence[float | None]) -> str:
    """An arrow that says which way is better: up for scores, down for errors, of known metrics."""
    known = word(name.removeprefix("val_")) != name or is_score(name)
    finite = [v for v in values if v is not None and math.isfinite(v)]
    return (" ↑" if is_score(name) else " ↓") if known and len(finite) > 1 else ""


def cell(name: str, value: float | None, interval: Interval | None) -> str:
    """A figure with its interval."""
    if value is None:
        return ""
    text = figure(name, value)
    if interval is None:
        return text
    return f"{text} [{figure(name, interval[0])}, {figure(name, interval[1])}]"


def _groups(found: Comparison) -> str:
    if not found.groups:
        return ""
    names = dict.fromkeys(name for group in found.groups for name in group.means)
    heads = ["", *(group.letters for group in found.groups)]
    rows = [
        [title(name), *(cell(name, g.means.get(name), g.intervals.get(name))
                        for g in found.groups)]
        for name in names
    ]  # fmt: skip
    return rows_html(heads, rows)


def _curves(found: Comparison) -> str:
    pictures = "".join(
        f"<figure>{chart(title(name), lines(found, name), word('epoch'))}</figure>"
        for name in found.curves
    )
    return f'<div class="charts">{pictures}</div>' if pictures else ""


def lines(found: Comparison, name: str) -> list[Line]:
    """The runs' curves of one column, each under its letter."""
    return [Line(side.letter, side.curves[name]) for side in found.sides if name in side.curves]


def document(found: Comparison) -> dict[str, object]:
    """For `--json`."""
    return {
        "runs": [
            {"letter": side.letter, "run": side.id, "settings": dict(side.settings),
             "metrics": dict(side.figures), "intervals": _plain(side.intervals),
             "seconds": side.seconds}
            for side in found.sides
        ],
        "differences": dict(found.differences),
        "groups": [
            {"runs": [side.id for side in g.sides], "means": dict(g.means),
             "intervals": _plain(g.intervals)}
            for g in found.groups
        ],
    }  # fmt: skip


def _plain(intervals: Mapping[str, Interval]) -> dict[str, list[float]]:
    return {name: list(pair) for name, pair in intervals.items()}
