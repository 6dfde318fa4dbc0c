"""The report of a run: one HTML file that needs nothing else, no network and no script."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import numpy as np

from tiza.errors import language
from tiza.train.chart import Line, chart
from tiza.train.folder import RunFolder
from tiza.train.history import LAST, History, figure, is_score, title
from tiza.train.picture import as_html, data_uri
from tiza.train.plain import plain, write_atomically
from tiza.train.words import word

MOST_CLASSES = 20
MOST_MISTAKES = 60
FEW_LINES = 8  # of a model's text, shown without a click beside its drawing


@dataclass(frozen=True)
class Mistake:
    """An example that the model got wrong: its picture (or text), truth, guess, probability."""

    truth: str
    guess: str
    probability: float | None = None
    picture: np.ndarray | None = None
    text: str = ""


@dataclass(frozen=True)
class Report:
    """What a report shows; every part but the history may be missing.

    metrics: metric → {"model": value, "majority": value, …}; "model" comes first.
    confusion: counts (n, n), rows are truths, columns guesses; `classes` names them.
    commands: (command, what it does), to look further.
    derivation: how the gradients come about, as ready-made HTML; it is not escaped.
    pictures: caption → the ending and the bytes of a file, PNG or SVG. texts: samples to be read.
    notes: what was kept apart and what was chosen by which data. drawing: the model as SVG.
    """

    title: str
    history: History = field(default_factory=History)
    summary: str = ""
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    confusion: np.ndarray | None = None
    classes: Sequence[str] = ()
    mistakes: Sequence[Mistake] = ()
    model: str = ""
    derivation: str = ""
    config: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    commands: Sequence[tuple[str, str]] = ()
    pictures: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    drawing: str = ""


def report_html(report: Report) -> str:
    """The page, in the language in force.

    >>> page = report_html(Report("digits", History([{"loss": 1.0}, {"loss": 0.5}])))
    >>> page[:15], page.count("<svg")
    ('<!doctype html>', 1)
    """
    parts = [
        _head(report),
        _section("metrics", _metrics(report.metrics)),
        _section("pictures", _pictures(report.pictures)),
        _section("texts", _texts(report.texts)),
        _section("notes", _notes(report.notes)),
        _section("curves", _curves(report.history)),
        _section("confusion", _confusion(report.confusion, report.classes)),
        _section("per-class", _per_class(report.confusion, report.classes)),
        _section("mistakes", _mistakes(report.mistakes)),
        _section("model", _model(report)),
        _section(
            "derivation", f'<div class="wide">{report.derivation}</div>' * bool(report.derivation)
        ),
        _section("config", _pairs(report.config)),
        _section("data", _pairs(report.data)),
        _section("versions", _pairs(report.versions)),
        _section("further", _commands(report.commands)),
        f"<footer>{_e(word('made-by', when=f'{datetime.now():%Y-%m-%d %H:%M}'))}</footer>",
    ]
    style = files("tiza.train").joinpath("report.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_e(report.title)} · tiza</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<main>\n{''.join(parts)}\n</main>\n</body>\n</html>\n"
    )


def write_report(folder: RunFolder | Path | str, report: Report) -> Path:
    """Write `report.html` and the curves (`plots/*.svg`) into the folder of a run."""
    run = folder if isinstance(folder, RunFolder) else RunFolder(Path(folder))
    run.plots.mkdir(parents=True, exist_ok=True)
    for name, picture in curves(report.history, alone=True).items():
        write_atomically(run.plots / f"{name}.svg", picture.encode())
    write_atomically(run.report, report_html(report).encode())
    return run.report


def curves(history: History, *, alone: bool = False) -> dict[str, str]:
    """One chart (SVG) per measured column, training and validation in the same picture."""
    found = {}
    for name in history.columns:
        if name in LAST or name.startswith("val_"):
            continue
        lines = [Line(word("training"), history[name])]
        watched = name
        if f"val_{name}" in history:
            watched = f"val_{name}"
            lines.append(Line(word("validation"), history[watched]))
        epoch, value = history.best(watched)
        words = word("best-epoch", epoch=epoch, value=figure(name, value))
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        found[safe] = chart(
            title(name), lines, word("epoch"), mark=(epoch, value, words), alone=alone
        )
    return found


def _e(value: object) -> str:
    return html.escape(str(value))


def _section(key: str, body: str) -> str:
    return f'<section id="{key}"><h2>{_e(word(f"report-{key}"))}</h2>{body}</section>' * bool(body)


def _head(report: Report) -> str:
    tiles: list[tuple[str, list[str]]] = []
    for name, row in list(report.metrics.items())[:3]:
        model, *others = row.items()
        beside = [f"{word(who)}: {_amount(name, value)}" for who, value in others]
        tiles.append((_amount(name, model[1]), [title(name), *beside]))
    if report.history.rows:
        seconds = sum(row.get("seconds", 0.0) for row in report.history)
        tiles.append((f"{seconds:.1f} s", [word("in-epochs", count=len(report.history))]))
    shown = "".join(
        f'<div class="tile"><b>{_e(big)}</b>{"".join(f"<span>{_e(s)}</span>" for s in small)}</div>'
        for big, small in tiles
    )
    return (
        f'<header><h1>{_e(report.title)}</h1><p class="soft">{_e(report.summary)}</p>'
        f'<div class="tiles">{shown}</div></header>'
    )


def _amount(name: str, value: float) -> str:
    share = is_score(name) and "r2" not in name and 0 <= value <= 1
    return f"{value:.2%}" if share else figure(name, value)


def _metrics(metrics: Mapping[str, Mapping[str, float]]) -> str:
    if not metrics:
        return ""
    columns = list(dict.fromkeys(who for row in metrics.values() for who in row))
    head = "".join(f"<th>{_e(word(who))}</th>" for who in columns)
    body = ""
    for name, row in metrics.items():
        finite = [value for value in row.values() if math.isfinite(value)]
        best = (max if is_score(name) else min)(finite) if finite else math.nan
        cells = "".join(
            f"<td{' class=win' * (row[who] == best)}>{_e(_amount(name, row[who]))}</td>"
            if who in row
            else "<td></td>"
            for who in columns
        )
        body += f"<tr><th>{_e(title(name))}</th>{cells}</tr>"
    return (
        f'<div class="wide"><table><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _curves(history: History) -> str:
    pictures = "".join(f"<figure>{svg}</figure>" for svg in curves(history).values())
    return f'<div class="charts">{pictures}</div>' if pictures else ""


def _pictures(pictures: Mapping[str, tuple[str, bytes]]) -> str:
    shown = "".join(
        f"<figure>{as_html(ending, content)}<figcaption>{_e(caption)}</figcaption></figure>"
        for caption, (ending, content) in pictures.items()
    )
    return f'<div class="charts">{shown}</div>' if shown else ""


def _texts(texts: Mapping[str, str]) -> str:
    return "".join(f"<h3>{_e(name)}</h3><pre>{_e(text)}</pre>" for name, text in texts.items())


def _notes(notes: Sequence[str]) -> str:
    rows = "".join(f"<li>{_e(note)}</li>" for note in notes)
    return f"<ul>{rows}</ul>" if rows else ""


def _model(report: Report) -> str:
    text = f"<pre><code>{_e(report.model)}</code></pre>" if report.model else ""
    if not report.drawing:
        return text
    if report.model.count("\n") >= FEW_LINES:
        text = f"<details><summary>{_e(word('as-text'))}</summary>{text}</details>"
    return f'<div class="drawing">{report.drawing}</div>{text}'


def _confusion(matrix: np.ndarray | None, classes: Sequence[str]) -> str:
    if matrix is None or not matrix.size:
        return ""
    names = _names(matrix, classes)
    if len(names) > MOST_CLASSES:
        return _confused_pairs(matrix, names)
    totals = np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    head = "".join(f"<th>{_e(name)}</th>" for name in names)
    body = ""
    for i, name in enumerate(names):
        row = "".join(
            _cell(int(matrix[i, j]), float(matrix[i, j] / totals[i, 0]), i == j)
            for j in range(len(names))
        )
        body += f"<tr><th>{_e(name)}</th>{row}</tr>"
    return (
        f'<p class="soft">{_e(word("confusion-how"))}</p><div class="wide">'
        f'<table class="confusion"><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )


def _cell(count: int, share: float, right: bool) -> str:
    if count == 0:
        return '<td class="none">·</td>'
    depth = share if right else min(1.0, 0.25 + 2.5 * share)  # errors are rare: show them
    deep = " deep" if depth > 0.6 else ""
    colour = "--good" if right else "--bad"
    return f'<td class="n{deep}" style="background:rgba(var({colour}),{depth:.2f})">{count}</td>'


def _confused_pairs(matrix: np.ndarray, names: Sequence[str]) -> str:
    wrong = matrix - np.diag(np.diag(matrix))
    rows = ""
    for index in np.argsort(-wrong, axis=None, kind="stable")[:MOST_CLASSES]:
        i, j = divmod(int(index), len(names))
        if wrong[i, j]:
            rows += f"<tr><td>{_e(names[i])}</td><td>{_e(names[j])}</td><td>{wrong[i, j]}</td></tr>"
    return (
        f'<p class="soft">{_e(word("confused-pairs"))}</p><table><thead><tr><th>'
        f"{_e(word('truth'))}</th><th>{_e(word('guess'))}</th><th>{_e(word('count'))}</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _per_class(matrix: np.ndarray | None, classes: Sequence[str]) -> str:
    if matrix is None or not matrix.size:
        return ""
    right, truths, guesses = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    body = ""
    for i, name in enumerate(_names(matrix, classes)):
        precision = right[i] / guesses[i] if guesses[i] else 0.0
        recall = right[i] / truths[i] if truths[i] else 0.0
        f1 = 2 * precision * recall / (precision + recall) if right[i] else 0.0
        body += (
            f"<tr><th>{_e(name)}</th><td>{precision:.1%}</td><td>{recall:.1%}</td>"
            f"<td>{f1:.1%}</td><td>{int(truths[i])}</td></tr>"
        )
    heads = "".join(
        f"<th>{_e(word(k))}</th>" for k in ("class", "precision", "recall", "f1", "count")
    )
    return (
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )


def _names(matrix: np.ndarray, classes: Sequence[str]) -> list[str]:
    return [str(name) for name in classes] or [str(i) for i in range(len(matrix))]


def _mistakes(mistakes: Sequence[Mistake]) -> str:
    cards = ""
    for mistake in mistakes[:MOST_MISTAKES]:
        shown = (
            f'<img alt="" src="{data_uri(mistake.picture)}">'
            if mistake.picture is not None
            else f"<pre>{_e(mistake.text)}</pre>"
        )
        sure = "" if mistake.probability is None else f" ({mistake.probability:.0%})"
        cards += (
            f'<figure>{shown}<div><b class="wrong">{_e(mistake.guess)}</b>{_e(sure)}</div>'
            f'<div class="soft">{_e(word("truth"))}: <b>{_e(mistake.truth)}</b></div></figure>'
        )
    if not cards:
        return ""
    count = word("mistakes-shown", shown=min(len(mistakes), MOST_MISTAKES), all=len(mistakes))
    return f'<p class="soft">{_e(count)}</p><div class="shots">{cards}</div>'


def _pairs(facts: Mapping[str, object], prefix: str = "") -> str:
    rows = "".join(f"<tr><th>{_e(k)}</th><td>{_e(v)}</td></tr>" for k, v in _flat(facts, prefix))
    return f'<table class="pairs"><tbody>{rows}</tbody></table>' if rows else ""


def _flat(facts: Mapping[str, object], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in facts.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            found.append((prefix + str(key), ", ".join(str(plain(item)) for item in value)))
        else:
            found.append((prefix + str(key), str(plain(value))))
    return found


def _commands(commands: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<dt><code>{_e(c)}</code></dt><dd>{_e(what)}</dd>" for c, what in commands)
    return f'<dl class="commands">{rows}</dl>' if rows else ""
