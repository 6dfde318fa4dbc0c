"""What may be set in a recipe: a frozen dataclass whose fields say their bounds and their words."""

import difflib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, get_origin, get_type_hints

from tiza.errors import UsageError, pick

Pair = tuple[str, str]  # English, Spanish
Row = Mapping[str, float]
S = TypeVar("S", bound="Settings")
NOTHING = object()
YES, NO = ("true", "yes", "1", "on", "sí", "si"), ("false", "no", "0", "off")


class Stopped(Exception):
    """Whoever watches a run wants no more of it: a sweep has seen better ones."""


def setting(default: Any, words: Pair, *, quick: Any = NOTHING, low: float = -math.inf,
            high: float = math.inf, among: Sequence[str] = ()) -> Any:  # fmt: skip
    """A field of a recipe's settings: its default, what it means, and which values are good.

    quick: the default of a run with `--quick`. low, high: bounds of numbers. among: the words
    that a text may be.
    """
    about = {"words": words, "quick": quick, "low": low, "high": high, "among": tuple(among)}
    return field(default=default, metadata=about)


def _silent(told: object) -> None:
    del told


def _each(count: int, *what: object) -> Iterator[int]:
    del what
    return iter(range(count))


@dataclass(frozen=True)
class Settings:
    """What a recipe is told: the seed, whether to be quick, whom to tell how it goes.

    A recipe derives its own from it, with a field for everything that may be set:

    >>> @dataclass(frozen=True)
    ... class Chosen(Settings):
    ...     epochs: int = setting(15, ("passes", "pasadas"), quick=1, low=1)
    >>> Chosen().epochs, Chosen(quick=True).epochs, Chosen(epochs=3, quick=True).epochs
    (15, 1, 3)
    """

    seed: int = 0
    quick: bool = False
    say: Callable[[str], None] = field(default=_silent, compare=False, repr=False)
    watch: Callable[[Row], None] = field(default=_silent, compare=False, repr=False)
    over: Callable[..., Iterator[int]] = field(default=_each, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.quick:
            for one in declared(type(self)):
                if one.quick is not NOTHING and getattr(self, one.name) == one.default:
                    object.__setattr__(self, one.name, one.quick)

    def few(self, whole: int, quick: int) -> int:
        """One number for a real run, another for a quick one.

        >>> Settings(quick=True).few(100, 3)
        3
        """
        return quick if self.quick else whole

    def epoch(self, row: Row) -> dict[str, float]:
        """Tell whoever watches what an epoch measured; the row itself comes back."""
        plain = {name: float(value) for name, value in row.items()}
        self.watch(plain)
        return plain

    def loop(self, count: int, *what: Any) -> Iterator[int]:
        """0 … count − 1, for a loop of the recipe's own; a run that goes on skips what is done.

        what: everything that a pass changes and that is needed afterwards: the model, optimizers,
        NumPy generators, lists and dicts of numbers, whatever has a `state_dict`; and an iterator
        of which each pass takes one item. Now and then their state is kept in the run's folder,
        so that `tiza train NAME --resume RUN` goes on from there to the same bits.

        >>> list(Settings().loop(3))
        [0, 1, 2]
        """
        return self.over(count, *what)

    def watched(self: S, watch: Callable[[Row], None] = _silent) -> S:
        """The same settings, watched by someone else, or by nobody."""
        return self._with("watch", watch)

    def kept(self: S, over: Callable[..., Iterator[int]]) -> S:
        """The same settings; `over` keeps what the passes of loops leave."""
        return self._with("over", over)

    def _with(self: S, name: str, value: Any) -> S:
        found = copy(self)
        object.__setattr__(found, name, value)
        return found

    def chosen(self) -> dict[str, Any]:
        """What the recipe declares, with the values of this run."""
        return {one.name: getattr(self, one.name) for one in declared(type(self))}


@dataclass(frozen=True)
class Declared:
    """One thing that may be set: its name, its type, and what its field says of it."""

    name: str
    kind: Any
    default: Any
    words: Pair
    quick: Any = NOTHING
    low: float = -math.inf
    high: float = math.inf
    among: tuple[str, ...] = ()

    @property
    def wanted(self) -> str:
        """Which values are good, in the language in force.

        >>> Declared("lr", float, 1e-3, ("", ""), low=0).wanted
        'a number >= 0'
        """
        if self.among:
            return ", ".join(self.among)
        if self.kind is bool:
            return "true, false"
        if self.kind is str:
            return pick(("a text", "un texto"))
        if get_origin(self.kind) is tuple:
            return pick(("whole numbers: 256,128", "números enteros: 256,128"))
        name = pick(("a whole number", "un número entero") if self.kind is int
                    else ("a number", "un número"))  # fmt: skip
        return name + self._bounds()

    def _bounds(self) -> str:
        if self.low > -math.inf and self.high < math.inf:
            return f" {self.low:g} ... {self.high:g}"
        if self.low > -math.inf:
            return f" >= {self.low:g}"
        return f" <= {self.high:g}" if self.high < math.inf else ""

    def read(self, text: object) -> Any:
        """The value that a text of the command line means.

        Errors: UsageError where it is none, or out of bounds.

        >>> Declared("hidden", tuple[int, ...], (8,), ("", "")).read("64, 32")
        (64, 32)
        """
        try:
            value = self._value(text)
        except (ValueError, OverflowError):
            value = NOTHING
        if value is NOTHING or not self._good(value):
            raise UsageError("setting-value", name=self.name, got=text, wanted=self.wanted)
        return value

    def _value(self, given: object) -> Any:
        if get_origin(self.kind) is tuple:
            parts = (
                given if isinstance(given, list | tuple) else str(given).strip("()[] ").split(",")
            )
            return tuple(int(str(part)) for part in parts if str(part).strip())
        text = str(given).strip()
        if self.kind is bool:
            return {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}.get(
                text.lower(), NOTHING
            )
        if self.kind is int:
            number = float(text)
            return int(text) if not number.is_integer() or abs(number) > 2**53 else int(number)
        return float(text) if self.kind is float else str(given)

    def _good(self, value: Any) -> bool:
        if self.among:
            return value in self.among
        numbers = value if isinstance(value, tuple) else (value,)
        if self.kind in (str, bool):
            return True
        return all(math.isfinite(n) and self.low <= n <= self.high for n in numbers)


def declared(kind: type[Settings]) -> list[Declared]:
    """What a class of settings declares; a field that is given anew keeps its words and bounds."""
    hints, found = get_type_hints(kind), []
    for one in fields(kind):
        about: dict[str, Any] = {}
        for base in reversed(kind.__mro__):
            there = vars(base).get("__dataclass_fields__", {}).get(one.name)
            about |= dict(there.metadata) if there is not None else {}
        if about:
            found.append(Declared(one.name, hints[one.name], one.default, **about))
    return found


def settings_of(what: Callable[..., object]) -> type[Settings]:
    """The class of settings that a recipe's function takes: the annotation of its argument.

    >>> def study(settings: Settings) -> None: ...
    >>> settings_of(study).__name__
    'Settings'
    """
    hints = [kind for name, kind in get_type_hints(what).items() if name != "return"]
    kinds = [kind for kind in hints if isinstance(kind, type) and issubclass(kind, Settings)]
    return kinds[0] if kinds else Settings


def made(kind: type[S], recipe: str, given: Mapping[str, object], **base: Any) -> S:
    """Settings from texts or values by name; what is given wins over what quick would take.

    Errors: UsageError for a name that the recipe does not declare, or a value that is not good.
    """
    known = {one.name: one for one in declared(kind)}
    values: dict[str, Any] = {}
    for name, text in given.items():
        at = name.replace("-", "_")
        if at not in known:
            near = difflib.get_close_matches(at, list(known), n=1, cutoff=0.5)
            shown = near[0] if near else ", ".join(known) or pick(("nothing", "nada"))
            raise UsageError("setting-unknown", recipe=recipe, got=name, names=shown)
        values[at] = known[at].read(text)
    found = kind(**base, **values)
    for name, value in values.items():
        object.__setattr__(found, name, value)
    return found


def pairs(words: Sequence[str]) -> dict[str, str]:
    """`key=value` words as a dict.

    Errors: UsageError for a word that is no such pair.

    >>> pairs(["lr=1e-3", "kind=gru"])
    {'lr': '1e-3', 'kind': 'gru'}
    """
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError("setting-form", got=word)
        found[name.strip()] = value.strip()
    return found


def as_text(value: object) -> str:
    """A value as it would be typed.

    >>> as_text((256, 128)), as_text(True), as_text(0.001)
    ('256,128', 'true', '0.001')
    """
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)
