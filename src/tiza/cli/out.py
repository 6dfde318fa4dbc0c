"""Writing to people and to programs: text, tables, one JSON document, small pictures."""

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from tiza.cli.settings import Settings, settings
from tiza.errors import pick

if TYPE_CHECKING:
    from rich.console import Console

BARS = "▁▂▃▄▅▆▇█"


def complain(text: str, kind: tuple[str, str] | None = ("error", "error")) -> None:
    """One paragraph on stderr, with the program's name before it."""
    try:
        label = f"{pick(kind)}: " if kind else ""
        print(f"tiza: {label}{text}", file=sys.stderr, flush=True)
    except BrokenPipeError:
        sys.stderr = None  # nobody listens


def print_json(document: object) -> None:
    """The one document on stdout. NaN and infinities, which JSON lacks, become null."""
    print(json.dumps(_plain(document), ensure_ascii=False, indent=2, allow_nan=False))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool | int):
        return value
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Iterable):
        return [_plain(v) for v in value]
    return str(value)


def current() -> Settings:
    """The settings of the command that is running."""
    return settings(click.get_current_context())


def show(document: object, render: Callable[[], None]) -> None:
    """The result: as JSON where that was asked for, else as `render` prints it."""
    if current().json:
        print_json(document)
    else:
        render()


def note(text: str) -> None:
    """A word on the side: to people at a terminal; on stderr beside data; nowhere if quiet."""
    if not current().quiet:
        aside = current().json or not sys.stdout.isatty()
        print(text, file=sys.stderr if aside else sys.stdout, flush=True)


def console(to_stderr: bool = False) -> "Console":
    """A rich console on the stream of this moment."""
    from rich.console import Console

    return Console(file=sys.stderr if to_stderr else sys.stdout, highlight=False, soft_wrap=False)


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    fold: Sequence[int] = (),
) -> None:
    """Print a table that fits the terminal; columns in `fold` give way first."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for k, head in enumerate(heads):
        grid.add_column(
            head,
            justify="right" if k in right else "left",
            overflow="fold",
            no_wrap=bool(fold) and k not in fold,
            ratio=None,
        )
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))  # Text: brackets are not markup
    console().print(grid)


def size(count: int) -> str:
    """A number of bytes as people say it.

    >>> size(858), size(53_603), size(14_241_192)
    ('858 B', '54 KB', '14 MB')
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if count >= unit:
            return (
                f"{count / unit:.0f} {name}" if count >= 10 * unit else f"{count / unit:.1f} {name}"
            )
    return f"{count} B"


def sparkline(values: Sequence[float], width: int = 40,
              bounds: tuple[float, float] | None = None) -> str:  # fmt: skip
    """A curve in one line; gaps and NaN are blanks. bounds: the scale of several curves.

    >>> sparkline([0, 1, 2, 3, 4, 5, 6, 7])
    '▁▂▃▄▅▆▇█'
    """
    if len(values) > width:  # one bar for each stretch: its last value
        values = [values[(k + 1) * len(values) // width - 1] for k in range(width)]
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return ""
    low, high = bounds or (min(finite), max(finite))
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(BARS[round((v - low) * scale)] if math.isfinite(v) else " " for v in values)


def figure(value: float | None, digits: int = 4) -> str:
    """A number as a person reads it.

    >>> figure(0.97222), figure(123456.7), figure(None)
    ('0.9722', '123457', '-')
    """
    if value is None:
        return "-"
    if not math.isfinite(value):
        return str(value)
    size = abs(value)
    if size == 0 or 1e-3 <= size < 100:
        return f"{value:.{digits}f}"
    if size < 1e-3 or size >= 1e9:
        return f"{value:.3g}"
    return f"{value:.2f}" if size < 1e4 else f"{value:.0f}"
