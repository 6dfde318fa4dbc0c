"""Progress as people see it: a bar on a terminal, one plain line per epoch elsewhere."""

import sys
import time
from typing import TYPE_CHECKING, Literal, TextIO

from tiza.train.callbacks import Callback, Logs
from tiza.train.history import figure, is_score, title
from tiza.train.words import word

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Verbose = Literal["auto", 0, 1, 2]
REDRAW_SECONDS = 0.1


class ProgressBar(Callback):
    """Show epochs, batches, loss and metrics.

    verbose: "auto" draws a bar where `file` is a terminal and writes one line per epoch
    elsewhere; 0 is quiet, 1 is the bar, 2 the lines (Keras's numbers).
    """

    reads_weights = False
    every_batch = False

    def __init__(
        self, epochs: int, batches: int, verbose: Verbose = "auto", file: TextIO | None = None
    ) -> None:
        self.epochs, self.batches = epochs, batches
        self.file = file if file is not None else sys.stdout
        terminal = self.file.isatty() or _in_notebook()
        self.style = {"auto": 1 if terminal else 2}.get(str(verbose), verbose)
        self.bar: Progress | None = None
        self.task: TaskID | None = None
        self.drawn = self.began = 0.0

    def say(self, text: str) -> None:
        """One line above the bar."""
        if self.style == 0:
            return
        if self.bar is not None:
            self.bar.console.print(text, highlight=False, markup=False)
        else:
            print(text, file=self.file, flush=True)

    def on_train_begin(self, logs: Logs) -> None:
        """Open the bar."""
        if self.style == 1:
            self.bar = _bar(self.file)
            self.bar.start()

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        """Begin the bar of this epoch."""
        self.began = time.perf_counter()
        if self.bar is not None:
            text = f"{word('epoch')} {epoch + 1:>{len(str(self.epochs))}}/{self.epochs}"
            if self.task is not None:
                self.bar.remove_task(self.task)
            self.task = self.bar.add_task(text, total=self.batches, figures="")

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Move the bar, ten times a second at most."""
        now = time.perf_counter()
        if self.bar is None or self.task is None or now - self.drawn < REDRAW_SECONDS:
            return
        self.drawn = now
        self.bar.update(self.task, completed=batch + 1, figures=_figures(logs), refresh=True)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """The epoch's figures, which stay."""
        if self.style == 0:
            return
        number = f"{word('epoch')} {epoch + 1:>{len(str(self.epochs))}}/{self.epochs}"
        seconds = logs.get("seconds", time.perf_counter() - self.began)
        self.say(f"{number}  {seconds:5.2f} s  {_figures(logs)}")

    def on_train_end(self, logs: Logs) -> None:
        """Close the bar."""
        self.close()

    def close(self) -> None:
        """Leave the terminal as it was, whatever happened."""
        if self.bar is not None:
            if self.task is not None:
                self.bar.remove_task(self.task)
            self.bar.stop()
            self.bar = self.task = None


def _figures(logs: Logs) -> str:
    """`loss 0.1234 (val 0.2345)  accuracy 97.20% (val 96.10%)`."""
    parts = []
    for name, value in logs.items():
        if name in ("seconds", "lr") or (name.startswith("val_") and name[4:] in logs):
            continue
        beside = f" (val {_figure(name, logs[f'val_{name}'])})" if f"val_{name}" in logs else ""
        parts.append(f"{title(name)} {_figure(name, value)}{beside}")
    return "  ".join(parts)


def _figure(name: str, value: float) -> str:
    share = is_score(name) and "acc" in name and 0 <= value <= 1
    return f"{value:.2%}" if share else figure(name, value)


def _bar(file: TextIO) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(file=file)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        console=console,
        transient=True,
        auto_refresh=False,  # no thread beside the training
        redirect_stdout=file.isatty(),
        redirect_stderr=file.isatty(),
    )


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    found = shell.get_ipython() if shell is not None else None
    return found is not None and "IPKernelApp" in getattr(found, "config", {})
