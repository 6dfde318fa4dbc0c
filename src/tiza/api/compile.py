"""`tz.compile`: a function of tensors as machine code."""

from __future__ import annotations

import functools
import inspect
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tiza.api.around import Around
from tiza.api.captured import Captured, Opened
from tiza.api.quick import Quick
from tiza.api.stepping import Stepping
from tiza.api.trees import Leaf, flat, leaves_of, rebuilt
from tiza.errors import ArgumentError, TraceError
from tiza.graph import Node, constant, placeholder
from tiza.lang.mode import is_grad_enabled
from tiza.lang.random import key_scope, key_words, next_stream
from tiza.lang.tensor import Tensor, as_tensor
from tiza.nn import Module
from tiza.readings.evaluate import Program
from tiza.readings.native import Compiled, Outside, compiled

MOST_KEPT = 64  # compiled forms of one function
WORDS = np.dtype("uint32")
LEVELS = ("kernels", "llvm", "asm")  # of what `show` prints


def compile(f: Callable[..., Any] | None = None, *, donate: int | Sequence[int] = (),
            threads: int | None = None) -> Any:  # fmt: skip
    """f as machine code: compiled for each new shape and type of its arguments, kept for the next.

    y = compile(f)(x) computes what f(x) does, to the last digits. Arguments may be tensors,
    arrays, and tuples, lists and dicts of them; everything else (numbers, strings) belongs to the
    formula, and another value of it is compiled anew. Models, optimizers and tensors around the
    function are read and changed as they would be without: a whole training step compiles.

        @tz.compile
        def step(x, y):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

    donate: numbers of arguments whose memory the results may take over; they are not used again.
    threads: how many threads share the work; by default as many as the machine has free.
    The result has `show()`, the kernels and their formulas, and `profile()`, where time goes.
    Under `grad`, `vmap`, `jacobian` ... f itself is differentiated, and the outermost compiles.

    Errors: TraceError where f needs a value while it is being written down (`if x > 0`,
    `float(x)`); ArgumentError where f is no function.
    Source: Frostig, Johnson & Leary 2018, "Compiling machine learning programs via high-level
    tracing", for functions that are traced once for each type of their arguments.

    >>> import tiza as tz
    >>> f = tz.compile(lambda x: tz.sum(tz.exp(x) - 1))
    >>> f(tz.zeros(3)).item()
    0.0
    """
    if f is None:
        return functools.partial(compile, donate=donate, threads=threads)
    if not callable(f):
        raise ArgumentError("compile-function", got=type(f).__name__)
    given = (donate,) if isinstance(donate, int) else tuple(donate)
    return CompiledFunction(f, given, threads)


@dataclass
class Form:
    """A function written down for one type of arguments."""

    program: Compiled | None
    plain: Program
    out: Any  # the tree of results, tensors as their numbers
    count: int  # how many tensors are returned
    changed: list[int]
    stepped: list[int]
    random: bool
    aliased: dict[int, int]
    short: Stepping | None = None

    def run(self, arrays: Sequence[Any], threads: int | None) -> list[Any]:
        """The outputs for these inputs."""
        if self.program is None:
            return [np.asarray(a) for a in self.plain(*arrays)]
        try:
            return self.program(*arrays, keep=not self.aliased, threads=threads)
        except Outside:
            return self.plain(*arrays)  # which says what is wrong


class CompiledFunction:
    """What `tz.compile` gives: call it as the function that it was made of."""

    def __init__(self, f: Callable[..., Any], donate: tuple[int, ...], threads: int | None) -> None:
        functools.update_wrapper(self, f, updated=())
        self._f, self._donate, self._threads = f, donate, threads
        self._closed = not isinstance(f, Module)  # a module is all that it has around it
        self._forms: dict[Any, Form] = {}
        self._last: Form | None = None
        self._quick: Quick | Stepping | None = None
        self._around: Around | None = None
        self._captured: Captured | None = None
        self._sides: dict[Any, Any] = {}  # arrays that forms of a step share

    def _same(self) -> bool:
        """Whether the function still has the same things around it."""
        if self._around is None or not self._closed or self._around.same():
            return self._around is not None
        now = Around.of(self._f)  # some name stands for something else: a number, maybe
        same = len(now.things) == len(self._around.things)
        same = same and all(map(operator.is_, now.things, self._around.things))
        self._around = now
        if not same:
            self._captured = None
        return same

    def _quickly(self, args: Sequence[Any]) -> tuple[Any] | None:
        assert self._quick is not None  # asked for where there is one
        try:
            return self._quick(args)
        except Outside:
            return None  # the long way says what is wrong

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """f(*args, **kwargs)."""
        if self._quick is not None and not kwargs and self._same():
            made = self._quickly(args)
            if made is not None:
                return made[0]
        structure, leaves = flat((args, kwargs))
        try:
            if is_grad_enabled() and any(getattr(x, "requires_grad", False) for x in leaves):
                return self._f(*args, **kwargs)
            arrays = [_array(x) for x in leaves]
        except TraceError:  # inside a larger expression: part of it
            return self._f(*args, **kwargs)
        captured = self._captured
        if captured is None or not self._same() or not captured.whole():
            self._around = Around.of(self._f)
            captured = self._captured = Captured.of(self._around.things)
            self._forms.clear()  # they were written down with other models
            self._sides.clear()
        key = structure, tuple((a.shape, a.dtype) for a in arrays), captured.mode()
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) >= MOST_KEPT:
                self._forms.clear()
            form = self._forms[key] = self._written(structure, arrays, captured)
        self._last = form
        answer = self._answer(form, arrays, captured)
        self._quick = self._short(form, arrays, captured) if not kwargs else None
        return answer

    def _short(self, form: Form, arrays: Sequence[Any],
               captured: Captured) -> Quick | Stepping | None:  # fmt: skip
        """The short way to call this form again."""
        if form.program is None:
            return None
        if form.changed or form.stepped or form.random:
            if form.short is None or form.short.captured is not captured:
                form.short = Stepping(form, form.program, arrays, captured, self._sides)
            return form.short if form.short.turns is not None else None
        return Quick.of(form.program, arrays, captured) if isinstance(form.out, Leaf) else None

    def _answer(self, form: Form, arrays: Sequence[Any], captured: Captured) -> Any:
        given = [*arrays, *captured.values()]
        if form.random:
            given.append(key_words(*next_stream(), 1))
        made = form.run(given, self._threads)
        captured.take(form.changed, form.stepped, made[form.count :])
        return rebuilt(form.out, [Tensor(constant(a)) for a in made[: form.count]])

    def _written(self, structure: Any, arrays: Sequence[Any], captured: Captured) -> Form:
        names = self._names(structure)
        holes = [placeholder(a.shape, a.dtype, names.get(i)) for i, a in enumerate(arrays)]
        key = placeholder((4,), WORDS, "key")
        with Opened.of(captured) as opened, key_scope(key):
            args, kwargs = rebuilt(structure, [Tensor(h) for h in holes])
            answer = self._f(*args, **kwargs)
            out, leaves = flat(answer, tensors_only=True)
            changed, stepped = opened.changed(), sorted(opened.slots)
            outputs = [t.node for t in leaves] + opened.results()
        inputs = [*holes, *opened.holes]
        random = _reaches(outputs, key)
        inputs += [key] if random else []
        aliased = self._replaced(structure, holes, outputs[: len(leaves)])
        program = compiled(inputs, outputs, aliased=aliased, threads=self._threads)
        return Form(program, Program(inputs, outputs), out, len(leaves), changed, stepped, random,
                    aliased)  # fmt: skip

    def _names(self, structure: Any) -> dict[int, str]:
        """The names of those arguments that are one tensor each."""
        try:
            bound = inspect.signature(self._f).bind(*structure[0], **rebuilt(structure[1], ()))
        except (TypeError, ValueError, IndexError):
            return {}
        return {x.number: name for name, x in bound.arguments.items() if isinstance(x, Leaf)}

    def _replaced(self, structure: Any, holes: Sequence[Node],
                  outputs: Sequence[Node]) -> dict[int, int]:  # fmt: skip
        """Results that take over the memory of donated arguments of the same shape and type."""
        if not self._donate:
            return {}
        args = structure[0] if isinstance(structure, tuple) else ()
        free = [i for n in self._donate if n < len(args) for i in leaves_of(args[n])]
        found: dict[int, int] = {}
        for k, node in enumerate(outputs):
            for i in free:
                if (holes[i].shape, holes[i].dtype) == (node.shape, node.dtype):
                    found[k] = i
                    free.remove(i)
                    break
        return found

    # -- seeing inside ----------------------------------------------------------------------

    @property
    def last(self) -> Compiled:
        """The compiled form of the last call.

        Errors: ArgumentError before the first call, or where nothing can be compiled.
        """
        if self._last is None or self._last.program is None:
            raise ArgumentError("compile-not-called", name=getattr(self._f, "__name__", "f"))
        return self._last.program

    def show(self, level: str = "kernels") -> None:
        """Print what the last call ran: each kernel with its formula, loops, FLOP and bytes.

        level: "kernels", "llvm" (LLVM's language, optimized) or "asm" (machine code).
        Errors: ArgumentError for any other level.
        """
        if level not in LEVELS:
            raise ArgumentError("choice-unknown", name="level", got=level, known=", ".join(LEVELS))
        sys.stdout.write(self.last.show(level) + "\n")

    def profile(self) -> Any:
        """Time of each kernel of the last call against the machine's roofline: prints as a table.

        `.plot()` draws it, `.layers()` sums it for each layer.
        """
        return self.last.profile()

    def __repr__(self) -> str:
        name = getattr(self._f, "__qualname__", repr(self._f))
        return f"<compiled {name}, {len(self._forms)} form{'s' if len(self._forms) != 1 else ''}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method, bound to its object."""
        if instance is None:
            return self
        return CompiledFunction(self._f.__get__(instance, owner), self._donate, self._threads)


def _array(x: Any) -> np.ndarray[Any, Any]:
    """An argument as an array of a type that tensors have."""
    if type(x) is np.ndarray and x.dtype.kind in "fiub" and x.dtype.isnative:
        return x
    return as_tensor(x).numpy()


def _reaches(outputs: Sequence[Node], key: Node) -> bool:
    from tiza.graph.walk import opened_inputs, walk

    return key in walk(outputs, lambda n: () if n.value is not None else opened_inputs(n))
