r"""Names of variables: one spelling for w20, w_20, w_{20} and w₂₀; for y_hat, \hat{y} and ŷ."""

from __future__ import annotations

import re
import unicodedata

from tiza.lang.grammar.words import (
    FONTS,
    GREEK,
    GREEK_WORDS,
    HAT_COMMANDS,
    HATS,
    SUBSCRIPTS,
    VARIANTS,
)

LATIN = "A-Za-zÀ-ÖØ-öø-ɏ"
_WORD = re.compile(rf"[{LATIN}][{LATIN}0-9]*(?:_[{LATIN}0-9]+)*")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_GROUP = re.compile(r"\s*\{([^{}]{0,40})\}")
_SUBSCRIPT = re.compile(
    rf"_(?:\{{((?:[^{{}}]|\\\w+\{{[^{{}}]*\}}){{1,40}})\}}|([{LATIN}0-9]+)|\\([A-Za-z]+))"
)
_LOWERED = re.compile(f"[{''.join(SUBSCRIPTS)}]+")
_LAYER = re.compile(r"\^(?:\{\s*[(\[]([\w+-]{1,8})[)\]]\s*\}|[(\[](\d+)[)\]])|⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾")
_UPPER_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_JOINED = re.compile(rf"([{LATIN}]+)_(\d+(?:_.*)?)")
_DIGITS = re.compile(r"\d+")
_SYMBOL = rf"(?:[A-Za-z]|[Ll]oss|[Cc]ost|{'|'.join(sorted(GREEK_WORDS, key=len, reverse=True))})"
_DIFFERENTIAL = re.compile(rf"d({_SYMBOL}\d*(?:_\w+)*)")


def canonical(name: str) -> str:
    """The one spelling of a name; a name of another kind stays as it is.

    >>> canonical("w_20"), canonical("w₂₀"), canonical("ŷ"), canonical("δ_f"), canonical("z_g")
    ('w20', 'w20', 'y_hat', 'delta_f', 'z_g')
    """
    found = scan(name, 0)
    return found[0] if found and found[1] == len(name) else name


def scan(text: str, at: int) -> tuple[str, int] | None:
    """The name that begins at `at`, and where it ends; None where there is none."""
    found = _base(text, at)
    if found is None:
        return None
    name, at = found
    while (longer := _suffix(text, at, name)) is not None:
        name, at = longer
    return name, at


def _base(text: str, at: int) -> tuple[str, int] | None:
    if text[at] == "\\":
        return _command(text, at)
    if text[at] in GREEK:
        name, end = GREEK[text[at]], at + 1
        digits = _DIGITS.match(text, end)
        return (name + digits.group(), digits.end()) if digits else (name, end)
    word = _WORD.match(text, at)
    if word is None:
        return None
    name = word.group()
    parts = unicodedata.normalize("NFD", name[0])
    hats = [HATS[m] for m in parts[1:] if m in HATS]
    if hats and not re.match(rf"[{LATIN}]", name[1:2]):  # not the tilde of an ñ inside a word
        return _with_rest(f"{parts[0]}_{hats[0]}", name[1:]), word.end()
    joined = _JOINED.fullmatch(name)
    return "".join(joined.groups()) if joined else name, word.end()


def _with_rest(base: str, rest: str) -> str:
    return subscripted(base, rest.strip("_")) if rest else base


def _command(text: str, at: int) -> tuple[str, int] | None:
    """A name that begins with a LaTeX command: a Greek letter, a hat, a font."""
    found = _COMMAND.match(text, at)
    word = found.group(1) if found else ""
    end = found.end() if found else at
    if word in GREEK_WORDS or word in VARIANTS:
        return VARIANTS.get(word, word), end
    if word in HAT_COMMANDS:
        group = _GROUP.match(text, end)
        start = end + (len(text[end:]) - len(text[end:].lstrip()))
        inner = scan(group.group(1).strip(), 0) if group and group.group(1).strip() else None
        if group is None and start < len(text):
            inner, stop = _base(text, start), 0
            stop = inner[1] if inner else 0
        else:
            stop = group.end() if group else 0
        return (f"{inner[0]}_{HAT_COMMANDS[word]}", stop) if inner else None
    if word in FONTS:
        group = _GROUP.match(text, end)
        inside = group.group(1).strip().replace(" ", "_") if group else ""
        inner = scan(inside, 0) if inside else None
        return (inner[0], group.end()) if group and inner and inner[1] == len(inside) else None
    return None


def _suffix(text: str, at: int, name: str) -> tuple[str, int] | None:
    """The name with the hat, subscript or layer that follows it."""
    if at < len(text) and text[at] in HATS:
        return f"{name}_{HATS[text[at]]}", at + 1
    lowered = _LOWERED.match(text, at)
    if lowered:
        return subscripted(name, "".join(SUBSCRIPTS[c] for c in lowered.group())), lowered.end()
    layer = _LAYER.match(text, at)
    if layer:
        inside = next(g for g in layer.groups() if g).translate(_UPPER_DIGITS)
        return subscripted(name, inside), layer.end()
    sub = _SUBSCRIPT.match(text, at)
    if sub:
        inside = next(g for g in sub.groups() if g)
        inside = re.sub(r"\\(?:text|mathrm|mathit|mathbf)\b", "", inside)
        inside = re.sub(r"[{}\\\s]", "", "".join(GREEK.get(c, c) for c in inside))
        return (subscripted(name, inside), sub.end()) if _plain(inside) else None
    return None


def _plain(inside: str) -> bool:
    return re.fullmatch(rf"[{LATIN}0-9_,+-]+", inside) is not None


def subscripted(base: str, sub: str) -> str:
    """The name of `base` with a subscript: digits stand close, letters after an underscore.

    >>> subscripted("w", "20"), subscripted("z", "g"), subscripted("w", "2,0")
    ('w20', 'z_g', 'w2_0')
    """
    sub = sub.replace(",", "_").replace("-", "_minus_").replace("+", "_plus_")
    sub = re.sub(r"__+", "_", sub).strip("_")
    close = re.fullmatch(r"\d+(_\w+)?", sub) and not base[-1:].isdigit()
    return f"{base}{sub}" if close else f"{base}_{sub}"


def differential(name: str) -> str | None:
    """The variable of a differential: dw20 is that of w20; None where a name is none.

    >>> differential("dw20"), differential("dz_f"), differential("delta"), differential("dist")
    ('w20', 'z_f', None, None)
    """
    if re.sub(r"[\d_].*", "", name) in GREEK_WORDS or re.search("_d[A-Za-z]", name):
        return None
    found = _DIFFERENTIAL.fullmatch(name)
    return found.group(1) if found else None


def derivative(of: str, wrt: str) -> str:
    """The name of ∂of/∂wrt.

    >>> derivative("e", "w20")
    'de_dw20'
    """
    return f"d{of}_d{wrt}"
