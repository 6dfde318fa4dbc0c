"""The figures on disk: each rung's last result, so that measuring one leaves the others alone.

Each level of vectors has a file of its own: figures of two kinds of processors never meet.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.check import told
from bench.harness import Result
from bench.machine import LEVELS
from bench.rung import ROOT

FOLDER = ROOT / "bench"
MAIN = "AVX-512"  # the level that the pages are about; others have a section in them


def place(level: str) -> Path:
    """The file for figures of processors with these vectors."""
    return FOLDER / (
        "results.json" if level == MAIN else f"results-{level.lower() or 'other'}.json"
    )


@dataclass
class Kept:
    """One level's results by name, and for each kind of growth the times by mode."""

    results: dict[str, Result] = field(default_factory=dict)
    scaling: dict[str, dict[str, Any]] = field(default_factory=dict)
    level: str = MAIN

    @classmethod
    def read(cls, level: str) -> Kept:
        """What was kept of this level, nothing where there is no file.

        Errors: SystemExit for a file that cannot be read; it is never written over.
        """
        file = place(level)
        if not file.exists():
            return cls(level=level)
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            results = {k: Result.of(v) for k, v in data["results"].items()}
            return cls(results, data["scaling"], level)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SystemExit(f"bench: {file.name} is damaged ({told(error)}); restore it, or "
                             "remove it to measure anew") from error  # fmt: skip

    def write(self) -> None:
        """Keep it, for people to read too."""
        data = {
            "results": {k: rounded(r.to_dict()) for k, r in self.results.items()},
            "scaling": rounded(self.scaling),
        }
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        place(self.level).write_text(text, encoding="utf-8")


def every() -> list[Kept]:
    """What was kept of all levels: first the one that the pages are about."""
    return [Kept.read(level) for level in sorted(LEVELS, key=lambda level: level != MAIN)]


def rounded(data: Any) -> Any:
    """The same with numbers of six digits."""
    if isinstance(data, float):
        return float(f"{data:.6g}")
    if isinstance(data, dict):
        return {k: rounded(v) for k, v in data.items()}
    return [rounded(v) for v in data] if isinstance(data, list | tuple) else data
