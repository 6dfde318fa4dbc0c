"""The steps of CONTRIBUTING.md do what they promise, when they are followed to the letter."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIFF = re.compile(r"^( *)```diff\n(.*?)^ *```$", re.M | re.S)


def patch(text: str) -> str:
    """All diffs of a page as one patch."""
    parts = []
    for block in DIFF.finditer(text):
        indent = len(block.group(1))
        lines = block.group(2).splitlines()
        parts.append("".join(f"{line[indent:] or ' '}\n" for line in lines))
    return "".join(parts)


def test_diffs_are_read_without_their_indent() -> None:
    page = "1. do\n\n   ```diff\n   --- a/x\n   +++ b/x\n   @@ -1,1 +1,2 @@\n    a\n   +b\n   ```\n"
    assert patch(page) == "--- a/x\n+++ b/x\n@@ -1,1 +1,2 @@\n a\n+b\n"


@pytest.mark.slow
def test_the_steps_add_a_primitive_a_layer_an_optimizer_and_a_loss(tmp_path: Path) -> None:
    for part in ("src", "tests", "docs", "tools", "pyproject.toml", "conftest.py", "README.md"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, tmp_path / part)
    steps = patch((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    apply = ["git", "apply", "--unidiff-zero", "-"]
    subprocess.run(apply, input=steps, cwd=tmp_path, text=True, check=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k",
         "exp2 or scale or sign_sgd or SignSGD or log_cosh or every_public_name",
         "tests/laws", "tests/nn", "tests/optim", "tests/losses", "tests/house/test_items.py",
         "src/tiza/lang", "src/tiza/nn", "src/tiza/optim", "src/tiza/losses"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) >= 26, done.stdout
