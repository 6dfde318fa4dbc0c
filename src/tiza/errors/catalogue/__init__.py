"""All messages, gathered from one file per area; codes are unique across areas."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tiza.errors.entry import Entry


@cache
def entries() -> dict[str, Entry]:
    """Every message by its code; read on the first error, so that `import tiza` stays quick."""
    found: dict[str, Entry] = {}
    for area in iter_modules(__path__):
        rows: dict[str, Entry] = import_module(f"{__name__}.{area.name}").ENTRIES
        clash = found.keys() & rows.keys()
        if clash:
            raise LookupError(f"message codes defined twice: {sorted(clash)}")
        found |= rows
    return found
