"""A recipe with a loop of its own: what it is told, what it hands back, how its run is kept."""

import csv
import hashlib
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tiza.errors import CheckpointError, pick
from tiza.recipes.about import About
from tiza.recipes.further import Commands, further
from tiza.recipes.passes import Passes
from tiza.recipes.pictured import derivation, drawing
from tiza.recipes.setting import Settings as Settings
from tiza.recipes.setting import Stopped
from tiza.recipes.shelf import Recipe, find
from tiza.recipes.words import word
from tiza.train.blueprint import describe
from tiza.train.folder import RunFolder, new_id, save_weights, versions
from tiza.train.history import History
from tiza.train.picture import to_file
from tiza.train.plain import write_atomically
from tiza.train.report import Mistake, Report, write_report
from tiza.train.store import Measurement, Store

if TYPE_CHECKING:
    from tiza import nn
    from tiza.optim import Optimizer

Array = NDArray[Any]
Pair = tuple[str, str]  # English, Spanish
Figures = dict[str, dict[str, float]]  # metric → who → figure


@dataclass(frozen=True)
class Outcome:
    """What a recipe found: figures beside those of others, the sentence that they make.

    rows: the curves, one dict for each epoch. pictures: arrays (h, w) or (h, w, 3), the bytes of a
    PNG, an SVG, or a figure of matplotlib; texts: samples to be read. spanish: translates the names
    of figures, columns and pictures; a name without entry stays. notes: what was kept apart, and
    what was chosen by which data. kept: plain data that `predict` needs beside the weights.
    several: a metric and its values, where the recipe itself runs several seeds or folds.
    files: examples to ask with, beside the report: a text, bytes, rows of a table, or an array
    (.npy, .png).
    """

    figures: Figures
    sentence: Pair
    model: "nn.Module | None" = None
    rows: Sequence[Mapping[str, float]] = ()
    pictures: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    spanish: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    confusion: Array | None = None
    classes: Sequence[str] = ()
    mistakes: Sequence[Mistake] = ()
    notes: Sequence[Pair] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)
    several: tuple[str, Sequence[float]] = ("", ())
    files: Mapping[str, Any] = field(default_factory=dict)

    def called(self, name: str) -> str:
        """A figure's name in the language in force."""
        return pick((name, self.spanish.get(name, name)))


@dataclass(frozen=True)
class Studied:
    """A recipe that has run: what it found, where everything is kept, how long it took."""

    recipe: Recipe
    settings: Settings
    outcome: Outcome
    folder: RunFolder
    seconds: float

    @property
    def name(self) -> str:
        """The name of the recipe."""
        return self.recipe.name

    @property
    def about(self) -> About:
        """What the recipe says of itself."""
        return self.recipe.about

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder.report

    @property
    def parameters(self) -> int:
        """The number of parameters of its model."""
        model = self.outcome.model
        return 0 if model is None else sum(p.size for p in model.parameters())

    @property
    def commands(self) -> Commands:
        """How to look further."""
        kept: Any = self.folder.facts().get("network")
        derivable = kept is not None or self.recipe.offers("network") is not None
        ask = self.about.ask if self.recipe.offers("predict") is not None else ""
        ask = ask.replace("{run}", str(self.folder.path))
        return further(self.folder.id, ask=ask, derive=derivable, recipe=self.recipe)


def run_study(name: str | Recipe, settings: Settings | None = None, run_dir: Path | None = None,
              resume: RunFolder | None = None) -> Studied:  # fmt: skip
    """Run a recipe and keep weights, pictures, curves and report in a folder.

    Settings of the base class are taken over into those that the recipe declares. resume: the
    folder of a run with the same settings that ended early; it goes on from its last checkpoint.

    Errors: CheckpointError where there is no checkpoint to go on from.
    """
    import tiza as tz

    recipe = find(name) if isinstance(name, str) else name
    told = _fitting(recipe, Settings() if settings is None else settings)
    config = facts_of(recipe, told)
    path = Path("runs") / new_id(recipe.name) if run_dir is None else run_dir
    store = Store()
    store.touch()
    folder = resume or RunFolder.create(path, name=recipe.name, config=config)
    rows: list[Mapping[str, float]] = []
    keeper = Passes(folder.checkpoints(keep=2), _both(rows.append, told.watch))
    if resume is not None:
        told.say(word("goes-on", passes=keeper.resume()))
        folder.note(status="running")
    store.start(folder.id, name=recipe.name, folder=folder.path, config=config)
    start = time.perf_counter()
    with _ending(folder, store, rows, keeper, told):
        tz.manual_seed(told.seed)
        outcome: Outcome = recipe.module.study(told.watched(keeper.told).kept(keeper.over))
        found = Studied(recipe, told, outcome, folder, time.perf_counter() - start)
        _keep(found, store)
    keeper.forget()
    return found


@contextmanager
def _ending(folder: RunFolder, store: Store, rows: Sequence[Mapping[str, float]], keeper: Passes,
            told: Settings) -> Iterator[None]:  # fmt: skip
    """Keep what there is of a run that does not come to its end, and say how it goes on."""
    try:
        yield
    except BaseException as error:
        early = isinstance(error, KeyboardInterrupt | Stopped)
        status = "interrupted" if early else "failed"
        kept = not isinstance(error, Stopped) and keeper.flush()
        folder.note(status=status)
        _log(store, folder.id, rows)
        store.finish(folder.id, status, rows[-1] if rows else {})
        if isinstance(error, KeyboardInterrupt):
            told.say(word("resume" if kept else "no-resume", run=folder.id, recipe=typed(folder)))
        raise


def typed(folder: RunFolder) -> str:
    """The recipe or the table of a run, as one types it; empty where it is of neither."""
    facts: Any = folder.facts()
    table = facts.get("table") or {}
    return str(facts.get("recipe_file") or facts.get("recipe") or table.get("file") or "")


def _fitting(recipe: Recipe, settings: Settings) -> Settings:
    if isinstance(settings, recipe.kind):
        return settings
    return recipe.settings(seed=settings.seed, quick=settings.quick, say=settings.say,
                           watch=settings.watch)  # fmt: skip


def _both(first: Callable[[Any], None], second: Callable[[Any], None]) -> Callable[[Any], None]:
    def watch(row: Any) -> None:
        first(row)
        second(row)

    return watch


def facts_of(recipe: Recipe, settings: Settings) -> dict[str, object]:
    """What run.json says of a recipe that was run, so that it can be run again."""
    return {
        "seed": settings.seed,
        "quick": settings.quick,
        "recipe": recipe.name,
        "recipe_file": None if recipe.path is None else str(recipe.path),
        "settings": settings.chosen(),
    }


def weights_hash(folder: RunFolder) -> str:
    """SHA-256 of the final weights; empty where there are none."""
    path = folder.weights
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _log(store: Store, run: str, rows: Sequence[Mapping[str, float]]) -> None:
    store.log_many(run, [
        Measurement(k, k, name, value)
        for k, row in enumerate(rows, 1) for name, value in row.items()
    ])  # fmt: skip


def _network(outcome: Outcome) -> object:
    """The model as data; None where it holds more than `tiza.nn` and `tiza.models` know."""
    try:
        return None if outcome.model is None else describe(outcome.model)
    except CheckpointError:
        return None


def _keep(found: Studied, store: Store) -> None:
    folder, outcome = found.folder, found.outcome
    if outcome.model is not None:
        held = {k: v.numpy() for k, v in outcome.model.state_dict().items()}
        save_weights(folder.weights, held)
    if outcome.pictures:
        folder.plots.mkdir(exist_ok=True)
    pictures = {name: to_file(picture) for name, picture in outcome.pictures.items()}
    for name, (ending, content) in pictures.items():
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        write_atomically(folder.plots / f"{safe}.{ending}", content)
    for name, content in outcome.files.items():
        write_atomically(folder.path / name, _content(name, content))
    _log(store, folder.id, outcome.rows)
    History(outcome.rows).to_csv(folder.path / "history.csv")
    folder.note(
        status="finished",
        figures=outcome.figures,
        source=dict(outcome.data),
        parameters=found.parameters,
        network=_network(outcome),
        kept=dict(outcome.kept),
        spanish=dict(outcome.spanish),
        several=list(outcome.several) if outcome.several[0] else None,
        seconds=found.seconds,
        weights_sha256=weights_hash(folder),
    )
    write_report(folder, _report(found, pictures))
    store.finish(folder.id, "finished", flat(outcome.figures))


def _content(name: str, content: Any) -> bytes:
    """The bytes of an example's file."""
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, np.ndarray) and name.endswith(".npy"):
        held = io.BytesIO()
        np.save(held, content, allow_pickle=False)
        return held.getvalue()
    if isinstance(content, np.ndarray):
        return to_file(content)[1]
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, list(content[0]))
    writer.writeheader()
    writer.writerows(content)
    return lines.getvalue().encode()


def _blackboard(found: Studied) -> str:
    """The derivation of the recipe's small example."""
    return derivation(found.outcome.model, found.recipe.offers("board"), found.outcome.kept)


def _report(found: Studied, pictures: Mapping[str, tuple[str, bytes]]) -> Report:
    outcome, about = found.outcome, found.about
    return Report(
        title=pick(about.title),
        history=History(outcome.rows),
        summary=pick(outcome.sentence),
        metrics={
            outcome.called(name): {outcome.called(who): v for who, v in row.items()}
            for name, row in outcome.figures.items()
        },
        pictures={outcome.called(name): picture for name, picture in pictures.items()},
        texts={outcome.called(name): text for name, text in outcome.texts.items()},
        confusion=outcome.confusion,
        classes=outcome.classes,
        mistakes=outcome.mistakes,
        notes=[pick(note) for note in outcome.notes],
        model="" if outcome.model is None else str(outcome.model),
        drawing=drawing(outcome.model),
        derivation=_blackboard(found),
        config={
            "seed": found.settings.seed,
            **found.settings.chosen(),
            "expects": pick(about.expects),
        },
        data={pick(("data", "datos")): pick(about.data), **outcome.data},
        versions=versions(),
        commands=found.commands,
    )


def flat(figures: Figures) -> dict[str, float]:
    """One line of figures: the model's first, under the metric's name.

    >>> flat({"rmse": {"model": 0.9, "mean": 1.1}})
    {'rmse': 0.9, 'rmse (mean)': 1.1}
    """
    own = {name: row["model"] for name, row in figures.items() if "model" in row}
    return own | {f"{name} ({who})": value for name, row in figures.items()
                  for who, value in row.items() if who != "model"}  # fmt: skip


def descent(loss: Callable[..., Any], optimizer: "Optimizer") -> Callable[..., float]:
    """One step down a loss, compiled: called with a batch, it gives the loss before the step.

    >>> from tiza import models, optim
    >>> model = models.Adaline(1)
    >>> step = descent(model.loss, optim.SGD(model.parameters(), lr=0.1))
    >>> first, *_, last = [step([[1.0], [2.0]], [1.0, -1.0]) for _ in range(30)]
    >>> last < first
    True
    """
    import tiza as tz

    def step(*batch: Any) -> Any:
        optimizer.zero_grad()
        found = loss(*batch)
        found.backward()
        optimizer.step()
        return found

    compiled = tz.compile(step)
    return lambda *batch: float(compiled(*batch))


def batches(rows: int, size: int, rng: np.random.Generator) -> Iterator[Array]:
    """Positions of the rows in random order, `size` at a time; what is left over is left out.

    >>> [len(part) for part in batches(10, 4, np.random.default_rng(0))]
    [4, 4]
    """
    order = rng.permutation(rows)
    for start in range(0, rows - size + 1, size):
        yield order[start : start + size]


def scatter(points: Array, low: float, high: float, size: int = 256) -> Array:
    """Points of the plane as a picture: black where they are many; y points up.

    Shapes: points (n, 2) → (size, size) uint8.

    >>> int(scatter(np.zeros((1, 2)), -1, 1, 4).min())
    0
    """
    edges = np.linspace(low, high, size + 1)
    counts = np.histogram2d(points[:, 1], points[:, 0], bins=(edges, edges))[0][::-1]
    ink = np.sqrt(counts / max(1.0, counts.max()))
    made: Array = np.rint(255 * (1 - ink)).astype(np.uint8)
    return made


def grid(pictures: Array, columns: int, gap: int = 1) -> Array:
    """Pictures of one size side by side, with lines of white between.

    Shapes: (n, h, w) or (n, h, w, 3) → one picture.

    >>> grid(np.zeros((4, 2, 2)), 2).shape
    (5, 5)
    """
    shown = np.asarray(pictures, float)
    shown = (shown - shown.min()) / ((shown.max() - shown.min()) or 1.0)
    n, h, w = shown.shape[:3]
    lines = -(-n // columns)
    tall, wide = lines * (h + gap) - gap, columns * (w + gap) - gap
    made = np.ones((tall, wide, *shown.shape[3:]))
    for k, picture in enumerate(shown):
        y, x = (k // columns) * (h + gap), (k % columns) * (w + gap)
        made[y : y + h, x : x + w] = picture
    return made
