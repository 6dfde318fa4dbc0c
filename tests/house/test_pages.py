"""Every Python example of the README and of the documentation runs as printed."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tiza.readings.native.machine as machine
from tiza.readings.native.machine.cache import key_of

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md")),
]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)


def program(text: str) -> str:
    """The python blocks of one page, one after the other, each at its own line number."""
    lines = [""] * (text.count("\n") + 1)
    for block in BLOCK.finditer(text):
        start = text.count("\n", 0, block.start(1))
        body = block.group(1).splitlines()
        lines[start : start + len(body)] = body
    return "\n".join(lines)


SHOWN = re.compile(r"^```python\n(?:[^`]|`(?!``))*^```\n\n```text\n(.*?)^```$", re.M | re.S)


def missing_lines(page: str, printed: str) -> list[str]:
    """Of the lines that a page shows below its examples, those that were not printed, in turn."""
    rest = iter(printed.splitlines())
    shown = [line for block in SHOWN.findall(page) for line in block.splitlines()]
    return [line for line in shown if line.strip() != "..." and line not in rest]


LINK = re.compile(r"(?:\]\(|src=\")(?!https?:|#|mailto:)([^)#\s\"]+)")


def documents(pages: list[Path]) -> list[list[Path]]:
    """The pages with code; a page and its translation together, where their code is the same."""
    found: dict[str, list[Path]] = {}
    for page in pages:
        source = program(page.read_text(encoding="utf-8"))
        if source.strip():
            found.setdefault(ast.unparse(ast.parse(source)), []).append(page)
    return list(found.values())


def run(source: str, name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The program in an interpreter of its own, warnings being errors."""
    file = folder / name
    file.write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", file],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def _compiled_before(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What LLVM makes for a page, the page in the other language and later runs find on disk.

    As for a user, but only while the files that call LLVM stay as they are.
    """
    if hasattr(request.config, "cache"):
        sources = sorted(Path(machine.__file__).parent.glob("*.py"))
        made_by = key_of(*(path.read_text(encoding="utf-8") for path in sources))
        kept = request.config.cache.mkdir("pages") / made_by
        monkeypatch.setenv("XDG_CACHE_HOME", str(kept))


@pytest.mark.usefixtures("_compiled_before")
@pytest.mark.parametrize(
    "pages",
    documents(PAGES),
    ids=lambda pages: " ".join(str(page.relative_to(ROOT)) for page in pages),
)
def test_the_examples_run(pages: list[Path], tmp_path: Path) -> None:
    texts = [page.read_text(encoding="utf-8") for page in pages]
    done = run(program(texts[0]), f"page_{pages[0].stem}.py", tmp_path)
    assert done.returncode == 0, done.stderr
    for page, text in zip(pages, texts, strict=True):
        assert missing_lines(text, done.stdout) == [], page


def test_pages_run_together_only_where_their_code_is_the_same(tmp_path: Path) -> None:
    sources = {"a": "x = 1  # one", "b": "x = 1  # uno", "c": "x = 2", "d": None}
    for name, source in sources.items():
        text = "words" if source is None else f"words\n\n```python\n{source}\n```\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = documents([tmp_path / name for name in sources])
    assert [[page.name for page in pages] for pages in found] == [["a", "b"], ["c"]]


def test_a_wrong_example_is_caught(tmp_path: Path) -> None:
    page = "words\n```python\nx = 1\nassert x == 2\n```\n"
    assert program(page).splitlines()[2:4] == ["x = 1", "assert x == 2"]
    assert "AssertionError" in run(program(page), "wrong.py", tmp_path).stderr


def test_a_wrong_output_is_caught() -> None:
    page = "```python\nprint(1)\n```\n\n```text\n1\n...\n2\n```\n"
    assert missing_lines(page, "1\n2\n") == []
    assert missing_lines(page, "1\n3\n") == ["2"]


def test_both_tutorials_show_the_same_code() -> None:
    english, spanish = (
        re.sub(r"\s*#.*", "", program((ROOT / "docs" / name).read_text(encoding="utf-8"))).split()
        for name in ("tutorial.md", "es/tutorial.md")
    )
    assert english == spanish


def test_links_between_pages_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []
