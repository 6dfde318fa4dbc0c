"""Hooks: functions called before and after a module's forward."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

Call = tuple[tuple[Any, ...], dict[str, Any]]
_numbers = count()


class Hooks:
    """The hooks of one side of a module's forward, in the order in which they are called."""

    def __init__(self) -> None:
        self.entries: dict[int, tuple[Callable[..., Any], bool]] = {}

    def __bool__(self) -> bool:
        return bool(self.entries)

    def add(self, hook: Callable[..., Any], *, prepend: bool, with_kwargs: bool) -> RemovableHandle:
        """Enter a hook; `with_kwargs` passes it the keyword arguments too."""
        number = next(_numbers)
        row = {number: (hook, with_kwargs)}
        self.entries = row | self.entries if prepend else self.entries | row
        return RemovableHandle(self, number)

    def before(self, module: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """The arguments as the hooks leave them."""
        for hook, with_kwargs in list(self.entries.values()):
            if with_kwargs:
                changed = hook(module, args, kwargs)
                args, kwargs = (args, kwargs) if changed is None else changed
            else:
                changed = hook(module, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        return args, kwargs

    def after(self, module: object, args: tuple[Any, ...], kwargs: dict[str, Any],
              answer: Any) -> Any:  # fmt: skip
        """The answer as the hooks leave it."""
        for hook, with_kwargs in list(self.entries.values()):
            changed = (
                hook(module, args, kwargs, answer) if with_kwargs else hook(module, args, answer)
            )
            answer = answer if changed is None else changed
        return answer


class RemovableHandle:
    """What registering a hook gives: `remove()` takes the hook away, as leaving `with` does."""

    def __init__(self, hooks: Hooks, number: int) -> None:
        self.hooks, self.number = hooks, number

    def remove(self) -> None:
        """Take the hook away; once is enough."""
        self.hooks.entries = {k: v for k, v in self.hooks.entries.items() if k != self.number}

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *caught: object) -> None:
        self.remove()
