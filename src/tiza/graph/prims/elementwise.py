"""Operations that act on each entry by itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tiza.graph.node import Node
from tiza.graph.primitive import Primitive
from tiza.graph.prims import edges
from tiza.graph.prims.choose import nothing, where
from tiza.graph.prims.families import FLOAT, INT, REAL, between, comparison, elementwise
from tiza.graph.types import bool_

Array = Any
wide, positive, unit = between(-2, 2), between(0.2, 3), between(-0.9, 0.9)


def real_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type of the real part."""
    return np.empty(0, dtype).real.dtype


def _odd_safe(function: Any) -> Any:
    """`np.<function>`, kept exact for integers, which NumPy would turn into floats."""
    return lambda x: x if x.dtype.kind in "iub" else function(x)


# one input
negative: Primitive = elementwise("negative", value=np.negative, latex=r"-{0}", slopes=["(-1)"],
                       vjp=lambda g, y, x: [-g], samples=[wide])  # fmt: skip
abs_: Primitive = elementwise("abs", value=np.abs, latex=r"\lvert {0} \rvert",
                              slopes=[r"\operatorname{{sign}}({0})"],
                   vjp=lambda g, y, x: [g * sign(x)], out=real_type,
                   samples=[positive])  # fmt: skip
sign: Primitive = elementwise("sign", value=edges.sign, latex=r"\operatorname{{sign}}({0})",
                              slopes=["0"],
                   vjp=lambda g, y, x: [None], samples=[positive],
                   says="-1, 0 or 1; its derivative is 0 wherever it exists")  # fmt: skip
floor: Primitive = elementwise("floor", value=_odd_safe(np.floor), latex=r"\lfloor {0} \rfloor",
                               slopes=["0"],
                    vjp=lambda g, y, x: [None], takes=REAL,
                    samples=[between(0.1, 0.9)])  # fmt: skip
ceil: Primitive = elementwise("ceil", value=_odd_safe(np.ceil), latex=r"\lceil {0} \rceil",
                              slopes=["0"],
                   vjp=lambda g, y, x: [None], takes=REAL, samples=[between(0.1, 0.9)])  # fmt: skip
trunc: Primitive = elementwise("trunc", value=_odd_safe(np.trunc),
                               latex=r"\operatorname{{trunc}}({0})", slopes=["0"],
                    vjp=lambda g, y, x: [None], takes=REAL,
                    samples=[between(0.1, 0.9)])  # fmt: skip
round_: Primitive = elementwise("round", value=_odd_safe(np.round),
                                latex=r"\operatorname{{round}}({0})", slopes=["0"],
                     vjp=lambda g, y, x: [None], samples=[between(0.1, 0.4)],
                     says="to the nearest integer, halves to the even one")  # fmt: skip
sqrt: Primitive = elementwise("sqrt", value=np.sqrt, latex=r"\sqrt{{{0}}}",
                              slopes=[r"\frac{{1}}{{2 {y}}}"],
                   vjp=lambda g, y, x: [g / (y * 2)], takes=FLOAT, samples=[positive])  # fmt: skip
exp: Primitive = elementwise("exp", value=np.exp, latex=r"e^{{{0}}}", slopes=["{y}"],
                  vjp=lambda g, y, x: [g * y], takes=FLOAT, samples=[wide])  # fmt: skip
expm1: Primitive = elementwise("expm1", value=edges.expm1, latex=r"e^{{{0}}} - 1",
                               slopes=["({y} + 1)"],
                    vjp=lambda g, y, x: [g * (y + 1)], takes=FLOAT, samples=[wide])  # fmt: skip
log: Primitive = elementwise("log", value=np.log, latex=r"\log({0})", slopes=[r"\frac{{1}}{{{0}}}"],
                  vjp=lambda g, y, x: [g / x], takes=FLOAT, samples=[positive])  # fmt: skip
log1p: Primitive = elementwise("log1p", value=np.log1p, latex=r"\log(1 + {0})",
                               slopes=[r"\frac{{1}}{{1 + {0}}}"],
                    vjp=lambda g, y, x: [g / (x + 1)], takes=FLOAT, samples=[unit])  # fmt: skip
log2: Primitive = elementwise("log2", value=np.log2, latex=r"\log_2({0})",
                              slopes=[r"\frac{{1}}{{{0} \log 2}}"],
                   vjp=lambda g, y, x: [g / (x * math.log(2))], takes=FLOAT,
                   samples=[positive])  # fmt: skip
log10: Primitive = elementwise("log10", value=np.log10, latex=r"\log_{{10}}({0})",
                               slopes=[r"\frac{{1}}{{{0} \log 10}}"],
                    vjp=lambda g, y, x: [g / (x * math.log(10))], takes=FLOAT,
                    samples=[positive])  # fmt: skip
sin: Primitive = elementwise("sin", value=np.sin, latex=r"\sin({0})", slopes=[r"\cos({0})"],
                  vjp=lambda g, y, x: [g * cos(x)], takes=FLOAT, samples=[wide])  # fmt: skip
cos: Primitive = elementwise("cos", value=np.cos, latex=r"\cos({0})", slopes=[r"(-\sin({0}))"],
                  vjp=lambda g, y, x: [-(g * sin(x))], takes=FLOAT, samples=[wide])  # fmt: skip
tan: Primitive = elementwise("tan", value=np.tan, latex=r"\tan({0})", slopes=["(1 + {y}^2)"],
                  vjp=lambda g, y, x: [g * (1 + y * y)], takes=FLOAT, samples=[unit])  # fmt: skip
asin: Primitive = elementwise("asin", value=np.arcsin, latex=r"\arcsin({0})",
                              slopes=[r"\frac{{1}}{{\sqrt{{1 - {0}^2}}}}"],
                   vjp=lambda g, y, x: [g / sqrt(1 - x * x)], takes=FLOAT,
                   samples=[unit])  # fmt: skip
acos: Primitive = elementwise("acos", value=np.arccos, latex=r"\arccos({0})",
                   slopes=[r"\left(-\frac{{1}}{{\sqrt{{1 - {0}^2}}}}\right)"],
                   vjp=lambda g, y, x: [-(g / sqrt(1 - x * x))], takes=FLOAT,
                   samples=[unit])  # fmt: skip
atan: Primitive = elementwise("atan", value=np.arctan, latex=r"\arctan({0})",
                              slopes=[r"\frac{{1}}{{1 + {0}^2}}"],
                   vjp=lambda g, y, x: [g / (1 + x * x)], takes=FLOAT, samples=[wide])  # fmt: skip
sinh: Primitive = elementwise("sinh", value=np.sinh, latex=r"\sinh({0})", slopes=[r"\cosh({0})"],
                   vjp=lambda g, y, x: [g * cosh(x)], takes=FLOAT, samples=[wide])  # fmt: skip
cosh: Primitive = elementwise("cosh", value=np.cosh, latex=r"\cosh({0})", slopes=[r"\sinh({0})"],
                   vjp=lambda g, y, x: [g * sinh(x)], takes=FLOAT, samples=[wide])  # fmt: skip
tanh: Primitive = elementwise("tanh", value=edges.tanh, latex=r"\tanh({0})", slopes=["(1 - {y}^2)"],
                   vjp=lambda g, y, x: [g * (1 - y * y)], takes=FLOAT, samples=[wide])  # fmt: skip
asinh: Primitive = elementwise("asinh", value=np.arcsinh, latex=r"\operatorname{{arsinh}}({0})",
                    slopes=[r"\frac{{1}}{{\sqrt{{{0}^2 + 1}}}}"],
                    vjp=lambda g, y, x: [g / sqrt(x * x + 1)], takes=FLOAT,
                    samples=[wide])  # fmt: skip
acosh: Primitive = elementwise("acosh", value=np.arccosh, latex=r"\operatorname{{arcosh}}({0})",
                    slopes=[r"\frac{{1}}{{\sqrt{{{0}^2 - 1}}}}"],
                    vjp=lambda g, y, x: [g / (sqrt(x - 1) * sqrt(x + 1))], takes=FLOAT,
                    samples=[between(1.2, 3)])  # fmt: skip
atanh: Primitive = elementwise("atanh", value=np.arctanh, latex=r"\operatorname{{artanh}}({0})",
                    slopes=[r"\frac{{1}}{{1 - {0}^2}}"],
                    vjp=lambda g, y, x: [g / (1 - x * x)], takes=FLOAT, samples=[unit])  # fmt: skip


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))  # never overflows
    return np.where(x >= 0, 1, e) / (1 + e)


def _erf(x: Array) -> Array:
    flat = np.asarray(x)
    return np.fromiter(map(math.erf, flat.ravel().tolist()), flat.dtype, flat.size).reshape(
        flat.shape
    )


sigmoid: Primitive = elementwise("sigmoid", value=_sigmoid, latex=r"\sigma({0})",
                                 slopes=["{y} (1 - {y})"],
                      vjp=lambda g, y, x: [g * (y * (1 - y))], takes="f", samples=[wide],
                      says="1 / (1 + e^-x)")  # fmt: skip
softplus: Primitive = elementwise("softplus", value=lambda x: np.logaddexp(x, x.dtype.type(0)),
                                  latex=r"\log(1 + e^{{{0}}})",
                       slopes=[r"\sigma({0})"], vjp=lambda g, y, x: [g * sigmoid(x)], takes="f",
                       samples=[wide])  # fmt: skip
erf: Primitive = elementwise("erf", value=_erf, latex=r"\operatorname{{erf}}({0})",
                  slopes=[r"\frac{{2}}{{\sqrt{{\pi}}}} e^{{-{0}^2}}"],
                  vjp=lambda g, y, x: [g * (exp(-(x * x)) * (2 / math.sqrt(math.pi)))], takes="f",
                  samples=[wide])  # fmt: skip
real: Primitive = elementwise(
    "real", value=np.real, latex=r"\Re({0})", takes="c", out=real_type, samples=[wide]
)
imag: Primitive = elementwise(
    "imag", value=np.imag, latex=r"\Im({0})", takes="c", out=real_type, samples=[wide]
)
conj: Primitive = elementwise(
    "conj", value=np.conj, latex=r"\overline{{{0}}}", takes="c", samples=[wide]
)
logical_not: Primitive = elementwise(
    "logical_not", value=np.logical_not, latex=r"\lnot {0}", takes="b", samples=[wide]
)
bitwise_invert: Primitive = elementwise("bitwise_invert", value=np.invert,
                                        latex=r"\mathord{{\sim}} {0}", takes="biu",
                             samples=[wide])  # fmt: skip
isnan: Primitive = elementwise(
    "isnan", value=np.isnan, latex=r"\operatorname{{isnan}}({0})", out=bool_, samples=[wide]
)
isinf: Primitive = elementwise(
    "isinf", value=np.isinf, latex=r"\operatorname{{isinf}}({0})", out=bool_, samples=[wide]
)
signbit: Primitive = elementwise("signbit", value=np.signbit,
                                 latex=r"\operatorname{{signbit}}({0})", takes="f",
                      out=bool_, samples=[wide])  # fmt: skip
isfinite: Primitive = elementwise("isfinite", value=np.isfinite,
                                  latex=r"\operatorname{{isfinite}}({0})", out=bool_,
                       samples=[wide])  # fmt: skip

# two inputs
add: Primitive = elementwise("add", value=np.add, latex=r"{0} + {1}", slopes=["1", "1"],
                  vjp=lambda g, y, a, b: [g, g], samples=[wide, wide])  # fmt: skip
subtract: Primitive = elementwise("subtract", value=np.subtract, latex=r"{0} - {1}",
                                  slopes=["1", "(-1)"],
                       vjp=lambda g, y, a, b: [g, -g], samples=[wide, wide])  # fmt: skip
multiply: Primitive = elementwise("multiply", value=np.multiply, latex=r"{0} \odot {1}",
                                  slopes=["{1}", "{0}"],
                       vjp=lambda g, y, a, b: [g * b, g * a], samples=[wide, wide])  # fmt: skip
divide: Primitive = elementwise("divide", value=np.divide, latex=r"\frac{{{0}}}{{{1}}}",
                     slopes=[r"\frac{{1}}{{{1}}}", r"\left(-\frac{{{y}}}{{{1}}}\right)"],
                     vjp=lambda g, y, a, b: [g / b, -(g * (y / b))], takes=FLOAT,
                     samples=[wide, positive])  # fmt: skip


def _pow_vjp(g: Node, y: Node, a: Node, b: Node) -> list[Node | None]:
    if b.prim.name == "literal":  # x², √x ...: no logarithm, and right at 0
        n = b.attrs["value"]
        slope = {0: a * 0, 1: a * 0 + 1, 2: a * 2}.get(n)
        return [g * (slope if slope is not None else a ** (n - 1) * n), None]
    safe = where(greater(a, 0 * a), a, 0 * a + 1)  # 0^b = 0 has slope 0 in b
    return [g * (b * pow_(a, b - 1)), g * (y * log(safe))]


pow_: Primitive = elementwise("pow", value=edges.power, latex=r"{0}^{{{1}}}",
                   slopes=["{1} {0}^{{{1} - 1}}", r"{y} \log({0})"], vjp=_pow_vjp,
                   samples=[positive, wide])  # fmt: skip
remainder: Primitive = elementwise("remainder", value=np.remainder, latex=r"{0} \bmod {1}",
                        slopes=["1", r"\left(-\lfloor {0} / {1} \rfloor\right)"],
                        vjp=lambda g, y, a, b: [g, -(g * floor(a / b))], takes=REAL,
                        samples=[between(0.1, 0.4), between(0.6, 0.9)])  # fmt: skip
floor_divide: Primitive = elementwise("floor_divide", value=edges.floor_divide,
                                      latex=r"\lfloor {0} / {1} \rfloor",
                           slopes=["0", "0"], vjp=lambda g, y, a, b: [None, None], takes=REAL,
                           samples=[between(0.1, 0.4), between(0.6, 0.9)])  # fmt: skip


def _ties(g: Node, wins: Node, ties: Node) -> Node:
    """g where an input wins, half of it where both are equal."""
    none = nothing(g)
    return where(wins, g, where(ties, g * 0.5, none))


maximum: Primitive = elementwise("maximum", value=np.maximum, latex=r"\max({0}, {1})",
                      slopes=[r"\mathbf{{1}}[{0} > {1}]", r"\mathbf{{1}}[{1} > {0}]"],
                      vjp=lambda g, y, a, b: [_ties(g, greater(a, b), equal(a, b)),
                                              _ties(g, less(a, b), equal(a, b))],
                      takes=REAL, samples=[wide, wide])  # fmt: skip
minimum: Primitive = elementwise("minimum", value=np.minimum, latex=r"\min({0}, {1})",
                      slopes=[r"\mathbf{{1}}[{0} < {1}]", r"\mathbf{{1}}[{1} < {0}]"],
                      vjp=lambda g, y, a, b: [_ties(g, less(a, b), equal(a, b)),
                                              _ties(g, greater(a, b), equal(a, b))],
                      takes=REAL, samples=[wide, wide])  # fmt: skip
relu: Primitive = elementwise("relu", value=lambda x: np.maximum(x, x.dtype.type(0)),
                              latex=r"\operatorname{{ReLU}}({0})",
                   slopes=[r"\mathbf{{1}}[{0} > 0]"],
                   vjp=lambda g, y, x: [where(greater(x, nothing(x)), g, nothing(g))], takes=REAL,
                   samples=[wide], says="max(x, 0); slope 0 at 0")  # fmt: skip
atan2: Primitive = elementwise("atan2", value=np.arctan2, latex=r"\operatorname{{atan2}}({0}, {1})",
                    slopes=[r"\frac{{{1}}}{{{0}^2 + {1}^2}}",
                            r"\left(-\frac{{{0}}}{{{0}^2 + {1}^2}}\right)"],
                    vjp=lambda g, y, a,
                    b: [g * (b / (a * a + b * b)), -(g * (a / (a * a + b * b)))],
                    takes="f", samples=[positive, positive])  # fmt: skip
hypot: Primitive = elementwise("hypot", value=np.hypot, latex=r"\sqrt{{{0}^2 + {1}^2}}",
                    slopes=[r"\frac{{{0}}}{{{y}}}", r"\frac{{{1}}}{{{y}}}"],
                    vjp=lambda g, y, a, b: [g * (a / y), g * (b / y)], takes="f",
                    samples=[positive, positive])  # fmt: skip
logaddexp: Primitive = elementwise("logaddexp", value=np.logaddexp,
                                   latex=r"\log(e^{{{0}}} + e^{{{1}}})",
                        slopes=[r"\sigma({0} - {1})", r"\sigma({1} - {0})"],
                        vjp=lambda g, y, a, b: [g * sigmoid(a - b), g * sigmoid(b - a)], takes="f",
                        samples=[wide, wide])  # fmt: skip
copysign: Primitive = elementwise("copysign", value=np.copysign,
                                  latex=r"\lvert {0} \rvert \operatorname{{sign}}({1})",
                       slopes=[r"\operatorname{{sign}}({0} {1})", "0"],
                       vjp=lambda g, y, a, b: [g * (sign(a) * sign(b)), None], takes="f",
                       samples=[positive, positive])  # fmt: skip
nextafter: Primitive = elementwise("nextafter", value=np.nextafter,
                                   latex=r"\operatorname{{nextafter}}({0}, {1})",
                        takes="f", samples=[wide, wide])  # fmt: skip
equal: Primitive = comparison("equal", np.equal, r"{0} = {1}", takes="biufc")
not_equal: Primitive = comparison("not_equal", np.not_equal, r"{0} \neq {1}", takes="biufc")
less: Primitive = comparison("less", np.less, r"{0} < {1}")
less_equal: Primitive = comparison("less_equal", np.less_equal, r"{0} \le {1}")
greater: Primitive = comparison("greater", np.greater, r"{0} > {1}")
greater_equal: Primitive = comparison("greater_equal", np.greater_equal, r"{0} \ge {1}")
bitwise_and: Primitive = elementwise(
    "bitwise_and", value=np.bitwise_and, latex=r"{0} \land {1}", takes="biu", samples=[wide, wide]
)
bitwise_or: Primitive = elementwise(
    "bitwise_or", value=np.bitwise_or, latex=r"{0} \lor {1}", takes="biu", samples=[wide, wide]
)
bitwise_xor: Primitive = elementwise(
    "bitwise_xor", value=np.bitwise_xor, latex=r"{0} \oplus {1}", takes="biu", samples=[wide, wide]
)
shift_left: Primitive = elementwise("bitwise_left_shift", value=np.left_shift,
                                    latex=r"{0} \ll {1}", takes=INT,
                         samples=[between(0, 5), between(0, 3)])  # fmt: skip
shift_right: Primitive = elementwise("bitwise_right_shift", value=np.right_shift,
                                     latex=r"{0} \gg {1}", takes=INT,
                          samples=[between(0, 5), between(0, 3)])  # fmt: skip
