"""Draw docs/assets/compiler/: in which order the three schedules visit the entries of a matrix."""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "assets" / "compiler"
ROWS, COLUMNS, LANES, CELL, GAP = 4, 8, 4, 26, 60
TURN = ("#0072B2", "#D55E00", "#009E73", "#9A6FB0")  # one colour a turn of the loop
WORDS = {
    "en": ("The three schedules: which entries one instruction takes",
           ("across", "lanes along a kept loop"), ("along", "lanes along the sum"),
           ("plain", "one entry at a time")),
    "es": ("Los tres recorridos: qué entradas toma una instrucción",
           ("across", "carriles a través de la suma"), ("along", "carriles a lo largo de la suma"),
           ("plain", "una entrada a la vez")),
}  # fmt: skip


def turn(kind: str, row: int, column: int) -> int:
    """Which instruction of a sum over each row takes the entry, counted from 0."""
    if kind == "across":  # a vector holds one column of four rows
        return row // LANES * COLUMNS + column
    if kind == "along":  # a vector holds four columns of one row
        return row * (COLUMNS // LANES) + column // LANES
    return row * COLUMNS + column


def picture(language: str) -> str:
    """All three, side by side, as SVG."""
    title, *schedules = WORDS[language]
    width = COLUMNS * CELL
    whole, height = 3 * width + 4 * GAP, ROWS * CELL + 110
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" role="img" '
        'aria-labelledby="title">',
        f'<title id="title">{title}</title>',
        "<style>text{font-family:sans-serif;text-anchor:middle}"
        ".n{font-size:11px;fill:#fff}.t{font-size:16px;font-weight:600}.s{font-size:13px}</style>",
        f'<rect width="{whole}" height="{height}" rx="12" fill="#f6f3ea"/>',
    ]
    for i, (kind, says) in enumerate(schedules):
        left = GAP + i * (width + GAP)
        middle = left + width / 2
        lines += [f'<text x="{middle}" y="30" class="t">{kind}</text>',
                  f'<text x="{middle}" y="{ROWS * CELL + 80}" class="s">{says}</text>']  # fmt: skip
        for row in range(ROWS):
            for column in range(COLUMNS):
                number = turn(kind, row, column)
                x, y = left + column * CELL, 46 + row * CELL
                lines += [
                    f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" rx="3" '
                    f'fill="{TURN[number % len(TURN)]}"/>',
                    f'<text x="{x + CELL / 2 - 1}" y="{y + 16}" class="n">{number + 1}</text>',
                ]
    return "\n".join([*lines, "</svg>\n"])


def main() -> int:
    """Write one picture for each language."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in WORDS:
        path = FOLDER / f"schedules-{language}.svg"
        path.write_text(picture(language), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
