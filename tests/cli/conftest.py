"""A command line of its own for each test: its folder, its store, its two streams."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiza.cli import run


@dataclass(frozen=True)
class Said:
    """What a command line printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """The one document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def tiza(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Run `tiza WORDS...` inside this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")

    def call(*words: str) -> Said:
        capsys.readouterr()
        code = run(list(words))
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a line of bash in which `tiza` is the command, in a process of its own."""

    def call(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "TIZA_HOME": str(tmp_path / "home"),
            "LC_ALL": "C.UTF-8",
            **environment,
        }
        program = f'tiza() {{ "{sys.executable}" -m tiza "$@"; }}\n'
        return subprocess.run(
            ["bash", "-c", program + line],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call
