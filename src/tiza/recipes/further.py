"""The commands with which a run is looked at further, ready to be copied."""

from typing import TYPE_CHECKING

from tiza.recipes.words import word

if TYPE_CHECKING:
    from tiza.recipes.shelf import Recipe

Commands = tuple[tuple[str, str], ...]  # what to type, what it does


def further(run: str, *, ask: str = "", derive: bool = False, recipe: "Recipe | None" = None,
            replay: bool = True) -> Commands:  # fmt: skip
    """What may be typed after a run, and what it does.

    ask: an example of the input that its model takes, as it is typed.

    >>> [line for line, _ in further("r1", ask="digit.png")]
    ['tiza predict r1 digit.png', 'tiza show r1', 'tiza report r1 --open', 'tiza replay r1']
    """
    lines = [
        (f"tiza predict {run} {ask}", "further-predict", bool(ask)),
        (f"tiza derive {run}", "further-derive", derive),
        (f"tiza show {run}", "further-show", True),
        (f"tiza report {run} --open", "further-report", True),
        (f"tiza replay {run}", "further-replay", replay),
        (f"tiza recipes copy {recipe.name if recipe else ''}", "further-copy",
         recipe is not None and recipe.path is None),
    ]  # fmt: skip
    return tuple((line, word(key)) for line, key, offered in lines if offered)
