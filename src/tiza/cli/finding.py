"""One line of the report of `tiza doctor`."""

from dataclasses import dataclass

from tiza.errors import pick

MARKS = {"good": "✓", "missing": "-", "warning": "!", "broken": "✗"}


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, how it is, and the cure."""

    key: str
    state: str
    name: tuple[str, str]
    value: str
    cure: str = ""

    def row(self) -> tuple[str, str, str, str]:
        """Mark, name, value and cure, for people."""
        return MARKS[self.state], pick(self.name), self.value, self.cure

    def as_dict(self) -> dict[str, str]:
        """The same for programs."""
        return {"key": self.key, "state": self.state, "value": self.value, "cure": self.cure}
