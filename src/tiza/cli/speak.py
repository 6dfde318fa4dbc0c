"""click's commands, options and arguments, with every word in both languages.

Each help text is a pair (English, Spanish), chosen when it is shown.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from tiza.cli.settings import settings
from tiza.cli.types import LANG, SEED
from tiza.errors import TizaError, UsageError, pick

Pair = tuple[str, str]
F = TypeVar("F", bound=Callable[..., Any])

USAGE = ("Usage:", "Uso:")
OPTIONS = ("Options", "Opciones")
ARGUMENTS = ("Arguments", "Argumentos")
COMMANDS = ("Commands", "Comandos")
EXAMPLES = ("Examples", "Ejemplos")
OPTIONS_METAVAR = ("[OPTIONS]", "[OPCIONES]")
COMMAND_METAVAR = ("COMMAND [ARGS]...", "COMANDO [ARGUMENTOS]...")
HELP = ("Show this text and exit.", "Muestra esta ayuda y termina.")


class Option(click.Option):
    """An option whose help is a pair of texts, and whose metavar may be one."""

    def __init__(self, *names: Any, words: Pair, holder: Pair | None = None, **rest: Any) -> None:
        super().__init__(*names, **rest)
        self.words, self.holder = words, holder

    def row(self) -> Pair:
        """The two columns of the help: the spelling and what it does."""
        names = ", ".join(sorted(self.opts, key=len))
        if self.is_flag or self.count:
            return names, pick(self.words)
        return f"{names} {pick(self.holder or ('VALUE', 'VALOR'))}", pick(self.words)


class Argument(click.Argument):
    """An argument whose name and help are pairs of texts."""

    def __init__(self, *names: Any, words: Pair, holder: Pair, **rest: Any) -> None:
        super().__init__(*names, **rest)
        self.words, self.holder = words, holder

    def make_metavar(self, *_: Any) -> str:
        """FILE, [FILE], FILE... as the shell's manuals write them."""
        name = pick(self.holder)
        name = name if self.required else f"[{name}]"
        return f"{name}..." if self.nargs != 1 else name

    def row(self) -> Pair:
        """The two columns of the help."""
        return pick(self.holder), pick(self.words)


class Command(click.Command):
    """A command that speaks both languages and takes the common options after its name too."""

    def __init__(
        self, name: str, *, words: Pair, examples: Sequence[Pair | str] = (), **rest: Any
    ) -> None:
        rest.setdefault("context_settings", {"help_option_names": ["-h", "--help"]})
        super().__init__(name, **rest)
        self.words, self.examples = words, examples
        self.params.extend(COMMON)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, but too many arguments are told in the user's language."""
        group = isinstance(self, click.Group)
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not group and not ctx.resilient_parsing:
            raise UsageError("cli-extra-argument", given=" ".join(rest), command=ctx.command_path)
        return rest

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence of the help."""
        return pick(self.words).split("\n")[0]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """[OPTIONS] FILE ... in the language in force."""
        pieces = [pick(OPTIONS_METAVAR)]
        pieces += [p.make_metavar() for p in self.params if isinstance(p, Argument)]
        return pieces + ([pick(COMMAND_METAVAR)] if isinstance(self, click.Group) else [])

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line."""
        formatter.write_usage(
            ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=f"{pick(USAGE)} "
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The paragraphs."""
        for paragraph in pick(self.words).split("\n"):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(paragraph)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The tables of arguments, commands and options."""
        arguments = [p.row() for p in self.params if isinstance(p, Argument)]
        common = [p.row() for p in COMMON]
        own = [p.row() for p in self.params if isinstance(p, Option) and p not in COMMON]
        self._section(formatter, ARGUMENTS, arguments)
        self._section(formatter, COMMANDS, self._commands(ctx))
        self._section(formatter, OPTIONS, own + common + [("-h, --help", pick(HELP))])

    def _commands(self, ctx: click.Context) -> list[Pair]:
        return []

    @staticmethod
    def _section(formatter: click.HelpFormatter, title: Pair, rows: list[Pair]) -> None:
        if rows:
            with formatter.section(pick(title)):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, one a line, never wrapped."""
        if self.examples:
            formatter.write(f"\n{pick(EXAMPLES)}:\n")
            for line in self.examples:
                formatter.write(f"  {line if isinstance(line, str) else pick(line)}\n")


@click.pass_context
def _help_alone(ctx: click.Context) -> None:
    """A group without a command prints its help."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


class Group(Command, click.Group):
    """A command with commands below it; alone it prints its help."""

    def __init__(self, name: str, **rest: Any) -> None:
        super().__init__(name, invoke_without_command=True, callback=_help_alone, **rest)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were written."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one."""
        found = self.get_command(ctx, args[0])
        if found is None:
            raise unknown(
                "cli-no-command", args[0], self.list_commands(ctx), command=ctx.command_path
            )
        return found.name, found, args[1:]

    def _commands(self, ctx: click.Context) -> list[Pair]:
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [(name, command.get_short_help_str()) for name, command in found if command]


def nearest(got: str, names: Sequence[str]) -> str:
    """The name most like `got`, or "" where none is.

    >>> nearest("dmo", ["demo", "train"])
    'demo'
    """
    from difflib import get_close_matches

    low = {name.lower(): name for name in names}
    close = get_close_matches(got.lower(), list(low), n=1, cutoff=0.5)
    return low[close[0]] if close else ""


def unknown(code: str, got: str, names: Sequence[str], **params: Any) -> UsageError:
    """The error for a name that does not exist; its text `code` may end in `-near`."""
    near = nearest(got, names)
    if near:
        return UsageError(f"{code}-near", got=got, near=near, **params)
    shown = ", ".join(list(names)[:12]) + (" ..." if len(names) > 12 else "")
    return UsageError(code, got=got, names=shown, **params)


def as_usage(error: TizaError) -> UsageError:
    """The same message, as a fault of the command line (which ends with 2)."""
    return UsageError(error.code, **dict[str, Any](error.params))


def command(
    name: str, *, words: Pair, examples: Sequence[Pair | str] = ()
) -> Callable[[F], Command]:
    """Make a function a command."""

    def wrap(f: F) -> Command:
        made = click.command(name, cls=Command, words=words, examples=examples)(f)
        assert isinstance(made, Command)
        return made

    return wrap


def option(*names: str, words: Pair, holder: Pair | None = None, **rest: Any) -> Callable[[F], F]:
    """Declare an option of a command."""
    return click.option(*names, cls=Option, words=words, holder=holder, **rest)


def argument(name: str, *, words: Pair, holder: Pair, **rest: Any) -> Callable[[F], F]:
    """Declare an argument of a command."""
    return click.argument(name, cls=Argument, words=words, holder=holder, **rest)


def _store(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value is not None and value is not False and param.name:
        setattr(settings(ctx), param.name, value)


def _common(*names: str, words: Pair, holder: Pair | None = None, **rest: Any) -> Option:
    return Option(
        list(names),
        words=words,
        holder=holder,
        callback=_store,
        expose_value=False,
        is_eager=True,
        **rest,
    )


COMMON = [
    _common(
        "--json",
        is_flag=True,
        words=(
            "Print one JSON document on stdout; progress goes to stderr.",
            "Imprime un solo documento JSON en stdout; el avance va a stderr.",
        ),
    ),
    _common(
        "-q",
        "--quiet",
        is_flag=True,
        words=("Print the result only.", "Imprime solo el resultado."),
    ),
    _common(
        "--seed",
        type=SEED,
        holder=("N", "N"),
        words=(
            "Seed of all randomness (default 0).",
            "Semilla de todo el azar (0 si no se indica).",
        ),
    ),
    _common(
        "--lang",
        type=LANG,
        holder=("en|es", "en|es"),
        words=(
            "Language; without it, that of LC_ALL or LANG.",
            "Idioma; si no se indica, el de LC_ALL o LANG.",
        ),
    ),
    _common(
        "--debug",
        is_flag=True,
        words=("Show the traceback of an error.", "Muestra la traza de un error."),
    ),
]
