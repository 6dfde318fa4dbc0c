"""The language in which people are spoken to: English or Spanish."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
LANGUAGES = ("en", "es")
_current: ContextVar[str] = ContextVar("tiza_language", default="en")


def language() -> str:
    """The language in force, "en" or "es"."""
    return _current.get()


def set_language(lang: str) -> None:
    """Speak `lang` ("en" or "es") from now on.

    >>> set_language("es"); language()
    'es'
    >>> set_language("en")
    """
    if lang not in LANGUAGES:
        from tiza.errors.tree import ArgumentError

        raise ArgumentError("language-unknown", got=lang)
    _current.set(lang)


@contextmanager
def use_language(lang: str) -> Iterator[None]:
    """Speak `lang` inside the `with` block only."""
    before = language()
    set_language(lang)
    try:
        yield
    finally:
        _current.set(before)


def pick(pair: tuple[T, T]) -> T:
    """The member of (English, Spanish) that the language in force asks for."""
    return pair[LANGUAGES.index(language())]
