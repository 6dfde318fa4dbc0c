"""What `tiza plot` draws from: the test rows of a run, a file of data, points of the plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tiza.cli.kept import find_run
from tiza.errors import UsageError

if TYPE_CHECKING:
    from tiza.nn.module import Module
    from tiza.train.folder import RunFolder

Array = np.ndarray[Any, Any]
MOST = 2000  # rows that are asked of a network


@dataclass(frozen=True)
class Rows:
    """Rows ready for a network, with their targets.

    Shapes: x (rows, ...); y (rows) classes, or (rows, 1) numbers; picture: (h, w) or ().
    """

    x: Array
    y: Array
    classes: tuple[str, ...] = ()
    picture: tuple[int, ...] = ()

    def first(self, most: int) -> Rows:
        """Not more rows than so many."""
        return Rows(self.x[:most], self.y[:most], self.classes, self.picture)


@dataclass(frozen=True)
class Trained:
    """A run's network, at rest, and rows that it did not learn from."""

    model: Module
    rows: Rows

    @property
    def outputs(self) -> Array:
        """What the network says of the rows: logits (rows, classes), or numbers (rows, 1)."""
        import tiza as tz

        with tz.no_grad():
            parts = [
                np.asarray(self.model(tz.asarray(self.rows.x[at : at + 500])))
                for at in range(0, len(self.rows.x), 500)
            ]
        return np.concatenate(parts)

    def shares(self, run: str) -> Array:
        """The probability of each class.

        Errors: UsageError where the run does not tell classes apart.
        """
        from tiza.train.findings import softmax

        if not self.rows.classes:
            raise UsageError("plot-classes", run=run)
        return softmax(self.outputs)


def folder_of(run: str) -> RunFolder:
    """The folder of the run that the user names."""
    from tiza.train.folder import RunFolder

    return RunFolder.open(find_run(run).folder)


def trained(run: str, data: str | None, most: int = MOST) -> Trained:
    """The network of a run, and test rows: its recipe's, or those of a file like the one it read.

    Errors: UsageError where the run has no such network, or its rows are not to be had.
    """
    from tiza.recipes.asking import recipe_of
    from tiza.recipes.predictor import Predictor

    folder = folder_of(run)
    facts: Any = folder.facts()
    recipe = recipe_of(facts)
    if recipe is not None and not recipe.is_problem:
        raise UsageError("plot-no-rows", run=folder.id)
    predictor = Predictor.load(folder)
    kept = predictor.classes, tuple(predictor.picture)
    if recipe is not None:
        settings = recipe.settings(facts.get("settings"), seed=int(facts.get("seed") or 0))
        test = recipe.module.problem(settings).test
        return Trained(predictor.model, Rows(test.x, test.y, *kept).first(most))
    if data is None or predictor.preparation is None:
        raise UsageError("plot-rows-needed", run=folder.id)
    ready = predictor.preparation
    path = Path(_there(data))
    x, y = ready.features(path), np.asarray(ready.targets(path))
    y = y if predictor.classes else y.reshape(-1, 1)
    return Trained(predictor.model, Rows(x, y, *kept).first(most))


def inner(found: Trained) -> Array:
    """What the last linear layer is given: the rows as the network sees them at its end.

    Shapes: → (rows, units); of a network without a linear layer, the rows themselves.
    """
    from tiza.nn.layers import Linear

    linear = [part for part in found.model.modules() if isinstance(part, Linear)]
    if not linear:
        return found.rows.x.reshape(len(found.rows.x), -1)
    kept: list[Any] = []
    handle = linear[-1].register_forward_hook(lambda part, given, answer: kept.append(given[0]))
    try:
        _ = found.outputs
    finally:
        handle.remove()
    rows = np.concatenate([np.asarray(part) for part in kept])
    return rows.reshape(len(rows), -1)


def weights_of(run: str, name: str | None) -> tuple[str, Array]:
    """One array of the weights that a run kept; without a name, the first that is a matrix.

    Errors: UsageError where there is none of that name.
    """
    from tiza.cli.speak import unknown
    from tiza.train.folder import load_weights

    folder = folder_of(run)
    if not folder.weights.is_file():
        raise UsageError("plot-no-weights", run=folder.id)
    held = load_weights(folder.weights)
    wanted = sorted(k for k, w in held.items() if np.ndim(w) >= 2)
    if name is None and wanted:
        return wanted[0], np.asarray(held[wanted[0]])
    for key in (name, f"{name}.weight"):
        if key in held:
            return str(key), np.asarray(held[key])
    raise unknown("plot-layer", str(name), sorted(held))


def curves_of(run: str) -> Mapping[str, Sequence[float]]:
    """The columns that a run measured, by epoch.

    Errors: UsageError where it measured none.
    """
    from tiza.train.store import Store

    found = find_run(run)
    columns: dict[str, list[float]] = {}
    for row in Store().metrics(found.id):
        columns.setdefault(row.name, []).append(row.value)
    if not columns:
        raise UsageError("plot-no-curves", run=found.id)
    return dict(sorted(columns.items(), key=lambda c: not c[0].endswith("loss")))


def rows_of_file(file: str, target: str | None) -> Rows:
    """The rows of an .npz file (x, y), or of a table: its columns of numbers, standardised.

    Errors: UsageError, DataError where the file is none.
    """
    path = Path(_there(file))
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as held:
            if not {"x", "y"} <= set(held):
                raise UsageError("derive-npz", path=str(path), got=", ".join(held))
            x, y = np.asarray(held["x"]), np.asarray(held["y"])
            return Rows(x.reshape(len(x), -1), y.reshape(-1).astype(np.int64))
    from tiza.data.preparation import Preparation
    from tiza.data.table import read_table

    table = read_table(path)
    ready = Preparation.fit(table, target or table.names[-1], task="classification")
    return Rows(ready.features(table), np.asarray(ready.targets(table)), tuple(ready.classes))


def _there(file: str) -> str:
    if not Path(file).is_file():
        raise UsageError("cli-no-file", file=file, folder=str(Path.cwd()))
    return file


def parted(rows: Rows, seed: int, hidden: int = 16, steps: int = 400) -> Module:
    """A small network that has learned the classes of some points.

    Linear(2, 16), tanh, Linear(16, 16), tanh, Linear(16, classes); Adam on all points at once.
    """
    import tiza as tz
    from tiza import nn, optim
    from tiza.nn import functional as F

    tz.manual_seed(seed)
    classes = int(rows.y.max()) + 1
    model = nn.Sequential(
        nn.Linear(rows.x.shape[1], hidden), nn.Tanh(),
        nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, max(2, classes)),
    )  # fmt: skip
    optimizer = optim.Adam(model.parameters(), lr=0.03)

    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    compiled = tz.compile(step)
    x, y = tz.asarray(rows.x.astype(np.float32)), tz.asarray(rows.y.astype(np.int64))
    for _ in range(steps):
        compiled(x, y)
    return model
