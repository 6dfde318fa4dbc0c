"""The module: parameters, buffers and other modules under one name, and a forward formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from tiza.errors import ArgumentError
from tiza.graph import place
from tiza.lang.tensor import Tensor
from tiza.lang.verbs import VERBS
from tiza.nn.cast import Cast
from tiza.nn.hooks import CHANGES, Back, Hooked, Hooks
from tiza.nn.parameter import Buffer, Parameter, clear_grad
from tiza.nn.show import html, tree
from tiza.nn.state import Fit, load_state, named
from tiza.nn.summary import Summary, summarise

OWN_VERBS = {"fit", "evaluate", "predict", "summary"}  # PyTorch lacks them: parts may be so called


class Module(Cast, Hooked):
    """A part of a network: its attributes register, and calling it builds its expression.

    Assign `Parameter`s, `Buffer`s and modules as attributes in `__init__`, after
    `super().__init__()`, and write `forward`. Names, methods and the `state_dict` are PyTorch's.

    >>> from tiza import nn
    >>> class Double(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.inner = nn.Linear(2, 2, bias=False)
    ...     def forward(self, x):
    ...         return 2 * self.inner(x)
    >>> [name for name, _ in Double().named_parameters()]
    ['inner.weight']
    """

    training: bool
    _label: str  # the attribute under which a parent holds it; part of the layer path
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _not_saved: set[str]

    def __init__(self) -> None:
        put = super().__setattr__
        put("training", True)
        put("_label", type(self).__name__)
        put("_parameters", {})
        put("_buffers", {})
        put("_modules", {})
        put("_not_saved", set())
        put("_before", Hooks())
        put("_after", Hooks())
        put("_back", Hooks())
        put("_back_first", Hooks())

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The formula; every module writes its own."""
        raise ArgumentError("module-forward", kind=type(self).__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`forward` between its hooks; the nodes made know the path of their layer."""
        state = place.state
        above = state.layer
        state.layer = f"{above}.{self._label}" if above else type(self).__name__
        try:
            if self._before.entries:  # quicker than to ask whether there are any
                args, kwargs = self._before.before(self, args, kwargs)
            if self._back.entries or self._back_first.entries:
                back = Back(self, self._back_first, self._back)
                answer = back.leave(self.forward(*back.enter(args), **kwargs))
            else:
                answer = self.forward(*args, **kwargs)
            if self._after.entries:
                answer = self._after.after(self, args, kwargs, answer)
            return answer
        finally:
            state.layer = above

    # -- attributes -----------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        CHANGES[0] += 1
        if isinstance(value, Parameter):
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self.register_module(name, value)
        elif isinstance(value, Buffer):
            self.register_buffer(name, value, persistent=value.persistent)
        elif name in self.__dict__.get("_parameters", ()):
            if value is not None:
                raise ArgumentError("module-not-parameter", name=name, got=type(value).__name__)
            self._parameters[name] = None
        elif name in self.__dict__.get("_buffers", ()) and isinstance(value, Tensor | None):
            self._buffers[name] = value
        elif name in self.__dict__.get("_modules", ()) and value is None:
            self._modules[name] = None
        else:
            self._forget(name)
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        for table in ("_parameters", "_buffers", "_modules"):
            entries = self.__dict__.get(table)
            if entries is None and not name.startswith("__"):
                raise ArgumentError("module-init", kind=type(self).__name__)
            if entries and name in entries:
                return entries[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        if not self._forget(name):
            super().__delattr__(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._parameters, *self._buffers, *self._modules})

    def _forget(self, name: str) -> bool:
        CHANGES[0] += 1
        self.__dict__.get("_not_saved", set()).discard(name)
        tables = [self.__dict__.get(key, {}) for key in ("_parameters", "_buffers", "_modules")]
        holding = [table for table in tables if name in table]
        for table in holding:
            del table[name]
        return bool(holding)

    def _enter(self, table: str, name: str, value: Any) -> None:
        if "_parameters" not in self.__dict__:
            raise ArgumentError("module-init", kind=type(self).__name__)
        CHANGES[0] += 1
        if not name or "." in name:
            raise ArgumentError("module-name", got=name)
        self.__dict__.pop(name, None)
        if hasattr(type(self), name):
            if name not in OWN_VERBS:
                raise ArgumentError("module-taken", got=name, kind=type(self).__name__)
            self.__dict__[name] = value  # the user's part hides the verb
        if name not in self.__dict__[table]:
            self._forget(name)
        self.__dict__[table][name] = value

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Hold a parameter under `name`; None keeps the name free, as a missing bias does."""
        self._enter("_parameters", name, param)
        if param is not None:
            param.node.name = name

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Hold a tensor that is no parameter; a persistent one belongs to the state_dict."""
        self._enter("_buffers", name, tensor)
        if not persistent:
            self._not_saved.add(name)

    def register_module(self, name: str, module: Module | None) -> None:
        """Hold a part under `name`."""
        self._enter("_modules", name, module)
        if module is not None:
            module._called(name)
            for path, param in module.named_parameters():
                param.node.name = f"{name}.{path}"  # as errors and derivations call it

    def add_module(self, name: str, module: Module | None) -> None:
        """The same as `register_module`."""
        self.register_module(name, module)

    def _called(self, label: str) -> None:
        object.__setattr__(self, "_label", label)

    # -- walks ----------------------------------------------------------------------------

    def named_modules(
        self,
        prefix: str = "",
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Module]]:
        """This module and all parts, each with its dotted name, parents first."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [(prefix, self)]
        while stack:
            name, module = stack.pop()
            if remove_duplicate and id(module) in seen:
                continue
            seen.add(id(module))
            yield name, module
            parts = [
                (f"{name}.{key}" if name else key, part)
                for key, part in module._modules.items()
                if part is not None
            ]
            stack.extend(reversed(parts))

    def modules(self) -> Iterator[Module]:
        """This module and all parts, each once."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct parts with their names, each once."""
        seen: set[int] = set()
        for name, part in self._modules.items():
            if part is not None and id(part) not in seen:
                seen.add(id(part))
                yield name, part

    def children(self) -> Iterator[Module]:
        """The direct parts."""
        return (part for _, part in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their dotted names; one that is shared comes once."""
        return named(self, "_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, each once."""
        return (param for _, param in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their dotted names."""
        return named(self, "_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Module:
        """The part of that dotted name."""
        found = dict(self.named_modules(remove_duplicate=False))
        if target not in found:
            raise AttributeError(f"{type(self).__name__!r} object has no part {target!r}")
        return found[target]

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of that dotted name."""
        found = self._named(target, "_parameters")
        assert isinstance(found, Parameter)  # nothing else registers there
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of that dotted name."""
        found: Tensor = self._named(target, "_buffers")
        return found

    def _named(self, target: str, table: str) -> Any:
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path).__dict__[table].get(name)
        if found is None:
            raise AttributeError(f"{type(self).__name__!r} object holds no {target!r}")
        return found

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module in place of the part of that dotted name; `strict`: there must be one."""
        path, _, name = target.rpartition(".")
        if strict:
            self.get_submodule(target)
        self.get_submodule(path).register_module(name, module)

    def apply(self, fn: Callable[[Module], object]) -> Self:
        """Call `fn` on every part, and last on this module, as initialisers are applied."""
        for part in self.children():
            part.apply(fn)
        fn(self)
        return self

    # -- modes ----------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Behave as in training (dropout drops), with every part; `eval` undoes it."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Behave as in use: nothing is dropped, running statistics stand."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train all parameters of this module, or freeze them."""
        for param in self.parameters():
            param.requires_grad = bool(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        for param in self.parameters():
            clear_grad(param, set_to_none)

    # -- state ----------------------------------------------------------------------------

    def state_dict(self, *, prefix: str = "") -> dict[str, Tensor]:
        """Parameters and persistent buffers by dotted name, detached."""
        found: dict[str, Tensor] = {}
        for path, module in self.named_modules(remove_duplicate=False):
            start = f"{prefix}{path}." if path else prefix
            for name, param in module._parameters.items():
                if param is not None:
                    found[start + name] = param.detach()
            for name, buffer in module._buffers.items():
                if buffer is not None and name not in module._not_saved:
                    found[start + name] = buffer.detach()
        return found

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Fit:
        """Take the values of a state_dict of tensors or arrays, from tiza or PyTorch.

        Values are cast to the types of the parameters they fill. Nothing is changed unless
        everything fits.

        Errors: CheckpointError lists every missing and unexpected name (unless `strict` is
        False) and every wrong shape at once, each name with the nearest one that fits.
        """
        return load_state(self, state_dict, strict)

    # -- showing --------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What `repr` shows between the brackets; layers say their sizes here."""
        return ""

    def __repr__(self) -> str:
        return tree(self)

    def _repr_html_(self) -> str:
        return html(self)

    def summary(self, *inputs: Any, dtype: object = None) -> Summary:
        """Every layer with its output shape, parameters and floating-point operations.

        Give the shapes of the inputs, batch included, or the inputs themselves.

        >>> from tiza import nn
        >>> print(nn.Sequential(nn.Linear(4, 3), nn.ReLU()).summary((2, 4)))
        layer        output  parameters  FLOPs
        Sequential   (2, 3)          15     60
          0: Linear  (2, 3)          15     54
          1: ReLU    (2, 3)           0      6
        trainable parameters: 15, bytes: 60
        """
        return summarise(self, inputs, dtype)

    # -- Keras's verbs --------------------------------------------------------------------

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        """Train: `Trainer(self, …).fit(…)`; see `tiza.train.Trainer`."""
        return VERBS["fit"](self, *args, **kwargs)

    def evaluate(self, *args: Any, **kwargs: Any) -> Any:
        """Loss and metrics on data: `Trainer(self, …).evaluate(…)`."""
        return VERBS["evaluate"](self, *args, **kwargs)

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """Outputs for data, in batches: `Trainer(self, …).predict(…)`."""
        return VERBS["predict"](self, *args, **kwargs)
