"""The figures on disk: each rung's last result, so that measuring one leaves the others alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.harness import Result
from bench.rung import ROOT

FILE = ROOT / "bench" / "results.json"


@dataclass
class Kept:
    """The results by name, and for each kind of growth the times by mode."""

    results: dict[str, Result] = field(default_factory=dict)
    scaling: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path = FILE) -> Kept:
        """What was kept, nothing where there is no file."""
        if not file.exists():
            return cls()
        data = json.loads(file.read_text(encoding="utf-8"))
        return cls({k: Result.of(v) for k, v in data["results"].items()}, data["scaling"])

    def write(self, file: Path = FILE) -> None:
        """Keep it, for people to read too."""
        data = {
            "results": {k: rounded(r.to_dict()) for k, r in self.results.items()},
            "scaling": rounded(self.scaling),
        }
        file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def rounded(data: Any) -> Any:
    """The same with numbers of six digits."""
    if isinstance(data, float):
        return float(f"{data:.6g}")
    if isinstance(data, dict):
        return {k: rounded(v) for k, v in data.items()}
    return [rounded(v) for v in data] if isinstance(data, list | tuple) else data
