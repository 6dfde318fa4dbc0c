"""The way in and out: run a command line, and turn whatever happens into an exit code."""

import errno
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import NoReturn

import click

from tiza.cli.out import complain, print_json
from tiza.cli.settings import Settings, peek, settings
from tiza.errors import TizaError, UsageError, pick, use_language

SYSTEM = {  # what the system says in English only
    errno.EACCES: ("permission denied", "permiso denegado"),
    errno.ENOENT: ("no such file or folder", "no existe el archivo o la carpeta"),
    errno.ENOSPC: ("no space left on the disk", "no queda espacio en el disco"),
    errno.EROFS: ("the disk is read-only", "el disco es de solo lectura"),
    errno.EISDIR: ("it is a folder", "es una carpeta"),
    errno.ENOTDIR: ("it is not a folder", "no es una carpeta"),
}
GOOD, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def main() -> NoReturn:
    """Run the command line of this process."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")  # a terminal without é must not end the program
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _let_go()
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """Run `argv` (without the program's name) and return the exit code."""
    first = peek(argv)
    with use_language(first.lang or "en"), warnings.catch_warnings():
        warnings.showwarning = _one_line  # type: ignore[assignment]
        try:
            return _invoke(list(argv))
        except (KeyboardInterrupt, click.Abort):
            complain(pick(("interrupted", "interrumpido")), kind=None)
            return INTERRUPTED
        except BrokenPipeError:
            return _let_go()
        except click.exceptions.Exit as stop:
            return stop.exit_code
        except click.ClickException as error:
            return _report(_translated(error), first)
        except Exception as error:  # the last resort: a paragraph, never a traceback
            return _report(error, first)


def _invoke(argv: list[str]) -> int:
    from tiza.cli.app import app

    instruction = os.environ.get("_TIZA_COMPLETE")
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(app, {}, "tiza", "_TIZA_COMPLETE", instruction)
    with app.make_context("tiza", argv) as ctx:
        settings(ctx)
        result = app.invoke(ctx)
    return result if isinstance(result, int) else GOOD


def _report(error: Exception, first: Settings) -> int:
    """Tell the error once on stderr (and, asked for JSON, as the document) and give its code."""
    if first.debug:
        traceback.print_exception(error)
    code, text = _paragraph(error)
    complain(text)
    if first.json:
        fact = error.fact if isinstance(error, TizaError) else str(error)
        fix = error.fix if isinstance(error, TizaError) else ""
        print_json(
            {"error": {"code": code, "kind": type(error).__name__, "message": fact, "fix": fix}}
        )
    return WRONG_USAGE if isinstance(error, UsageError) else FAILED


def _paragraph(error: Exception) -> tuple[str, str]:
    """(code, text) of an error."""
    if isinstance(error, TizaError):
        more = pick(("more", "más"))
        return error.code, f"{error}\n    {more}: tiza explain {error.code}"
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return "os", f"{pick(SYSTEM.get(error.errno or 0, (error.strerror,) * 2))}{where}"
    if isinstance(error, MemoryError):
        return "memory", pick(
            ("there is not enough memory for this", "no alcanza la memoria para esto")
        )
    bug = pick(
        (
            "this is a fault of tiza; with --debug it shows where",
            "esto es una falla de tiza; con --debug muestra dónde",
        )
    )
    return "internal", f"{type(error).__name__}: {error}\n    {bug}"


def _translated(error: click.ClickException) -> TizaError:
    """Turn one of click's own errors of usage into ours."""
    ctx = getattr(error, "ctx", None)
    where = ctx.command_path if ctx else "tiza"
    if isinstance(error, click.NoSuchOption):
        from tiza.cli.speak import unknown

        params = ctx.command.params if ctx else []
        return unknown(
            "cli-no-option",
            error.option_name,
            sorted({name for p in params for name in p.opts if name.startswith("--")}),
            command=where,
        )
    if isinstance(error, click.MissingParameter) and error.param is not None:
        if isinstance(error.param, click.Argument):
            name = error.param.make_metavar(ctx) if ctx else error.param.name
            return UsageError("cli-missing-argument", name=name, command=where)
        return UsageError("cli-missing-option", name=max(error.param.opts, key=len), command=where)
    if isinstance(error, click.BadOptionUsage):
        return UsageError("cli-option-value", option=error.option_name, command=where)
    return UsageError("cli-usage", message=error.format_message(), command=where)


def _let_go() -> int:
    """The reader of our output has gone (`tiza ops | head`): stop writing, and stay quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return GOOD


def _one_line(message: Warning | str, *_: object) -> None:
    complain(str(message), kind=("warning", "aviso"))
