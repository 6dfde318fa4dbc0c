"""The pieces of SVG: text with subscripts, boxes, arrows, and the colours of day and night."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

Point = tuple[float, float]
WIDE = 1400  # wider pictures are not shrunk to the page: one scrolls
SIZE = 13.0  # pixels of a line of text
_NUMBERED = re.compile(r"^([^\W\d_]+)(\d+)$")
GREEK = dict(zip(
    ["alpha", "beta", "gamma", "delta", "epsilon", "eps", "eta", "theta", "lambda", "mu", "nu",
     "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Delta", "Sigma", "Omega"],
    "αβγδεεηθλμνξρστφχψωΔΣΩ", strict=True,
))  # fmt: skip

# Okabe & Ito 2008: eight colours that people of every colour vision tell apart.
STYLE = """
.tz{--paper:#ffffff;--ink:#1b1f24;--faint:#6a737d;--line:#8b949e;--data:#dcecf7;--datal:#0072B2;
--par:#fdeccb;--parl:#b97700;--op:#f3f4f6;--opl:#8b949e;--lay:#d9f0e8;--layl:#00795a;
--value:#00598c;--adj:#b34a00;--pos:#0072B2;--neg:#D55E00}
@media (prefers-color-scheme:dark){.tz{--paper:#15191e;--ink:#e6e9ec;--faint:#9aa4ae;
--line:#77818b;--data:#12324a;--datal:#56B4E9;--par:#41300f;--parl:#E69F00;--op:#262c33;
--opl:#77818b;--lay:#0f3b30;--layl:#2fbf98;--value:#7cc7f2;--adj:#ff9a52;--pos:#56B4E9;
--neg:#ff8a3d}}
.tz text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;
fill:var(--ink);font-size:13px}
.tz .paper{fill:var(--paper)}.tz .faint{fill:var(--faint);font-size:12px}
.tz .small{font-size:11px}.tz .tiny{font-size:9.5px}.tz .head{font-weight:600}
.tz .value{fill:var(--value);font-size:12px}.tz .adjoint{fill:var(--adj);font-size:12px}
.tz .arrow{fill:none;stroke:var(--line);stroke-width:1.3}.tz .tip{fill:var(--line)}
.tz .box{stroke-width:1.4}.tz .data{fill:var(--data);stroke:var(--datal)}
.tz .parameter{fill:var(--par);stroke:var(--parl)}.tz .operation{fill:var(--op);stroke:var(--opl)}
.tz .layer{fill:var(--lay);stroke:var(--layl)}.tz .halo{paint-order:stroke;
stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
.tz a:hover .box{stroke-width:2.6}.tz .pos{stroke:var(--pos)}.tz .neg{stroke:var(--neg)}
.tz .neuron{fill:var(--op);stroke:var(--opl);stroke-width:1.4}
""".replace("\n", "")


def named(name: str) -> tuple[str, str]:
    """A name as its letter and what stands below: w20 → w, 20; y_hat → ŷ; eta → η.

    >>> named("w20"), named("z_g"), named("y_hat"), named("eta"), named("fc1.weight")
    (('w', '20'), ('z', 'g'), ('ŷ', ''), ('η', ''), ('fc1.weight', ''))
    """
    if "." in name:
        return name, ""
    parts = [p for p in name.split("_") if p] or [name]
    hat = len(parts) > 1 and parts[-1] == "hat"
    parts = parts[:-1] if hat else parts
    base, below = parts[0], parts[1:]
    if len(base) > 4 and len("".join(below)) > 4:
        return name, ""  # a phrase, and no symbol
    numbered = _NUMBERED.match(base)
    if numbered:
        base, below = numbered[1], [numbered[2], *below]
    base = GREEK.get(base, base) + ("\u0302" if hat else "")
    base = {"y\u0302": "ŷ"}.get(base, base)
    return base, ",".join(GREEK.get(b, b) for b in below)


def marked(name: str) -> str:
    """A name as SVG text, its index below the line."""
    base, below = named(name)
    index = f'<tspan dy="3" font-size="0.75em">{escape(below)}</tspan>' if below else ""
    back = '<tspan dy="-3">\u200b</tspan>' if below else ""  # later text stands on the line again
    return escape(base) + index + back


def width_of(plain: str, size: float = SIZE) -> float:
    """About how wide a text is."""
    narrow = sum(c in "iljt.,:;|'()[] 1" for c in plain)
    wide = sum(c in "mwMWΣ@%" for c in plain)
    return size * (0.6 * len(plain) - 0.2 * narrow + 0.25 * wide)


def plain(name: str) -> str:
    """A name as plain text, as long as it is drawn."""
    return "".join(named(name))


def text(x: float, y: float, content: str, kind: str = "", anchor: str = "middle") -> str:
    """A line of text; `content` is SVG already."""
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{content}</text>'


def rectangle(x: float, y: float, wide: float, high: float, kind: str, round_by: float = 7) -> str:
    """A box with round corners."""
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" '
            f'rx="{round_by:g}" class="{kind}"/>')  # fmt: skip


def _at(x: float, y: float) -> str:
    return f"{x:.1f},{y:.1f}"


def arrow(points: Sequence[Point], *, down: bool = False) -> str:
    """A smooth line through the points, level (or upright) at each, with a tip at the end."""
    (x, y), (end, level) = points[0], points[-1]
    path = f"M{x:.1f},{y:.1f}"
    short = (end, level - 6) if down else (end - 6, level)
    for p, q in [*points[1:-1], short]:
        half = (y + q) / 2 if down else (x + p) / 2
        first, second = ((x, half), (p, half)) if down else ((half, y), (half, q))
        path += f"C{_at(*first)} {_at(*second)} {_at(p, q)}"
        x, y = p, q
    tip = f"M{_at(end, level)}{'l-4,-8h8z' if down else 'l-8,-4v8z'}"
    return f'<path d="{path}" class="arrow"/><path d="{tip}" class="tip"/>'


def document(parts: Sequence[str], wide: float, high: float, label: str) -> str:
    """The whole picture, on its own paper."""
    size = f'width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.0f} {high:.0f}"'
    fitting = ' style="max-width:100%;height:auto"' if wide <= WIDE else ""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="tz" {size} role="img" '
            f'aria-label="{escape(label)}"{fitting}>'
            f"<style>{STYLE}</style>"
            + rectangle(0, 0, wide, high, "paper", 10) + "".join(parts) + "</svg>")  # fmt: skip


def by_day(picture: str) -> str:
    """The picture in its light colours only, written out for programs without CSS variables."""
    day = picture.split("@media", 1)[0]
    night = re.search(r"@media[^{]*\{\.tz\{[^}]*\}\}", picture)
    found = picture.replace(night[0], "") if night else picture
    for name, colour in re.findall(r"(--\w+):(#\w+)", day):
        found = found.replace(f"var({name})", colour)
    return found
