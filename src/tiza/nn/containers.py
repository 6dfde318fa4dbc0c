"""Modules and parameters kept in lists and dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, TypeVar, overload

from tiza.errors import ArgumentError, IndexingError
from tiza.nn.module import Module
from tiza.nn.parameter import Parameter

M = TypeVar("M", bound=Module)


class _Numbered(Module):
    """Modules under the names "0", "1", …: what Sequential and ModuleList share."""

    def _put(self, modules: Iterable[tuple[str, Module]]) -> None:
        for name in list(self._modules):
            self._forget(name)
        for name, module in modules:
            self.register_module(name, module)

    def _name(self, index: int) -> str:
        names = list(self._modules)
        if not -len(names) <= index < len(names):
            raise IndexingError("module-index", index=index, count=len(names),
                                kind=type(self).__name__)  # fmt: skip
        return names[index]

    def _slice(self, index: slice) -> list[tuple[str, Module]]:
        return [(str(i), m) for i, m in enumerate(list(self)[index])]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return (module for module in self._modules.values() if module is not None)

    def __contains__(self, module: object) -> bool:
        return any(module is own for own in self)

    def __setitem__(self, index: int, module: Module) -> None:
        self.register_module(self._name(index), module)

    def __delitem__(self, index: int | slice) -> None:
        gone = [self._name(index)] if isinstance(index, int) else list(self._modules)[index]
        left = [(name, m) for name, m in self._modules.items() if name not in gone and m]
        numbered = all(name.isdigit() for name, _ in left)
        self._put((str(i) if numbered else name, m) for i, (name, m) in enumerate(left))

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        self.register_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at `index`."""
        modules = list(self)
        modules.insert(index, module)
        self._put((str(i), m) for i, m in enumerate(modules))
        return self

    def pop(self, index: int = -1) -> Module:
        """Take the module at `index` out."""
        module = list(self)[range(len(self))[index]]
        del self[index]
        return module


class _Uncalled(Module):
    """A container that is never called itself, so its parts carry its label: "layers.0"."""

    def register_module(self, name: str, module: Module | None) -> None:
        """Hold a part under `name`."""
        super().register_module(name, module)
        self._called(self._label)

    def _called(self, label: str) -> None:
        super()._called(label)
        for name, part in self._modules.items():
            if part is not None:
                part._called(f"{label}.{name}")


class Sequential(_Numbered):
    """Modules one after the other: y = fₙ(… f₂(f₁(x))).

    Takes modules, or one dictionary from names to modules. Indexing gives a module, slicing a
    Sequential of the same modules.

    >>> from tiza import nn
    >>> net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    >>> net[0], len(net[1:])
    (Linear(in_features=64, out_features=32, bias=True), 2)
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            self._put(modules[0].items())
            return
        for index, module in enumerate(modules):
            if not isinstance(module, Module):
                raise ArgumentError("sequential-part", index=index, got=type(module).__name__)
            self.register_module(str(index), module)

    def forward(self, x: Any) -> Any:
        """The last module's answer to … the first module's answer to x."""
        for module in self:
            x = module(x)
        return x

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Module:
        """The module at `index`, or a Sequential of a slice."""
        if isinstance(index, slice):
            part = Sequential()
            part._modules.update(list(self._modules.items())[index])
            return part
        module = self._modules[self._name(index)]
        assert module is not None  # None is never entered here
        return module

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *other)


class ModuleList(_Uncalled, _Numbered):
    """A list whose modules are registered; it has no forward of its own.

    >>> from tiza import nn
    >>> nn.ModuleList(nn.Linear(2, 2) for _ in range(3))
    ModuleList(
      (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
    )
    """

    folds: ClassVar[bool] = True

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        self.extend(modules)

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> ModuleList: ...
    def __getitem__(self, index: int | slice) -> Module:
        """The module at `index`, or a ModuleList of a slice."""
        if isinstance(index, slice):
            part = ModuleList()
            part._modules.update(self._slice(index))
            return part
        module = self._modules[self._name(index)]
        assert module is not None  # None is never entered here
        return module

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])


class ModuleDict(_Uncalled):
    """A dictionary whose modules are registered; it has no forward of its own.

    >>> from tiza import nn
    >>> list(nn.ModuleDict({"left": nn.Identity(), "right": nn.ReLU()}).keys())
    ['left', 'right']
    """

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def update(self, modules: Mapping[str, Module]) -> None:
        """Add or replace modules."""
        for name, module in modules.items():
            self[name] = module

    def __getitem__(self, name: str) -> Module:
        module = self._modules.get(name)
        if module is None:
            raise KeyError(name)
        return module

    def __setitem__(self, name: str, module: Module) -> None:
        self.register_module(name, module)

    def __delitem__(self, name: str) -> None:
        if not self._forget(name):
            raise KeyError(name)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return [m for m in self._modules.values() if m is not None]

    def items(self) -> Iterable[tuple[str, Module]]:
        """Names and modules."""
        return [(k, m) for k, m in self._modules.items() if m is not None]

    def pop(self, name: str) -> Module:
        """Take a module out."""
        module = self[name]
        del self[name]
        return module


class ParameterList(Module):
    """A list of parameters, registered under "0", "1", …

    >>> import tiza as tz
    >>> from tiza import nn
    >>> len(list(nn.ParameterList([nn.Parameter(tz.zeros(2))] * 2).parameters()))
    1
    """

    def __init__(self, parameters: Iterable[Parameter] = ()) -> None:
        super().__init__()
        self.extend(parameters)

    def append(self, parameter: Parameter) -> Self:
        """Add a parameter at the end."""
        self.register_parameter(str(len(self)), parameter)
        return self

    def extend(self, parameters: Iterable[Parameter]) -> Self:
        """Add parameters at the end."""
        for parameter in parameters:
            self.append(parameter)
        return self

    def __getitem__(self, index: int) -> Parameter:
        return list(self)[index]

    def __setitem__(self, index: int, parameter: Parameter) -> None:
        self.register_parameter(str(range(len(self))[index]), parameter)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[Parameter]:
        return (p for p in self._parameters.values() if p is not None)


class ParameterDict(Module):
    """A dictionary whose parameters are registered.

    >>> import tiza as tz
    >>> from tiza import nn
    >>> list(nn.ParameterDict({"scale": nn.Parameter(tz.ones(2))}).keys())
    ['scale']
    """

    def __init__(self, parameters: Mapping[str, Parameter] | None = None) -> None:
        super().__init__()
        self.update(parameters or {})

    def update(self, parameters: Mapping[str, Parameter]) -> None:
        """Add or replace parameters."""
        for name, parameter in parameters.items():
            self[name] = parameter

    def __getitem__(self, name: str) -> Parameter:
        parameter = self._parameters.get(name)
        if parameter is None:
            raise KeyError(name)
        return parameter

    def __setitem__(self, name: str, parameter: Parameter) -> None:
        self.register_parameter(name, parameter)

    def __delitem__(self, name: str) -> None:
        if not self._forget(name):
            raise KeyError(name)

    def __len__(self) -> int:
        return len(self._parameters)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._parameters.keys()

    def values(self) -> Iterable[Parameter]:
        """The parameters."""
        return [p for p in self._parameters.values() if p is not None]

    def items(self) -> Iterable[tuple[str, Parameter]]:
        """Names and parameters."""
        return [(k, p) for k, p in self._parameters.items() if p is not None]

    def pop(self, name: str) -> Parameter:
        """Take a parameter out."""
        parameter = self[name]
        del self[name]
        return parameter
