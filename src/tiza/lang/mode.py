"""Whether operations are recorded for differentiation."""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from types import TracebackType


class _Mode(threading.local):
    grad: bool = True


mode = _Mode()


class _Switch(ContextDecorator):
    _to: bool

    def __enter__(self) -> None:
        self._before = mode.grad
        mode.grad = self._to

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        mode.grad = self._before

    def _recreate_cm(self) -> _Switch:
        return type(self)()  # a decorated function may call itself


class no_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """Inside, results are held constant by every derivative.

    >>> import tiza as tz
    >>> w = tz.tensor(3.0, requires_grad=True)
    >>> with tz.no_grad():
    ...     (w * w).requires_grad
    False
    """

    _to = False


class enable_grad(_Switch):  # noqa: N801
    """Inside a `no_grad` block, records again."""

    _to = True


def is_grad_enabled() -> bool:
    """Whether operations are being recorded."""
    return mode.grad
