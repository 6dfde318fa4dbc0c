"""How LLVM says each element-wise primitive: one line each."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.readings.native import mathlib

if TYPE_CHECKING:
    from tiza.readings.native.terms.text import Text

DType = np.dtype[Any]
FLOAT32 = np.dtype("float32")
_IR = {"float32": "float", "float64": "double", "bool": "i1"}


@cache
def ir(dtype: DType, width: int = 1, *, stored: bool = False) -> str:
    """The LLVM type; truth values are bits in registers and bytes in memory."""
    name = "i8" if stored and dtype.kind == "b" else _IR.get(dtype.name, f"i{dtype.itemsize * 8}")
    return name if width == 1 else f"<{width} x {name}>"


def number(x: Any, dtype: DType) -> str:
    """A number as LLVM writes it: floating-point ones by their bits."""
    if dtype.kind == "b":
        return "true" if x else "false"
    if dtype.kind != "f":
        return str(int(np.asarray(x).astype(dtype)))
    with np.errstate(all="ignore"):
        wide = float(np.asarray(x, dtype))
    if math.isnan(wide):
        return "0x7FF8000000000000"
    return f"0x{struct.unpack('<Q', struct.pack('<d', wide))[0]:016X}"


class Spelling:
    """Writes the operations of one width into a text."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def same(self, x: Any, dtype: DType, width: int) -> str:
        """One number in every lane."""
        plain = number(x, dtype)
        return plain if width == 1 else f"splat ({ir(dtype)} {plain})"

    def and_product(self, op: str, dtype: DType, width: int, a: str, b: str, sum_: str) -> str:
        """sum + a b, where op is "multiply"; the sum of both products of "multiply_pairs"."""
        if op == "multiply_pairs":
            return pairs_and(self, width, a, b, sum_)
        return self.intrinsic("fma", dtype, width, (a, dtype), (b, dtype), (sum_, dtype))

    def intrinsic(self, name: str, out: DType, width: int, *args: tuple[str, DType]) -> str:
        """A call of an LLVM intrinsic that is overloaded in its first argument's type."""
        suffix = ("" if width == 1 else f"v{width}") + short(args[0][1])
        return self.text.call(f"llvm.{name}.{suffix}", ir(out, width),
                              [(ir(t, width), a) for a, t in args])  # fmt: skip

    def math(self, name: str, dtype: DType, width: int, *args: str) -> str:
        """A function of the library of vector mathematics."""
        self.text.functions.add((name, dtype, width))
        kind = ir(dtype, width)
        symbol = mathlib.symbol(name, dtype, width)
        joined = ", ".join(f"{kind} {a}" for a in args)
        return self.text.set(f"call {kind} @{symbol}({joined})")

    def __call__(self, op: str, out: DType, width: int, attrs: dict[str, Any],
                 args: list[tuple[str, DType]]) -> str:  # fmt: skip
        """The value of `op` on these arguments."""
        rule = _SPELL.get(op)
        if rule is not None:
            return rule(self, out, width, *args)
        return self.math(op, args[0][1], width, *(a for a, _ in args))


Arg = tuple[str, DType]
Rule = Callable[..., str]


def short(dtype: DType) -> str:
    """The type as it stands in the names of intrinsics."""
    return {"float32": "f32", "float64": "f64"}.get(dtype.name) or ir(dtype, stored=True)


def _plain(by_float: str, by_int: str, by_uint: str | None = None) -> Rule:
    def rule(s: Spelling, out: DType, width: int, *args: Arg) -> str:
        dtype = args[0][1]
        if dtype.kind == "f":
            word = by_float
        else:
            word = by_uint if by_uint and dtype.kind in "ub" else by_int
        return s.text.set(f"{word} {ir(dtype, width)} " + ", ".join(a for a, _ in args))

    return rule


def _compare(by_float: str, by_int: str, by_uint: str) -> Rule:
    return _plain(f"fcmp {by_float}", f"icmp {by_int}", f"icmp {by_uint}")


def _negative(s: Spelling, out: DType, width: int, x: Arg) -> str:
    kind = ir(x[1], width)
    if x[1].kind == "f":
        return s.text.set(f"fneg {kind} {x[0]}")
    return s.text.set(f"sub {kind} {s.same(0, x[1], width)}, {x[0]}")


def _select(s: Spelling, kind: str, width: int, test: str, yes: str, no: str) -> str:
    return s.text.set(f"select {ir(np.dtype(bool), width)} {test}, {kind} {yes}, {kind} {no}")


def _abs(s: Spelling, out: DType, width: int, x: Arg) -> str:
    if x[1].kind == "f":
        return s.intrinsic("fabs", out, width, x)
    if x[1].kind in "ub":
        return x[0]
    less = s.text.set(f"icmp slt {ir(x[1], width)} {x[0]}, {s.same(0, x[1], width)}")
    return _select(s, ir(out, width), width, less, _negative(s, out, width, x), x[0])


def _sign(s: Spelling, out: DType, width: int, x: Arg) -> str:
    kind, zero = ir(x[1], width), s.same(0, x[1], width)
    above, below = ("fcmp ogt", "fcmp olt") if x[1].kind == "f" else ("icmp sgt", "icmp slt")
    if x[1].kind == "u":
        above, below = "icmp ne", "icmp ult"
    up = s.text.set(f"{above} {kind} {x[0]}, {zero}")
    down = s.text.set(f"{below} {kind} {x[0]}, {zero}")
    inner = zero
    if x[1].kind == "f":  # NaN stays, −0 does not
        number = s.text.set(f"fcmp oeq {kind} {x[0]}, {x[0]}")
        inner = _select(s, kind, width, number, zero, x[0])
    if x[1].kind != "u":
        inner = _select(s, kind, width, down, s.same(-1, x[1], width), inner)
    return _select(s, kind, width, up, s.same(1, x[1], width), inner)


def _rounding(name: str) -> Rule:
    def rule(s: Spelling, out: DType, width: int, x: Arg) -> str:
        return s.intrinsic(name, out, width, x) if x[1].kind == "f" else x[0]

    return rule


def _extreme(float_name: str, test: str, unsigned: str) -> Rule:
    def rule(s: Spelling, out: DType, width: int, a: Arg, b: Arg) -> str:
        if out.kind == "f":
            return s.intrinsic(float_name, out, width, a, b)
        kind = ir(a[1], width)
        word = unsigned if out.kind in "ub" else test
        first = s.text.set(f"icmp {word} {kind} {a[0]}, {b[0]}")
        return _select(s, kind, width, first, a[0], b[0])

    return rule


def _relu(s: Spelling, out: DType, width: int, x: Arg) -> str:
    kind, zero = ir(x[1], width), s.same(0, x[1], width)
    if x[1].kind in "ub":
        return x[0]
    word = "fcmp ole" if x[1].kind == "f" else "icmp slt"  # NaN stays, −0 does not
    return _select(s, kind, width, s.text.set(f"{word} {kind} {x[0]}, {zero}"), zero, x[0])


def _where(s: Spelling, out: DType, width: int, c: Arg, a: Arg, b: Arg) -> str:
    return _select(s, ir(out, width), width, c[0], a[0], b[0])


def _pow(s: Spelling, out: DType, width: int, a: Arg, b: Arg) -> str:
    return s.math("pow", out, width, a[0], b[0])


def _cast(s: Spelling, out: DType, width: int, x: Arg) -> str:
    old, new = x[1], out
    a, b = ir(old, width), ir(new, width)
    if a == b and (old.kind == "f") == (new.kind == "f"):
        return x[0]
    if new.kind == "b":
        zero = s.same(0, old, width)
        return s.text.set(f"{'fcmp une' if old.kind == 'f' else 'icmp ne'} {a} {x[0]}, {zero}")
    if old.kind == "f" and new.kind == "f":
        word = "fpext" if new.itemsize > old.itemsize else "fptrunc"
    elif old.kind == "f":
        return _to_int(s, new, width, x)
    elif new.kind == "f":
        word = "uitofp" if old.kind in "ub" else "sitofp"
    elif old.kind == "b":
        word = "zext"
    elif new.itemsize > old.itemsize:
        word = "zext" if old.kind == "u" else "sext"
    else:
        word = "trunc"
    return s.text.set(f"{word} {a} {x[0]} to {b}")


def _to_int(s: Spelling, new: DType, width: int, x: Arg) -> str:
    """Narrow types by way of int64, as C compilers do: what wraps then wraps as in NumPy."""
    kind, wide = ir(x[1], width), ir(np.dtype("int64"), width)
    lanes = "" if width == 1 else f"v{width}"

    def whole(word: str) -> str:
        name = f"llvm.{word}.sat.{lanes}i64.{lanes}{short(x[1])}"
        return s.text.call(name, wide, [(kind, x[0])])

    signed = whole("fptosi")
    if new == np.dtype("uint64"):  # negative numbers wrap, too
        below = s.text.set(f"fcmp olt {kind} {x[0]}, {s.same(0, x[1], width)}")
        return _select(s, wide, width, below, signed, whole("fptoui"))
    return signed if new.itemsize == 8 else s.text.set(f"trunc {wide} {signed} to {ir(new, width)}")


def _not(s: Spelling, out: DType, width: int, x: Arg) -> str:
    ones = s.same(True, out, width) if out.kind == "b" else s.same(-1, np.dtype("int64"), width)
    if out.kind != "b":
        ones = "-1" if width == 1 else f"splat ({ir(out)} -1)"
    return s.text.set(f"xor {ir(out, width)} {x[0]}, {ones}")


def _is(word: str, against: float | None) -> Rule:
    def rule(s: Spelling, out: DType, width: int, x: Arg) -> str:
        if x[1].kind != "f":
            return s.same(word == "fcmp one", out, width) if against is not None else s.same(
                False, out, width)  # fmt: skip
        kind = ir(x[1], width)
        if against is None:
            return s.text.set(f"{word} {kind} {x[0]}, {x[0]}")
        size = s.intrinsic("fabs", x[1], width, x)
        return s.text.set(f"{word} {kind} {size}, {s.same(against, x[1], width)}")

    return rule


def _signbit(s: Spelling, out: DType, width: int, x: Arg) -> str:
    bits = ir(np.dtype(f"int{x[1].itemsize * 8}"), width)
    whole = s.text.set(f"bitcast {ir(x[1], width)} {x[0]} to {bits}")
    zero = "0" if width == 1 else "zeroinitializer"
    return s.text.set(f"icmp slt {bits} {whole}, {zero}")


def _shift(word: str, unsigned: str) -> Rule:
    def rule(s: Spelling, out: DType, width: int, a: Arg, b: Arg) -> str:
        """Shifts by as many bits as there are, or more, leave nothing (or the sign)."""
        kind, bits = ir(out, width), out.itemsize * 8
        most = s.same(bits - 1, out, width)
        far = s.text.set(f"icmp ugt {kind} {b[0]}, {most}")
        op = unsigned if out.kind == "u" else word
        near = s.text.set(f"{op} {kind} {a[0]}, {_select(s, kind, width, far, most, b[0])}")
        if op == "ashr":
            return near
        return _select(s, kind, width, far, s.same(0, out, width), near)

    return rule


def _whole_division(word: str) -> Rule:
    def rule(s: Spelling, out: DType, width: int, a: Arg, b: Arg) -> str:
        if out.kind == "f":
            return s.math(word, out, width, a[0], b[0])
        kind, zero = ir(out, width), s.same(0, out, width)
        none = s.text.set(f"icmp eq {kind} {b[0]}, {zero}")  # NumPy gives 0
        one = s.same(1, out, width)
        down = _select(s, kind, width, none, one, b[0])
        if out.kind == "u":
            found = s.text.set(f"{'urem' if word == 'remainder' else 'udiv'} {kind} {a[0]}, {down}")
            return _select(s, kind, width, none, zero, found)
        less = s.text.set(f"icmp eq {kind} {down}, {s.same(-1, out, width)}")  # no overflow trap
        safe = _select(s, kind, width, less, one, down)
        rest = s.text.set(f"srem {kind} {a[0]}, {safe}")
        signs = s.text.set(f"icmp slt {kind} {s.text.set(f'xor {kind} {rest}, {down}')}, {zero}")
        some = s.text.set(f"icmp ne {kind} {rest}, {zero}")
        bits = ir(np.dtype(bool), width)
        off = s.text.set(f"and {bits} {signs}, {some}")
        if word == "remainder":
            moved = s.text.set(f"add {kind} {rest}, {down}")
            found = _select(s, kind, width, off, moved, rest)
        else:
            quotient = s.text.set(f"sdiv {kind} {a[0]}, {safe}")
            turned = s.text.set(f"sub {kind} {zero}, {a[0]}")
            quotient = _select(s, kind, width, less, turned, quotient)
            under = s.text.set(f"sub {kind} {quotient}, {one}")
            found = _select(s, kind, width, off, under, quotient)
        return _select(s, kind, width, none, zero, found)

    return rule


def _bfloat16(s: Spelling, out: DType, width: int, x: Arg) -> str:
    """The nearest number of 8 binary digits, ties to even, by its bits; see `rounding`."""
    whole, kind = ir(np.dtype("int32"), width), ir(out, width)
    same = partial(s.same, dtype=np.dtype("int32"), width=width)
    bits = s.text.set(f"bitcast {kind} {x[0]} to {whole}")
    last = s.text.set(f"lshr {whole} {bits}, {same(16)}")
    odd = s.text.set(f"and {whole} {last}, {same(1)}")
    half = s.text.set(f"add {whole} {odd}, {same(0x7FFF)}")
    near = s.text.set(f"add {whole} {bits}, {half}")
    quiet = s.text.set(f"or {whole} {bits}, {same(0x400000)}")
    number = s.text.set(f"fcmp ord {kind} {x[0]}, {x[0]}")
    kept = _select(s, whole, width, number, near, quiet)
    exponent = s.text.set(f"and {whole} {bits}, {same(0x7F800000)}")
    tiny = s.text.set(f"icmp eq {whole} {exponent}, {same(0)}")
    sign = s.text.set(f"and {whole} {bits}, {same(-0x80000000)}")
    cut = s.text.set(f"and {whole} {kept}, {same(-0x10000)}")
    found = _select(s, whole, width, tiny, sign, cut)
    return s.text.set(f"bitcast {whole} {found} to {kind}")


def pairs_and(s: Spelling, width: int, a: str, b: str, before: str) -> str:
    """before + a₁ b₁ + a₂ b₂, where a and b are pairs of bfloat16; see `terms.words`."""
    kind, halves = ir(FLOAT32, width), f"<{2 * width} x bfloat>"
    if width in (4, 8, 16):
        one, two = (s.text.set(f"bitcast {kind} {x} to {halves}") for x in (a, b))
        name = f"llvm.x86.avx512bf16.dpbf16ps.{32 * width}"
        return s.text.call(name, kind, [(kind, before), (halves, one), (halves, two)])
    whole = ir(np.dtype("int32"), width)

    def part(x: str, op: str, by: int) -> tuple[str, DType]:
        bits = s.text.set(f"bitcast {kind} {x} to {whole}")
        moved = s.text.set(f"{op} {whole} {bits}, {s.same(by, np.dtype('int32'), width)}")
        return s.text.set(f"bitcast {whole} {moved} to {kind}"), FLOAT32

    for op, by in (("and", -0x10000), ("shl", 16)):
        before = s.intrinsic("fma", FLOAT32, width, part(a, op, by), part(b, op, by),
                             (before, FLOAT32))  # fmt: skip
    return before


_SPELL: dict[str, Rule] = {
    "add": _plain("fadd", "add"),
    "subtract": _plain("fsub", "sub"),
    "multiply": _plain("fmul", "mul"),
    "divide": _plain("fdiv", "sdiv"),
    "negative": _negative,
    "abs": _abs,
    "fma": lambda s, out, w, *args: s.intrinsic("fma", out, w, *args),
    "sign": _sign,
    "sqrt": lambda s, out, w, x: s.intrinsic("sqrt", out, w, x),
    "floor": _rounding("floor"),
    "ceil": _rounding("ceil"),
    "trunc": _rounding("trunc"),
    "round": _rounding("roundeven"),
    "maximum": _extreme("maximum", "sgt", "ugt"),
    "minimum": _extreme("minimum", "slt", "ult"),
    "relu": _relu,
    "where": _where,
    "pow": _pow,
    "bfloat16": _bfloat16,
    "multiply_pairs": lambda s, out, w, a, b: pairs_and(s, w, a[0], b[0], s.same(0, out, w)),
    "cast": _cast,
    "copysign": lambda s, out, w, a, b: s.intrinsic("copysign", out, w, a, b),
    "logical_not": _not,
    "bitwise_invert": _not,
    "isnan": _is("fcmp uno", None),
    "isinf": _is("fcmp oeq", math.inf),
    "isfinite": _is("fcmp one", math.inf),
    "signbit": _signbit,
    "equal": _compare("oeq", "eq", "eq"),
    "not_equal": _compare("une", "ne", "ne"),
    "less": _compare("olt", "slt", "ult"),
    "less_equal": _compare("ole", "sle", "ule"),
    "greater": _compare("ogt", "sgt", "ugt"),
    "greater_equal": _compare("oge", "sge", "uge"),
    "bitwise_and": _plain("", "and"),
    "bitwise_or": _plain("", "or"),
    "bitwise_xor": _plain("", "xor"),
    "bitwise_left_shift": _shift("shl", "shl"),
    "bitwise_right_shift": _shift("ashr", "lshr"),
    "floor_divide": _whole_division("floor_divide"),
    "remainder": _whole_division("remainder"),
}
