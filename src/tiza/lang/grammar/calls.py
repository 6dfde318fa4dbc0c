"""Names in a formula: variables, functions on their arguments, sums over an index."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from difflib import get_close_matches

from tiza.lang.grammar.derivatives import Reader
from tiza.lang.grammar.lexer import Source
from tiza.lang.grammar.tree import Call, Name, Num, Pow, Total, Tree
from tiza.lang.grammar.words import (
    FUNCTIONS,
    GREEK_WORDS,
    MODULES,
    ONLY_WITH_PARENTHESES,
    OPTIONS,
    WITHOUT_PARENTHESES,
)

SUM, PREFIX = 10, 40  # how closely the operand of a sum, and of a function, must bind


class Names(Reader, ABC):
    """What begins with a name."""

    def __init__(self, source: Source, known: Collection[str]) -> None:
        super().__init__(source, known)
        self.bars: list[str] = []  # the | and ‖ that are open

    @abstractmethod
    def expression(self, level: int = 0) -> Tree:
        """What binds more closely than `level`."""

    def name(self) -> Tree:
        """A variable, a function on its arguments, or a derivative."""
        token = self.token
        name = token.text
        if name in MODULES and self.next_sign(1) == "." and not self.is_variable(name):
            self.i += 2
            if self.kind != "name":
                raise self.unexpected()
            name = self.text
        found = self.quotient()
        if found is not None:
            return found
        self.i += 1
        if self.is_variable(name):
            return Name(name)
        head, _, letters = name.partition("_")
        if head in ("sum", "mean") and letters.replace("_", "").isalpha() and len(letters) < 4:
            return self.over(list(letters.replace("_", "")), mean=head == "mean")
        if name in FUNCTIONS and self.is_call(name):
            return self.call(name)
        if self.sign == "(" and len(name) > 2 and name.split("_")[0] not in GREEK_WORDS:
            self.refuse_typo(name, token.at)
        return self.indexed(name)

    def is_call(self, name: str) -> bool:
        """Whether a function's name stands for the function here."""
        if self.sign in ("(", "'"):
            return True
        if name in ONLY_WITH_PARENTHESES or FUNCTIONS[name] not in WITHOUT_PARENTHESES:
            return False
        return self.sign != "="

    def call(self, name: str) -> Tree:
        """f(x, y), f x, f'(x), f²(x)."""
        function = FUNCTIONS[name]
        primes = 0
        while self.take("'"):
            primes += 1
        if primes > 2:
            raise self.wrong("grammar-prime")
        power = self.power_of_function()
        if self.sign == "(":
            args, options = self.arguments()
        elif self.kind == "end" or self.sign in (")", "+", "*", "/", "=", "\n", ",", "]", "}"):
            raise self.wrong("grammar-no-argument", name=name)
        else:
            args, options = (self.expression(PREFIX),), ()
        tree: Tree = Call(function, args, options, primes)
        return Pow(tree, Num(power)) if power else tree

    def power_of_function(self) -> int:
        r"""The 2 of tanh²(x) or \tanh^2(x); 0 where there is none."""
        if self.kind == "raised" and self.text.isdigit() and len(self.text) < 3:
            self.i += 1
            return int(self.tokens[self.i - 1].text)
        if self.sign != "^":
            return 0
        braces = self.next_sign(1) == "{" and self.next_sign(3) == "}"
        digit = self.tokens[min(self.i + 1 + braces, len(self.tokens) - 1)]
        if digit.kind != "number" or not digit.text.isdigit() or len(digit.text) > 2:
            raise self.wrong("grammar-function-power")
        self.i += 4 if braces else 2
        return int(digit.text)

    def arguments(self) -> tuple[tuple[Tree, ...], tuple[tuple[str, int], ...]]:
        """(x, y, axis=0)."""
        self.i += 1
        args: list[Tree] = []
        options: dict[str, int] = {}
        bars, self.bars = self.bars, []
        while True:
            self.skip_lines()
            if self.kind == "name" and self.text in OPTIONS and self.next_sign(1) == "=":
                self.option(options)
            else:
                args.append(self.expression())
            self.skip_lines()
            if self.take(")"):
                self.bars = bars
                return tuple(args), tuple(options.items())
            if not self.take(","):
                raise (
                    self.wrong("grammar-close", want=")", opening="(")
                    if (self.kind == "end" or self.sign == "\n")
                    else self.unexpected()
                )

    def option(self, options: dict[str, int]) -> None:
        """axis=-1, keepdims=True."""
        word = OPTIONS[self.text]
        self.i += 2
        minus = self.take("-")
        truth = {"True": "1", "False": "0"}.get(self.text, self.text)
        if not truth.isdigit() or len(truth) > 3:
            raise self.wrong("grammar-option", name=word)
        options[word] = -int(truth) if minus else int(truth)
        self.i += 1

    def refuse_typo(self, name: str, at: int) -> None:
        """A long name before a parenthesis that is nearly a function's."""
        near = get_close_matches(name, [f for f in FUNCTIONS if len(f) > 2], n=1, cutoff=0.75)
        if near:
            raise self.wrong("grammar-function", at=at, got=name, near=near[0])

    def over(self, letters: list[str], *, mean: bool, upto: int | None = None) -> Tree:
        """The body of a sum, in which `letters` are indices."""
        before = list(self.bound)
        self.bound += letters
        body = self.expression(SUM)
        self.bound = before
        return Total(tuple(letters), body, mean, upto)
