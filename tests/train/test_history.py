import csv
import math
from pathlib import Path

import pytest

from tiza.errors import ArgumentError, use_language
from tiza.train import History


@pytest.fixture
def history() -> History:
    return History(
        [
            {"loss": 0.9, "accuracy": 0.5, "lr": 0.1, "seconds": 1.5},
            {"loss": 1 / 3, "accuracy": 0.75, "lr": 1e-5, "seconds": 200.0},
            {"loss": math.nan, "accuracy": 0.75, "lr": 1e-5, "seconds": 1.0, "val_loss": 2.0},
        ]
    )


def test_columns_keep_keras_names(history: History) -> None:
    assert history.columns == ["loss", "accuracy", "val_loss", "lr", "seconds"]
    assert list(history.history) == history.columns
    assert history.history["accuracy"] == [0.5, 0.75, 0.75]
    assert history.epochs == [1, 2, 3]
    assert math.isnan(history["val_loss"][0])
    assert "val_loss" in history
    assert "f1" not in history


def test_best_is_least_loss_and_most_accuracy(history: History) -> None:
    assert history.best("loss") == (2, 1 / 3)
    assert history.best("accuracy") == (2, 0.75)
    assert history.best("accuracy", largest=False) == (1, 0.5)


def test_unknown_column(history: History) -> None:
    with pytest.raises(ArgumentError) as error:
        history["f1"]
    assert str(error.value) == (
        "the history has no column 'f1'; it has loss, accuracy, val_loss, lr, seconds"
    )


def test_csv_reads_back_exactly(history: History, tmp_path: Path) -> None:
    history.to_csv(tmp_path / "h.csv")
    rows = list(csv.DictReader((tmp_path / "h.csv").read_text().splitlines()))
    assert float(rows[1]["loss"]) == 1 / 3
    assert (rows[0]["epoch"], rows[0]["val_loss"], rows[2]["val_loss"]) == ("1", "", "2.0")


def test_faces(history: History) -> None:
    with use_language("es"):
        head = " ".join(str(history).splitlines()[0].split())
        assert head == "época pérdida exactitud pérdida de validación tasa de aprendizaje segundos"
    assert repr(history) == "History(epoch 3: loss=nan, accuracy=0.7500, val_loss=2.0000)"
    assert repr(History()) == "History(no epochs yet)"
    assert str(History()) == "no epochs yet"
    assert history._repr_html_().count("<tr>") == 4
    nasty = History([{"<script>": 1.0}])._repr_html_()
    assert "<script>" not in nasty
    assert "&lt;script&gt;" in nasty
