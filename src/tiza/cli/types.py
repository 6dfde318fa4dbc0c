"""The kinds of value that options take, refused in the user's language."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from tiza.errors import LANGUAGES, UsageError

if TYPE_CHECKING:
    Kind = click.ParamType[Any]
else:
    Kind = click.ParamType  # generic since click 8.4 only


def _spelled(param: click.Parameter | None) -> str:
    return max(param.opts, key=len) if param is not None else ""


class Number(Kind):
    """A number between bounds; `whole` numbers are Python ints."""

    name = "number"

    def __init__(
        self, whole: bool, low: float, high: float, wanted: str, open_low: bool = False
    ) -> None:
        self.whole, self.low, self.high = whole, low, high
        self.wanted, self.open_low = wanted, open_low

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | float:
        """Read the number or say which numbers are good."""
        try:
            number = int(value) if self.whole else float(value)
        except ValueError:
            number = float("nan")
        above = number > self.low if self.open_low else number >= self.low
        if not (above and number <= self.high):  # NaN fails both
            raise UsageError(
                "cli-bad-number", option=_spelled(param), got=value, wanted=self.wanted
            )
        return number


class OneOf(Kind):
    """One of a few words."""

    name = "choice"

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself, or an error that lists them."""
        if value not in self.words:
            raise UsageError(
                "cli-bad-choice", option=_spelled(param), got=value, names=", ".join(self.words)
            )
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The words that begin so."""
        return [CompletionItem(w) for w in self.words if w.startswith(incomplete)]


class Widths(Kind):
    """The widths of hidden layers, `64,64`; `0` means none."""

    name = "widths"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Read the list."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split(",")
        if not all(part.strip().isdecimal() for part in parts):
            raise UsageError("cli-bad-widths", got=value)
        found = tuple(int(part) for part in parts)
        if found == (0,):
            return ()
        if not all(1 <= width <= 65_536 for width in found) or len(found) > 64:
            raise UsageError("cli-bad-widths", got=value)
        return found


class Numbers(Kind):
    """Numbers between commas, `0.1,0.5`; exactly `count`, where that is given."""

    name = "numbers"

    def __init__(self, count: int | None = None) -> None:
        self.count = count

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """Read the list."""
        if isinstance(value, tuple):
            return value
        try:
            found = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            found = ()
        finite = found and all(abs(number) < 1e300 for number in found)
        if not finite or self.count not in (None, len(found)):
            wanted = ",".join(["0.5", "1", "2"][: self.count or 3])
            raise UsageError(
                "cli-bad-number", option=_spelled(param), got=value, wanted=f"{wanted} ..."
            )
        return found


class Words(Kind):
    """Names between commas, `SGD,Adam`."""

    name = "words"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read the list."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())


def completing(names: Callable[[], Sequence[str]]) -> Callable[..., list[CompletionItem]]:
    """A `shell_complete` callback that offers the names that begin as typed."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]

    return complete


SEED = Number(True, 0, 2**64 - 1, "0 ... 2^64 - 1")
COUNT = Number(True, 1, 10**9, "1, 2, 3 ...")
RATE = Number(False, 0, 1e6, "> 0", open_low=True)
FRACTION = Number(False, 0, 0.9, "0 < x <= 0.9", open_low=True)
PROBABILITY = Number(False, 0, 0.95, "0 ... 0.95")
LANG = OneOf(LANGUAGES)
