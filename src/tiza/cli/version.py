"""`tiza --version`."""

import click

from tiza.cli.speak import Option


def tiza_version() -> str:
    """The version that is installed; "0+source" in a bare checkout."""
    from importlib.metadata import PackageNotFoundError, version  # slow to load

    try:
        return version("tiza")
    except PackageNotFoundError:
        return "0+source"


def _show(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"tiza {tiza_version()}")
        ctx.exit()


version_option = Option(
    ["--version"],
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show,
    words=("Show the version and exit.", "Muestra la versión y termina."),
)
