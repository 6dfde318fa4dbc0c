"""The recipes: every file of this folder that says ABOUT itself, and any such file of one's own."""

import importlib.util
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

from tiza.errors import UsageError
from tiza.recipes.about import About
from tiza.recipes.setting import Declared, Settings, declared, made, settings_of

SAYS = re.compile(r"^ABOUT\b[^=\n]*= About\(", re.M)


@dataclass(frozen=True)
class Recipe:
    """A recipe by its name: `study(settings)` runs it, or `problem(settings)` hands it over.

    >>> find("digits").about.model
    'MLP 64-256-128-10'
    """

    name: str
    module: ModuleType
    path: Path | None = None  # of a file of one's own

    @property
    def about(self) -> About:
        """What it says of itself."""
        found: About = self.module.ABOUT
        return found

    @property
    def is_problem(self) -> bool:
        """Whether the Trainer learns it; else it has a loop of its own."""
        return hasattr(self.module, "problem")

    @property
    def kind(self) -> type[Settings]:
        """The class of its settings."""
        return settings_of(self.module.problem if self.is_problem else self.module.study)

    @property
    def declared(self) -> list[Declared]:
        """What may be set."""
        return declared(self.kind)

    def settings(self, given: Mapping[str, object] | None = None, **base: Any) -> Settings:
        """Its settings: seed, quick, say, watch, and what is `given` by name.

        Errors: UsageError for a name or a value that it does not take.

        >>> find("digits").settings({"epochs": "3"}, seed=1).chosen()["epochs"]
        3
        """
        return made(self.kind, self.name, given or {}, **base)

    def offers(self, name: str) -> Any:
        """A function that the recipe's file may have: predict, board, network; else None."""
        return getattr(self.module, name, None)


def names() -> list[str]:
    """The names of all recipes, without running their code.

    >>> "lenet-mnist" in names(), "study" in names()
    (True, False)
    """
    return list(_names())


@cache
def _names() -> tuple[str, ...]:
    found = [
        file.name.removesuffix(".py").replace("_", "-")
        for file in files("tiza.recipes").iterdir()
        if file.name.endswith(".py") and SAYS.search(file.read_text(encoding="utf-8"))
    ]
    return tuple(sorted(found))


def find(name: str) -> Recipe:
    """The recipe of that name, or in that Python file.

    Errors: UsageError where there is none.
    """
    if name in names():
        return Recipe(name, import_module(f"tiza.recipes.{name.replace('-', '_')}"))
    path = Path(name)
    if path.suffix == ".py" and path.is_file():
        return _from_file(path.resolve())
    raise UsageError("recipe-unknown", got=name, names=", ".join(names()))


def _from_file(path: Path) -> Recipe:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError("recipe-file", path=path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # dataclasses look their annotations up there
    spec.loader.exec_module(module)
    if not isinstance(getattr(module, "ABOUT", None), About) or not (
        hasattr(module, "study") or hasattr(module, "problem")
    ):
        raise UsageError("recipe-file", path=path)
    return Recipe(path.stem.replace("_", "-"), module, path)


def shelf() -> dict[str, About]:
    """What every recipe says of itself, the quickest first.

    >>> shelf()["lenet-mnist"].model
    'LeNet5'
    """
    found = {name: find(name).about for name in names()}
    return dict(sorted(found.items(), key=lambda item: (item[1].minutes, item[0])))
