"""The report of a trainer's run, made of what the trainer knows and of data it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.train import preparing
from tiza.train.findings import confusion, mistakes, softmax
from tiza.train.folder import versions
from tiza.train.report import Mistake, Report
from tiza.train.words import word

if TYPE_CHECKING:
    from tiza.train.loop import Loop
    from tiza.train.trainer import Trainer

Array = np.ndarray[Any, Any]


def report_of(trainer: Trainer, X: object = None, y: object = None, classes: Sequence[str] = (),
              pictures: Array | None = None) -> Report:  # fmt: skip
    """Curves, settings and versions of a run; with X and y also scores and mistakes on them."""
    folder = trainer.keeper.folder
    facts = {} if folder is None else folder.facts()
    metrics: Mapping[str, Mapping[str, float]] = {}
    matrix: Array | None = None
    wrong: Sequence[Mistake] = ()
    if X is not None:
        metrics = trainer.evaluate(X, y).beside()
        answers, truth = trainer.predict(X), np.asarray(y)
        if answers.ndim == 2 and answers.shape[1] > 1 and truth.dtype.kind in "biu":
            shares = softmax(answers)
            matrix = confusion(shares, truth)
            if pictures is not None:
                wrong = mistakes(shares, truth, classes=classes, pictures=pictures)
    count = int(sum(p.size for p in trainer.model.parameters()))
    return Report(
        title=trainer.name,
        history=trainer.history,
        summary=word("parameters", count=f"{count:,}"),
        metrics=metrics,
        confusion=matrix,
        classes=classes,
        mistakes=wrong,
        model=repr(trainer.model),
        config={"seed": trainer.seed, **_settings(facts)},
        data=_mapping(facts.get("data")),
        versions=versions(),
        commands=_commands(trainer),
    )


def _settings(facts: Mapping[str, Any]) -> dict[str, object]:
    """Loss, optimizer and the arguments of fit, without the model's long description."""
    config = _mapping(facts.get("config"))
    kept = {k: v for k, v in config.items() if k not in ("model", "optimizer")}
    optimizer = _mapping(config.get("optimizer"))
    groups = optimizer.get("groups")
    first = groups[0] if isinstance(groups, list) and groups else {}
    return {**kept, "optimizer": {"class": optimizer.get("class", "–"),
                                  **{k: v for k, v in first.items() if k != "params"}}}  # fmt: skip


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _commands(trainer: Trainer) -> list[tuple[str, str]]:
    if trainer.keeper.folder is None:
        return []
    return [
        (f"tiza show {trainer.keeper.folder.id}", word("further-show")),
        (f"tz.Trainer.resume({str(trainer.run_dir)!r})", word("further-resume")),
    ]


def facts_of(trainer: Trainer, loop: Loop, sums: Mapping[str, str]) -> dict[str, object]:
    """What run.json says of a run."""
    shapes = {"x": [list(x.shape) for x in loop.rows.xs], "rows": len(loop.rows),
              "validation_rows": 0 if loop.held is None else len(loop.held)}  # fmt: skip
    settings = {} if trainer.settings is None else trainer.settings.to_dict()
    return {
        "seed": trainer.seed,
        "config": {**trainer.description(), "fit": settings},
        "model": repr(trainer.model),
        "parameters": int(sum(p.size for p in trainer.model.parameters())),
        "preparation": (preparing.to_config(trainer.model) or {}).get("config"),
        "data": {**shapes, "sha256": dict(sums)},
    }
