"""A recipe with a loop of its own: what it is told, what it hands back, how its run is kept."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tiza.errors import pick
from tiza.recipes.about import About
from tiza.train.folder import RunFolder, new_id, save_weights, versions
from tiza.train.history import History
from tiza.train.picture import png
from tiza.train.plain import write_atomically
from tiza.train.report import Report, write_report
from tiza.train.store import Measurement, Store

if TYPE_CHECKING:
    from tiza import nn
    from tiza.optim import Optimizer

Array = NDArray[Any]
Pair = tuple[str, str]  # English, Spanish
Figures = dict[str, dict[str, float]]  # metric → who → figure


def _silent(text: str) -> None:
    del text


@dataclass(frozen=True)
class Settings:
    """What a recipe is told: the seed, whether to be quick, and whom to tell how it goes."""

    seed: int = 0
    quick: bool = False
    say: Callable[[str], None] = field(default=_silent, compare=False)

    def few(self, whole: int, quick: int) -> int:
        """One number for a real run, another for a quick one.

        >>> Settings(quick=True).few(100, 3)
        3
        """
        return quick if self.quick else whole


@dataclass(frozen=True)
class Outcome:
    """What a recipe found: figures beside those of others, the sentence that they make.

    `pictures` are arrays (h, w) or (h, w, 3). `rows` are the curves, one dict for each epoch.
    `spanish` translates the names of figures; a name without entry stays.
    """

    figures: Figures
    sentence: Pair
    model: "nn.Module | None" = None
    rows: Sequence[Mapping[str, float]] = ()
    pictures: Mapping[str, Array] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    spanish: Mapping[str, str] = field(default_factory=dict)

    def called(self, name: str) -> str:
        """A figure's name in the language in force."""
        return pick((name, self.spanish.get(name, name)))


@dataclass(frozen=True)
class Studied:
    """A recipe that has run: what it found, where everything is kept, how long it took."""

    name: str
    about: About
    outcome: Outcome
    folder: RunFolder
    report: Path
    seconds: float

    @property
    def parameters(self) -> int:
        """The number of parameters of its model."""
        model = self.outcome.model
        return 0 if model is None else sum(p.size for p in model.parameters())


def run_study(name: str, settings: Settings, run_dir: Path | None = None) -> Studied:
    """Run the recipe `name` and keep weights, pictures, curves and report in a folder."""
    import tiza as tz

    module = import_module(f"tiza.recipes.{name.replace('-', '_')}")
    config = {"seed": settings.seed, "quick": settings.quick, "recipe": name}
    path = Path("runs") / new_id(name) if run_dir is None else run_dir
    store = Store()
    store.touch()
    folder = RunFolder.create(path, name=name, config=config)
    store.start(folder.id, name=name, folder=path, config=config)
    start = time.perf_counter()
    done = False
    try:
        tz.manual_seed(settings.seed)
        outcome: Outcome = module.study(settings)
        done = True
    finally:
        if not done:
            store.finish(folder.id, "failed", {})
    seconds = time.perf_counter() - start
    found = Studied(name, module.ABOUT, outcome, folder, folder.report, seconds)
    _keep(found, store)
    return found


def _keep(found: Studied, store: Store) -> None:
    folder, outcome = found.folder, found.outcome
    if outcome.model is not None:
        held = {k: v.numpy() for k, v in outcome.model.state_dict().items()}
        save_weights(folder.weights, held)
    if outcome.pictures:
        folder.plots.mkdir(exist_ok=True)
    for name, picture in outcome.pictures.items():
        write_atomically(folder.plots / f"{name}.png", png(picture))
    store.log_many(folder.id, [
        Measurement(k, k, name, value)
        for k, row in enumerate(outcome.rows, 1) for name, value in row.items()
    ])  # fmt: skip
    folder.note(figures=outcome.figures, source=dict(outcome.data), parameters=found.parameters)
    write_report(folder, Report(
        title=pick(found.about.title),
        history=History(outcome.rows),
        summary=pick(outcome.sentence),
        metrics={outcome.called(name): row for name, row in outcome.figures.items()},
        model="" if outcome.model is None else str(outcome.model),
        config={"seed": folder.facts()["seed"], **{k: pick(v) if isinstance(v, tuple) else v
                                                  for k, v in asdict(found.about).items()}},
        data=outcome.data,
        versions=versions(),
        commands=found.about.further(found.name, folder.id),
    ))  # fmt: skip
    store.finish(folder.id, "finished", flat(outcome.figures))


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
