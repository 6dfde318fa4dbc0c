"""A picture that shows itself in notebooks and is written to files."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from tiza.errors import ArgumentError, MissingExtraError, UsageError
from tiza.readings.draw.svg import by_day
from tiza.readings.draw.words import say

PAGE = """<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>{title}</title></head><body style="margin:1.5rem">{body}</body></html>
"""
# A click on a folded box opens its inside. Without the script, the lists still open by hand.
SCRIPT = """<script>(s=>{const r=s.parentElement;r.addEventListener("click",e=>{
const a=e.target.closest("a[href^='#tz']");if(!a)return;
const d=r.querySelector("[id='"+a.getAttribute("href").slice(1)+"']");if(!d)return;
e.preventDefault();for(let p=d;p&&p!==r;p=p.parentElement)if(p.tagName==="DETAILS")p.open=true;
d.scrollIntoView({behavior:"smooth",block:"nearest"})})})(document.currentScript)</script>"""


def scrolled(svg: str) -> str:
    """A picture that may be wider than the page."""
    return f'<div style="overflow-x:auto">{svg}</div>'


@dataclass
class Inside:
    """What a folded box hides."""

    key: str
    title: str
    svg: str
    parts: list[Inside] = field(default_factory=list)

    def html(self) -> str:
        """As a part of a page that opens."""
        inner = "".join(part.html() for part in self.parts)
        return (f'<details id="{self.key}" style="margin:.4rem 0 .4rem 1rem"><summary '
                f'style="cursor:pointer;font-family:system-ui,sans-serif">{escape(self.title)}'
                f"</summary>{scrolled(self.svg)}{inner}</details>")  # fmt: skip


@dataclass
class Picture:
    """What `tz.draw` gives: shows itself in Jupyter; `svg` and `html` are text."""

    view: str
    svg: str
    lang: str
    inside: list[Inside] = field(default_factory=list)

    @property
    def html(self) -> str:
        """The picture, and below it the inside of every folded box, which opens on a click."""
        inner = "".join(part.html() for part in self.inside)
        script = SCRIPT if self.inside else ""
        return f'<div class="tz-picture">{scrolled(self.svg)}{inner}{script}</div>'

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<Picture {self.view}: .svg, .html, .save('{self.view}.svg')>"

    def save(self, path: str | Path) -> Path:
        """Write .svg, .html (with what the boxes hide), or .png.

        Errors: ArgumentError for any other ending; UsageError where it cannot be written.
        """
        path = Path(path)
        kind = path.suffix.lower()
        if kind not in {".svg", ".html", ".png"}:
            raise ArgumentError("draw-ending", got=path.suffix or str(path))
        try:
            if kind == ".png":
                path.write_bytes(self._png())
            else:
                page = PAGE.format(lang=self.lang, title=say(self.view), body=self.html)
                path.write_text(self.svg if kind == ".svg" else page, encoding="utf-8")
        except OSError as cause:
            reason = cause.strerror or str(cause)
            raise UsageError("draw-write", path=str(path), reason=reason) from cause
        return path

    def _png(self) -> bytes:
        try:
            from resvg_py import svg_to_bytes
        except ImportError as error:
            raise MissingExtraError("extra-missing", feature="PNG", extra="plot") from error
        png: bytes = svg_to_bytes(svg_string=by_day(self.svg), zoom=2)
        return png
