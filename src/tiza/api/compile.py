"""`tz.compile`: a function of tensors as machine code."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from tiza.api.around import Around
from tiza.api.captured import Captured, Opened
from tiza.api.forms import Form, Forms, Written
from tiza.api.left import Leaving
from tiza.api.quick import Quick
from tiza.api.slow import changing, reason
from tiza.api.stepping import Stepping
from tiza.api.trees import Leaf, flat, leaves_of, rebuilt
from tiza.api.written_into import cut_off
from tiza.errors import ArgumentError, TraceError
from tiza.graph import Node, constant, placeholder
from tiza.graph.precision import precision
from tiza.lang.mode import is_grad_enabled
from tiza.lang.random import drawn, key_scope, key_words, next_streams
from tiza.lang.tensor import Tensor, as_tensor
from tiza.lang.trace import AsItIs, Keeps, Reads, Unseen, is_writing
from tiza.readings.native import Compiled, Outside, SlowWarning

MOST_KEPT = 64  # types of arguments of one function
MOST_UNSEEN = 16  # things that are found one after the other as a function is written down
# While a function is written down, tensors around it stand for values to come: one at a time. A
# fork waits, so that no child inherits what nobody will finish.
ALONE = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=ALONE.acquire, after_in_parent=ALONE.release, after_in_child=ALONE.release
    )
WORDS = np.dtype("uint32")
LEVELS = ("kernels", "llvm", "asm")  # of what `show` prints


def compile(f: Callable[..., Any] | None = None, *, donate: int | Sequence[int] = (),
            threads: int | None = None) -> Any:  # fmt: skip
    """f as machine code: compiled for each new shape and type of its arguments, kept for the next.

    y = compile(f)(x) computes what f(x) does, to the last digits. Arguments may be tensors,
    arrays, and tuples, lists and dicts of them; everything else (numbers, strings) belongs to the
    formula, and another value of it is compiled anew. So do arrays around the function, which are
    compared before every call; what Python draws or reads elsewhere (`random.random()`, a clock)
    stays as it was. Models, optimizers and tensors around the function, and their gradients, are
    read and changed as they would be without: a whole training step compiles, and so does one
    that adds gradients up, or moves a schedule.

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
    Where derivatives go on from the results (`compile(model)(x)`, then `loss.backward()`), f runs
    as it is, as part of the loop; predictions are compiled under `no_grad`.

    Errors: TraceError where f needs a value while it is being written down (`if x > 0`,
    `float(x)`); ArgumentError where f is no function, or `donate` and `threads` no such numbers.
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
    given = tuple(donate) if isinstance(donate, Iterable) else (donate,)
    if not all(_is_whole(n, 0) for n in given):
        raise ArgumentError("compile-donate", got=donate)
    if threads is not None and not _is_whole(threads, 1):
        raise ArgumentError("compile-threads", got=threads)
    return CompiledFunction(f, given, threads)


class CompiledFunction:
    """What `tz.compile` gives: call it as the function that it was made of."""

    def __init__(self, f: Callable[..., Any], donate: tuple[int, ...], threads: int | None) -> None:
        functools.update_wrapper(self, f, updated=())
        self._f, self._donate, self._threads = f, donate, threads
        self._forms: dict[Any, Forms] = {}
        self._last: Form | None = None
        self._quick: Quick | Stepping | None = None
        self._around: Around | None = None
        self._values: tuple[Any, ...] = ()  # numbers and words around it
        self._captured = Captured()
        self._unseen: list[Any] = []  # what it uses that was found only as it ran
        self._said = False
        self._way: tuple[bool, str] | None = None  # derivatives and products at the last call
        self._sides: dict[Any, Any] = {}  # arrays that forms of a step share

    def _same(self) -> bool:
        """Whether the function still has the same things around it."""
        return self._around is not None and self._around.same()

    def _still(self) -> bool:
        """Look around again where need be; whether what is there stays until it is changed."""
        if not self._same():
            self._look()
        return self._around is not None and not self._around.fleeting

    def _look(self) -> None:
        """Look around the function again."""
        before = self._around
        self._around = Around.of(self._f, self._unseen, before)
        self._values, self._quick = self._around.values(), None
        if before is None or not self._around.as_before(before):
            self._captured = Captured.of(self._around.things)
            self._forms.clear()  # they were written down with other models
            self._sides.clear()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """f(*args, **kwargs)."""
        way = is_grad_enabled(), precision.products
        if self._quick is not None and way == self._way and not kwargs and self._same():
            try:
                made = self._quick(args)
            except Outside:
                made = None  # the long way says what is wrong
            if made is not None:
                return made[0]
        structure, leaves = flat((args, kwargs))
        if is_writing() or _differentiated(leaves):
            return self._as_it_is(structure, leaves)
        try:
            arrays = [_array(x) for x in leaves]
        except TraceError:  # inside a larger expression: part of it
            return self._as_it_is(structure, leaves)
        with ALONE:
            form = self._form(structure, arrays)
            if form is not None:
                self._last = form
                short = self._short(form, structure, arrays, self._captured)
                self._quick, self._way = None if kwargs else short, way
                if isinstance(short, Stepping):
                    with suppress(Outside):  # the long way says what is wrong
                        if (made := short(arrays)) is not None:
                            return made[0]
                return self._answer(form, arrays, self._captured)
        return self._as_it_is(structure, leaves)

    def _as_it_is(self, structure: Any, leaves: Sequence[Any]) -> Any:
        """The function itself, given tensors as when it is written down."""
        args, kwargs = rebuilt(structure, [as_tensor(x) for x in leaves])
        return self._f(*args, **kwargs)

    def _form(self, structure: Any, arrays: Sequence[Any]) -> Form | None:
        """The form for these arguments and for what is around; None to run the function as it is.

        That is where derivatives go on from its results, or where its formula always changes.
        """
        for _ in range(MOST_UNSEEN):
            if not self._still():
                break
            every = self._forms_of(structure, arrays)
            present = self._captured.present() if every.reads else None
            if every.reads and present is None:
                return None
            forms = every if present is None else every.where(present)
            if forms.remember(self._values, self._captured.optimizers):
                return forms.current
            try:
                written = self._tried(structure, arrays, present)
            except Unseen as met:
                self._unseen.append(met.thing)
                self._around = None
                continue
            except AsItIs as met:
                forms.values, forms.current = self._values, None
                forms.as_it_is = isinstance(met, Keeps)
                self._say(reason(self._f, met))
                return None
            forms = every.reading(written)
            form = forms.of(written, self._values, self._threads, self._like(every))
            if not forms.full:
                return form
            self._undo()
            break
        self._say(changing(self._f))
        return None

    def _like(self, mine: Forms) -> list[Form]:
        """Forms for the same types of arguments, and other numbers and words among them."""
        keys = {id(forms): key[1:] for key, forms in self._forms.items()}
        return [form for forms in self._forms.values() if keys[id(forms)] == keys[id(mine)]
                for form in forms.every()]  # fmt: skip

    def _say(self, line: str | None) -> None:
        """One line, once, why the function runs as it is."""
        if line is not None and not self._said:
            self._said = True
            warnings.warn(line, SlowWarning, stacklevel=4)

    def _tried(self, structure: Any, arrays: Sequence[Any],
               present: tuple[int, ...] | None) -> Written:  # fmt: skip
        """As `_written`; where the function is to run instead, nothing around it is changed yet."""
        try:
            try:
                written = self._written(structure, arrays, self._captured, present)
            except Reads:
                self._undo()
                present = self._captured.present()
                if present is None:
                    raise AsItIs from None
                written = self._written(structure, arrays, self._captured, present)
            if self._around is not None and self._around.undo.keeps():
                raise Keeps
        except (AsItIs, Unseen):
            self._undo()
            raise
        if written.open:
            self._undo()
        return written

    def _undo(self) -> None:
        """Put back what was changed around the function while it was written down."""
        if self._around is not None:
            self._around.undo.back()

    def _forms_of(self, structure: Any, arrays: Sequence[Any]) -> Forms:
        """What was made for arguments of these types, as things around the function are."""
        types = tuple((a.shape, a.dtype) for a in arrays)
        way = is_grad_enabled(), precision.products
        key = structure, types, way, self._captured.mode()
        if len(self._forms) >= MOST_KEPT:
            self._forms.clear()
        return self._forms.setdefault(key, Forms())

    def _short(self, form: Form, structure: Any, arrays: Sequence[Any],
               captured: Captured) -> Quick | Stepping | None:  # fmt: skip
        """The short way to call this form again."""
        if form.program is None or form.early:
            return None
        if form.alters or form.random or form.present is not None:
            if form.short is None or form.short.captured is not captured:
                form.short = Stepping(form, form.program, arrays, captured, self._sides)
            return form.short if form.short.turns is not None else None
        return Quick.of(form, form.program, structure, arrays, captured)

    def _answer(self, form: Form, arrays: Sequence[Any], captured: Captured) -> Any:
        for deed in form.early:
            deed()
        given = [*arrays, *captured.values(form), *captured.grads(form.present or ())]
        if form.random:
            given.append(key_words(*next_streams(form.random)))
        made = form.run(given, self._threads)
        if form.left is not None:
            form.left.ended(captured.tensors, functools.partial(list, given), made[form.count :])
        captured.take(form, made[form.count :], Leaving(captured.tensors, form))
        for deed in form.late:
            deed()
        return rebuilt(form.out, [Tensor(constant(a)) for a in made[: form.count]])

    def _written(self, structure: Any, arrays: Sequence[Any], captured: Captured,
                 present: tuple[int, ...] | None) -> Written:  # fmt: skip
        """The function as an expression.

        present: the tensors at which gradients stand before; None: it may not read any.
        Errors: Reads where it does; Unseen for a variable or an optimizer that was not found around
        it; AsItIs where it cannot be written down.
        """
        names = self._names(structure)
        holes = [placeholder(a.shape, a.dtype, names.get(i)) for i, a in enumerate(arrays)]
        key = placeholder((4,), WORDS, "key")
        with Opened.of(captured, present) as opened, key_scope(key):
            args, kwargs = rebuilt(structure, [Tensor(h) for h in holes])
            answer = self._f(*args, **kwargs)
            random = drawn()  # the same streams as outside, so that numbers are the same
            out, leaves = flat(answer, tensors_only=True)
            changed, stepped = opened.changed(), sorted(opened.slots)
            outputs = [t.node for t in leaves] + opened.results()
            left = opened.left()
            again = left if opened.slots and present is None else []  # computed when asked for
            kept = [i for i, _ in left] if not again else []
            outputs += [node for _, node in left] if kept else []
            opened.all_seen(outputs)
            is_open = opened.is_open(leaves)
            late, cleared = opened.deeds.late(), opened.cleared()
        many = len(outputs)
        outputs = cut_off([*outputs, *(node for _, node in again)],
                          self._around.arrays if self._around is not None else ())  # fmt: skip
        again = [(i, node) for (i, _), node in zip(again, outputs[many:], strict=True)]
        outputs = outputs[:many]
        inputs = [*holes, *opened.holes, *([key] if random else [])]
        aliased = self._replaced(structure, holes, outputs[: len(leaves)])
        moved = [opened.moved[i] for i in stepped]
        return Written(inputs, outputs, out, len(leaves), changed, stepped, moved, random, aliased,
                       is_open, present, kept, cleared, again, opened.deeds.early,
                       late)  # fmt: skip

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
        every = [form for forms in self._forms.values() for form in forms.every()]
        count = len({id(form.plain) for form in every})
        return f"<compiled {name}, {count} form{'s' if count != 1 else ''}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        """For copies and other processes: found by its name, or else compiled anew."""
        name = getattr(self, "__qualname__", "")
        found: Any = sys.modules.get(self.__module__)
        for part in name.split("."):
            found = getattr(found, part, None)
        return name if found is self else (type(self), (self._f, self._donate, self._threads))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method, bound to its object."""
        if instance is None:
            return self
        return CompiledFunction(self._f.__get__(instance, owner), self._donate, self._threads)


def _is_whole(x: object, least: int) -> bool:
    return isinstance(x, int | np.integer) and int(x) >= least


def _differentiated(leaves: Sequence[Any]) -> bool:
    return is_grad_enabled() and any(getattr(x, "requires_grad", False) for x in leaves)


def _array(x: Any) -> np.ndarray[Any, Any]:
    """An argument as an array of a type that tensors have."""
    if type(x) is np.ndarray and x.dtype.kind in "fiub" and x.dtype.isnative:
        return x
    return as_tensor(x).numpy()
