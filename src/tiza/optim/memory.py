"""What an optimizer remembers, as PyTorch's state_dict has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from tiza.errors import CheckpointError
from tiza.graph import constant
from tiza.lang.tensor import Tensor
from tiza.nn.parameter import converted
from tiza.optim.options import INERT

Shape = tuple[int, ...]
Array = np.ndarray[Any, Any]


class Remembered:
    """The part of an optimizer that its state_dict shows: groups, and slots of each parameter."""

    foreign: ClassVar[dict[str, object]] = {}  # what PyTorch's groups say besides
    defaults: ClassVar[dict[str, Any]]
    param_groups: list[dict[str, Any]]
    state: dict[Tensor, dict[str, Any]]  # of each parameter: step and slots

    def __getstate__(self) -> dict[str, Any]:
        """For copies and other processes: all but the programs, which are made again."""
        return {**self.__dict__, "_programs": {}}

    @property
    def params(self) -> list[Tensor]:
        """All parameters, group after group."""
        return [p for group in self.param_groups for p in group["params"]]

    @classmethod
    def initial(cls, slot: str, group: Mapping[str, Any], shape: Shape) -> Array:
        """A slot before the first step: zeros of the parameter's shape."""
        del slot, group
        return np.zeros(shape)

    def state_dict(self) -> dict[str, Any]:
        """PyTorch's state_dict: {"state": {index: {…}}, "param_groups": [{…}]}, with tensors."""
        number = {id(p): i for i, p in enumerate(self.params)}
        rows = {number[id(param)]: self.saved(kept) for param, kept in self.state.items()}
        state = {i: row for i, row in rows.items() if row}
        groups = [
            {**{k: v for k, v in group.items() if k != "params"}, **INERT, **self.foreign,
             "params": [number[id(p)] for p in group["params"]]}
            for group in self.param_groups
        ]  # fmt: skip
        return {"state": {i: state[i] for i in sorted(state)}, "param_groups": groups}

    def saved(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """A parameter's state as tensors, under PyTorch's names."""
        arrays = {name: np.asarray(value, None if name != "step" else np.float32)
                  for name, value in kept.items()}  # fmt: skip
        return {name: Tensor(constant(np.array(value))) for name, value in arrays.items()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a state_dict, of tiza or of PyTorch, for as many parameters.

        Errors: CheckpointError where groups, parameters or shapes do not match.
        """
        groups = state_dict["param_groups"]
        sizes = [len(g["params"]) for g in groups], [len(g["params"]) for g in self.param_groups]
        if sizes[0] != sizes[1]:
            raise CheckpointError("optim-groups", got=sizes[0], wanted=sizes[1])
        pairs = [
            (p, number) for own, saved in zip(self.param_groups, groups, strict=True)
            for p, number in zip(own["params"], saved["params"], strict=True)
        ]  # fmt: skip
        states = {}
        group_of = {id(p): group for group in self.param_groups for p in group["params"]}
        for param, number in pairs:
            saved = state_dict["state"].get(number)
            if saved is not None:
                states[param] = self._loaded(param, group_of[id(param)], saved)
        for own, saved in zip(self.param_groups, groups, strict=True):
            known = {*self.defaults, "initial_lr"}
            own.update({k: v for k, v in saved.items() if k in known})
        self.state = states

    def _loaded(self, param: Tensor, group: Mapping[str, Any],
                saved: Mapping[str, Any]) -> dict[str, Any]:  # fmt: skip
        state: dict[str, Any] = {"step": int(saved.get("step", 1))}
        for name, value in saved.items():
            if name == "step" or value is None:
                continue
            array = converted(value).astype(param.dtype)
            wanted = self.initial(name, group, param.shape).shape
            if array.shape != wanted:
                raise CheckpointError("optim-shape", name=name, got=array.shape, wanted=wanted)
            state[name] = array
        return state
