"""Labels and indices that do not exist are refused by name, compiled or not, and in `fit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tiza as tz
from tiza import nn
from tiza.errors import IndexingError
from tiza.nn import functional as F

X = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
NO_CLASS = "target[{at}] is class {got}, which does not exist among 3 classes, numbered from 0 to 2"
NO_PLACE = "index[{at}] is {got}, outside an axis of size 3"
CASES: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "cross_entropy": (F.cross_entropy, NO_CLASS),
    "smoothed": (lambda x, y: F.cross_entropy(x, y, label_smoothing=0.1), NO_CLASS),
    "weighted": (lambda x, y: F.cross_entropy(x, y, weight=[1.0, 2.0, 3.0]), NO_CLASS),
    "nll_loss": (F.nll_loss, NO_CLASS),
    "multi_margin_loss": (F.multi_margin_loss, NO_CLASS),
    "embedding": (
        lambda x, y: F.embedding(y, x[:3]),
        "embedding: input[{at}] asks for row {got}, which does not exist in a table of 3 rows, "
        "numbered from 0 to 2",
    ),
    "one_hot": (
        lambda x, y: F.one_hot(y, 3),
        "one_hot: tensor[{at}] is class {got}, which does not exist among 3 classes, numbered "
        "from 0 to 2",
    ),
    "gather": (lambda x, y: tz.gather(x, 1, y[:, None]), NO_PLACE.replace("{at}", "{at}, 0")),
    "index_select": (lambda x, y: tz.index_select(x, 1, y), NO_PLACE),
    "scatter_add": (
        lambda x, y: tz.scatter_add(x, 1, y[:, None], x),
        NO_PLACE.replace("{at}", "{at}, 0"),
    ),
}


@pytest.mark.parametrize("wrong", [-1, 3])
@pytest.mark.parametrize("name", CASES)
def test_what_does_not_exist_is_refused_by_name_and_place(name: str, wrong: int) -> None:
    f, fact = CASES[name]
    y = np.array([0, 1, wrong, 2])
    with pytest.raises(IndexingError) as plain:
        f(tz.tensor(X), tz.tensor(y)).numpy()
    assert plain.value.fact == fact.format(at=2, got=wrong)
    fast = tz.compile(f)
    with pytest.raises(IndexingError) as compiled:
        fast(X, y)
    assert compiled.value.fact == plain.value.fact
    assert np.isfinite(fast(X, np.array([0, 1, 1, 2])).numpy()).all()  # it goes on afterwards


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint8"])
def test_narrow_labels_are_checked_too(dtype: str) -> None:
    wide = np.zeros((2, 200), np.float32)
    y = np.array([3, 250 if dtype == "uint8" else -7], dtype)
    with pytest.raises(IndexingError) as met:
        tz.compile(F.cross_entropy)(wide, y)
    assert met.value.fact == (
        f"target[1] is class {y[1]}, which does not exist among 200 classes, numbered from 0 to 199"
    )


@pytest.mark.peer
def test_ignored_labels_are_left_out_as_in_torch() -> None:
    torch = pytest.importorskip("torch")
    y = np.array([0, -100, 2, -100])
    for options in ({}, {"label_smoothing": 0.2}, {"weight": [1.0, 2.0, 3.0]}):
        given = {k: torch.tensor(v) if k == "weight" else v for k, v in options.items()}
        want = torch.nn.functional.cross_entropy(torch.tensor(X), torch.tensor(y), **given)
        for f in (F.cross_entropy, tz.compile(F.cross_entropy)):
            np.testing.assert_allclose(f(X, y, **options).item(), want.item(), rtol=1e-6)
    other = tz.compile(lambda x, y: F.nll_loss(x, y, ignore_index=-1))
    want = torch.nn.functional.nll_loss(
        torch.tensor(X), torch.tensor([0, -1, 2, 1]), ignore_index=-1
    )
    np.testing.assert_allclose(other(X, np.array([0, -1, 2, 1])).item(), want.item(), rtol=1e-6)


@pytest.mark.parametrize("compile", [True, False])
def test_training_names_the_label(compile: bool) -> None:
    x = np.random.default_rng(1).normal(size=(40, 3)).astype(np.float32)
    y = np.arange(40) % 3
    y[17] = -1
    model = nn.Linear(3, 3)
    optimizer = tz.optim.SGD(model.parameters(), lr=0.1)
    trainer = tz.Trainer(model, nn.CrossEntropyLoss(), optimizer, compile=compile)
    with pytest.raises(IndexingError) as met:
        trainer.fit(x, y, epochs=1, batch_size=40, shuffle=False, verbose=0)
    assert met.value.fact == NO_CLASS.format(at=17, got=-1)
    y[17] = -100
    trainer.fit(x, y, epochs=1, batch_size=40, verbose=0)


def test_a_step_with_a_wrong_label_changes_nothing() -> None:
    model = nn.Linear(3, 3)
    optimizer = tz.optim.Adam(model.parameters())

    @tz.compile
    def step(x: tz.Tensor, y: tz.Tensor) -> tz.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    good = np.array([0, 1, 2, 2])
    for _ in range(3):
        step(X, good)
    before = model.weight.numpy().copy()
    with pytest.raises(IndexingError):
        step(X, np.array([0, -1, 2, 2]))
    assert np.array_equal(model.weight.numpy(), before)
    step(X, good)
    assert not np.array_equal(model.weight.numpy(), before)
