"""The symbols of optimizers: hyperparameters as numbers that remember them, slots, locals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tiza.graph import Node
from tiza.readings.blackboard import algebra as al
from tiza.readings.blackboard.expr import Expr, Name, Symbol
from tiza.readings.blackboard.letters import symbol

if TYPE_CHECKING:
    from tiza.optim.optimizer import Optimizer
    from tiza.readings.blackboard.derivation import Board

LETTERS = {"lr": "η", "weight_decay": "λ", "momentum": "μ", "dampening": "τ", "eps": "ε",
           "alpha": "α", "rho": "ρ", "lr_decay": "κ", "momentum_decay": "ψ", "damping": "λ",
           "trust_coefficient": "c", "beta2_decay": "γ", "decay": "β",
           "factor": "ν"}  # fmt: skip
TUPLES = {"betas": ("β_1", "β_2"), "etas": ("η_-", "η_+"), "step_sizes": ("Δ_min", "Δ_max"),
          "eps": ("ε_1", "ε_2"), "ns_coefficients": ("a_1", "a_2", "a_3")}  # fmt: skip
SLOTS = {"exp_avg": "m", "exp_avg_sq": "v", "momentum_buffer": "b", "square_avg": "v", "sum": "s",
         "acc_delta": "u", "grad_avg": "g_bar", "max_exp_avg_sq": "v_max", "exp_inf": "u",
         "mu_product": "Π", "eta": "η_t", "mu": "μ_t", "ax": "a", "prev": "g_prev",
         "step_size": "Δ", "row_var": "R", "col_var": "C", "variance": "v"}  # fmt: skip
FRONT = {"η_t", "μ_t", "μ_t+1", "κ"}  # rates: they stand before what they multiply
# Locals of a rule that are lines of their own; "#" numbers what is assigned again and again.
LOCALS: dict[str, dict[str, str]] = {
    "Adam": {"m_hat": "m_hat", "v_hat": "v_hat"},
    "NAdam": {"mu": "μ_t", "mu_next": "μ_t+1", "ahead": "m_hat"},
    "RAdam": {"m_hat": "m_hat", "length": "ρ_t"},
    "SparseAdam": {"size": "η_t"},
    "Adadelta": {"d": "d"},
    "LAMB": {"r": "r"},
    "Adafactor": {"share": "κ", "v": "v_hat", "u": "u#", "rate": "η_t"},
    "Rprop": {"factor": "c"},
    "Muon": {"step": "M", "x": "X#", "gram": "A#", "o": "O"},
    **{kind: {} for kind in ("SGD", "Adamax", "Adagrad", "RMSprop", "Lion", "LARS", "ASGD")},
}  # fmt: skip


def letter(word: str) -> Symbol:
    """η_t+1 as η with the subscript t+1; anything else as a variable of that name is written."""
    base, _, sub = word.partition("_")
    plain = len(base) == 1 and sub not in {"hat", "bar", "tilde"}
    return Symbol(base, sub) if plain else symbol(word)


def locals_of(optimizer: Optimizer) -> Mapping[str, str] | None:
    """Which local variables of its rule are lines; None: all with a name of several letters."""
    for kind in type(optimizer).__mro__:
        if kind.__module__.startswith("tiza.optim") and kind.__name__ in LOCALS:
            return LOCALS[kind.__name__]
    return None


class Known(float):
    """A hyperparameter: a number for the optimizer, a formula for the blackboard."""

    formula: Expr

    def __new__(cls, value: float, formula: Expr) -> Known:
        """A number with its formula."""
        made = super().__new__(cls, value)
        made.formula = formula
        return made

    def __repr__(self) -> str:
        return f"{float(self)!r} as {self.formula!r}"  # the key under which literals are shared

    __hash__ = float.__hash__

    def _with(self, other: Any, value: float, formula: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        right = other.formula if isinstance(other, Known) else al.num(float(other))
        return Known(value, formula(self.formula, right))

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(self) + float(other), al.add)

    def __radd__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(other) + float(self), lambda a, b: al.add(b, a))

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(self) - float(other), al.sub)

    def __rsub__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(other) - float(self), lambda a, b: al.sub(b, a))

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(self) * float(other), al.mul)

    def __rmul__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(other) * float(self), lambda a, b: al.mul(b, a))

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(self) / float(other), al.div)

    def __rtruediv__(self, other: Any) -> Any:
        if isinstance(other, Node):
            return NotImplemented
        return self._with(other, float(other) / float(self), lambda a, b: al.div(b, a))

    def __neg__(self) -> Known:
        return Known(-float(self), al.neg(self.formula))


def free(board: Board, wanted: Symbol) -> Symbol:
    """The letter that the optimizer is used to, unless the network has it already."""
    if wanted not in board.names.taken:
        return wanted
    other = Symbol("k") if wanted == Symbol("t") else replace(wanted, sub=f"{wanted.sub}opt")
    return other if other not in board.names.taken else replace(wanted, sub=f"{wanted.sub}opt")


def hyperparameters(board: Board, group: Mapping[str, Any], usual: Mapping[str, Any],
                    ) -> tuple[dict[str, Any], dict[Name, float]]:  # fmt: skip
    """The options of a group as numbers that know their symbols; and these symbols' values.

    `usual` are the defaults of the optimizer: counts among them stay whole numbers.
    """
    made: dict[str, Any] = dict(group)
    values: dict[Name, float] = {}

    def known(value: Any, word: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, float | int) or not value:
            return value
        name = free(board, letter(word))
        values[name] = float(value)
        return Known(value, al.sym(name, ()))

    for key, value in group.items():
        if key in TUPLES and isinstance(value, tuple | list):
            made[key] = tuple(map(known, value, TUPLES[key]))
        elif not isinstance(usual.get(key), int):
            made[key] = known(value, LETTERS.get(key, key))
    return made, values
