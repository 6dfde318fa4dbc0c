"""Every public name must stand in the reference that `make docs` has just built."""

import re
import sys
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
# Packages that users reach by the command line or not at all.
INNER = {"cli", "recipes", "readings", "transforms", "lang", "prims", "catalogue", "lab", "school"}


def wanted() -> Iterator[tuple[str, str]]:
    """Everything that a package exports, under the name in the package and that of its birth."""
    for path in SOURCE.rglob("__init__.py"):
        parts = path.parent.relative_to(SOURCE).parts
        if INNER.intersection(parts):
            continue
        package = import_module(".".join(parts))
        for name in getattr(package, "__all__", ()):
            thing = getattr(package, name)
            if not isinstance(thing, ModuleType):  # modules have pages of their own
                home = getattr(thing, "__module__", package.__name__)
                yield f"{package.__name__}.{name}", f"{home}.{name}"


def documented(site: Path) -> set[str]:
    """The names that the built pages define, or list in code."""
    packed = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    names = {line.split(" ", 1)[0] for line in zlib.decompress(packed).decode().splitlines()}
    for page in (site / "reference").glob("*.html"):
        names.update(re.findall(r"<code>(tiza\.[\w.]+)</code>", page.read_text(encoding="utf-8")))
    return names


def main() -> int:
    """Compare the two; 0 when nothing is missing."""
    found = documented(ROOT / "site")
    missing = sorted({here for here, born in wanted() if here not in found and born not in found})
    for name in missing:
        print(f"not in the reference: {name}", file=sys.stderr)
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
