"""Reading the text of a CSV file into named columns of cells, whoever wrote it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tiza.data.cells import MISSING, PATTERNS, Column
from tiza.data.notes import Note
from tiza.errors import DataError

DELIMITERS = ",;\t|"
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
PROBE = 100  # records on which the delimiter is tried


@dataclass(frozen=True)
class Sheet:
    """Named columns of equal length, the line on which each row began, and remarks."""

    columns: dict[str, Column]
    lines: list[int] = field(default_factory=list)
    delimiter: str = ","
    notes: tuple[Note, ...] = ()


def parse_csv(
    content: bytes,
    *,
    name: str = "CSV",
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Sheet:
    r"""The columns of a CSV file; delimiter, encoding and header line are guessed unless given.

    Errors: DataError where the file is empty, is no text, or has rows of different lengths; the
    message names the lines.

    >>> parse_csv(b"a;b\n1;x\n2;\n").columns
    {'a': ['1', '2'], 'b': ['x', None]}
    """
    notes: list[Note] = []
    text = _decode(content, name, encoding, notes)
    mark = delimiter or _delimiter(text)
    if mark != ",":
        notes.append(Note("note-delimiter", {"delimiter": repr(mark)}))
    records = list(_records(text, mark, name))
    if not records:
        raise DataError("csv-empty", name=name)
    if header is None:
        header = not all(_is_number(cell) for cell in records[0][1])
    width = _width(records, header)
    if header:
        titles = _titles(records.pop(0)[1][:width], notes)
    else:
        titles = [f"x{i + 1}" for i in range(width)]
        notes.append(Note("note-header", {"names": ", ".join(titles[:4])}))
    if not records:
        raise DataError("csv-no-rows", name=name)
    _check_width(records, width, name)
    cells = zip(*(row[:width] for _, row in records), strict=True)
    columns: dict[str, Column] = {
        title: [None if cell.lower() in MISSING else cell for cell in map(str.strip, column)]
        for title, column in zip(titles, cells, strict=True)
    }
    return Sheet(columns, [line for line, _ in records], mark, tuple(notes))


def _decode(content: bytes, name: str, encoding: str | None, notes: list[Note]) -> str:
    if not content.strip(b" \t\r\n\xef\xbb\xbf"):
        raise DataError("csv-empty", name=name)
    known = encoding or next((e for bom, e in BOMS.items() if content.startswith(bom)), None)
    if known is None and b"\0" in content:
        raise DataError("csv-binary", name=name)
    for guess in (known,) if known else ("utf-8", "cp1252", "latin-1"):
        try:
            text = content.decode(guess)
        except (ValueError, LookupError):
            continue
        if guess in ("cp1252", "latin-1") and not encoding:
            notes.append(Note("note-encoding", {"encoding": guess}))
        if "\0" in text:
            raise DataError("csv-binary", name=name)
        return text
    raise DataError("csv-encoding", name=name, encoding=known)


def _records(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The non-blank records, each with the line on which it begins."""
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter != "\t"
        )
    except (TypeError, ValueError) as error:
        raise DataError("csv-delimiter", name=name, delimiter=repr(delimiter)) from error
    before = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError("csv-broken", name=name, line=before + 1, why=error) from error
        if any(cell.strip() for cell in row):
            yield before + 1, row
        before = reader.line_num


def _delimiter(text: str) -> str:
    """The mark that cuts most of the first records into the same number of cells."""

    def score(mark: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
        widths: Counter[int] = Counter()
        try:
            for row, _ in zip(reader, range(PROBE), strict=False):
                if row:
                    widths[len(row)] += 1
        except csv.Error:
            return 0.0, 0
        if not widths:
            return 0.0, 0
        width, rows = widths.most_common(1)[0]
        return (rows / widths.total(), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=score)


def _is_number(cell: str) -> bool:
    return any(pattern.fullmatch(cell.strip()) for pattern in PATTERNS.values())


def _width(records: list[tuple[int, list[str]]], header: bool) -> int:
    """The number of columns: that of the first record, less empty cells that end every record."""
    width = len(records[0][1])
    if header:
        while width > 1 and all(not "".join(row[width - 1 :]).strip() for _, row in records):
            width -= 1
    return width


def _titles(cells: list[str], notes: list[Note]) -> list[str]:
    titles: list[str] = []
    for position, cell in enumerate(cells, start=1):
        base = title = cell.strip() or f"column_{position}"
        copy = 2
        while title in titles:
            title, copy = f"{base}_{copy}", copy + 1
        if title != cell.strip():
            notes.append(Note("note-renamed", {"position": position, "name": title}))
        titles.append(title)
    return titles


def _check_width(records: list[tuple[int, list[str]]], width: int, name: str) -> None:
    """Refuse rows that are too short, or too long by more than empty cells."""
    wrong = [
        (line, len(row))
        for line, row in records
        if len(row) < width or any(cell.strip() for cell in row[width:])
    ]
    if wrong:
        line, got = wrong[0]
        lines = ", ".join(str(line) for line, _ in wrong[:5]) + (" …" if len(wrong) > 5 else "")
        raise DataError(
            "csv-ragged", name=name, count=len(wrong), lines=lines, line=line, got=got, width=width
        )
