"""The page of results: what each recipe was asked, what it reached, how, and in what time.

    python tools/results.py add RUN [RUN ...]    keep finished runs (of one recipe: its seeds)
    python tools/results.py page                 write docs/results.md and docs/es/results.md

RUN is the folder of a run, or its id in the store. The figures stand in tools/results.json.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from textwrap import fill
from typing import Any

from tiza.cli.ending import plain_name, shown, who_name
from tiza.errors import pick, use_language
from tiza.recipes import Recipe, find, shelf
from tiza.recipes.about import Goal
from tiza.recipes.replay import figures_of
from tiza.recipes.setting import as_text
from tiza.train.folder import RunFolder
from tiza.train.store import Store

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tools" / "results.json"
PAGES = {"en": ROOT / "docs" / "results.md", "es": ROOT / "docs" / "es" / "results.md"}
WIDTH = 110
SIGNS = {">=": "≥", "<=": "≤"}
TITLE = ("What the recipes reached", "Qué alcanzaron las recetas")
INTRODUCTION = (
    "Every row is a run of a recipe as it stands in `tiza.recipes`, with the seed and the command "
    "beside it. The test set is looked at once, at the end; what is chosen is chosen by validation "
    "data. ± is the standard deviation over seeds or folds. Times are of one thread on a shared "
    "machine of two cores; a machine of one's own is faster. A figure that was not reached is "
    "marked ✗, and the row says the real one.",
    "Cada fila es una corrida de una receta tal como está en `tiza.recipes`, con la semilla y el "
    "comando a la vista. El conjunto de prueba se mira una sola vez, al final; lo que se elige se "
    "elige con los datos de validación. ± es la desviación estándar entre semillas o partes. Los "
    "tiempos son de un hilo en una máquina compartida de dos núcleos; una propia es más rápida. "
    "Una cifra que no se alcanzó lleva ✗, y la fila dice la verdadera.",
)
HEADS = (
    ("recipe", "receta"),
    ("asked", "pedido"),
    ("reached", "alcanzado"),
    ("beside it", "al lado"),
    ("seed", "semilla"),
    ("time", "tiempo"),
    ("command", "comando"),
)
AGAIN = (
    "`tiza replay RUN` does a run again and says whether the weights are the same; `make test-all` "
    "runs the short recipes in full and checks what they reach. The figures are kept in "
    "`tools/results.json`; `python tools/results.py add RUN` adds a run and writes this page.",
    "`tiza replay CORRIDA` repite una corrida y dice si los pesos son los mismos; `make test-all` "
    "ejecuta enteras las recetas cortas y comprueba lo que alcanzan. Las cifras están en "
    "`tools/results.json`; `python tools/results.py add CORRIDA` agrega una corrida y escribe esta "
    "página.",
)
OTHERWISE = ("With other settings", "Con otros ajustes")
NOT_YET = ("not run yet", "sin corrida todavía")
NO_GOAL = ("no figure: it shows", "sin cifra: muestra")


def add(names: Sequence[str]) -> str:
    """Keep the runs of one recipe in the file, and say which recipe it is."""
    paths = [Path(n) if Path(n).is_dir() else Store().find(n).folder for n in names]
    folders = [RunFolder(path) for path in dict.fromkeys(path.resolve() for path in paths)]
    facts: list[Any] = [folder.facts() for folder in folders]
    recipes = {str(f.get("recipe")) for f in facts}
    if len(recipes) != 1 or None in (f.get("recipe") for f in facts):
        raise SystemExit(f"runs of one recipe are wanted, not of {sorted(recipes)}")
    unfit = [f["id"] for f in facts if f.get("quick") or not figures_of(f)]
    if unfit:
        raise SystemExit(f"no whole run: {', '.join(unfit)}")
    recipe = find(recipes.pop())
    kept = read()
    made, chosen = row(recipe, facts), changed(recipe, facts[0])
    if chosen and recipe.name not in kept:
        raise SystemExit(f"first a run of {recipe.name} with its defaults")
    if chosen:  # a row of its own, below that of the defaults
        kept[recipe.name].setdefault("otherwise", {})[" ".join(chosen)] = made
    else:
        others = kept.get(recipe.name, {}).get("otherwise")
        kept[recipe.name] = {**made, "otherwise": others} if others else made
    text = json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False)
    KEPT.write_text(text + "\n", encoding="utf-8")
    return recipe.name


def read() -> dict[str, Any]:
    """The rows that are kept, recipe → row."""
    if not KEPT.is_file():
        return {}
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def row(recipe: Recipe, facts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is kept of some runs of a recipe: means, deviations, seeds, seconds, command."""
    each = [figures_of(f) for f in facts]
    figures = {
        name: {who: mean(e[name][who] for e in each if who in e.get(name, {})) for who in row}
        for name, row in each[0].items()
    }
    spread = {
        name: stdev([e[name]["model"] for e in each])
        for name, row in each[0].items()
        if len(each) > 1 and "model" in row
    }
    metric, values = facts[0].get("several") or ("", [])
    if len(each) == 1 and len(values) > 1:
        spread[metric] = stdev(values)
    seeds = [int(f.get("seed") or 0) for f in facts]
    return {
        "figures": figures,
        "deviations": spread,
        "runs": max(len(each), len(values)),
        "seeds": seeds,
        "seconds": mean(float(f.get("seconds") or 0) for f in facts),
        "command": command(recipe, facts[0], seeds),
        "date": str(facts[0].get("started"))[:10],
        "weights_sha256": facts[0].get("weights_sha256"),
        "versions": facts[0].get("versions"),
        "spanish": facts[0].get("spanish") or {},
    }


def command(recipe: Recipe, facts: Mapping[str, Any], seeds: Sequence[int]) -> str:
    """What was typed: the recipe, its seed, and the settings that are not the defaults."""
    words = [f"tiza train {recipe.name}"]
    if seeds[0]:
        words.append(f"--seed {seeds[0]}")
    if len(seeds) > 1:
        words.append(f"--seeds {len(seeds)}")
    return " ".join(words + [f"--set {text}" for text in changed(recipe, facts)])


def changed(recipe: Recipe, facts: Mapping[str, Any]) -> list[str]:
    """The settings of a run that are not the recipe's defaults."""
    chosen = recipe.settings(facts.get("settings") or {}).chosen()
    plain = recipe.settings().chosen()
    return [f"{k}={as_text(v)}" for k, v in chosen.items() if v != plain[k]]


def page(lang: str) -> str:
    """The page in one language."""
    kept = read()
    with use_language(lang):
        lines = [f"# {pick(TITLE)}", "", fill(pick(INTRODUCTION), WIDTH), ""]
        lines += table([cells(name, kept.get(name)) for name in shelf()])
        more = [cells(name, made, every=True) for name in shelf()
                for made in kept.get(name, {}).get("otherwise", {}).values()]  # fmt: skip
        if more:
            lines += ["", f"## {pick(OTHERWISE)}", "", *table(more)]
        return "\n".join([*lines, "", fill(pick(AGAIN), WIDTH), ""])


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table under the page's heads."""
    found = [[pick(head) for head in HEADS], ["---"] * len(HEADS), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in found]


def cells(name: str, kept: Mapping[str, Any] | None, every: bool = False) -> list[str]:
    """One line of the table; with `every`, also the figures that nothing was asked of."""
    about = find(name).about
    spanish = (kept or {}).get("spanish", {})
    asked = "<br>".join(f"{_called(g.name, spanish)}{_of(g)} {SIGNS[g.sign]} {_bound(g)}"
                        for g in about.goals)  # fmt: skip
    asked = asked or f"{pick(NO_GOAL)} {pick(about.expects)}"
    if kept is None:
        return [f"`{name}`", asked, pick(NOT_YET), "", "", "", f"`tiza train {name}`"]
    figures = kept["figures"]
    names = [g.name for g in about.goals] or list(figures)[:2]
    rest = [n for n in (figures if every else names) if n not in {g.name for g in about.goals}]
    reached = "<br>".join(
        [_reached(g, kept) for g in about.goals]
        + [f"{_called(n, spanish)} {_amount(n, 'model', kept)}" for n in rest]
    )
    beside = "<br>".join(
        f"{_called(who, spanish)} {shown(n, value)}"
        for n in dict.fromkeys(names)
        for who, value in figures.get(n, {}).items()
        if who != "model"
    )
    seeds = ", ".join(map(str, kept["seeds"][:10]))
    if kept["runs"] > len(kept["seeds"]):
        seeds += f" (× {kept['runs']})"
    return [f"`{name}`", asked, reached, beside, seeds, _time(kept["seconds"]),
            f"`{kept['command']}`"]  # fmt: skip


def _called(name: str, spanish: Mapping[str, str]) -> str:
    """A figure or a column in the language in force."""
    if name in spanish:
        return pick((name, spanish[name]))
    return plain_name(name) if plain_name(name) != name else who_name(name)


def _of(goal: Goal) -> str:
    return "" if goal.who == "model" else f" ({goal.who})"


def _bound(goal: Goal) -> str:
    text = shown(goal.name, goal.value)
    return f"{100 * goal.value:g} %" if text.endswith("%") else f"{goal.value:g}"


def _amount(name: str, who: str, kept: Mapping[str, Any]) -> str:
    deviation = kept["deviations"].get(name) if who == "model" else None
    value = kept["figures"].get(name, {}).get(who)
    return shown(name, value, None if deviation is None else (deviation, kept["runs"]))


def _reached(goal: Goal, kept: Mapping[str, Any]) -> str:
    mark = "✓" if goal.reached(kept["figures"]) else "✗"
    return f"{mark} {_amount(goal.name, goal.who, kept)}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def write() -> None:
    """Both pages."""
    for lang, path in PAGES.items():
        path.write_text(page(lang), encoding="utf-8")


def main(words: Sequence[str]) -> None:
    """The two commands of the top of this file."""
    if words[:1] == ["add"] and len(words) > 1:
        print(add(words[1:]))
    elif list(words) != ["page"]:
        raise SystemExit(__doc__)
    write()


if __name__ == "__main__":
    main(sys.argv[1:])
