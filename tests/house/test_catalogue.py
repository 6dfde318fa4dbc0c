"""Laws of the catalogue of messages: complete, in both languages, with the same parameters."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import tiza
from tiza import errors
from tiza.errors import Entry, entries

SOURCE = Path(tiza.__file__).parent
ERROR_NAMES = {name for name in errors.__all__ if name.endswith("Error")}


def raised_codes(text: str) -> Iterator[tuple[int, str]]:
    """The literal codes that a source raises, as (line, code)."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        first = node.args[0]
        if name in ERROR_NAMES and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield node.lineno, first.value


def fields(template: str) -> set[str]:
    """The parameters that a template asks for."""
    return {
        re.split(r"[.\[]", name)[0]
        for _, name, _, _ in Formatter().parse(template)
        if name is not None
    }


def flaws(entry: Entry) -> list[str]:
    """What is wrong with one entry, in words; empty when it is good."""
    found = []
    for part, pair in (("fact", (entry.en[0], entry.es[0])), ("more", entry.more)):
        found += [f"empty {part}" for text in pair if not text.strip()]
    if bool(entry.en[1]) != bool(entry.es[1]):
        found.append("a fix in one language only")
    if entry.en == entry.es:
        found.append("not translated")
    if fields("".join(entry.en)) != fields("".join(entry.es)):
        found.append("different parameters in the two languages")
    return found


@pytest.mark.parametrize("code", sorted(entries()))
def test_each_entry_is_complete(code: str) -> None:
    assert flaws(entries()[code]) == []


@pytest.mark.parametrize("code", sorted(entries()))
def test_codes_are_slugs(code: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)


def test_every_raised_code_is_in_the_catalogue() -> None:
    unknown = [
        f"{path.relative_to(SOURCE)}:{line} {code}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line, code in raised_codes(path.read_text())
        if code not in entries()
    ]
    assert unknown == []


def test_a_planted_flaw_is_seen() -> None:
    assert list(raised_codes("raise errors.ShapeError('no-such', left=1)")) == [(1, "no-such")]
    assert "not translated" in flaws(Entry(en=("a", "b"), es=("a", "b"), more=("m", "m")))
    assert "empty more" in flaws(Entry(en=("a", ""), es=("b", "")))
    assert flaws(Entry(en=("{x}", ""), es=("{y}", ""), more=("m", "n"))) == [
        "different parameters in the two languages"
    ]
