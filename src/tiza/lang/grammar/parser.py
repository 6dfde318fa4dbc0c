"""Tokens to trees: a Pratt parser, whose depth is limited."""

from __future__ import annotations

from collections.abc import Collection

from tiza.lang.grammar.calls import Names
from tiza.lang.grammar.lexer import Source
from tiza.lang.grammar.tree import (
    Call,
    Chain,
    Compare,
    Index,
    Name,
    Neg,
    Num,
    Ones,
    Pow,
    Statement,
    Transpose,
    Tree,
    target_name,
)
from tiza.lang.grammar.words import (
    FUNCTIONS,
    METHODS,
)

DEEPEST = 48  # expressions inside one another
COMPARE, SUM, ENTRIES, PRODUCT, PREFIX, POWER = 5, 10, 20, 30, 40, 50
LEVEL = {
    "<": COMPARE, ">": COMPARE, "<=": COMPARE, ">=": COMPARE, "!=": COMPARE, "=": COMPARE,
    "==": COMPARE, "+": SUM, "-": SUM,
    "⊙": ENTRIES, "*": PRODUCT, "/": PRODUCT, "@": PRODUCT, "·": PRODUCT, "": PRODUCT,
    "^": POWER,
}  # fmt: skip
KIND = {SUM: "sum", ENTRIES: "entries", PRODUCT: "product"}
CLOSING = {"(": ")", "{": "}", "[": "]"}


class Parser(Names):
    """Reads one text. `known` are the names that are variables whatever else they could mean."""

    def __init__(self, source: Source, known: Collection[str] = ()) -> None:
        super().__init__(source, known)
        self.depth = 0
        self.equals = False  # inside brackets, where = compares

    # lines
    def program(self) -> tuple[Statement, ...]:
        """Every line of the text."""
        found: list[Statement] = []
        while True:
            while self.take("\n"):
                pass
            if self.kind == "end":
                break
            if found and not found[-1].targets:
                raise self.wrong("grammar-unnamed", at=self.start, before=found[-1].line)
            found.append(self.statement())
            if self.kind != "end" and self.sign != "\n":
                raise self.unexpected()
        if not found:
            raise self.wrong("grammar-empty")
        return tuple(found)

    def statement(self) -> Statement:
        """name = ... = value."""
        start = self.start
        parts = [self.expression()]
        places = [start]
        while self.continued("=", "=="):
            if isinstance(parts[-1], Index):
                self.bound += [i for i in parts[-1].at if isinstance(i, str)]
            places.append(self.start)
            parts.append(self.expression())
        self.bound.clear()
        named = 0
        while named < len(parts) - 1 and self.names_something(parts[named]):
            named += 1
        if len(parts) > 1 and not named:
            raise self.wrong("grammar-left", at=places[0])
        self.assigned.update(target_name(t) for t in parts[:named])
        text = self.source.text[start : self.tokens[self.i - 1].end].strip()
        return Statement(tuple(parts[:named]), tuple(parts[named:]), self.source.line(start), text)

    @staticmethod
    def names_something(tree: Tree) -> bool:
        """Whether a tree can stand on the left side."""
        if isinstance(tree, Index):
            return isinstance(tree.x, Name) and all(isinstance(i, str) for i in tree.at)
        return isinstance(tree, Name)

    # expressions
    def expression(self, level: int = 0) -> Tree:
        """What binds more closely than `level`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong("grammar-deep", most=DEEPEST)
        left = self.raised(self.prefix())
        while True:
            op = self.infix()
            if op is None or LEVEL[op] <= level:
                break
            power = LEVEL[op]
            if power == POWER:
                self.step(op)
                left = self.power(left, self.expression(PREFIX))
            elif power == COMPARE:
                left = self.compared(left)
            else:
                left = self.chain(left, power)
        self.depth -= 1
        return left

    def compared(self, left: Tree) -> Tree:
        """a < b; in a row such as a < b < c every comparison must hold."""
        made: list[Tree] = []
        while (op := self.infix()) is not None and LEVEL[op] == COMPARE:
            self.step(op)
            right = self.expression(COMPARE)
            made.append(Compare("==" if op == "=" else op, left, right))
            left = right
        rest = tuple(("*", other) for other in made[1:])
        return Chain("product", made[0], rest) if rest else made[0]

    def chain(self, first: Tree, power: int) -> Tree:
        """Operands of one precedence, in one flat row."""
        rest = []
        while (op := self.infix()) is not None and LEVEL[op] == power:
            self.step(op)
            if op == "" and self.kind == "number":
                rest.append((op, self.one()))
            else:
                rest.append((op, self.expression(power)))
        return Chain(KIND[power], first, tuple(rest))

    def one(self) -> Tree:
        """A number behind an operand: the vector of ones, or a mistake."""
        if self.text == "1":
            return self.raised(self.number())
        raise self.wrong("grammar-number-behind", number=self.text)

    def infix(self) -> str | None:
        """The operator that comes next; empty where two operands stand side by side."""
        if self.kind in ("name", "number", "total", "nabla"):
            return ""
        sign = self.sign
        if sign == "\n" and self.ahead_sign() in ("*", "/", "@", "⊙", "^") and self.skip_lines():
            sign = self.sign
        if sign in ("=", "=="):
            return sign if self.equals else None
        if sign in LEVEL and sign:
            return sign
        if sign in ("|", "‖"):
            return None if sign in self.bars else ""
        return "" if sign in ("(", "{", "[", "\\frac", "\\sqrt", "𝟏", "∂") else None

    def step(self, op: str) -> None:
        """Pass an operator, and the ends of lines behind it."""
        if op:
            self.i += 1
            self.skip_lines()

    def power(self, base: Tree, exponent: Tree) -> Tree:
        """base ^ exponent, where e is Euler's number unless it is a variable."""
        if isinstance(base, Name) and base.name == "e" and not self.is_variable("e"):
            return Call("exp", (exponent,))
        return Pow(base, exponent)

    def raised(self, tree: Tree) -> Tree:
        """What hangs behind an operand: ᵀ, ², .T, .sum(axis=0), [i, j]."""
        while True:
            if self.take("⊤"):
                tree = Transpose(tree)
            elif self.kind == "raised":
                tree = self.small_figures(tree)
            elif self.sign == ".":
                tree = self.method(tree)
            elif self.sign == "[" and isinstance(tree, Name):
                tree = Index(tree, self.subscripts())
            elif self.sign == "'":
                raise self.wrong("grammar-prime")
            else:
                return tree

    def small_figures(self, tree: Tree) -> Tree:
        """x², x⁻¹."""
        text = self.text
        digits = text.lstrip("+-")
        if not digits.isdigit() or len(digits) > 3 or len(text) - len(digits) > 1:
            raise self.unexpected()
        self.i += 1
        number: Tree = Num(int(digits))
        return self.power(tree, Neg(number) if text[0] == "-" else number)

    def method(self, tree: Tree) -> Tree:
        """x.T, x.sum(axis=0)."""
        self.i += 1
        name = self.text if self.kind == "name" else ""
        if name in ("T", "mT", "H"):
            self.i += 1
            return Transpose(tree)
        if name not in METHODS:
            raise self.wrong("grammar-method", got=name or self.text)
        self.i += 1
        if self.sign != "(":
            raise self.unexpected()
        args, options = self.arguments()
        return Call(FUNCTIONS[name], (tree, *args), options)

    def subscripts(self) -> tuple[int | str, ...]:
        """[i, 0]."""
        self.i += 1
        found: list[int | str] = []
        while True:
            if self.kind == "number" and self.text.isdigit():
                found.append(int(self.text))
            elif self.kind == "name" and len(self.text) == 1:
                found.append(self.text)
            else:
                raise self.wrong("grammar-subscript")
            self.i += 1
            if self.take("]"):
                return tuple(found)
            if not self.take(","):
                raise self.unexpected()

    # operands
    def prefix(self) -> Tree:
        """One operand, with what stands before it."""
        by_kind = {"number": self.number, "name": self.name, "total": self.total,
                   "nabla": self.nabla}  # fmt: skip
        by_sign = {
            "-": self.signed, "+": self.signed, "(": self.group, "{": self.group,
            "[": self.group, "\\frac": self.fraction, "\\sqrt": self.root,
            "∂": self.partial, "|": self.size, "‖": self.size, "𝟏": self.ones,
        }  # fmt: skip
        read = by_kind.get(self.kind) or by_sign.get(self.sign)
        if read is None:
            raise self.unexpected()
        return read()

    def signed(self) -> Tree:
        """-x or +x."""
        minus = self.sign == "-"
        self.step(self.sign)
        inner = self.expression(PREFIX)
        return Neg(inner) if minus else inner

    def ones(self) -> Tree:
        """The vector of ones, or the bold 1 of an indicator."""
        self.i += 1
        return self.indicator() if self.sign == "[" else Ones()

    def number(self) -> Tree:
        """A number; 1[...] is an indicator, and a 1 behind an operand the vector of ones."""
        text = self.text
        self.i += 1
        if text == "1" and self.sign == "[":
            return self.indicator()
        if text == "1" and self.after_operand(self.i - 2):
            return Ones()
        return Num(int(text) if text.isdigit() else float(text))

    def indicator(self) -> Tree:
        """1[condition]."""
        return Call("indicator", (self.group(),))

    def group(self) -> Tree:
        """( ... ), { ... } or [ ... ]."""
        opening = self.sign
        self.i += 1
        self.skip_lines()
        bars, self.bars = self.bars, []
        equals, self.equals = self.equals, True
        inner = self.expression()
        self.bars, self.equals = bars, equals
        if self.sign == ",":
            raise self.wrong("grammar-comma")
        self.expect(CLOSING[opening], opening)
        return inner

    def size(self) -> Tree:
        """|x| or ‖x‖."""
        sign = self.sign
        self.i += 1
        self.bars.append(sign)
        inner = self.expression()
        self.bars.pop()
        self.expect(sign, sign)
        return Call("abs" if sign == "|" else "norm", (inner,))

    def argument(self) -> Tree:
        r"""What a command such as \frac takes: a group, or one digit, letter or command."""
        if self.sign == "{":
            return self.group()
        return self.expression(POWER)

    def fraction(self) -> Tree:
        r"""\frac{a}{b}, which may be a derivative."""
        found = self.quotient_of_differentials()
        if found is not None:
            return found
        self.i += 1
        if self.kind == "number" and self.text.isdigit() and len(self.text) > 1:
            self.split_digit()  # \frac12
        above = self.argument()
        return Chain("product", above, (("/", self.argument()),))

    def root(self) -> Tree:
        r"""\sqrt{x} or \sqrt[n]{x}."""
        self.i += 1
        if self.sign == "[":
            self.i += 1
            degree = self.expression()
            self.expect("]", "[")
            return Pow(self.argument(), Chain("product", Num(1), (("/", degree),)))
        return Call("sqrt", (self.argument(),))

    def total(self) -> Tree:
        """∑ᵢ ..., as far as the product goes."""
        letters, _, upto = self.text.partition("<")
        self.i += 1
        if letters == "*":
            return Call("sum", (self.expression(SUM),))
        return self.over(letters.split(","), mean=False, upto=int(upto) if upto else None)
