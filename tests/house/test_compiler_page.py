"""The page about the compiler shows what the compiler does, in both languages."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"en": ROOT / "docs" / "compiler.md", "es": ROOT / "docs" / "es" / "compiler.md"}
PICTURES = ROOT / "docs" / "assets" / "compiler"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
KERNELS = re.compile(r"^```text\n(  0 k0 .*?)^```$", re.M | re.S)


def tool() -> ModuleType:
    """`tools/schedule_pictures.py`."""
    path = ROOT / "tools" / "schedule_pictures.py"
    spec = importlib.util.spec_from_file_location("schedule_pictures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def portable(shown: str) -> list[str]:
    """What `show()` says on every machine: formulas and names, but not how loops are cut."""
    lines = [line for line in shown.splitlines() if line.strip()]
    return [line if line.startswith("      ") else " ".join(line.split()[:2]) for line in lines]


@pytest.mark.parametrize("language", PAGES)
def test_the_kernels_shown_are_those_made(language: str, tmp_path: Path) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    blocks = PYTHON.findall(text)
    last = next(i for i, block in enumerate(blocks) if block.strip() == "step.show()")
    file = tmp_path / "example.py"
    file.write_text("\n".join([blocks[0], blocks[last]]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made = done.stdout[done.stdout.index("  0 k0") :]
    found = KERNELS.search(text)
    assert found is not None
    assert portable(found.group(1)) == portable(made)


def test_another_formula_is_noticed() -> None:
    line = "  0 k0   41 kFLOP   12 kB   32/4 × 10 (lanes)\n      u₁ [32, 10] = {}\n"
    assert portable(line.format("x y")) != portable(line.format("y x"))
    assert portable(line.format("x y")) == portable(line.format("x y").replace("32/4", "32/2"))


def test_both_pages_show_the_same_code() -> None:
    english, spanish = (
        re.sub(r"\s*#.*", "", "\n".join(PYTHON.findall(PAGES[name].read_text(encoding="utf-8"))))
        for name in ("en", "es")
    )
    spanish = spanish.replace('tz.set_language("es")\n', "").replace("núcleos", "kernels")
    assert english.split() == spanish.split()


@pytest.mark.parametrize("language", PAGES)
def test_the_pictures_are_those_that_the_tool_draws(language: str) -> None:
    drawn = (PICTURES / f"schedules-{language}.svg").read_text(encoding="utf-8")
    assert drawn == tool().picture(language)


def test_every_schedule_takes_each_entry_once() -> None:
    pictures = tool()
    for kind, lanes in (("across", pictures.LANES), ("along", pictures.LANES), ("plain", 1)):
        turns = [
            pictures.turn(kind, row, column)
            for row in range(pictures.ROWS)
            for column in range(pictures.COLUMNS)
        ]
        assert {turns.count(turn) for turn in turns} == {lanes}
        assert set(turns) == set(range(len(turns) // lanes))
