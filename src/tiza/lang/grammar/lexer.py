"""Text to tokens: names, numbers and signs, whether typed as Python, as LaTeX or in Unicode."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tiza.errors import ArgumentError
from tiza.lang.grammar.names import LATIN, scan
from tiza.lang.grammar.words import (
    ASCII_SIGNS,
    FONTS,
    FUNCTIONS,
    GREEK,
    HAT_COMMANDS,
    SIGNS,
    SPACES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    UNICODE,
)

LONGEST = 50_000  # characters of a text
_NUMBER = re.compile(r"(?:\d+(?:\.\d+|\.(?![\w.]))?|\.\d+)(?:[eE][+-]?\d+)?", re.A)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.S)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]{0,20}\}")
_TURNED = re.compile(r"\^\s*(?:\{\s*(T|⊤|\\top|\\intercal|\\mathsf\{T\}|\\mathrm\{T\})\s*\}|"
                     r"(T)(?![0-9_])|(\\top|\\intercal)(?![A-Za-z])|⊤)")  # fmt: skip
_PRIME = re.compile(r"\^\s*(?:\{\s*((?:\\prime\s*)+)\}|(\\prime)(?![A-Za-z]))")
_OVER = re.compile(r"_(?:\{\s*([^{}=]{1,12})(?:=([^{}]{1,12}))?\}|([A-Za-z]))")
_UPTO = re.compile(r"\^(?:\{\s*([^{}]{0,12})\}|(\w))")
_ONE = re.compile(r"\\(?:mathbf|mathbb|boldsymbol|bm|mathds)\s*(?:\{\s*1\s*\}|1)")


@dataclass(frozen=True)
class Token:
    """A word or sign, and where it stands."""

    kind: str  # "name", "number", "raised", "sign", "total", "nabla", "end"
    text: str
    at: int
    end: int


class Source:
    """The text that is read, and how a place in it is pointed at."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            raise ArgumentError("grammar-long", length=len(text), most=LONGEST)

    def error(self, code: str, at: int, **params: object) -> ArgumentError:
        """An error whose last lines show the line of the text, and a caret below the place."""
        at = min(at, len(self.text))
        start = self.text.rfind("\n", 0, at) + 1
        stop = self.text.find("\n", at)
        row = self.text[start : None if stop < 0 else stop].replace("\t", " ")
        column = at - start
        if len(row) > 90:  # a window around the place
            left = max(0, column - 40)
            row, column = row[left : left + 90], column - left
        shown = (("", row), ("", f"{' ' * column}^"))
        params |= {"line": self.line(at), "column": at - start + 1}
        return ArgumentError(code, operands=shown, place="", **params)

    def line(self, at: int) -> int:
        """The number of the line that a place is on, from 1."""
        return self.text.count("\n", 0, at) + 1


def tokens(source: Source) -> list[Token]:
    r"""All tokens of a text, an "end" last.

    >>> [t.text for t in tokens(Source(r"\frac{1}{2} w_{20}"))][:6]
    ['\\frac', '{', '1', '}', '{', '2']
    """
    found: list[Token] = []
    at, text = 0, source.text
    while at < len(text):
        c = text[at]
        if c == "#":  # a remark
            stop = text.find("\n", at)
            at = len(text) if stop < 0 else stop
        elif c in "~&\u200b\ufeff" or (c.isspace() and c != "\n"):
            at += 1
        else:
            token = _token(source, at)
            if token.text:
                found.append(token)
            at = token.end
    return [*found, Token("end", "", len(text), len(text))]


def _token(source: Source, at: int) -> Token:
    text, c = source.text, source.text[at]
    for read in (_number, _total, _name, _raised):
        token = read(source, at)
        if token is not None:
            return token
    if c == "\\":
        return _sign_of_latex(source, at)
    if c in UNICODE:
        return Token("sign", UNICODE[c], at, at + 1)
    for sign in ASCII_SIGNS:
        if text.startswith(sign, at):
            plain = {"(.)": "⊙", "**": "^", ".*": "⊙", ":=": "="}.get(sign, sign)
            return Token("sign", plain, at, at + len(sign))
    raise source.error("grammar-character", at, got=c)


def _number(source: Source, at: int) -> Token | None:
    found = _NUMBER.match(source.text, at)
    if found is None:
        return None
    if len(found.group()) > 40 or abs(float(found.group())) > 1e300:
        raise source.error("grammar-number", at)
    return Token("number", found.group(), at, found.end())


def _name(source: Source, at: int) -> Token | None:
    text = source.text
    latin = re.match(rf"[{LATIN}]", text[at]) is not None
    if not (latin or text[at] in GREEK or text[at] == "\\") or _ONE.match(text, at):
        return None
    found = scan(text, at)
    if found is None:
        return None
    return Token("name", found[0], at, found[1])


def _total(source: Source, at: int) -> Token | None:
    """∑ with what stands below and above it: "i,j" or "i,j<5" where a number stands above."""
    text = source.text
    found = re.compile(r"\\sum(?![A-Za-z])|∑|Σ(?=[_ₐ-ₜᵢⱼ\s]*[_ᵢⱼ])|\\nabla(?![A-Za-z])|∇").match(
        text, at
    )
    if found is None:
        return None
    end, kind = found.end(), "nabla" if found.group()[-1] in "a∇" else "total"
    over, upto = "", ""
    if kind == "nabla":
        inner = scan(f"x{text[end : end + 40]}", 0)
        assert inner is not None  # it begins with a letter
        return Token(kind, inner[0][1:].lstrip("_"), at, end + inner[1] - 1)
    while end < len(text):
        if text[end] in SUBSCRIPTS:
            over, end = over + SUBSCRIPTS[text[end]], end + 1
        elif below := _OVER.match(text, end):
            over, end = below.group(1) or below.group(3), below.end()
            if below.group(2) and below.group(2).strip() not in ("0", "1"):
                raise source.error("grammar-sum-from", below.start())
        elif above := _UPTO.match(text, end):
            upto, end = (above.group(1) or above.group(2) or "").strip(), above.end()
        else:
            break
    letters = ",".join(re.sub(r"[\s,]", "", over))
    if not re.fullmatch(r"(?:[a-zA-Z](?:,[a-zA-Z])*)?", letters):
        raise source.error("grammar-sum-index", at, got=over)
    return Token(kind, f"{letters}<{upto}" if upto.isdigit() else letters or "*", at, end)


def _raised(source: Source, at: int) -> Token | None:
    """What stands raised and is no power: ᵀ, ′; and powers in small figures: ², ⁻¹."""
    text = source.text
    turned = _TURNED.match(text, at)
    if turned:
        return Token("sign", "⊤", at, turned.end())
    prime = _PRIME.match(text, at)
    if prime:
        return Token("sign", "'", at, prime.end())
    if text[at] in SUPERSCRIPTS:
        end = at
        while end < len(text) and text[end] in SUPERSCRIPTS:
            end += 1
        return Token("raised", "".join(SUPERSCRIPTS[c] for c in text[at:end]), at, end)
    one = _ONE.match(text, at)
    return Token("sign", "𝟏", at, one.end()) if one else None


def _sign_of_latex(source: Source, at: int) -> Token:
    environment = _ENVIRONMENT.match(source.text, at)
    if environment:
        return Token("sign", "", at, environment.end())
    found = _COMMAND.match(source.text, at)
    word = found.group(1) if found else ""
    end = found.end() if found else at + 1
    if word in SIGNS:
        return Token("sign", SIGNS[word], at, end)
    if word in FUNCTIONS:
        sub = re.compile(r"_\{?(2|10)\}?").match(source.text, end) if word == "log" else None
        return Token("name", word + (sub.group(1) if sub else ""), at, sub.end() if sub else end)
    if word in SPACES:
        rest = re.compile(r"\s*\.").match(source.text, end) if word in ("left", "right") else None
        return Token("sign", "", at, rest.end() if rest else end)
    code = "grammar-group" if word in FONTS or word in HAT_COMMANDS else "grammar-command"
    raise source.error(code, at, got=f"\\{word}")
