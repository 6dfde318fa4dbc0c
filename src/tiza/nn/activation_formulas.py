"""Activations as composites: named functions of one node, each with its formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tiza.graph import Node, Primitive, composite, literal
from tiza.graph.primitive import Sample
from tiza.graph.prims import choose as c
from tiza.graph.prims import elementwise as e
from tiza.graph.prims.families import same_type
from tiza.graph.types import DType, Shape

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def activation(name: str, body: Callable[..., Node], latex: str, *, slope: str = "",
               says: str = "", **defaults: float) -> Primitive:  # fmt: skip
    """A composite y[i] = body(x[i]) that keeps shape and type; `defaults` are its numbers."""

    def infer(x: Node, **attrs: float) -> tuple[Shape, DType]:
        return x.shape, same_type(name, "f", (x,))

    def samples(rng: Any) -> list[Sample]:
        shapes: list[Shape] = [(3, 4), (), (0, 2), (5, 1)]
        return [((_off_kinks(rng.uniform(-7, 7, s)),), dict(defaults)) for s in shapes]

    return composite(name, body, latex=latex, infer=infer, samples=samples, says=says,
                     latex_vjp=(r"{g} \odot " + slope if slope else "",))  # fmt: skip


def _off_kinks(x: Any) -> Any:
    near = np.round(x * 2) / 2  # kinks lie at multiples of one half
    return np.where(np.abs(x - near) < 0.02, near + 0.1, x)


def number(x: Node, value: float) -> Node:
    """A literal of the type of x."""
    return literal(value, x.dtype)


def _below(x: Node, limit: float = 0.0) -> Node:
    """x where it is at most `limit`, else `limit`: without min's half slopes at ties."""
    return c.where(e.greater(x, number(x, limit)), number(x, limit), x)


def _elu(x: Node, alpha: float) -> Node:
    return c.where(e.greater(x, number(x, 0)), x, e.expm1(_below(x)) * alpha)


def _celu(x: Node, alpha: float) -> Node:
    return c.where(e.greater(x, number(x, 0)), x, e.expm1(_below(x) / alpha) * alpha)


def _hardtanh(x: Node, low: float, high: float) -> Node:
    upper = c.where(e.greater_equal(x, number(x, high)), number(x, high), x)  # NaN stays NaN
    return c.where(e.less_equal(x, number(x, low)), number(x, low), upper)


def _softplus(x: Node, beta: float, threshold: float) -> Node:
    scaled = x if beta == 1 else x * beta
    curve = e.softplus(scaled) if beta == 1 else e.softplus(scaled) / beta
    return c.where(e.greater(scaled, number(x, threshold)), x, curve)


def _softshrink(x: Node, lambd: float) -> Node:
    low = c.where(e.greater_equal(x, number(x, -lambd)), number(x, 0), x + lambd)
    return c.where(e.greater(x, number(x, lambd)), x - lambd, low)


def _hardshrink(x: Node, lambd: float) -> Node:
    return c.where(e.less_equal(e.abs_(x), number(x, lambd)), number(x, 0), x)


def _threshold(x: Node, limit: float, value: float) -> Node:
    return c.where(e.less_equal(x, number(x, limit)), number(x, value), x)


def _gelu_tanh(x: Node) -> Node:
    inner = (x + x * x * x * 0.044715) * math.sqrt(2 / math.pi)
    return x * 0.5 * (e.tanh(inner) + 1)


POSITIVE, REST = r"\mathbf{{1}}[{0} > 0]", r"\mathbf{{1}}[{0} \le 0]"

leaky_relu = activation(
    "leaky_relu",
    lambda x, a: c.where(e.greater(x, number(x, 0)), x, x * a),
    r"\operatorname{{LeakyReLU}}({0})", slope="(" + POSITIVE + r" + a\," + REST + ")",
    says="x where positive, a·x elsewhere", a=0.01,
)  # fmt: skip
elu = activation(
    "elu", _elu, r"\operatorname{{ELU}}({0})",
    slope="(" + POSITIVE + r" + \alpha e^{{{0}}} " + REST + ")",
    says="x where positive, α(eˣ − 1) elsewhere; Clevert et al. 2016, arXiv:1511.07289", alpha=1.0,
)  # fmt: skip
celu = activation(
    "celu", _celu, r"\operatorname{{CELU}}({0})",
    slope="(" + POSITIVE + r" + e^{{{0}/\alpha}} " + REST + ")",
    says="x where positive, α(e^(x/α) − 1) elsewhere; Barron 2017, arXiv:1704.07483", alpha=1.0,
)  # fmt: skip
selu = activation(
    "selu", lambda x: _elu(x, SELU_ALPHA) * SELU_SCALE, r"\operatorname{{SELU}}({0})",
    slope=r"\lambda (" + POSITIVE + r" + \alpha e^{{{0}}} " + REST + ")",
    says="1.0507… · ELU with α = 1.6733…; Klambauer et al. 2017, arXiv:1706.02515",
)  # fmt: skip
gelu = activation(
    "gelu", lambda x: x * 0.5 * (e.erf(x * math.sqrt(0.5)) + 1),
    r"{0}\,\Phi({0})", slope=r"(\Phi({0}) + {0}\,\varphi({0}))",
    says="x times the normal distribution's Φ(x); Hendrycks & Gimpel 2016, arXiv:1606.08415",
)  # fmt: skip
gelu_tanh = activation(
    "gelu_tanh", _gelu_tanh,
    r"\tfrac{{1}}{{2}} {0} (1 + \tanh(\sqrt{{2/\pi}} ({0} + 0.044715 {0}^3)))",
    slope=r"\tfrac{{1}}{{2}} (1 + \tanh u + {0} (1 - \tanh^2 u)\, u'),\; "
          r"u = \sqrt{{2/\pi}} ({0} + 0.044715 {0}^3)",
    says="the approximation of GELU by tanh; Hendrycks & Gimpel 2016, section 2",
)  # fmt: skip
silu = activation(
    "silu", lambda x: x * e.sigmoid(x), r"{0}\,\sigma({0})",
    slope=r"\sigma({0})(1 + {0}(1 - \sigma({0})))",
    says="x σ(x), also called swish; Elfwing et al. 2017, arXiv:1702.03118",
)  # fmt: skip
mish = activation(
    "mish", lambda x: x * e.tanh(e.softplus(x)), r"{0} \tanh(\log(1 + e^{{{0}}}))",
    slope=r"(\tanh s + {0}\,\sigma({0}) (1 - \tanh^2 s)),\; s = \log(1 + e^{{{0}}})",
    says="x tanh(softplus(x)); Misra 2019, arXiv:1908.08681",
)  # fmt: skip
logsigmoid = activation(
    "logsigmoid", lambda x: -e.softplus(-x), r"\log \sigma({0})", slope=r"\sigma(-{0})",
    says="log σ(x) = −softplus(−x), which never overflows",
)  # fmt: skip
softplus_beta = activation(
    "softplus_beta", _softplus, r"\tfrac{{1}}{{\beta}} \log(1 + e^{{\beta {0}}})",
    slope=r"\sigma(\beta {0})", says="softplus of sharpness β; x itself where βx > threshold",
    beta=2.0, threshold=8.0,
)  # fmt: skip
softsign = activation(
    "softsign", lambda x: x / (e.abs_(x) + 1), r"\frac{{{0}}}{{1 + \lvert {0} \rvert}}",
    slope=r"\frac{{1}}{{(1 + \lvert {0} \rvert)^2}}", says="x / (1 + |x|)",
)  # fmt: skip
hardtanh = activation(
    "hardtanh", _hardtanh, r"\min(\max({0}, a), b)", slope=r"\mathbf{{1}}[a < {0} < b]",
    says="x kept between two bounds; slope 0 at and beyond them", low=-1.0, high=1.0,
)  # fmt: skip
hardsigmoid = activation(
    "hardsigmoid", lambda x: _hardtanh(x + 3, 0.0, 6.0) / 6, r"\min(\max({0} + 3, 0), 6) / 6",
    slope=r"\tfrac{{1}}{{6}} \mathbf{{1}}[-3 < {0} < 3]", says="a sigmoid of straight lines",
)  # fmt: skip
hardswish = activation(
    "hardswish", lambda x: x * (_hardtanh(x + 3, 0.0, 6.0) / 6),
    r"{0} \min(\max({0} + 3, 0), 6) / 6",
    slope=r"(\tfrac{{1}}{{6}} (2 {0} + 3) \mathbf{{1}}[-3 < {0} < 3] + \mathbf{{1}}[{0} \ge 3])",
    says="x hardsigmoid(x); Howard et al. 2019, arXiv:1905.02244",
)  # fmt: skip
tanhshrink = activation(
    "tanhshrink", lambda x: x - e.tanh(x), r"{0} - \tanh({0})", slope=r"\tanh^2({0})",
    says="x − tanh(x)",
)  # fmt: skip
softshrink = activation(
    "softshrink", _softshrink,
    r"\operatorname{{sign}}({0}) \max(\lvert {0} \rvert - \lambda, 0)",
    slope=r"\mathbf{{1}}[\lvert {0} \rvert > \lambda]",
    says="x drawn towards 0 by λ, and 0 within λ", lambd=0.5,
)  # fmt: skip
hardshrink = activation(
    "hardshrink", _hardshrink, r"{0}\,\mathbf{{1}}[\lvert {0} \rvert > \lambda]",
    slope=r"\mathbf{{1}}[\lvert {0} \rvert > \lambda]", says="x, but 0 within λ", lambd=0.5,
)  # fmt: skip
threshold = activation(
    "threshold", _threshold, r"\operatorname{{threshold}}({0})", slope=r"\mathbf{{1}}[{0} > a]",
    says="x above a, a fixed value elsewhere", limit=0.0, value=-1.0,
)  # fmt: skip
