"""The one-sentence explanations of `tiza ops` in Spanish, by the name of the operation."""

SPANISH: dict[str, str] = {}
