"""The order of operations that makes a step's chain short: what comes late is taken up last.

A step of a tiny network is a chain of operations each of which waits for the last; the processor's
units stand idle. Sums and products are taken apart and put together again by when their parts are
known: early ones first. Numbers that were known at the step before cost nothing. It is Huffman's
way to a shallow tree (1952), with the time at which a part is known in the place of its frequency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tiza.readings.native.lowering.lower import Lowering, Value
from tiza.readings.native.terms.index import Affine

# Cycles until a result is there, roughly; only how they compare matters.
CYCLES = {"add": 3, "subtract": 3, "multiply": 3, "fma": 4, "divide": 11, "sqrt": 15, "cast": 4,
          "negative": 1, "abs": 1, "where": 1, "relu": 1, "maximum": 2, "minimum": 2,
          "tanh": 41, "sigmoid": 43, "pack": 5, "lane": 2}  # fmt: skip
OTHER = 25.0
EARLY = -1e4  # numbers, and what lies in memory: the processor reads it ahead
ROUNDS = 4
MOST = 8  # factors of one product


def ordered(roots: Iterable[Value], known: Collection[Value]) -> list[Value]:
    """What the roots are made of, parts first, but for what is known."""
    found: dict[Value, None] = {}
    stack = [(root, False) for root in roots]
    while stack:
        value, ready = stack.pop()
        if value in found or value in known:
            continue
        if ready:
            found[value] = None
            continue
        stack.append((value, True))
        stack += [(a, False) for a in parts(value)]
    return list(found)


def parts(value: Value) -> list[Value]:
    """Arguments, or the indices that a place in memory depends on."""
    if value.op == "load":
        return [a for a in value.extra[1].terms if isinstance(a, Value)]
    return list(value.args)


def moved(low: Lowering, load: Value, new: Mapping[Value, Value]) -> Value:
    """A load whose index has been rewritten."""
    buffer, place, checks = load.extra
    for atom in parts(load):
        place = place.put(atom, Affine(0, [(new[atom], 1)]))
    return low.load(buffer, place, checks)


class Term(NamedTuple):
    """A part of a sum: ±a, or ±a·b that is not multiplied yet."""

    time: float
    double: bool  # ±a·b: of equal times, single ones come first
    number: int
    minus: bool
    a: Value
    b: Value | None = None


class Chain:
    """`kept` and `written`, rewritten; `leaves` are the kept ones as they were before."""

    def __init__(self, leaves: Mapping[Any, Value], kept: Mapping[Any, Value],
                 written: Mapping[Any, Value]) -> None:  # fmt: skip
        self.low = Lowering({})
        whole = [*kept.values(), *written.values()]
        self.uses = Counter(a for v in ordered(whole, ()) for a in parts(v))
        self.uses.update(whole)
        start = dict.fromkeys(leaves, 0.0)
        for _ in range(ROUNDS):
            self.time = {leaf: start[cell] for cell, leaf in leaves.items()}
            self.new: dict[Value, Value] = {leaf: leaf for leaf in leaves.values()}
            for v in ordered(whole, ()):
                if v not in self.new:
                    self.new[v] = self._rewritten(v)
            self.kept = {cell: self.new[v] for cell, v in kept.items()}
            self.written = {cell: self.new[v] for cell, v in written.items()}
            ends = {cell: self.time[v] for cell, v in self.kept.items()}
            self.length = max(ends.values(), default=0)  # of one step
            start = {cell: max(EARLY, ends[cell] - self.length) for cell in leaves}

    # -- values and when they are known ---------------------------------------------------------

    def _make(self, op: str, *args: Value, extra: Any = None) -> Value:
        key = tuple(sorted((k, str(v)) for k, v in (extra or {}).items()))
        made = self.low.make(op, args, args[0].dtype, extra or {}, key)
        self._timed(made)
        return made

    def _number(self, x: int, like: Value) -> Value:
        made = self.low.number(float(x), like.dtype)
        self._timed(made)
        return made

    def _timed(self, v: Value) -> None:
        if v in self.time:
            return
        if v.op in ("number", "load"):
            self.time[v] = EARLY
            return
        self.time[v] = max(self.time[a] for a in v.args) + CYCLES.get(v.op, OTHER)

    def _rewritten(self, v: Value) -> Value:
        plain = v.dtype.kind == "f" and all(a.dtype == v.dtype for a in v.args)
        if plain and v.op in ("add", "subtract"):
            return self._sum(self._terms(v))
        if plain and v.op in ("multiply", "divide"):
            minus, a, b = self._product(v)
            found = a if b is None else self._make("multiply", a, b)
            return self._make("negative", found) if minus else found
        if plain and v.op == "sqrt":
            return self._root(v)
        if v.op == "load":
            found = moved(self.low, v, self.new) if parts(v) else v
        elif v.op == "number":
            found = v
        else:
            key = tuple(sorted((k, str(x)) for k, x in (v.extra or {}).items()))
            found = self.low.make(v.op, tuple(self.new[a] for a in v.args), v.dtype, v.extra, key)
        self._timed(found)
        return found

    def _root(self, v: Value) -> Value:
        """√(c(a + g²)) as √(ca + cg²), where g comes late.

        Under a root nothing cancels, so that it may be multiplied out: Adam waits for one operation
        less between a gradient and its root mean square.
        """
        x = v.args[0]
        if x.op == "multiply" and "add" in (x.args[0].op, x.args[1].op):
            c, total = x.args if x.args[1].op == "add" else x.args[::-1]
            terms = (
                sorted(self._terms(total)) if _ends_in_square(total, self.time, self.new) else []
            )
            if terms and self.time[self.new[c]] + CYCLES["multiply"] <= terms[-1].time:
                x = self._sum([self._times(self.new[c], term) for term in terms])
                return self._make("sqrt", x)
        return self._make("sqrt", self.new[x])

    def _times(self, c: Value, term: Term) -> Term:
        """A term multiplied by a number, its earlier factor first."""
        if term.b is None:
            return term._replace(double=True, a=c, b=term.a)
        a, b = sorted((term.a, term.b), key=self.time.__getitem__)
        return term._replace(a=self._make("multiply", c, a), b=b)

    # -- products -------------------------------------------------------------------------------

    def _product(self, v: Value) -> tuple[bool, Value, Value | None]:
        """±a·b with the last multiplication left to do; b is None where nothing is left."""
        minus, factors, divisors = self._factors(v)
        late = [f for f in factors if self.time[f] > self.time[divisors[0]]] if divisors else []
        if divisors:
            above = [f for f in factors if f not in late]
            whole = self._whole(above) if above else self._number(1, v)
            factors = [*late, self._make("divide", whole, divisors[0])]
        factors = factors or [self._number(1, v)]
        if len(factors) == 1:
            return minus, factors[0], None
        *_, a, b = self._paired(factors)
        return minus, a, b

    def _factors(self, v: Value) -> tuple[bool, list[Value], list[Value]]:
        """The sign of a product, its factors, and what it is divided by, rewritten."""
        minus, found, divisors = False, list[Value](), list[Value]()
        stack = [v]
        while stack:
            x = stack.pop()
            if x.op == "number" and x.extra == 1:
                continue
            more = len(stack) + len(found) + len(divisors) + 2 <= MOST
            once = x is v or self.uses[x] == 1
            if x.op == "negative":
                minus, stack = not minus, [*stack, x.args[0]]
            elif x.op == "add" and x.args[0] is x.args[1]:
                stack.append(x.args[0])
                found.append(self._number(2, x))
            elif x.op == "multiply" and more and x.args[0] is not x.args[1]:
                stack += x.args
            elif x.op == "multiply" and x is v:
                found += [self.new[a] for a in x.args]
            elif x.op == "divide" and once and not divisors:
                stack.append(x.args[0])
                divisors.append(self.new[x.args[1]])
            else:
                found.append(self.new[x])
        return minus, found, divisors

    def _paired(self, factors: Sequence[Value]) -> list[Value]:
        """Multiplied until two are left, the earliest first."""
        left = sorted(factors, key=self.time.__getitem__)
        while len(left) > 2:
            a, b, *left = left
            left = sorted([self._make("multiply", a, b), *left], key=self.time.__getitem__)
        return left

    def _whole(self, factors: Sequence[Value]) -> Value:
        a, *b = self._paired(factors)
        return self._make("multiply", a, *b) if b else a

    # -- sums -----------------------------------------------------------------------------------

    def _terms(self, v: Value) -> list[Term]:
        """A sum taken apart; equal terms are counted."""
        counts: dict[Value, int] = {}
        stack = [(v, 1)]
        while stack:
            x, sign = stack.pop()
            if x.op in ("add", "subtract") and (x is v or self.uses[x] == 1):
                stack += [(x.args[1], sign if x.op == "add" else -sign), (x.args[0], sign)]
            elif x.op == "negative":
                stack.append((x.args[0], -sign))
            else:
                counts[x] = counts.get(x, 0) + sign
        return [self._term(i, x, k) for i, (x, k) in enumerate(counts.items())]

    def _term(self, i: int, x: Value, count: int) -> Term:
        minus, a, b = count < 0, self.new[x], None
        if x.op in ("multiply", "divide"):
            turned, a, b = self._product(x)
            minus = minus != turned
        if abs(count) != 1:
            a, b = self._whole([self._number(abs(count), x), a, *([] if b is None else [b])]), None
        return Term(
            max(self.time[p] for p in (a, b) if p is not None), b is not None, i, minus, a, b
        )

    def _sum(self, terms: Sequence[Term]) -> Value:
        """Two by two, the earliest first; a·b + c is one operation."""
        left = sorted(terms)
        while len(left) > 1:
            one, two, *left = left
            left = sorted([self._added(one, two), *left])
        (*_, minus, a, b), = left  # fmt: skip
        found = a if b is None else self._make("multiply", a, b)
        return self._make("negative", found) if minus else found

    def _added(self, one: Term, two: Term) -> Term:
        if one.b is not None and two.b is not None:
            one = self._multiplied(one)
        if one.b is not None:
            one, two = two, one
        if two.b is not None:
            later = self._multiplied(two)
            if max(one.time, later.time) + 3 >= max(one.time, two.time) + 4:
                a = self._make("negative", two.a) if two.minus != one.minus else two.a
                made = self._make("fma", a, two.b, one.a)
                return Term(self.time[made], False, one.number, one.minus, made)
            two = later
        if one.minus and not two.minus:
            one, two = two, one
        made = self._make("add" if one.minus == two.minus else "subtract", one.a, two.a)
        return Term(self.time[made], False, one.number, one.minus, made)

    def _multiplied(self, term: Term) -> Term:
        assert term.b is not None
        made = self._make("multiply", term.a, term.b)
        return Term(self.time[made], False, term.number, term.minus, made)


def _ends_in_square(total: Value, time: Mapping[Value, float], new: Mapping[Value, Value]) -> bool:
    """Whether the latest term of a sum of two is a square, but for a number."""
    late = max(total.args, key=lambda x: time[new[x]])
    factors = late.args if late.op == "multiply" else ()
    return any(f.op == "multiply" and f.args[0] is f.args[1] for f in (late, *factors))
