"""A sweep as one HTML page: parallel coordinates, importance, the best so far, all trials."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from tiza.errors import language, pick
from tiza.recipes.compare_page import rows_html
from tiza.recipes.sweep import Sweep, importances
from tiza.train.chart import Line, chart
from tiza.train.history import figure, title

WORDS = {
    "sweep": ("Sweep {name}", "Barrido {name}"),
    "sub": (
        "{done} trials finished, {pruned} ended early, {failed} failed; {metric}: {way} is better. "
        "The test set was used for no choice.",
        "{done} intentos terminados, {pruned} cortados antes, {failed} fallidos; {metric}: {way} "
        "es mejor. El conjunto de prueba no se usó para elegir.",
    ),
    "less": ("less", "menos"),
    "more": ("more", "más"),
    "best": ("The best", "El mejor"),
    "parallel": ("Parallel coordinates", "Coordenadas paralelas"),
    "parallel-how": (
        "One line for each trial, through its settings to its value: strong lines are the best, "
        "dashed ones were ended early.",
        "Una línea por intento, de sus ajustes a su valor: las fuertes son las mejores, las "
        "punteadas se cortaron antes.",
    ),
    "importance": ("What matters", "Qué importa"),
    "importance-how": (
        "How much each setting decides about being among the best tenth (PED-ANOVA).",
        "Cuánto decide cada ajuste para estar en la mejor décima parte (PED-ANOVA).",
    ),
    "course": ("Trial by trial", "Intento por intento"),
    "each": ("trial", "intento"),
    "so-far": ("best so far", "mejor hasta ahora"),
    "trials": ("All trials", "Todos los intentos"),
    "number": ("trial", "intento"),
    "run": ("run", "corrida"),
    "state": ("state", "estado"),
    "COMPLETE": ("finished", "terminado"),
    "PRUNED": ("ended early", "cortado antes"),
    "FAIL": ("failed", "fallido"),
    "RUNNING": ("running", "en marcha"),
    "WAITING": ("waiting", "en espera"),
}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 360, 70, 90, 40, 34


def said(key: str, **params: object) -> str:
    """A word of the page in the language in force."""
    return pick(WORDS[key]).format(**params)


@dataclass(frozen=True)
class Trial:
    """One trial: its number, state, settings, value (of an early end, the last), run."""

    number: int
    state: str
    params: Mapping[str, Any]
    value: float | None
    run: str

    @classmethod
    def of(cls, trial: Any) -> "Trial":
        """What matters of a trial of Optuna."""
        value = trial.value
        if value is None and trial.intermediate_values:
            value = trial.intermediate_values[max(trial.intermediate_values)]
        run = str(trial.user_attrs.get("run", ""))
        return cls(trial.number, trial.state.name, dict(trial.params), value, run)

    def document(self) -> dict[str, object]:
        """For `--json`."""
        return {"trial": self.number, "state": self.state, "value": self.value,
                "settings": dict(self.params), "run": self.run}  # fmt: skip


def trials_of(study: Any) -> list[Trial]:
    """All trials of a study in their order."""
    return [Trial.of(trial) for trial in study.get_trials(deepcopy=False)]


def best_of(trials: Sequence[Trial], plan: Sweep) -> Trial | None:
    """The best of the finished trials; None where none has finished."""
    done = [t for t in trials if t.state == "COMPLETE" and t.value is not None]
    sign = -1 if plan.towards == "maximize" else 1
    return min(done, key=lambda t: sign * float(t.value or 0.0)) if done else None


def page(study: Any, plan: Sweep) -> str:
    """The page, in the language in force."""
    trials = trials_of(study)
    best = best_of(trials, plan)
    parts = [
        f"<header><h1>{html.escape(said('sweep', name=plan.called))}</h1>"
        f'<p class="soft">{html.escape(summary(trials, plan))}</p></header>',
        _section("best", "" if best is None else _best(best, plan)),
        _section("parallel", _explained("parallel-how", parallel(trials, plan))),
        _section("importance", _explained("importance-how", _bars(importances(study)))),
        _section("course", _course(trials, plan)),
        _section("trials", _table(trials, plan)),
    ]
    style = files("tiza.train").joinpath("report.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(plan.called)} · tiza</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{''.join(parts)}\n</main>\n</body>\n</html>\n"
    )


def summary(trials: Sequence[Trial], plan: Sweep) -> str:
    """How many trials there are, and which way is better."""
    count = {state: sum(t.state == state for t in trials) for state in ("COMPLETE", "PRUNED",
                                                                        "FAIL")}  # fmt: skip
    return said("sub", done=count["COMPLETE"], pruned=count["PRUNED"], failed=count["FAIL"],
                metric=title(plan.metric),
                way=said("more" if plan.towards == "maximize" else "less"))  # fmt: skip


def _section(key: str, body: str) -> str:
    return f'<section id="{key}"><h2>{said(key)}</h2>{body}</section>' * bool(body)


def _explained(key: str, body: str) -> str:
    return f'<p class="soft">{said(key)}</p>{body}' if body else ""


def command(best: Trial, plan: Sweep) -> str:
    """The command that runs the best settings again."""
    given = {**plan.fixed, **best.params}
    seed = f" --seed {plan.seed}" if plan.seed else ""
    sets = "".join(f" --set {name}={_text(value)}" for name, value in given.items())
    return f"tiza train {plan.recipe.path or plan.recipe.name}{seed}{sets}"


def _text(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _best(best: Trial, plan: Sweep) -> str:
    value = figure(plan.metric, float(best.value or 0.0))
    return (
        f"<p><b>{html.escape(title(plan.metric))} {value}</b> · {html.escape(best.run)}</p>"
        f"<pre><code>{html.escape(command(best, plan))}</code></pre>"
    )


def _table(trials: Sequence[Trial], plan: Sweep) -> str:
    heads = [said("number"), said("state"), *(one.name for one in plan.ranges),
             title(plan.metric), said("run")]  # fmt: skip
    return rows_html(heads, [row(trial, plan) for trial in trials])


def row(trial: Trial, plan: Sweep) -> list[str]:
    """A trial in a table."""
    params = [trial.params.get(one.name) for one in plan.ranges]
    shown = ["" if v is None else f"{v:.4g}" if isinstance(v, float) else str(v) for v in params]
    value = "" if trial.value is None else figure(plan.metric, trial.value)
    return [str(trial.number), said(trial.state), *shown, value, trial.run]


def _course(trials: Sequence[Trial], plan: Sweep) -> str:
    values = [math.nan if t.value is None or t.state != "COMPLETE" else t.value for t in trials]
    if not any(math.isfinite(v) for v in values):
        return ""
    better = max if plan.towards == "maximize" else min
    so_far, seen = [], math.nan
    for value in values:
        finite = [v for v in (seen, value) if math.isfinite(v)]
        seen = better(finite) if finite else math.nan
        so_far.append(seen)
    drawn = [Line(said("each"), values), Line(said("so-far"), so_far)]
    svg = chart(title(plan.metric), drawn, said("number"))
    return f'<div class="charts"><figure>{svg}</figure></div>'


def _bars(found: Mapping[str, float]) -> str:
    """The importance of each setting as a bar."""
    if not found:
        return ""
    lines, most = [], max(found.values()) or 1.0
    for k, (name, value) in enumerate(sorted(found.items(), key=lambda pair: -pair[1])):
        y = 12 + 30 * k
        lines.append(
            f'<text x="150" y="{y + 15}" text-anchor="end" fill="var(--ink)">{html.escape(name)}'
            f'</text><rect x="160" y="{y}" width="{560 * value / most:.1f}" height="20" '
            f'fill="var(--train)"/><text x="{168 + 560 * value / most:.1f}" y="{y + 15}" '
            f'fill="var(--soft)">{value:.0%}</text>'
        )
    return _svg(WIDTH, 24 + 30 * len(found), "".join(lines), said("importance"))


def _svg(width: int, height: int, body: str, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{html.escape(label)}" font-family="system-ui, sans-serif" font-size="13">'
        f"{body}</svg>"
    )


def parallel(trials: Sequence[Trial], plan: Sweep) -> str:
    """Parallel coordinates: an upright axis for each setting, the last one for the value.

    Source: Inselberg 1985, The Visual Computer 1.
    """
    shown = [t for t in trials if t.value is not None and math.isfinite(t.value) and t.params]
    if not shown:
        return ""
    axes = [_Axis.of_setting(one) for one in plan.ranges]
    axes.append(_Axis.of_values(title(plan.metric), [float(t.value or 0.0) for t in shown]))
    step = (WIDTH - LEFT - RIGHT) / (len(axes) - 1)
    xs = [LEFT + step * k for k in range(len(axes))]
    sign = -1 if plan.towards == "maximize" else 1
    worst_first = sorted(shown, key=lambda t: -sign * float(t.value or 0.0))
    body = "".join(
        _path(t, axes, xs, plan, k / max(1, len(shown) - 1)) for k, t in enumerate(worst_first)
    )
    body += "".join(axis.drawn(x) for axis, x in zip(axes, xs, strict=True))
    return f'<div class="wide">{_svg(WIDTH, HEIGHT, body, said("parallel"))}</div>'


def _path(trial: Trial, axes: Sequence["_Axis"], xs: Sequence[float], plan: Sweep,
          rank: float) -> str:  # fmt: skip
    values = [*(trial.params.get(one.name) for one in plan.ranges), trial.value]
    points = [
        f"{x:.1f} {axis.y(value):.1f}"
        for axis, x, value in zip(axes, xs, values, strict=True)
        if value is not None
    ]
    dash = ' stroke-dasharray="4 4"' if trial.state == "PRUNED" else ""
    colour = "var(--valid)" if rank > 0.8 else "var(--train)"
    words = ", ".join(f"{k}={v}" for k, v in trial.params.items())
    return (
        f'<path d="M{"L".join(points)}" fill="none" stroke="{colour}" stroke-width="'
        f'{1 + 1.6 * rank:.2f}" stroke-opacity="{0.25 + 0.65 * rank:.2f}"{dash}><title>'
        f"{trial.number}: {html.escape(words)} → {trial.value:.5g}</title></path>"
    )


@dataclass(frozen=True)
class _Axis:
    """One upright axis: numbers (by their logarithms where the range says so) or words."""

    name: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    words: tuple[str, ...] = ()

    @classmethod
    def of_setting(cls, one: Any) -> "_Axis":
        if one.kind == "choice":
            return cls(one.name, 0, max(1, len(one.values) - 1), words=one.values)
        return cls(one.name, one.low, one.high, one.log)

    @classmethod
    def of_values(cls, name: str, values: Sequence[float]) -> "_Axis":
        low, high = min(values), max(values)
        log = low > 0 and high / low > 100
        return cls(name, low, high if high > low else low + 1.0, log)

    def y(self, value: Any) -> float:
        low, high = self.low, self.high
        at = float(self.words.index(str(value))) if self.words else float(value)
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(at)
        return HEIGHT - BOTTOM - (at - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def between(self) -> list[float]:
        """Round numbers inside the axis: powers of ten, or quarters."""
        if not self.log:
            return [self.low + (self.high - self.low) * k / 4 for k in (1, 2, 3)]
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        powers = [10.0**k for k in range(first, last + 1)]
        return [v for v in powers if 1.5 * self.low < v < self.high / 1.5]

    def drawn(self, x: float) -> str:
        numbers = dict.fromkeys([self.low, *self.between(), self.high])
        marks: list[tuple[Any, str]] = [(w, w) for w in self.words] or [
            (v, f"{v:.4g}") for v in numbers
        ]
        labels = "".join(
            f'<text x="{x + 6:.1f}" y="{self.y(value) + 4:.1f}" fill="var(--soft)" '
            'stroke="var(--paper)" stroke-width="4" paint-order="stroke">'
            f"{html.escape(text)}</text>"
            for value, text in marks
        )
        return (
            f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="var(--ink)"/>{labels}'
            f'<text x="{x:.1f}" y="{TOP - 14}" text-anchor="middle" font-weight="600" '
            f'fill="var(--ink)">{html.escape(self.name)}</text>'
        )
