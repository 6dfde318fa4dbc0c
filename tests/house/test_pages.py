"""Every Python example of the README and of the documentation runs as printed."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

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


WITH_CODE = [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    source = program(page.read_text(encoding="utf-8"))
    exec(compile(source, str(page), "exec"), {"__name__": "__page__"})
    plt.close("all")
    assert "Traceback" not in capsys.readouterr().out


def test_a_wrong_example_is_caught() -> None:
    page = "words\n```python\nx = 1\nassert x == 2\n```\n"
    assert program(page).splitlines()[2:4] == ["x = 1", "assert x == 2"]
    with pytest.raises(AssertionError):
        exec(compile(program(page), "page", "exec"), {})


def test_links_between_pages_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []
