"""Ctrl-C once: finish the batch and keep the run. Twice: stop at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Interrupted:
    """Whether Ctrl-C was pressed."""

    yes: bool = False


@contextmanager
def interrupts() -> Iterator[Interrupted]:
    """Inside, the first Ctrl-C only sets the flag; the second raises KeyboardInterrupt.

    In a thread that is not the main one, and where Ctrl-C is not Python's own (a program that
    handles or ignores it), nothing is changed.
    """
    flag = Interrupted()
    mine = threading.current_thread() is threading.main_thread()
    if not mine or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield flag
        return

    def first(number: int, frame: FrameType | None) -> None:
        flag.yes = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, first)
    try:
        yield flag
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
