"""A trained network that takes raw input: rebuilt from a run's folder, without running its code."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from tiza.data.notes import Note
from tiza.data.preparation import Preparation
from tiza.errors import CheckpointError, DataError, UsageError
from tiza.recipes.problem import Array, Problem, Task
from tiza.recipes.words import word
from tiza.train.blueprint import build
from tiza.train.findings import softmax
from tiza.train.folder import RunFolder, load_weights

if TYPE_CHECKING:
    from tiza import nn

Plain = dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """What the network says of each row.

    Shapes: values (rows), names of classes or numbers; probabilities (rows, classes) or none.
    """

    values: list[str] | list[float]
    probabilities: Array | None
    classes: tuple[str, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Predictor:
    """A network with what stands before it (preparation) and behind it (classes, units)."""

    model: "nn.Module"
    task: Task
    classes: tuple[str, ...]
    preparation: Preparation | None  # of tables
    divisor: float = 1.0  # of arrays: x / divisor
    shape: tuple[int, ...] = ()  # of one input, without the axis of rows
    picture: tuple[int, ...] = ()

    @classmethod
    def of(cls, problem: Problem, model: "nn.Module") -> "Predictor":
        """The predictor of a problem that has been learned."""
        return cls(
            model,
            problem.task,
            problem.classes,
            problem.preparation,
            problem.divisor,
            tuple(problem.train.x.shape[1:]),
            problem.picture,
        )

    def to_config(self) -> Plain:
        """What run.json does not say elsewhere: the model and the preparation stand there."""
        return {
            "task": self.task,
            "classes": list(self.classes),
            "divisor": self.divisor,
            "shape": list(self.shape),
            "picture": list(self.picture),
        }

    @classmethod
    def load(cls, folder: RunFolder) -> "Predictor":
        """The predictor that a run left behind.

        Errors: UsageError where the run cannot predict; CheckpointError where its folder is
        damaged.
        """
        facts = cast(Plain, folder.facts())
        if not isinstance(facts.get("predictor"), dict):
            raise UsageError("run-no-predictor", run=folder.id, why=word("no-network"))
        if not folder.weights.is_file():
            raise UsageError("run-no-predictor", run=folder.id, why=word("no-weights"))
        try:
            made = cls._from_facts(facts)
            made.model.load_state_dict(load_weights(folder.weights))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            path = str(folder.path / "run.json")
            raise CheckpointError("run-folder-damaged", path=path, reason=str(error)) from error
        made.model.eval()
        return made

    @classmethod
    def _from_facts(cls, facts: Plain) -> "Predictor":
        kept, prepared = facts["predictor"], facts["preparation"]
        return cls(
            build(facts["config"]["model"]),
            cast(Task, kept["task"]),
            tuple(str(name) for name in kept["classes"]),
            None if prepared is None else Preparation.from_config(prepared),
            float(kept["divisor"]),
            tuple(int(n) for n in kept["shape"]),
            tuple(int(n) for n in kept["picture"]),
        )

    def answer(self, source: object) -> Answers:
        """The network's answers to raw rows: what `Preparation.features` takes, or an array.

        Errors: DataError where the rows do not fit the model.
        """
        import tiza as tz

        notes: list[Note] = []
        x = self.preparation.features(source, notes) if self.preparation else self._array(source)
        with tz.no_grad():
            outputs = np.asarray(self.model(tz.asarray(x)))
        if self.task == "classification":
            share = softmax(outputs)
            names = [self.classes[k] for k in share.argmax(axis=1).tolist()]
            return Answers(names, share, self.classes, tuple(notes))
        values = self.preparation.decode(outputs) if self.preparation else outputs.reshape(-1)
        return Answers([float(v) for v in values], None, (), tuple(notes))

    def _array(self, source: object) -> Array:
        """Rows of numbers, of the shape that the network was trained on."""
        rows = np.asarray(source, np.float32)
        size = int(np.prod(self.shape))
        if rows.size % size or rows.size == 0 or rows.shape[-1:] == (0,):
            raise DataError("predict-shape", got=rows.shape, wanted=size)
        if rows.ndim > 1 and int(np.prod(rows.shape[1:])) != size and rows.size != size:
            raise DataError("predict-shape", got=rows.shape, wanted=size)
        return rows.reshape(-1, *self.shape) / np.float32(self.divisor)
