"""What a recipe says of itself in the list: data, model, the figure to expect, the time."""

from dataclasses import dataclass

from tiza.recipes.words import word

Pair = tuple[str, str]  # English, Spanish


@dataclass(frozen=True)
class About:
    """One line of `tiza recipes`; minutes are those of two cores."""

    title: Pair
    data: Pair
    model: str
    expects: Pair
    minutes: float

    def further(self, name: str, run: str) -> tuple[tuple[str, str], ...]:
        """Commands to look further, and what they do."""
        return (
            (f"tiza show {run}", word("further-show")),
            (f"tiza recipes copy {name}", word("further-copy")),
            ("tiza runs", word("further-runs")),
        )
