"""The exception tree. Each error states the fact, the operands and one edit that cures it.

TizaError
├── ShapeError        (ValueError)       ├── DataError        (ValueError)
├── DTypeError        (TypeError)        │   └── ChecksumError
├── ArgumentError     (ValueError)       ├── DownloadError    (OSError)
├── IndexingError     (IndexError)       ├── CheckpointError  (OSError)
├── GradientError     (RuntimeError)     ├── StoreError       (OSError)
├── TraceError        (RuntimeError)     ├── UsageError
└── NonFiniteError    (ArithmeticError)  └── MissingExtraError (ImportError)
"""

from tiza.errors.catalogue import entries
from tiza.errors.language import pick


class TizaError(Exception):
    """What every error of tiza shares: a stable `code`, its parameters, and operand lines.

    The text is made when it is read, in the language then in force.
    """

    def __init__(
        self,
        code: str,
        /,
        *,
        operands: tuple[tuple[str, str], ...] = (),
        place: str = "",
        **params: object,
    ) -> None:
        super().__init__(code)
        self.code, self.operands, self.place, self.params = code, operands, place, params

    def _say(self, part: int) -> str:
        entry = entries()[self.code]
        return pick((entry.en, entry.es))[part].format(**self.params)

    @property
    def fact(self) -> str:
        """What is wrong, in one sentence."""
        return self._say(0)

    @property
    def fix(self) -> str:
        """One edit that cures it; empty where none is known."""
        return self._say(1)

    def __str__(self) -> str:
        width = max((len(name) for name, _ in self.operands), default=0)
        lines = [self.fact, *(f"    {name:<{width}}  {what}" for name, what in self.operands)]
        if self.fix:
            lines.append(f"    {pick(('fix', 'arreglo'))}: {self.fix}")
        if self.place:
            lines.append(f"    {pick(('built at', 'construido en'))} {self.place}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return _revive, (type(self), self.code, self.operands, self.place, self.params)


def _revive(
    kind: type[TizaError],
    code: str,
    operands: tuple[tuple[str, str], ...],
    place: str,
    params: dict[str, object],
) -> TizaError:
    return kind(code, operands=operands, place=place, **params)


class ShapeError(TizaError, ValueError):
    """Shapes that do not fit together."""


class DTypeError(TizaError, TypeError):
    """A data type that the operation does not take."""


class ArgumentError(TizaError, ValueError):
    """An argument outside what is accepted."""


class IndexingError(TizaError, IndexError):
    """An index outside its axis, or of a kind that cannot index."""


class GradientError(TizaError, RuntimeError):
    """A derivative that does not exist, or was asked of the wrong thing."""


class TraceError(TizaError, RuntimeError):
    """A value was asked for where only the expression is known."""


class NonFiniteError(TizaError, ArithmeticError):
    """A NaN or an infinity appeared; the message traces it to its origin."""


class DataError(TizaError, ValueError):
    """Data that cannot be read or used as asked."""


class ChecksumError(DataError):
    """A file whose content is not what its checksum says."""


class DownloadError(TizaError, OSError):
    """A download that failed or is forbidden."""


class CheckpointError(TizaError, OSError):
    """A checkpoint that is damaged or does not fit."""


class StoreError(TizaError, OSError):
    """The store of runs cannot be read or written."""


class UsageError(TizaError):
    """A command line that does not make sense."""


class MissingExtraError(TizaError, ImportError):
    """A feature whose optional library is not installed."""
