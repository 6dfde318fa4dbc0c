"""What is kept of a run, and reading it back: the trainer, and where its fit stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from tiza import nn
from tiza.errors import CheckpointError, TizaError
from tiza.lang import random
from tiza.metrics import Baseline
from tiza.optim import Optimizer
from tiza.train import after_step, blueprint, callbacks, preparing
from tiza.train.checkpoint import Checkpoints, load_checkpoint
from tiza.train.history import History
from tiza.train.loop import Loop, Place
from tiza.train.settings import Settings

if TYPE_CHECKING:
    from tiza.train.trainer import Trainer

    T = TypeVar("T", bound=Trainer)


def keepsake(trainer: Trainer) -> dict[str, object]:
    """Everything about a trainer that a checkpoint holds, except how far a fit has come."""
    return {
        "description": trainer.description(),
        "preparation": preparing.to_config(trainer.model),
        "weights": trainer.get_weights(),
        "frozen": [n for n, p in trainer.model.named_parameters() if not p.requires_grad],
        "slots": [list(group) for group in trainer.state.slots],
        "steps": trainer.state.steps,
        "counts": trainer.counts(),
        "groups": [{k: v for k, v in group.items() if k != "params"}
                   for group in trainer.optimizer.param_groups],
        "seed": trainer.seed,
        "generator": list(random.get_state()),
        "name": trainer.name,
        "history": trainer.history.rows,
        "baseline": None if trainer.baseline is None else
        {"kind": trainer.baseline.kind, "shares": trainer.baseline.shares},
        "settings": None if trainer.settings is None else trainer.settings.to_dict(),
        "data": trainer.sums,
    }  # fmt: skip


def read_kept(path: Path) -> Kept:
    """What is kept at `path`: a run folder, its checkpoints folder, or a saved file.

    Errors: CheckpointError where nothing whole is there.
    """
    if path.is_file():
        return Kept(load_checkpoint(path), None)
    for folder in (path / "checkpoints", path):
        if found := Checkpoints(folder).paths():
            run = folder.parent if folder.name == "checkpoints" else None
            return Kept(Checkpoints(folder, len(found)).latest(), run)
    raise CheckpointError("checkpoint-none", path=str(path))


@dataclass
class Kept:
    """A state as it was kept, and the folder of its run."""

    state: dict[str, Any]
    folder: Path | None

    def trainer(self, kind: type[T], model: nn.Module | None, loss: Callable[..., Any] | None,
                optimizer: Callable[[Any], Optimizer] | None,
                metrics: Sequence[Any] | None) -> T:  # fmt: skip
        """The trainer, with everything back in place.

        Errors: CheckpointError where something does not fit, or the state is no trainer's.
        """
        try:
            return self._trainer(kind, model, loss, optimizer, metrics)
        except TizaError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as cause:
            raise CheckpointError("run-folder-damaged", path=str(self.folder or ""),
                                  reason=repr(cause)) from cause  # fmt: skip

    def _trainer(self, kind: type[T], model: nn.Module | None, loss: Callable[..., Any] | None,
                 optimizer: Callable[[Any], Optimizer] | None,
                 metrics: Sequence[Any] | None) -> T:  # fmt: skip
        told = self.state["description"]
        model = model if model is not None else blueprint.build(_need(told, "model"))
        if loss is None and told["loss"] != {"none": True}:
            loss = blueprint.build_loss(_need(told, "loss"))
        if optimizer is not None:
            made = optimizer(model.parameters())
        else:
            made = blueprint.build_optimizer(_need(told, "optimizer"), model)
        named = metrics if metrics is not None else _need(told, "metrics")
        trainer = kind(model, loss, made, named, run_dir=self.folder or False,
                       name=self.state["name"], seed=self.state["seed"])  # fmt: skip
        self._fill(trainer)
        return trainer

    def _fill(self, trainer: Trainer) -> None:
        state, names = self.state, trainer.steps.names
        weights = state["weights"]
        wanted = {names.called.get(id(t), f"#{i}"): t.shape for i, t in enumerate(names.all)}
        given = {name: array.shape for name, array in weights.items()}
        if given != wanted:
            what = min(n for n in given | wanted if given.get(n) != wanted.get(n))
            raise CheckpointError("checkpoint-misfit", what=what, kept=given.get(what, "–"),
                                  got=wanted.get(what, "–"))  # fmt: skip
        for name, param in trainer.model.named_parameters():
            param.requires_grad_(name not in state["frozen"])
        ready = preparing.from_config(state["preparation"])
        if ready is not None:
            trainer.model.preparation = ready
        for group, kept in zip(trainer.optimizer.param_groups, state["groups"], strict=True):
            group.update({k: tuple(v) if isinstance(v, list) else v for k, v in kept.items()})
        counts = state.get("counts", [state["steps"]] * len(state["slots"]))
        trainer.optimizer.set_slot_arrays(state["slots"], counts)
        trainer.state.steps = state["steps"]
        trainer.set_weights(weights)
        trainer.history = History(state["history"])
        if (beside := state["baseline"]) is not None:
            trainer.baseline = Baseline(beside["kind"], np.asarray(beside["shares"]))
        trainer.keeper.resumed()
        random.set_state((state["generator"][0], state["generator"][1]))
        self._unfinished(trainer)

    def _unfinished(self, trainer: Trainer) -> None:
        """Leave the rest of an interrupted fit to the trainer's next fit."""
        trainer.settings = None if self.settings is None else self.settings
        if not self.state["place"]["finished"]:
            trainer.kept = self

    @property
    def settings(self) -> Settings | None:
        """The arguments that the interrupted fit was given."""
        kept = self.state["settings"]
        return None if kept is None else Settings(**kept)

    def place(self, until: int) -> Place:
        """Where the fit stood."""
        return Place(**{**self.state["place"], "until": until})

    def into(self, loop: Loop) -> None:
        """Take up the sums of the epoch and the states of the callbacks."""
        loop.restore(self.state)

    def callbacks(self) -> list[callbacks.Callback]:
        """The callbacks that the interrupted fit had, rebuilt.

        Errors: CheckpointError where one holds code, so that it must be given again.
        """
        made = []
        for kept in self.state["callbacks"]:
            if kept["class"] == "ProgressBar":
                continue
            kind = vars(callbacks).get(kept["class"]) or vars(after_step).get(kept["class"])
            if kept["arguments"] is None or kind is None:
                raise CheckpointError("callback-not-plain", kind=kept["class"])
            made.append(kind(**kept["arguments"]))
        return made

    def check(self, sums: Mapping[str, str]) -> None:
        """Refuse other data than the run's.

        Errors: CheckpointError.
        """
        kept = self.state["data"] or {}
        for name in sorted({*kept, *sums}):
            if kept and sums and kept.get(name) != sums.get(name):
                raise CheckpointError("checkpoint-misfit", what=f"data ({name})",
                                      kept=str(kept.get(name, "–"))[:12],
                                      got=str(sums.get(name, "–"))[:12])  # fmt: skip


def _need(told: Mapping[str, Any], part: str) -> Any:
    found = told[part]
    if isinstance(found, dict) and "class" in found and found.get("plain") is False:
        raise CheckpointError("model-not-plain", kind=found["class"], reason=found["reason"])
    return found
