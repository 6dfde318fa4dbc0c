"""The loops of a recipe: what their passes leave is kept, so that a run that ended goes on."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiza import nn
from tiza.errors import ArgumentError, CheckpointError
from tiza.lang import random
from tiza.optim import Optimizer
from tiza.train.checkpoint import Checkpoints

Row = Mapping[str, float]
PAUSE = 5.0  # seconds between two checkpoints, and more where writing takes long
SHARE = 20  # training takes at least so many times as long as writing


class Passes:
    """All loops of one run, in the order in which the recipe begins them, and how far each is.

    A checkpoint holds the state after the last pass of every loop that is done, and after some
    pass of the one that is not. It is written every few seconds, between two passes, so that
    short recipes write nothing; `flush` writes it at once.
    """

    def __init__(self, kept: Checkpoints, watch: Callable[[Row], None]) -> None:
        self.kept, self.watch = kept, watch
        self.loops: dict[str, dict[str, Any]] = {}
        self.begun = self.written = 0
        self.rows: list[Row] = []  # of the loop at hand
        self.fresh = False  # whether something is not written yet
        self.next = time.perf_counter() + PAUSE

    def resume(self) -> int:
        """Take up the newest checkpoint: how many passes are done.

        Errors: CheckpointError where none is whole.
        """
        state: Any = self.kept.latest()
        if not isinstance(state.get("loops"), dict):
            raise CheckpointError("checkpoint-none", path=str(self.kept.folder))
        self.loops, self.written = state["loops"], int(state["written"])
        return sum(int(loop["done"]) for loop in self.loops.values())

    def told(self, row: Row) -> None:
        """A row that the recipe tells whoever watches."""
        self.rows.append(row)
        self.watch(row)

    def over(self, count: int, *what: Any) -> Iterator[int]:
        """0 … count − 1, without the passes that are done already; see `Settings.loop`."""
        name = str(self.begun)
        self.begun += 1
        self.rows = []
        done = self._taken_up(self.loops[name], count, what) if name in self.loops else 0
        for k in range(done, count):
            yield k
            if k + 1 == count or time.perf_counter() >= self.next:
                self._keep(name, count, k + 1, what)

    def _taken_up(self, loop: Mapping[str, Any], count: int, what: Sequence[Any]) -> int:
        if (loop["count"], len(loop["what"])) != (count, len(what)):
            raise CheckpointError("checkpoint-misfit", what="passes", kept=loop["count"], got=count)
        for one, state in zip(what, loop["what"], strict=True):
            put_back(one, state, int(loop["done"]))
        random.set_state((loop["generator"][0], loop["generator"][1]))
        for row in loop["rows"]:
            self.told(row)
        return int(loop["done"])

    def _keep(self, name: str, count: int, done: int, what: Sequence[Any]) -> None:
        self.loops = {**self.loops, name: {
            "count": count, "done": done, "rows": list(self.rows),
            "generator": list(random.get_state()), "what": [state_of(one) for one in what],
        }}  # fmt: skip
        self.fresh = True
        if time.perf_counter() >= self.next:
            self.flush()

    def flush(self) -> bool:
        """Write what is not written yet; whether there is anything to go on from.

        Where the disk refuses, training is worth more than its checkpoint.
        """
        start = time.perf_counter()
        if self.fresh:
            with suppress(CheckpointError):
                state = {"loops": self.loops, "written": self.written + 1}
                self.kept.save(self.written + 1, state)
                self.written, self.fresh = self.written + 1, False
        now = time.perf_counter()
        self.next = now + max(PAUSE, SHARE * (now - start))
        return self.written > 0

    def forget(self) -> None:
        """Remove the checkpoints of a run that is whole."""
        for path in self.kept.paths():
            path.unlink(missing_ok=True)
        with suppress(OSError):  # not there, or somebody put something in
            self.kept.folder.rmdir()


def state_of(one: Any) -> object:
    """What a checkpoint holds of something that a pass changes: a copy of it.

    Errors: ArgumentError where nobody knows what its state is.

    >>> state_of([1.0, 2.0]), state_of(iter([]))
    (array([1., 2.]), None)
    """
    if isinstance(one, nn.Module):
        return {"weights": plain(one.state_dict()), "training": one.training}
    if hasattr(one, "state_dict"):
        return plain(one.state_dict())
    if isinstance(one, np.random.Generator):
        return dict(one.bit_generator.state)
    if isinstance(one, list) and one and all(type(value) is float for value in one):
        return np.array(one)
    if isinstance(one, list | dict):
        return plain(one)
    if isinstance(one, Iterator):
        return None
    raise ArgumentError("passes-unknown", kind=type(one).__name__)


def plain(tree: Any) -> Any:
    """Nested dicts and lists with copies of their arrays; tensors become arrays.

    >>> plain({"a": (1, np.zeros(2))})
    {'a': [1, array([0., 0.])]}
    """
    if isinstance(tree, Mapping):
        return {str(key): plain(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [plain(value) for value in tree]
    if isinstance(tree, np.ndarray):
        return tree.copy()
    return np.array(tree.numpy()) if hasattr(tree, "numpy") else tree


def put_back(one: Any, state: Any, done: int) -> None:
    """Give something the state that a checkpoint holds of it, after `done` passes.

    >>> batches, losses = iter("abcdef"), [9.0]
    >>> put_back(batches, None, 2)
    >>> put_back(losses, np.array([1.0]), 2)
    >>> next(batches), losses
    ('c', [1.0])
    """
    if isinstance(one, nn.Module):
        one.load_state_dict(state["weights"])
        one.train(state["training"])
    elif isinstance(one, Optimizer):
        one.load_state_dict(_of_optimizer(one, state))
    elif hasattr(one, "load_state_dict"):
        one.load_state_dict(state)
    elif isinstance(one, np.random.Generator):
        one.bit_generator.state = state
    elif isinstance(one, list):
        one[:] = state.tolist() if isinstance(state, np.ndarray) else state
    elif isinstance(one, dict):
        one.clear()
        one.update(state)
    else:
        for _ in islice(one, done):
            pass


def _of_optimizer(one: Optimizer, state: Any) -> dict[str, Any]:
    """As it was before it was written: numbers for names, tuples for lists."""
    both = zip(one.param_groups, state["param_groups"], strict=True)
    groups = [
        {
            key: tuple(value) if isinstance(own.get(key), tuple) else value
            for key, value in kept.items()
        }
        for own, kept in both
    ]
    rows = {int(number): row for number, row in state["state"].items()}
    return {**state, "state": rows, "param_groups": groups}


class Best:
    """The weights of the pass with the best figure so far; at first, those that the model has."""

    def __init__(self, model: Any) -> None:
        self.model, self.figure = model, -np.inf
        self.weights: dict[str, NDArray[Any]] = plain(model.state_dict())

    def see(self, figure: float) -> None:
        """Keep the model's weights if `figure` is higher than ever."""
        if figure > self.figure:
            self.figure, self.weights = figure, plain(self.model.state_dict())

    def settle(self) -> None:
        """Give the model its best weights."""
        self.model.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """The figure and the weights."""
        return {"figure": float(self.figure), "weights": self.weights}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was taken."""
        self.figure, self.weights = state["figure"], dict(state["weights"])
