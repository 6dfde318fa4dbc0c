"""Learning a problem: the network, a linear model beside it, the scores of both, the report."""

import csv
import math
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.errors import pick
from tiza.recipes import board
from tiza.recipes.further import Commands, further
from tiza.recipes.judge import LINEAR, Scores, baseline, intervals, scores, together
from tiza.recipes.networks import mlp
from tiza.recipes.pictured import drawing
from tiza.recipes.predictor import Predictor
from tiza.recipes.problem import Array, Network, Plan, Problem
from tiza.recipes.setting import Settings, Stopped
from tiza.recipes.shelf import Recipe, find
from tiza.recipes.study import facts_of, weights_hash
from tiza.recipes.words import WORDS, word
from tiza.train import Callback, EarlyStopping, LearningRateScheduler
from tiza.train.callbacks import Logs
from tiza.train.findings import confusion, mistakes, softmax
from tiza.train.folder import RunFolder, versions
from tiza.train.history import History
from tiza.train.picture import to_file
from tiza.train.progress import Verbose
from tiza.train.report import Report, write_report
from tiza.train.store import Store

if TYPE_CHECKING:
    from tiza import nn
    from tiza.train.trainer import Trainer

SAMPLES = 8
MOST_PAIRS = 8  # column=value pairs that are still comfortable to type


@dataclass(frozen=True)
class Learned:
    """What learning left: the run's folder, its figures beside the others', the report."""

    problem: Problem
    folder: RunFolder
    history: History
    metrics: dict[str, Scores]  # metric → who → figure
    report: Path
    commands: Commands
    model: "nn.Module"
    outputs: Array  # of the model, on the test rows
    seconds: float
    seed: int = 0
    notes: Sequence[tuple[str, str]] = ()

    @property
    def parameters(self) -> int:
        """The number of parameters."""
        return sum(p.size for p in self.model.parameters())


class Noted(Callback):
    """Writes what a run is about into run.json when it begins, so that it outlives a failure."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        self.facts = facts

    def on_train_begin(self, logs: Logs) -> None:
        """Note the facts."""
        del logs
        trainer: Any = self.trainer
        if self.facts and trainer.keeper.folder is not None:
            trainer.keeper.folder.note(**self.facts)


def learn(
    problem: Problem,
    *,
    seed: int = 0,
    run_dir: Path | bool = True,
    callbacks: Sequence[Callback] = (),
    verbose: Verbose = "auto",
    facts: Mapping[str, object] | None = None,
    beside: bool = True,
    recipe: Recipe | None = None,
    resume: RunFolder | None = None,
) -> Learned:
    """Train the problem's network and keep everything in the folder of a run.

    The test rows are looked at once, at the end. A linear model (unless `beside` is False),
    trained by the same trainer on the same rows, and a constant answer are scored beside it.
    resume: the folder of a run of this problem that ended early; it goes on where it stood.
    """
    start = time.perf_counter()
    plan = problem.plan
    watched = [Noted({"source": dict(problem.facts), **(facts or {})}), *callbacks]
    trainer = _trained(problem, problem.network, plan, seed, run_dir, watched, verbose, resume)
    if any(getattr(callback, "stopped", False) for callback in callbacks):
        _given_up(trainer)
    outputs = np.asarray(trainer.predict(problem.test.x))
    columns = {"model": scores(problem, outputs)}
    if beside:
        columns[LINEAR[problem.task]] = _linear(problem, seed)
    kind, constant = baseline(problem)
    columns[kind] = constant
    folder = trainer.keeper.folder
    assert folder is not None  # a run_dir was given
    metrics = together(columns)
    ask = _keep_samples(problem, folder)
    commands = further(folder.id, ask=ask, derive=True, recipe=recipe)
    notes = _notes(problem)
    folder.note(
        predictor=Predictor.of(problem, trainer.model).to_config(),
        metrics=metrics,
        intervals=intervals(problem, outputs),
        source=dict(problem.facts),
        weights_sha256=weights_hash(folder),
        seconds=time.perf_counter() - start,
    )
    Store().finish(folder.id, "finished", columns["model"])
    report = write_report(folder, _report(problem, trainer, outputs, metrics, commands))
    seconds = time.perf_counter() - start
    model: Any = trainer.model
    return Learned(
        problem, folder, trainer.history, metrics, report, commands, model, outputs, seconds, seed,
        notes,
    )  # fmt: skip


def _given_up(trainer: "Trainer") -> None:
    """A run that whoever watched it ended early: kept as such, never tested.

    Errors: Stopped, always.
    """
    folder = trainer.keeper.folder
    if folder is not None:
        folder.note(status="interrupted")
        last = trainer.history.rows[-1] if trainer.history.rows else {}
        Store().finish(folder.id, "interrupted", last)
    raise Stopped


def learn_recipe(
    name: str | Recipe,
    settings: Settings,
    *,
    run_dir: Path | bool = True,
    callbacks: Sequence[Callback] = (),
    verbose: Verbose = "auto",
    beside: bool = True,
    resume: RunFolder | None = None,
) -> Learned:
    """Make the problem of a recipe and learn it; run.json says how to do it again."""
    recipe = find(name) if isinstance(name, str) else name
    return learn(
        problem_of(recipe, settings),
        seed=settings.seed,
        run_dir=run_dir,
        callbacks=callbacks,
        verbose=verbose,
        facts=facts_of(recipe, settings),
        beside=beside,
        recipe=recipe,
        resume=resume,
    )


def problem_of(recipe: Recipe, settings: Settings) -> Problem:
    """The problem of a recipe; of a quick run, with few rows."""
    made: Problem = recipe.module.problem(settings)
    return replace(made.quick(), plan=made.plan) if settings.quick else made


def _notes(problem: Problem) -> list[tuple[str, str]]:
    """What was kept apart: told of every run, so that nobody has to trust it blindly."""
    seen = {row.tobytes() for row in problem.train.x}
    twice = sum(row.tobytes() in seen for row in problem.test.x)
    counts = {"valid": len(problem.valid), "test": len(problem.test), "twice": twice}
    keys = ["note-test", "note-prepared" if problem.preparation else "", "note-twice" * (twice > 0)]
    own = [(WORDS[k][0].format(**counts), WORDS[k][1].format(**counts)) for k in keys if k]
    return [*own, *problem.notes]


def _size(trainer: "Trainer") -> int:
    """The number of parameters."""
    return sum(p.size for p in trainer.model.parameters())


def _keep_samples(problem: Problem, folder: RunFolder) -> str:
    """Leave a few test rows as they came; how to ask the model with one of them."""
    if problem.picture:
        raw = problem.test.x[:SAMPLES].reshape(-1, *problem.picture) * problem.divisor
        np.save(folder.path / "samples.npy", np.rint(raw).astype(np.uint8))
        return str(folder.path / "samples.npy")
    path = folder.path / "samples.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(problem.examples[0]))
        writer.writeheader()
        writer.writerows(problem.examples)
    first = [f"{name}={value}" for name, value in problem.examples[0].items()]
    return shlex.join(first if len(first) <= MOST_PAIRS else [str(path)])


def _trained(
    problem: Problem,
    network: Network,
    plan: Plan,
    seed: int,
    run_dir: Path | bool | None = None,
    callbacks: Sequence[Callback] = (),
    verbose: Verbose = 0,
    resume: RunFolder | None = None,
) -> "Trainer":
    import tiza as tz
    from tiza import optim
    from tiza.nn import functional as F
    from tiza.train.trainer import Trainer

    tz.manual_seed(seed)
    model: Any = network(problem.inputs, problem.outputs)
    model.preparation = problem.preparation  # kept with the run
    classes = problem.task == "classification"
    loss = F.cross_entropy if classes else F.mse_loss
    metrics = ["accuracy"] if classes else []

    def optimizer(parameters: Any) -> optim.Optimizer:
        return optim.AdamW(parameters, lr=plan.lr, weight_decay=plan.weight_decay)

    if resume is None:
        trainer = Trainer(model, loss, optimizer(model.parameters()), metrics, run_dir=run_dir,
                          name=problem.name, seed=seed)  # fmt: skip
    else:
        trainer = Trainer.resume(resume.path, model=model, loss=loss, optimizer=optimizer,
                                 metrics=metrics)  # fmt: skip
    if resume is None or trainer.kept is not None:  # else it was over when the run ended
        trainer.fit(
            problem.train.x,
            problem.train.y,
            epochs=plan.epochs if resume is None else None,
            batch_size=plan.batch_size if resume is None else None,
            validation_data=(problem.valid.x, problem.valid.y),
            callbacks=[*_callbacks(plan), *callbacks],
            verbose=verbose,
        )
    if trainer.interrupted:
        raise KeyboardInterrupt
    return trainer


def _callbacks(plan: Plan) -> list[Callback]:
    def rate(epoch: int) -> float:
        return plan.lr * 0.5 * (1 + math.cos(math.pi * epoch / plan.epochs))

    if not plan.patience:
        return [LearningRateScheduler(rate)]
    return [EarlyStopping("val_loss", patience=plan.patience, restore_best_weights=True)]


def _linear(problem: Problem, seed: int) -> Scores:
    """The scores of a network without hidden layers, trained in the same way.

    A convex loss takes, and needs, larger steps.
    """

    def network(inputs: int, outputs: int) -> "nn.Module":
        return mlp(inputs, [], outputs)

    plan = replace(problem.plan, lr=10 * problem.plan.lr)
    trainer = _trained(problem, network, plan, seed)
    return scores(problem, np.asarray(trainer.predict(problem.test.x)))


def _report(
    problem: Problem,
    trainer: "Trainer",
    outputs: Array,
    metrics: Mapping[str, Scores],
    commands: Commands,
) -> Report:
    truth = problem.test.y
    report = Report(
        title=pick(problem.title),
        history=trainer.history,
        summary=word(
            "summary",
            parameters=f"{_size(trainer):,}",
            train=len(problem.train),
            valid=len(problem.valid),
            test=len(problem.test),
        ),
        metrics=metrics,
        model=str(trainer.model),
        derivation=board.network(problem, trainer.model, outputs),
        config={"seed": trainer.seed, **asdict(problem.plan)},
        data=problem.facts,
        versions=versions(),
        commands=commands,
        notes=[pick(note) for note in _notes(problem)],
        drawing=drawing(trainer.model),
        pictures=_pictures(problem, trainer),
    )
    if problem.task == "classification":
        shares = softmax(outputs)
        shots = problem.test.x.reshape(-1, *problem.picture) if problem.picture else None
        wrong = mistakes(shares, truth, classes=problem.classes, pictures=shots)
        report = replace(
            report,
            confusion=confusion(shares, truth),
            classes=problem.classes,
            mistakes=wrong if problem.picture else (),
        )
    return report


def _pictures(problem: Problem, trainer: "Trainer") -> dict[str, tuple[str, bytes]]:
    made: Any = problem.pictures(trainer.model) if problem.pictures else {}
    return {pick(caption): to_file(picture) for caption, picture in made.items()}
