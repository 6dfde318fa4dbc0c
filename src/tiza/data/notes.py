"""Remarks about data: kept as facts, written out in the language of the reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiza.data.words import WORDS, say

TRANSLATED = ("kind", "task")


def _said(name: str, value: object) -> object:
    if isinstance(value, Note):
        return str(value)
    return say(str(value)) if name in TRANSLATED and value in WORDS else value


@dataclass(frozen=True)
class Note:
    """A remark: the key of its words and what to fill in. Its reason may be a note too.

    >>> print(Note("note-encoding", {"encoding": "cp1252"}))
    the file is not UTF-8; it was read as cp1252
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self.key, **{name: _said(name, v) for name, v in self.params.items()})

    def to_dict(self) -> dict[str, object]:
        """The remark as JSON-able data: its key, parameters and words."""
        params = {
            name: value.to_dict() if isinstance(value, Note) else value
            for name, value in self.params.items()
        }
        return {"key": self.key, "params": params, "text": str(self)}
