"""Errors that say what was got, what was wanted, where, and one edit that cures it."""

from tiza.errors.catalogue import entries
from tiza.errors.entry import Entry
from tiza.errors.language import LANGUAGES, language, pick, set_language, use_language
from tiza.errors.tree import (
    ArgumentError,
    CheckpointError,
    ChecksumError,
    DataError,
    DownloadError,
    DTypeError,
    GradientError,
    IndexingError,
    MissingExtraError,
    NonFiniteError,
    ShapeError,
    StoreError,
    TizaError,
    TraceError,
    UsageError,
)

__all__ = [
    "LANGUAGES",
    "ArgumentError",
    "CheckpointError",
    "ChecksumError",
    "DTypeError",
    "DataError",
    "DownloadError",
    "Entry",
    "GradientError",
    "IndexingError",
    "MissingExtraError",
    "NonFiniteError",
    "ShapeError",
    "StoreError",
    "TizaError",
    "TraceError",
    "UsageError",
    "entries",
    "language",
    "pick",
    "set_language",
    "use_language",
]
