"""Pages of the documentation that are tables of facts written elsewhere.

A page says `<!-- tiza: datasets -->` and gets the table made from the registry itself.
"""

import contextlib
import io
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

MARK = re.compile(r"<!-- tiza: ([a-z-]+) -->")


def datasets() -> str:
    """One section per data set, from its card."""
    from tiza.data.registry import cards

    parts = []
    for card in sorted(cards().values(), key=lambda card: card.name):
        home = f"[{card.homepage}]({card.homepage})" if card.homepage else ""
        rows = [
            ("What", card.about[0]),
            ("Qué", card.about[1]),
            ("Size", card.size[0]),
            ("Licence or terms", card.licence[0]),
            ("Cite", card.citation),
            ("Home", home),
            *(("Note", note[0]) for note in card.notes),
        ]
        table = "\n".join(f"| **{key}** | {_cell(value)} |" for key, value in rows if value)
        parts.append(f"## {card.name}\n\n| | |\n|---|---|\n{table}")
    return "\n\n".join(parts)


def primitives() -> str:
    """Every primitive and composite by family, with its notation and its derivative."""
    import tiza  # noqa: F401  every family registers itself
    from tiza.graph import COMPOSITES, PRIMITIVES

    families: dict[str, list[Any]] = {}
    for prim in PRIMITIVES.values():
        families.setdefault(prim.family, []).append(prim)
    families["composite"] = list(COMPOSITES.values())
    return "\n\n".join(f"## {name}\n\n{_table(prims)}" for name, prims in families.items() if prims)


def _table(prims: list[Any]) -> str:
    rows = ["| name | value | carried back | |", "|---|---|---|---|"]
    for prim in sorted(prims, key=lambda prim: prim.name):
        arguments = ("a", "b", "c", "d", "e", "f", "h", "k")
        value = _formula(prim.latex, arguments)
        back = " , ".join(_formula(rule, arguments) for rule in prim.latex_vjp if rule)
        rows.append(f"| `{prim.name}` | {value} | {back} | {_cell(prim.says)} |")
    return "\n".join(rows)


def _formula(template: str, arguments: tuple[str, ...]) -> str:
    if not template:
        return ""
    try:
        return rf"\({template.format(*arguments, y='y', g='g')}\)".replace("|", r"\vert ")
    except (KeyError, IndexError):  # a notation that needs the attributes of one use
        return ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def commands() -> str:
    """The help of every command, as `tiza COMMAND --help` prints it."""
    from tiza.cli.app import NAMES

    parts = [f"## tiza\n\n```text\n{_help()}```"]
    parts += [f"## tiza {name}\n\n```text\n{_help(name)}```" for name in NAMES]
    return "\n\n".join(parts)


def _help(*arguments: str) -> str:
    from tiza.cli.entry import run

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run([*arguments, "--lang", "en", "--help"])
    return re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())


def messages() -> str:
    """Every message of the catalogue, by code."""
    from tiza.errors import entries

    parts = []
    for code, entry in sorted(entries().items()):
        fact = f"`{entry.en[0]}`".replace("{{", "{").replace("}}", "}")
        parts.append(f"### {code}\n\n{fact}\n\n{entry.more[0]}\n\n*{entry.more[1]}*{{lang=es}}")
    return "\n\n".join(parts)


def items() -> dict[str, Callable[[], str]]:
    """Layers, losses, optimizers …, from tools/item_pages.py."""
    folder = str(Path(__file__).resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    found: dict[str, Callable[[], str]] = import_module("item_pages").tables()
    return found


TABLES: dict[str, Callable[[], str]] = {
    **items(),
    "datasets": datasets,
    "primitives": primitives,
    "commands": commands,
    "messages": messages,
}


def on_page_markdown(markdown: str, **_: object) -> str:
    """Called by mkdocs for each page before it is rendered."""
    return MARK.sub(lambda mark: TABLES[mark.group(1)](), markdown)
