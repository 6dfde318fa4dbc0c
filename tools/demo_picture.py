"""Run `tiza demo` in a terminal of 80 columns and draw what it leaves on the screen.

.venv/bin/python tools/demo_picture.py docs/assets/demo.svg
"""

import io
import os
import pty
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDTH = 80
ERASE = re.compile(r"\x1b\[(?:\?25[lh]|2K|1A|\d*[ABCDGJK])")


def recorded(command: list[str]) -> str:
    """What the command writes to a terminal."""
    chunks: list[bytes] = []

    def read(fd: int) -> bytes:
        data = os.read(fd, 4096)
        chunks.append(data)
        return data

    os.environ.update(COLUMNS=str(WIDTH), LINES="60", TERM="xterm-256color", LC_ALL="C.UTF-8")
    if pty.spawn(command, read):
        raise SystemExit(f"{command[0]} failed")
    return b"".join(chunks).decode(errors="replace")


def settled(stream: str) -> str:
    """The lines as they stand in the end: of those that were redrawn, the last version."""
    lines: list[str] = []
    for raw in stream.replace("\r\n", "\n").split("\n"):
        up = raw.count("\x1b[1A")
        del lines[max(len(lines) - up, 0) :]
        lines.append(ERASE.sub("", raw.rsplit("\r", 1)[-1]))
    return "\n".join(lines).strip("\n")


def drawn(text: str, title: str) -> str:
    """The screen as an SVG that fetches no font."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text), soft_wrap=False)
    svg = console.export_svg(title=title, theme=MONOKAI)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)
    return svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")


def main() -> None:
    """Draw the demo into the file that the command line names."""
    program = str(Path(sys.executable).with_name("tiza"))
    text = settled(recorded([program, "demo"]))
    Path(sys.argv[1]).write_text(drawn(text, "make demo") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
