"""The tables of the documentation name everything that there is."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tiza import graph
from tiza.data import names
from tiza.errors import entries

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_hooks", TOOLS / "docs_hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_data_set_has_its_section(hooks: ModuleType) -> None:
    page = hooks.on_page_markdown("<!-- tiza: datasets -->")
    assert [name for name in names() if f"\n## {name}\n" not in f"\n{page}"] == []


def test_each_primitive_has_its_row(hooks: ModuleType) -> None:
    page = hooks.on_page_markdown("<!-- tiza: primitives -->")
    everything = [*graph.PRIMITIVES, *graph.COMPOSITES]
    assert [name for name in everything if f"| `{name}` |" not in page] == []


def test_each_message_is_listed(hooks: ModuleType) -> None:
    page = hooks.on_page_markdown("<!-- tiza: messages -->")
    assert [code for code in entries() if f"### {code}\n" not in page] == []


def test_each_command_shows_its_help(hooks: ModuleType) -> None:
    from tiza.cli.app import NAMES

    page = hooks.on_page_markdown("<!-- tiza: commands -->")
    assert [name for name in NAMES if f"## tiza {name}\n\n```text\n" not in page] == []
    assert page.count("--lang") > len(NAMES)


def test_other_text_is_left_alone(hooks: ModuleType) -> None:
    assert hooks.on_page_markdown("# a <!-- b -->") == "# a <!-- b -->"
