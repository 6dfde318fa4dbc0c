"""The progress of a training on the command line: one bar for all epochs."""

import sys
from typing import TYPE_CHECKING, Any

from tiza.errors import pick
from tiza.train.callbacks import Logs
from tiza.train.history import figure
from tiza.train.progress import ProgressBar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LINES = 10  # where there is no terminal
SCORE = "accuracy"
EPOCH, LOSS, WATCHED = ("epoch", "época"), ("loss", "pérdida"), ("validation", "validación")
NAME = ("accuracy", "exactitud")


class EpochBar(ProgressBar):
    """One bar with loss and accuracy on a terminal; elsewhere about ten lines in all."""

    def __init__(self, epochs: int, quiet: bool) -> None:
        super().__init__(epochs, 1, 0 if quiet else "auto", sys.stdout)
        self.total: TaskID | None = None

    def on_train_begin(self, logs: Logs) -> None:
        """Open the bar."""
        if self.style == 1:
            self.bar = _bar(self.file)
            self.bar.start()
            self.total = self.bar.add_task("", total=self.epochs, figures="")

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        """Nothing: the bar goes on."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """Nothing: epochs are short."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Move the bar, or write a line now and then."""
        number = f"{pick(EPOCH)} {epoch + 1:>{len(str(self.epochs))}}/{self.epochs}"
        if self.bar is not None and self.total is not None:
            self.bar.update(self.total, completed=epoch + 1, description=number,
                            figures=_figures(logs), refresh=True)  # fmt: skip
        elif epoch + 1 in (1, self.epochs) or (epoch + 1) % max(1, self.epochs // LINES) == 0:
            self.say(f"{number}  {_figures(logs)}")

    def close(self) -> None:
        """Leave the finished bar on the screen."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = self.total = None


def _figures(logs: Logs) -> str:
    """`loss 0.0563  accuracy 98.38%  validation 98.61%`, within half a line."""
    parts = [f"{pick(LOSS)} {figure('loss', logs['loss'])}"] if "loss" in logs else []
    if SCORE in logs:
        parts.append(f"{pick(NAME)} {logs[SCORE]:.1%}")
    if f"val_{SCORE}" in logs:
        parts.append(f"{pick(WATCHED)} {logs[f'val_{SCORE}']:.1%}")
    elif "val_loss" in logs:
        parts.append(f"{pick(WATCHED)} {figure('loss', logs['val_loss'])}")
    return "  ".join(parts)


def _bar(file: Any) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=12),
        TextColumn("{task.fields[figures]}"),
        console=Console(file=file),
        auto_refresh=False,  # no thread beside the training
    )
