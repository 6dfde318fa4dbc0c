"""Every public name must stand in the reference that `make docs` has just built."""

import ast
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
# Packages that users reach by the command line or not at all.
INNER = {"cli", "recipes", "readings", "transforms", "lang", "prims", "catalogue", "lab", "school"}


def public(path: Path) -> list[str]:
    """The names in a module's `__all__`, read without importing it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return [item.value for item in ast.walk(node) if isinstance(item, ast.Constant)]
    return []


def wanted() -> Iterator[str]:
    """The dotted name of everything that a package exports."""
    for path in SOURCE.rglob("__init__.py"):
        parts = path.parent.relative_to(SOURCE).parts
        if not INNER.intersection(parts):
            yield from (".".join((*parts, name)) for name in public(path))


def documented(inventory: Path) -> set[str]:
    """The names in the inventory of the built site."""
    packed = inventory.read_bytes().split(b"\n", 4)[4]
    return {line.split(" ", 1)[0] for line in zlib.decompress(packed).decode().splitlines()}


def main() -> int:
    """Compare the two; 0 when nothing is missing."""
    missing = sorted(set(wanted()) - documented(ROOT / "site" / "objects.inv"))
    for name in missing:
        print(f"not in the reference: {name}", file=sys.stderr)
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
