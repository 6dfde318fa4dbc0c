"""How named functions look: relations, exponentials, softmax, slices, lookups."""

from __future__ import annotations

from tiza.readings.blackboard import boxes as bx
from tiza.readings.blackboard.boxes import Box, row
from tiza.readings.blackboard.expr import Attrs, Expr, Symbol
from tiza.readings.blackboard.matrices import lower, swaps_heads
from tiza.readings.blackboard.notation import (
    ATOM,
    POWER,
    PROD,
    RELATION,
    SET,
    SUM,
    TOP,
    Look,
    Set,
    at_scalar,
    call,
    entry_of,
    formula,
    index_box,
    indices_of,
    inside,
    number_box,
    set_box,
)


def _permuted(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    source, part = _whole(x)
    if swaps_heads(e.data.get("axes")) and source.ndim == e.ndim - 1:
        name = bx.Letter("heads") if part is None else bx.Script(
            bx.Letter("heads"), sub=bx.Numeral(str(part + 1)))  # fmt: skip
        made = row(name, bx.Fence("(", formula(source), ")"))
    else:
        order = bx.Numeral("".join(str(a + 1) for a in e.data.get("axes")))
        made = bx.Script(inside(x, ATOM), sup=row(TOP, bx.Fence("(", order, ")")))
    return (made, PROD) if at is None else entry_of(e, at, made)


def _whole(x: Expr) -> tuple[Expr, int | None]:
    """What was split into heads, and which of its equal parts was taken, if any."""
    part = None
    while x.op == "view" or (x.op == "fun" and x.data.prim.name == "slice" and part is None):
        if x.op == "fun":
            starts, stops = x.data.get("starts"), x.data.get("stops")
            cut = [i for i, n in enumerate(x.args[0].shape) if stops[i] - starts[i] != n]
            if len(cut) != 1 or x.args[0].op != "view" or x.args[0].ndim <= x.ndim - 1:
                break
            part = starts[cut[0]]
        x = x.args[0]
    return x, part


def _sliced(e: Expr, at: tuple[str, ...] | None) -> Set:
    """x with the rows 1 to 4: indices count from 1, the last one is in."""
    (x,) = e.args
    starts, stops, steps = (e.data.get(k) for k in ("starts", "stops", "steps"))
    parts: list[Box] = []
    for n, a, b, s in zip(x.shape, starts, stops, steps, strict=True):
        parts += [bx.Sign(",", "plain")] if parts else []
        parts.append(bx.Numeral(_span(n, a, b, s)))
    made = indexed(x, row(*parts))
    return (made, ATOM) if at is None else entry_of(e, at, made)


def _span(n: int, start: int, stop: int, step: int) -> str:
    """2:5 for the second to the fifth, 1:2:7 for every other one, : for all."""
    if (start, stop, step) == (0, n, 1):
        return ":"
    last = start + (stop - 1 - start) // step * step
    if start == last:
        return str(start + 1)
    return f"{start + 1}:{last + 1}" if step == 1 else f"{start + 1}:{step}:{last + 1}"


def indexed(x: Expr, index: Box) -> Box:
    """x with an index below, beside the one that its name may have."""
    box = inside(x, ATOM)
    if x.op == "sym" and isinstance(box, bx.Script):
        sub = index if box.sub is None else row(box.sub, bx.Sign(",", "plain"), index)
        return bx.Script(box.base, sub, box.sup)
    fenced = isinstance(box, bx.Script | bx.Fraction)
    return bx.Script(bx.Fence("(", box, ")") if fenced else box, sub=index)


def _looked_up(e: Expr, at: tuple[str, ...] | None) -> Set:
    x, i = e.args
    if e.data.get("axis") != 0:
        axis = e.data.get("axis") % x.ndim
        parts: list[Box] = []
        for k in range(x.ndim):
            parts += [bx.Sign(",", "plain")] if parts else []
            parts.append(formula(i) if k == axis else bx.Numeral(":"))
        made = indexed(x, row(*parts))
    else:
        made = row(inside(x, ATOM), bx.Fence("[", formula(i), "]"))
    return (made, ATOM) if at is None else entry_of(e, at, made)


def _scattered(e: Expr, at: tuple[str, ...] | None) -> Set:
    g, i = e.args
    made = row(bx.Script(call("onehot", [i], None), sup=TOP), bx.SPACE, inside(g, POWER))
    return (made, PROD) if at is None else entry_of(e, at, made)


def _gathered(e: Expr, at: tuple[str, ...] | None) -> Set:
    """Entries looked up along an axis, by entries: (x_{i,t_ij})."""
    x, i = e.args
    letters = at if at is not None else indices_of(e.shape)
    axis = e.data.get("axis") % x.ndim
    where, _ = set_box(i, tuple(a if n != 1 else "" for a, n in zip(letters, i.shape, strict=True)))
    parts: list[Box] = []
    for k, a in enumerate(letters):
        if k != axis and not a:
            continue
        parts += [bx.Sign(",", "plain")] if parts else []
        parts.append(where if k == axis else index_box(a))
    made = indexed(x, row(*parts))
    if at is None and "".join(letters):
        made = bx.Script(bx.Fence("(", made, ")"), sub=index_box(",".join(filter(None, letters))))
    return made, ATOM


def _scattered_along(e: Expr, at: tuple[str, ...] | None) -> Set:
    """The adjoint: each entry of g where it was looked up."""
    g, i = e.args
    if i.shape[e.data.get("axis")] == 1:
        made = row(inside(g, PROD), bx.SPACE, call("onehot", [i], None))
    else:
        made = call("scatter", [g, i], None)
    return (made, PROD) if at is None else entry_of(e, at, made)


def _shares(e: Expr, at: tuple[str, ...] | None) -> Set:
    """softmax over the edges that lead to the same node."""
    x, target = e.args
    near = row(bx.Letter("N"), bx.Fence("(", formula(target), ")"))
    made = row(bx.Script(bx.Letter("softmax"), sub=near), bx.Fence("(", formula(x), ")"))
    return (made, PROD) if at is None else entry_of(e, at, made)


def _propagated(e: Expr, at: tuple[str, ...] | None) -> Set:
    """Each node's sum over the edges that lead to it."""
    x, source, target, w = e.args
    sign = bx.Big("∑", row(formula(source), bx.Sign("→", "plain"), formula(target)))
    sent = row(inside(x, ATOM), bx.Fence("[", formula(source), "]"))
    made = row(sign, bx.SPACE, inside(w, PROD), bx.Sign("⊙"), sent)
    return (made, PROD) if at is None else entry_of(e, at, made)


def _joined(sign: str) -> Look:
    """a ∨ b."""

    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        a, b = (inside(x, SUM, at_scalar(x, at)) for x in e.args)
        return row(a, bx.Sign(sign, "relation"), b), RELATION

    return look


def _log_of_sum(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = (bx.Script(bx.Letter("e"), sup=formula(x, at_scalar(x, at))) for x in e.args)
    return row(bx.Letter("log"), bx.Fence("(", row(a, bx.Sign("+"), b), ")")), PROD


def _log_sigmoid(e: Expr, at: tuple[str, ...] | None) -> Set:
    return row(bx.Letter("log"), bx.SPACE, call("σ", e.args, at)), PROD


def _with_option(word: str, option: str, sign: str = "") -> Look:
    """A function with its number below: softplus_2."""

    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        below = row(*([bx.Letter(sign), bx.Sign("=", "plain")] if sign else []),
                    number_box(e.data.get(option))[0])  # fmt: skip
        inner = row(bx.Script(bx.Letter(word), sub=below),
                    bx.Fence("(", formula(e.args[0], at_scalar(e.args[0], at)), ")"))  # fmt: skip
        return inner, PROD

    return look


def _binary(inner: str) -> Look:
    """Binary cross entropy of a probability, or of the logit behind it."""

    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        x, t = e.args[:2]
        p = call("σ", [x], at) if inner else formula(x, at_scalar(x, at))
        both = row(p, bx.Sign(",", "comma"), formula(t, at_scalar(t, at)))
        return row(bx.Letter("BCE"), bx.Fence("(", both, ")")), PROD

    return look


def _conv_back(e: Expr, at: tuple[str, ...] | None) -> Set:
    """The transposed convolution: ∗ where the convolution is ⋆."""
    x, w, *bias = e.args
    made: Box = row(inside(x, POWER), bx.Sign("∗"), inside(w, POWER))
    if bias:
        made = row(made, bx.Sign("+"), inside(bias[0], PROD))
    return (made, SUM) if at is None else entry_of(e, at, made)


def _turned(word: str) -> Look:
    """The adjoint of a linear operation, wordᵀ(x)."""

    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        made = row(bx.Script(bx.Letter(word), sup=TOP), bx.Fence("(", formula(e.args[0]), ")"))
        return (made, PROD) if at is None else entry_of(e, at, made)

    return look


def _bilinear(e: Expr, at: tuple[str, ...] | None) -> Set:
    """xᵢᵀ Wₖ yᵢ + bₖ by entries."""
    x, y, w, *bias = e.args
    n, k = at if at is not None and len(at) == 2 else ("i", "k")
    parts: list[Box] = [
        bx.Script(bx.Fence("(", lower(x, n), ")") if x.op != "sym" else lower(x, n), sup=TOP),
        bx.SPACE, lower(w, k), bx.SPACE, lower(y, n)]  # fmt: skip
    parts += [bx.Sign("+"), lower(bias[0], k)] if bias else []
    made = row(*parts)
    if at is not None:
        return made, SUM
    return bx.Script(bx.Fence("(", made, ")"), sub=index_box(n + k)), ATOM


def _fun(e: Expr, at: tuple[str, ...] | None) -> Set:
    attrs: Attrs = e.data
    name = attrs.prim.name
    special = FUNCTIONS.get(name)
    if special is not None:
        return special(e, at)
    word = WORDS.get(name, name)
    if attrs.prim.family == "elementwise" or name in ENTRYWISE:
        return call(word, e.args, at), PROD
    made = call(word, e.args, None)
    return (made, PROD) if at is None else entry_of(e, at, made)


def _relation(sign: str) -> Look:
    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        a, b = e.args
        left, right = (inside(x, SUM, at_scalar(x, at)) for x in (a, b))
        return row(left, bx.Sign(sign, "relation"), right), RELATION

    return look


def _fenced(left: str, right: str) -> Look:
    return lambda e, at: (
        bx.Fence(left, formula(e.args[0], at_scalar(e.args[0], at)), right), ATOM)  # fmt: skip


def _exp(e: Expr, at: tuple[str, ...] | None) -> Set:
    return bx.Script(bx.Letter("e"), sup=formula(e.args[0], at_scalar(e.args[0], at))), ATOM


def _log_base(base: str) -> Look:
    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        inner = formula(e.args[0], at_scalar(e.args[0], at))
        return row(
            bx.Script(bx.Letter("log"), sub=bx.Numeral(base)), bx.Fence("(", inner, ")")
        ), PROD

    return look


def _log(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    inner, holds = set_box(x, at_scalar(x, at))
    if holds == ATOM and x.op in {"sym", "picked"}:
        return row(bx.Letter("log"), bx.SPACE, inner), PROD
    return row(bx.Letter("log"), bx.Fence("(", inner, ")")), PROD


def _cases(e: Expr, at: tuple[str, ...] | None) -> Set:
    rows: list[tuple[Box, Box]] = []
    while True:  # cases in the other case stand below one another
        c, a, b = e.args
        rows.append((formula(a, at_scalar(a, at)), formula(c, at_scalar(c, at))))
        if not (b.op == "fun" and b.data.prim.name == "where"):
            break
        at, e = at_scalar(b, at), b
    return bx.Cases((*rows, (formula(b, at_scalar(b, at)), bx.Words("otherwise")))), PROD


def _negation(e: Expr, at: tuple[str, ...] | None) -> Set:
    (x,) = e.args
    opposite = {"greater": "≤", "less": "≥", "equal": "≠", "not_equal": "=", "greater_equal": "<",
                "less_equal": ">"}  # fmt: skip
    if x.op == "fun" and x.data.prim.name in opposite:
        return _relation(opposite[x.data.prim.name])(x, at)
    return row(bx.Sign("¬", "plain"), inside(x, ATOM, at_scalar(x, at))), PROD


def _softmax(word: str) -> Look:
    def look(e: Expr, at: tuple[str, ...] | None) -> Set:
        made = call(word, e.args, None)
        return (made, PROD) if at is None else entry_of(e, at, made)

    return look


def _solved(e: Expr, at: tuple[str, ...] | None) -> Set:
    a, b = e.args
    single = a.op == "sym" and isinstance(a.data, Symbol) and not (a.data.sub or a.data.sup)
    base = formula(a) if single else bx.Fence("(", formula(a), ")")
    inverse = bx.Script(base, sup=row(bx.Sign("−", "plain"), bx.Numeral("1")))
    made = row(inverse, bx.SPACE, inside(b, PROD))
    return (made, PROD) if at is None else entry_of(e, at, made)


def _conv(e: Expr, at: tuple[str, ...] | None) -> Set:
    x, w, *bias = e.args
    made: Box = row(inside(x, POWER), bx.Sign("⋆"), inside(w, POWER))
    if bias:
        made = row(made, bx.Sign("+"), inside(bias[0], PROD))
    return (made, SUM) if at is None else entry_of(e, at, made)


FUNCTIONS: dict[str, Look] = {
    "permute": _permuted, "slice": _sliced, "take": _looked_up, "take_add": _scattered,
    "conv": _conv, "conv_transpose": _conv_back, "solve": _solved, "bilinear": _bilinear,
    "take_along": _gathered, "take_along_add": _scattered_along, "segment_softmax": _shares,
    "propagate": _propagated, "logical_or": _joined("∨"), "bitwise_or": _joined("∨"),
    "logical_and": _joined("∧"), "bitwise_and": _joined("∧"), "logaddexp": _log_of_sum,
    "logsigmoid": _log_sigmoid, "softplus_beta": _with_option("softplus", "beta", "β"),
    "bce": _binary(""), "bce_with_logits": _binary("σ"), "windows_add": _turned("windows"),
    "equal": _relation("="), "not_equal": _relation("≠"), "less": _relation("<"),
    "less_equal": _relation("≤"), "greater": _relation(">"), "greater_equal": _relation("≥"),
    "abs": _fenced("|", "|"), "floor": _fenced("⌊", "⌋"), "ceil": _fenced("⌈", "⌉"),
    "exp": _exp, "log": _log, "log2": _log_base("2"), "log10": _log_base("10"),
    "where": _cases, "logical_not": _negation, "softmax": _softmax("softmax"),
    "masked_softmax": _softmax("softmax"), "log_softmax": _softmax("log softmax"),
}  # fmt: skip


WORDS = {
    "relu": "ReLU", "sigmoid": "σ", "leaky_relu": "LeakyReLU", "elu": "ELU", "gelu": "GELU",
    "gelu_tanh": "GELU", "silu": "SiLU", "mish": "Mish", "selu": "SELU", "celu": "CELU",
    "window_argmax": "argmax", "window_max": "maxpool", "window_put": "unpool",
    "window_sum": "sumpool",
    "stop_gradient": "sg", "max_unpool": "unpool", "local_response_norm": "LRN",
    "max": "max", "min": "min", "maximum": "max", "minimum": "min", "layer_norm": "LayerNorm",
    "batch_norm": "BatchNorm", "rms_norm": "RMSNorm", "group_norm": "GroupNorm",
    "batch_norm_fixed": "BatchNorm", "standardize": "standardize", "attention": "Attention",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arsinh", "acosh": "arcosh",
    "atanh": "artanh", "logsumexp": "logsumexp",
}  # fmt: skip


ENTRYWISE = {
    "leaky_relu", "elu", "celu", "selu", "gelu", "gelu_tanh", "silu", "mish", "logsigmoid",
    "softplus_beta", "softsign", "hardtanh", "hardsigmoid", "hardswish", "tanhshrink",
    "softshrink", "hardshrink", "threshold", "bce_with_logits", "bce",
}  # fmt: skip


SET["fun"] = _fun
