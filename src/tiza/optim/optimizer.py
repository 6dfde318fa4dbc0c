"""The optimizer: its subclasses write one formula, the base maps it over all parameters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from inspect import Parameter as Argument
from inspect import Signature
from itertools import chain
from math import log
from operator import itemgetter, setitem
from typing import Any, ClassVar

import numpy as np

from tiza.errors import ArgumentError
from tiza.graph import Node, literal, placeholder
from tiza.graph.precision import precision
from tiza.graph.prims.choose import as_type
from tiza.graph.prims.elementwise import expm1
from tiza.graph.prims.elementwise import log as log_of
from tiza.lang import hot
from tiza.lang.rows import are_few
from tiza.lang.tensor import Tensor, evaluate_together
from tiza.lang.trace import Program, is_writing, must_be_seen
from tiza.nn.parameter import at_once, clear_grad, leaf_of, rows_assigned
from tiza.optim.memory import Remembered
from tiza.optim.options import bound, fixed, moved, without_inert
from tiza.optim.rows import looked_up, on_rows, rows_written, sums_at_rows
from tiza.optim.whole import Row, Turn

Shape = tuple[int, ...]
SHARES = {"rho", "alpha"}  # hyperparameters between 0 and 1
Update = tuple[Node, tuple[Node, ...]]  # the new parameter, its new slots
Array = np.ndarray[Any, Any]


def unbias(beta: float | Node, t: Node) -> Node:
    """1 − βᵗ, the weight that a running mean from zero has gathered.

    Written −expm1(t log β): in float32, 1 − 0.999¹ would keep four digits only.
    """
    if isinstance(beta, Node):
        return -expm1(t * log_of(beta))
    return -expm1(t * log(beta)) if beta else literal(1, t.dtype)


class Optimizer(Remembered):
    """What all optimizers share: parameter groups, state, and PyTorch's way of being called.

    A subclass lists its hyperparameters as annotated class attributes (they become arguments
    of the constructor, in order), the names of its `slots` (arrays kept per parameter, zero at
    first), and writes `rule`. `params` are parameters, or dictionaries {"params": …, "lr": …}
    with hyperparameters of their own. `maximize` goes up the gradient instead of down.

    >>> import tiza as tz
    >>> from tiza import nn, optim
    >>> w = nn.Parameter(tz.tensor([1.0, 2.0]))
    >>> optimizer = optim.SGD([w], lr=0.5)
    >>> (w * w).sum().backward(); optimizer.step(); w.tolist()
    [0.0, 0.0]
    """

    slots: ClassVar[tuple[str, ...]] = ()
    defaults: ClassVar[dict[str, Any]] = {"lr": 1e-3, "maximize": False}
    lr: float

    def __init_subclass__(cls) -> None:
        own = {k: cls.__dict__[k] for k, kind in cls.__annotations__.items()
               if k in cls.__dict__ and "ClassVar" not in str(kind)}  # fmt: skip
        cls.defaults = {**cls.defaults, **own}
        if "maximize" in cls.defaults:  # last, and by its name only
            cls.defaults["maximize"] = cls.defaults.pop("maximize")
        for name in own:
            delattr(cls, name)  # `optimizer.lr` is what is in force, not the default
        kind = Argument.POSITIONAL_OR_KEYWORD
        named = {k: Argument.KEYWORD_ONLY if k == "maximize" else kind for k in cls.defaults}
        cls.__signature__ = Signature(  # type: ignore[attr-defined]
            [
                Argument("params", kind),
                *(Argument(k, named[k], default=v) for k, v in cls.defaults.items()),
            ]
        )

    def __init__(self, params: Iterable[Any], *values: Any, **options: Any) -> None:
        options = without_inert(type(self).__name__, options)
        names = list(self.defaults)
        most = len(names) - ("maximize" in names)
        if len(values) > most or not options.keys() <= set(names[len(values) :]):
            unknown = [k for k in options if k not in names] or list(options) or ["…"]
            raise ArgumentError("optim-option", kind=type(self).__name__, got=unknown[0],
                                known=", ".join(names))  # fmt: skip
        self.defaults = {**self.defaults, **dict(zip(names, values, strict=False)), **options}  # type: ignore[misc]
        self.param_groups = []
        self.state = {}
        self.moving: tuple[str, ...] = ("lr",)  # options that a schedule moves, see options.py
        self._programs: dict[Any, Program] = {}
        if not isinstance(params, Iterable):
            raise ArgumentError("optim-params", got=type(params).__name__)
        given = [params] if isinstance(params, Tensor) else list(params)
        if not given:
            raise ArgumentError("optim-empty")
        groups: list[Any] = given if isinstance(given[0], Mapping) else [{"params": given}]
        for group in groups:
            self.add_param_group(group)

    # -- what a subclass says -------------------------------------------------------------

    def rule(self, t: Node, p: Node, g: Node, *slots: Node) -> Update:
        """One step of one parameter on nodes: new parameter, new slots. Pure."""
        raise ArgumentError("optim-rule", kind=type(self).__name__)

    @classmethod
    def slots_for(cls, group: Mapping[str, Any], shape: Shape) -> tuple[str, ...]:
        """The slots of a parameter of that shape in a group."""
        del group, shape
        return cls.slots

    @classmethod
    def by_rows(cls, group: Mapping[str, Any]) -> bool:
        """Whether a row of a table that has no gradient stays as it is, with its slots.

        A step then touches the other rows only.
        """
        del group
        return False

    @classmethod
    def check(cls, group: Mapping[str, Any]) -> None:
        """Refuse hyperparameters without meaning."""
        for name, value in group.items():
            if name == "betas":
                good, wanted = len(value) == 2 and all(0 <= b < 1 for b in value), "0 ≤ β < 1"
            elif name in SHARES:
                good, wanted = 0 <= value <= 1, "0 … 1"
            else:
                good, wanted = not isinstance(value, int | float) or value >= 0, "≥ 0"
            if not good:
                raise ArgumentError("optim-value", name=name, got=value, wanted=wanted)

    # -- groups ---------------------------------------------------------------------------

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Train further parameters, with hyperparameters of their own where given."""
        given = param_group["params"]
        params = [given] if isinstance(given, Tensor) else list(given)
        params = [p[1] if isinstance(p, tuple) else p for p in params]  # named_parameters()
        for param in params:
            if not isinstance(param, Tensor) or not param.is_leaf:
                raise ArgumentError("optim-not-leaf", got=type(param).__name__)
        known = {id(p) for p in self.params}
        if len({id(p) for p in params} - known) < len(params):
            raise ArgumentError("optim-twice")
        unknown = param_group.keys() - self.defaults.keys() - {"params", "initial_lr"}
        if unknown:
            raise ArgumentError("optim-option", kind=type(self).__name__, got=min(unknown),
                                known=", ".join(self.defaults))  # fmt: skip
        group = {**self.defaults, **param_group, "params": params}
        self.check(group)
        self.param_groups.append(group)

    def __getattr__(self, name: str) -> Any:
        """A hyperparameter as it is in force in the first group."""
        groups = self.__dict__.get("param_groups")
        if groups and name in self.defaults:
            return groups[0][name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        """A hyperparameter is set in every group.

        Errors: ArgumentError for a value without meaning.
        """
        groups = self.__dict__.get("param_groups")
        if not groups or name not in self.defaults:
            object.__setattr__(self, name, value)
            return
        for group in groups:
            self.check({**group, name: value})
        for group in groups:
            group[name] = value

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {k}: {group[k]}" for k in sorted(group) if k != "params"]
        return "\n".join([*lines, ")"])

    def formula(self, group: Mapping[str, Any], values: Sequence[Node] | None = None,
                dtype: Any = None) -> Callable[..., Update]:  # fmt: skip
        """This optimizer's `rule` with the hyperparameters of one group bound to `self`.

        `values` stand for the options that move, in the order of `self.moving`.
        """
        nodes = [] if values is None else [as_type(value, dtype) for value in values]
        named = dict(zip(self.moving, nodes, strict=values is not None))
        view = object.__new__(type(self))
        view.__dict__.update(bound(group, self.defaults, named))
        if not group.get("maximize"):
            return view.rule
        return lambda t, p, g, *slots: view.rule(t, p, -g, *slots)

    def rates(self) -> list[float]:
        """The numbers that move, group after group: the inputs `lr` of `update`."""
        return [moved(group, name) for group in self.param_groups for name in self.moving]

    def settings(self) -> tuple[Any, ...]:
        """The numbers that a traced step holds: where they change, it is traced anew."""
        return tuple(fixed(group, self.moving) for group in self.param_groups)

    def _of_group(self, values: Sequence[Node], index: int) -> Sequence[Node]:
        many = len(self.moving)
        return values[index * many : (index + 1) * many]

    # -- the functional face --------------------------------------------------------------

    def update(self, params: Sequence[Node], grads: Sequence[Node | None],
               state: Sequence[tuple[Node, ...]], t: Node, lr: Sequence[Node] | None = None,
               behind: Sequence[int] = (),
               ) -> tuple[list[Node], list[tuple[Node, ...]]]:  # fmt: skip
        """One step on nodes, for tracing: new parameters and new slots.

        `params`, `grads` and `state` stand in the order of `self.params`; where a gradient is
        None nothing changes. `t` is the number of this step, from 1; `lr` has a scalar for each
        number of `rates()`, or is read from the groups. `behind`: how many steps fewer than `t`
        each parameter has made.
        """
        news, slots = list(params), list(state)
        start = 0
        for index, group in enumerate(self.param_groups):
            for i in range(start, start + len(group["params"])):
                g, p = grads[i], params[i]
                if g is not None:
                    values = None if lr is None else self._of_group(lr, index)
                    rule = self.formula(group, values, p.dtype)
                    if self.takes_rows(group, g):
                        rule = on_rows(rule)
                    own = t - behind[i] if behind and behind[i] else t
                    news[i], slots[i] = rule(as_type(own, p.dtype), p, g, *state[i])
            start += len(group["params"])
        return news, slots

    def slot_arrays(self) -> list[tuple[Array, ...]]:
        """The slots of every parameter in the order of `self.params`; zeros at first."""
        rows = [(self._state_of(p, group), self.slots_for(group, p.shape))
                for group in self.param_groups for p in group["params"]]  # fmt: skip
        return [tuple(state[name] for name in names) for state, names in rows]

    def slot_names(self, called: Mapping[int, str]) -> list[tuple[str, ...]]:
        """What they are called, as "0.weight.exp_avg"; called: id of a parameter → its name."""
        return [tuple(f"{called.get(id(p), '')}.{name}".lstrip(".")
                      for name in self.slots_for(group, p.shape))
                for group in self.param_groups for p in group["params"]]  # fmt: skip

    def set_slot_arrays(self, slots: Sequence[Sequence[Array]],
                        steps: int | Sequence[int]) -> None:  # fmt: skip
        """Take over slots, and how many steps all parameters, or each of them, have made."""
        rows = [(p, group) for group in self.param_groups for p in group["params"]]
        counts = [steps] * len(rows) if isinstance(steps, int) else steps
        for (param, group), arrays, count in zip(rows, slots, counts, strict=True):
            named = dict(zip(self.slots_for(group, param.shape), arrays, strict=True))
            self.state[param] = {"step": count, **named}

    def counts(self) -> list[int]:
        """How many steps each of `self.params` has made."""
        return [self.state[p]["step"] if p in self.state else 0 for p in self.params]

    @property
    def steps(self) -> int:
        """How many steps have been made: the most that any parameter has."""
        return max(map(itemgetter("step"), self.state.values()), default=0)

    def _state_of(self, param: Tensor, group: Mapping[str, Any]) -> dict[str, Any]:
        state = self.state.setdefault(param, {"step": 0})
        for name in self.slots_for(group, param.shape):
            if name not in state:
                state[name] = self.initial(name, group, param.shape).astype(param.dtype)
        return state

    # -- PyTorch's face -------------------------------------------------------------------

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients (or make them zeros)."""
        for param in self.params:
            clear_grad(param, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Compute loss, gradients and the new parameters; parameters without gradient stay.

        `closure`, where given, computes the loss anew and calls `backward`; its loss is returned.
        """
        must_be_seen(self)
        if is_writing():  # what `Opened` has put in its place
            return self.__dict__["step"](closure)
        loss = closure() if closure is not None else None
        rows = [(i, group, p) for i, group in enumerate(self.param_groups)
                for p in group["params"]
                if (p._grad if p._lost is None else p.grad) is not None]  # fmt: skip
        some = {id(p) for _, group, p in rows
                if p._grad is not None and self.takes_rows(group, p._grad.node)}  # fmt: skip
        turn = None if some else Turn.of(self, rows)
        if turn is None:
            self._stepped(rows, some)
        elif not turn.made():
            self._stepped(rows, some, hot.cold)
            turn.whole.turns += 1
        return loss

    def _stepped(self, rows: list[Row], some: Collection[int],
                 compute: Callable[..., None] = hot.computed) -> None:  # fmt: skip
        """A step: of the rows that they have for the parameters `some`, of all for the others."""
        at = {id(p): looked_up(p.grad.node) for _, _, p in rows if id(p) in some}  # type: ignore[union-attr]
        whole = [row for row in rows if id(row[2]) not in some]
        parts = [Tensor(node) for found in at.values() for node in found[:2]]
        grads = [p.grad for _, _, p in whole if p.grad is not None]
        evaluate_together([*grads, *parts], compute)
        writes = [self._rows_stepped(*row, *sums_at_rows(at[id(row[2])]))
                  for row in rows if id(row[2]) in some]  # fmt: skip
        by_count: dict[int, list[Row]] = {}
        for row in whole:
            count = self._state_of(row[2], row[1])["step"] + 1
            by_count.setdefault(count, []).append(row)
        for count, same in by_count.items():
            writes.append(self._all_stepped(count, same, compute is hot.computed))
        at_once(*writes)

    def takes_rows(self, group: Mapping[str, Any], g: Node) -> bool:
        """Whether a step with this gradient touches only the rows that it has."""
        return self.by_rows(group) and are_few(g)

    def _rows_stepped(self, index: int, group: dict[str, Any], p: Tensor,
                      where: Array, g: Array) -> Iterator[None]:  # fmt: skip
        """A step of the rows `where` of a table, whose gradients are `g`."""
        state = self._state_of(p, group)
        counted = map(setitem, [state], ["step"], [state["step"] + 1])
        if not len(where):
            return counted
        rows, first = np.unique(where, return_index=True)
        names = self.slots_for(group, p.shape)
        given = [p.node.value[where], g, *(state[s][where] for s in names)]
        numbers = [np.float64(state["step"] + 1), *map(np.float64, self.rates())]
        new, *slots = self._program([(index, group, p)], given)(*numbers, *given)
        writes = [rows_written(state, name, rows, slot[first])
                  for name, slot in zip(names, slots, strict=True)]  # fmt: skip
        return chain(rows_assigned(p, rows, new[first]), *writes, counted)

    def _all_stepped(self, count: int, rows: list[Row], compiles: bool) -> Iterator[None]:
        """A step of whole parameters, the one of this number for each."""
        names = [self.slots_for(group, p.shape) for _, group, p in rows]
        arrays: list[Any] = []
        for (_, group, p), slots in zip(rows, names, strict=True):
            state = self._state_of(p, group)
            arrays += [p.numpy(), p.grad.numpy(), *(state[s] for s in slots)]  # type: ignore[union-attr]
        numbers = [np.float64(count), *map(np.float64, self.rates())]
        program, given = self._program(rows, arrays), [*numbers, *arrays]
        answers = iter(hot.ran(program, given) if compiles else program(*given))
        writes: list[Iterator[None]] = []
        for (_, _, p), slots in zip(rows, names, strict=True):
            new = leaf_of(p, np.array(next(answers), dtype=p.dtype))
            after = {s: next(answers) for s in slots} | {"step": count}
            writes += [map(setattr, [p], ["node"], [new]), map(self.state[p].update, [after])]
        return chain(*writes)

    def _program(self, rows: list[Row],
                 given: Sequence[Array]) -> Program:  # fmt: skip
        """The formula traced for these parameters, once for each set of hyperparameters."""
        key = (self.moving, len(self.param_groups), precision.products,
               tuple((i, fixed(group, self.moving)) for i, group, _ in rows),
               tuple((array.shape, array.dtype) for array in given))  # fmt: skip
        found = self._programs.get(key)
        if found is not None:
            return found
        scalar = np.dtype(np.float64)
        t = placeholder((), scalar, "t")
        rates = [placeholder((), scalar, "η") for _ in self.rates()]
        holes = [placeholder(array.shape, array.dtype) for array in given]
        rest, outputs = iter(holes), []
        for i, group, param in rows:
            p, g = next(rest), next(rest)
            some = [next(rest) for _ in self.slots_for(group, param.shape)]
            rule = self.formula(group, self._of_group(rates, i), p.dtype)
            new, slots = rule(as_type(t, p.dtype), p, g, *some)
            outputs += [new, *slots]
        if len(self._programs) > KEPT:
            self._programs.clear()
        program = self._programs[key] = Program([t, *rates, *holes], outputs)
        return program


KEPT = 16  # traced programs: shapes or hyperparameters that change at every step are rare
