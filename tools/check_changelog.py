"""The newest heading of CHANGELOG.md and the version of pyproject.toml must be one."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Compare the two places; 0 when they agree."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    heading = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    newest = heading.group(1) if heading else "none"
    if newest in (version, "Unreleased"):
        return 0
    print(f"CHANGELOG.md opens with [{newest}], pyproject.toml says {version}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
