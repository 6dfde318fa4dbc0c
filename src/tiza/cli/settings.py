"""What the common options say, one object for the whole command line."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click


@dataclass
class Settings:
    """The values of the options that every command takes."""

    json: bool = False
    quiet: bool = False
    debug: bool = False
    seed: int | None = None
    lang: str | None = None


def settings(ctx: click.Context) -> Settings:
    """The settings of the command line that `ctx` belongs to."""
    return ctx.find_root().ensure_object(Settings)


def language_of(env: Mapping[str, str]) -> str:
    """The language that the environment asks for: "es" for Spanish, else "en".

    >>> language_of({"LANG": "es_CO.UTF-8"}), language_of({"LC_ALL": "C", "LANG": "es_AR"})
    ('es', 'en')
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):  # the order of POSIX
        if env.get(name):
            return "es" if env[name].lower().startswith("es") else "en"
    return "en"


def peek(argv: Sequence[str]) -> Settings:
    """The settings as far as they matter before the line is parsed.

    So an error of parsing, or `--help --lang es`, is already told in the right way.

    >>> peek(["--help", "--lang", "es"]).lang
    'es'
    """
    before = argv[: argv.index("--")] if "--" in argv else argv
    lang = language_of(os.environ)
    for k, word in enumerate(before):
        given = (
            word.removeprefix("--lang=")
            if word.startswith("--lang=")
            else (before[k + 1] if word == "--lang" and k + 1 < len(before) else "")
        )
        lang = given if given in ("en", "es") else lang
    return Settings(json="--json" in before, debug="--debug" in before, lang=lang)
