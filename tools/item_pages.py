"""Pages that list every layer, loss, optimizer …: formula, when to use it, source, example.

The items stand in tools/items/PAGE.txt, in both languages, one after the other:

    # Heading | Encabezado
    ## Name Name … (the public names that the item explains; `module.Name` outside the page's own)
    the formula in LaTeX, on one line
    en: when to use it, and its weak side
    es: lo mismo en español
    src: author, year, place
    >>> an example, whose output is computed when the page is made

Without an example of its own, an item shows that of the docstring of its first name.
"""

import ast
import contextlib
import doctest
import inspect
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "items"
DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES: dict[str, tuple[str, ...]] = {  # each page and where its names are looked up
    "layers": ("nn", "nn.functional"),
    "losses": ("losses", "nn"),
    "optimizers": ("optim",),
    "schedules": ("optim.lr_scheduler",),
    "metrics": ("metrics",),
    "initialisation": ("nn.init",),
    "regularization": ("nn", "train", "nn.utils", "optim"),
}
WORDS = {"en": ("Source", "Reference"), "es": ("Fuente", "Referencia")}
DOCTESTS = doctest.DocTestParser()


@dataclass
class Item:
    """One entry of a page."""

    names: list[str]
    formula: str = ""
    text: dict[str, str] = field(default_factory=dict)
    source: str = ""
    example: list[str] = field(default_factory=list)


@dataclass
class Section:
    """Items under one heading."""

    heading: dict[str, str]
    items: list[Item] = field(default_factory=list)


@cache
def read(page: str) -> list[Section]:
    """The sections of tools/items/PAGE.txt."""
    sections: list[Section] = []
    for line in (FOLDER / f"{page}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            sections[-1].items.append(Item(line[3:].split()))
        elif line.startswith("# "):
            english, spanish = line[2:].split(" | ")
            sections.append(Section({"en": english, "es": spanish}))
        elif line.startswith(("en: ", "es: ")):
            sections[-1].items[-1].text[line[:2]] = line[4:]
        elif line.startswith("src: "):
            sections[-1].items[-1].source = line[5:]
        elif line.startswith(">>> "):
            sections[-1].items[-1].example.append(line[4:])
        elif line.startswith("... "):
            sections[-1].items[-1].example[-1] += "\n" + line[4:]
        elif line:
            assert not sections[-1].items[-1].formula, line
            sections[-1].items[-1].formula = line
    return sections


def items(page: str) -> Iterator[Item]:
    """All items of a page."""
    return (item for section in read(page) for item in section.items)


def find(page: str, name: str) -> tuple[str, Any]:
    """The dotted name of an item's thing, and the thing."""
    import tiza

    for place in PAGES[page]:
        thing: Any = tiza
        for part in f"{place}.{name}".split("."):
            thing = getattr(thing, part, None)
        if thing is not None:
            return f"tiza.{place}.{name}", thing
    raise LookupError(f"{page}: {name}")


@cache
def preamble(page: str) -> dict[str, Any]:
    """The names that the examples of a page may use: those of the last block before the items."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    block = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)[-1]
    names: dict[str, Any] = {}
    run(block, names)
    return names


def statements(page: str, item: Item) -> list[str]:
    """The lines of an item's example, or of the docstring of its first name."""
    if item.example:
        return item.example
    doc = inspect.getdoc(find(page, item.names[0])[1]) or ""
    return [example.source.rstrip("\n") for example in DOCTESTS.get_examples(doc)]


def shown(page: str, item: Item) -> str:
    """The example with what it prints."""
    import tiza as tz

    tz.manual_seed(0)
    names, lines = dict(preamble(page)), []
    for source in statements(page, item):
        first, *rest = source.split("\n")
        lines += [f">>> {first}", *(f"... {line}" for line in rest)]
        lines += run(source, names)
    return "\n".join(lines)


def run(source: str, names: dict[str, Any]) -> list[str]:
    """What a line of an example prints."""
    out = io.StringIO()
    parsed = ast.parse(source, mode="exec")
    with contextlib.redirect_stdout(out):
        for statement in parsed.body:
            single = ast.Interactive([statement])
            exec(compile(single, "example", "single"), names)
    return out.getvalue().rstrip("\n").split("\n") if out.getvalue() else []


def section_of(page: str, item: Item, language: str) -> str:
    """An item as Markdown."""
    source, reference = WORDS[language]
    title = " · ".join(f"`{name}`" for name in item.names)
    links = ", ".join(f"[{name}][{find(page, name)[0]}]" for name in item.names)
    return "\n\n".join([
        f"### {title}",
        rf"\[ {item.formula} \]",
        item.text[language],
        f"{source}: {item.source}. {reference}: {links}.",
        f"```pycon\n{shown(page, item)}\n```",
    ])  # fmt: skip


def page_of(page: str, language: str) -> str:
    """All items of a page as Markdown."""
    parts = []
    for section in read(page):
        parts.append(f"## {section.heading[language]}")
        parts += [section_of(page, item, language) for item in section.items]
    return "\n\n".join(parts)


def tables() -> dict[str, Callable[[], str]]:
    """What a page may ask for: `items-losses-en` and the like."""
    return {
        f"items-{page}-{language}": lambda page=page, language=language: page_of(page, language)
        for page in PAGES
        for language in WORDS
    }
