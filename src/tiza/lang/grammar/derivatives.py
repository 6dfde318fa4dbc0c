"""The reader's place in the text, and the names that mean derivatives: ∂e/∂w, de/dw, ∇_w e."""

from __future__ import annotations

from collections.abc import Collection

from tiza.errors import ArgumentError
from tiza.lang.grammar.lexer import Source, Token, tokens
from tiza.lang.grammar.names import derivative, differential
from tiza.lang.grammar.tree import Index, Name, Tree

CONSTANTS = ("pi",)


class Reader:
    """Tokens, and where in them the parser stands."""

    def __init__(self, source: Source, known: Collection[str]) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.i = 0
        self.known = frozenset(known)
        self.assigned: set[str] = set()  # names that earlier lines gave
        self.bound: list[str] = []  # index letters in force

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.i]

    @property
    def kind(self) -> str:
        """The kind of the next token."""
        return self.tokens[self.i].kind

    @property
    def text(self) -> str:
        """The text of the next token."""
        return self.tokens[self.i].text

    @property
    def start(self) -> int:
        """Where the next token begins."""
        return self.tokens[self.i].at

    @property
    def sign(self) -> str:
        """The next token, if it is a sign; else empty."""
        return self.next_sign(0)

    def next_sign(self, ahead: int) -> str:
        """The sign `ahead` tokens from here; empty where no sign stands there."""
        token = self.tokens[min(self.i + ahead, len(self.tokens) - 1)]
        return token.text if token.kind == "sign" else ""

    def ahead_sign(self) -> str:
        """The first sign behind the ends of lines that come next."""
        k = 0
        while self.next_sign(k) == "\n":
            k += 1
        return self.next_sign(k)

    def take(self, sign: str) -> bool:
        """Pass `sign`, if it comes next."""
        if self.sign != sign:
            return False
        self.i += 1
        return True

    def continued(self, *signs: str) -> bool:
        """Pass one of `signs`, though it stand at the beginning of the next line."""
        if self.sign == "\n" and self.ahead_sign() in signs:
            self.skip_lines()
        if self.sign not in signs:
            return False
        self.i += 1
        self.skip_lines()
        return True

    def skip_lines(self) -> bool:
        """Pass ends of lines."""
        while self.sign == "\n":
            self.i += 1
        return True

    def expect(self, sign: str, opening: str) -> None:
        """Pass what closes a bracket."""
        self.skip_lines()
        if not self.take(sign):
            raise self.wrong("grammar-close", want=sign, opening=opening)

    def wrong(self, code: str, at: int | None = None, **params: object) -> ArgumentError:
        """An error that points at a place of the text, the next token if none is given."""
        return self.source.error(code, self.start if at is None else at, **params)

    def unexpected(self) -> ArgumentError:
        """What stands here has no place here."""
        if self.kind == "end":
            return self.wrong("grammar-ends")
        return self.wrong("grammar-unexpected", got=self.text if self.text != "\n" else "⏎")

    def split_digit(self) -> None:
        r"""Make two tokens of 12: the 1 of \frac12, and the rest."""
        token = self.token
        self.tokens[self.i : self.i + 1] = [
            Token("number", token.text[0], token.at, token.at + 1),
            Token("number", token.text[1:], token.at + 1, token.end),
        ]

    def after_operand(self, i: int) -> bool:
        """Whether token `i` ends an operand."""
        if i < 0:
            return False
        token = self.tokens[i]
        return token.kind in ("name", "raised") or token.text in (")", "⊤", "}", "]", "𝟏")

    # names
    def is_variable(self, name: str) -> bool:
        """Whether a name is surely a variable."""
        return name in self.known or name in self.assigned

    def indexed(self, name: str) -> Tree:
        """x_i as the entry i of x where i is an index, else the variable of that name."""
        base, parts = name, list[str]()
        while "_" in base and not self.is_variable(base):
            base, _, last = base.rpartition("_")
            letters = self._letters(base, last)
            if letters is None:
                return Name(name)
            parts[:0] = letters
        return Index(Name(base), tuple(parts)) if parts else Name(name)

    def _letters(self, base: str, last: str) -> list[str] | None:
        if last and all(c in self.bound for c in last):
            return list(last)
        free = base in self.known and 0 < len(last) < 3 and set(last) <= set("ijklmnbt")
        return list(last) if free else None

    def quotient(self) -> Tree | None:
        """de/dw, where neither de nor dw is a variable itself."""
        return self._differentials(self.i, ("/",), "")

    def quotient_of_differentials(self) -> Tree | None:
        r"""\frac{de}{dw} or \frac{∂e}{∂w}; None, and nothing passed, for another fraction."""
        return self._differentials(self.i + 1, ("{", "}", "{"), "}")

    def _differentials(self, i: int, signs: tuple[str, ...], last: str) -> Tree | None:
        """Differential, signs, differential; or None."""
        if len(signs) == 3:
            if not self._is(i, "{"):
                return None
            i, signs = i + 1, ("}", "{")
        above = self._differential(i)
        if above is None:
            return None
        i = above[1]
        for sign in signs:
            if not self._is(i, sign):
                return None
            i += 1
        below = self._differential(i)
        if below is None or (last and not self._is(below[1], last)):
            return None
        self.i = below[1] + bool(last)
        return self.indexed_derivative(above[0], below[0])

    def _is(self, i: int, sign: str) -> bool:
        token = self.tokens[min(i, len(self.tokens) - 1)]
        return token.kind == "sign" and token.text == sign

    def _differential(self, i: int) -> tuple[str, int] | None:
        """The variable of dw, d w or ∂w at token `i`, and the token behind it."""
        token = self.tokens[min(i, len(self.tokens) - 1)]
        behind = self.tokens[min(i + 1, len(self.tokens) - 1)]
        if (token.text in ("∂", "d") and not self.is_variable(token.text)) and (
            behind.kind == "name"
        ):
            return behind.text, i + 2
        if token.kind != "name" or self.is_variable(token.text):
            return None
        variable = differential(token.text)
        return (variable, i + 1) if variable else None

    def indexed_derivative(self, of: str, wrt: str) -> Tree:
        """∂of/∂wrt as one name, whose index letters may be those of wrt."""
        inner = self.indexed(wrt)
        if isinstance(inner, Index) and isinstance(inner.x, Name):
            return Index(Name(derivative(of, inner.x.name)), inner.at)
        return Name(derivative(of, wrt))

    def partial(self) -> Tree:
        """∂e/∂w."""
        at = self.start
        found = self.quotient()
        if found is None:
            raise self.wrong("grammar-partial", at=at)
        return found

    def nabla(self) -> Tree:
        """∇_w e."""
        wrt, at = self.text, self.start
        self.i += 1
        if not wrt or self.kind != "name":
            raise self.wrong("grammar-partial", at=at)
        self.i += 1
        return self.indexed_derivative(self.tokens[self.i - 1].text, wrt)
