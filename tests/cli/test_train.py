"""From raw data to a model that answers, on the command line."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from tiza.cli.bar import EpochBar
from tiza.recipes import passes
from tiza.recipes.study import weights_hash
from tiza.train.folder import RunFolder
from tiza.train.store import Store

HOUSES = """\
id;zona;area;garaje;construida;precio
{rows}
"""


def houses(path, count=120, seed=0):
    """Spanish houses: decimal commas, gaps, categories, dates, an identifier."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(count):
        zone = rng.choice(["norte", "sur", "centro"])
        area = rng.uniform(40, 200)
        garage = rng.choice(["sí", "no"])
        year = rng.integers(1960, 2020)
        price = 1000 * area + 20_000 * (garage == "sí") + 30_000 * (zone == "norte")
        price += 300 * (year - 1990) + rng.normal(0, 3000)
        shown = "" if k % 17 == 3 else f"{area:.1f}".replace(".", ",")
        rows.append(f"C{k:04d};{zone};{shown};{garage};{year}-05-{1 + k % 28:02d};{price:.0f}")
    path.write_text(HOUSES.format(rows="\n".join(rows)), encoding="latin-1")


@pytest.fixture
def table(tmp_path):
    houses(tmp_path / "casas.csv")
    return "casas.csv"


def test_train_on_a_table_of_ones_own(tiza, table, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: url.startswith("file:"))
    said = tiza("train", table, "--target", "precio", "--epochs", "150")
    assert said.code == 0
    assert "use_" not in said.out
    for word in ("identifier", "yes/no", "date", "category", "standardised", "R²", "mean"):
        assert word in said.out, word
    run = Store().find("last")
    assert run.status == "finished"
    assert run.summary["r2"] > 0.8
    assert (run.folder / "report.html").read_text("utf-8").startswith("<!doctype html>")
    # every command that is offered works as it stands
    offered = [line.strip() for line in said.out.splitlines() if line.startswith("  tiza ")]
    assert len(offered) == 5
    for line in offered:
        assert tiza(*shlex.split(line)[1:]).code == 0, line


def test_predict_takes_raw_rows_in_every_form(tiza, table, tmp_path):
    tiza("train", table, "-t", "precio", "--epochs", "60", "-q")
    row = {"zona": "norte", "area": "120,5", "garaje": "sí", "construida": "1990-05-05"}
    pairs = [f"{k}={v}" for k, v in row.items()]
    one = tiza("predict", "last", *pairs, "--json")
    assert one.code == 0
    value = one.json["predictions"][0]["prediction"]
    assert 100_000 < value < 250_000
    again = tiza("predict", "last", json.dumps(row), "--json")
    assert again.json["predictions"] == one.json["predictions"]
    (tmp_path / "rows.json").write_text(json.dumps([row, row]), encoding="utf-8")
    two = tiza("predict", "last", "rows.json", "--json")
    assert [p["prediction"] for p in two.json["predictions"]] == pytest.approx([value] * 2)
    text = ";".join(row) + "\n" + ";".join(row.values()) + "\n"
    (tmp_path / "new.csv").write_text(text, encoding="utf-8")
    from_file = tiza("predict", "last", "new.csv", "-o", "out.csv", "--json")
    assert from_file.json["predictions"][0]["prediction"] == pytest.approx(value)
    assert (tmp_path / "out.csv").read_text("utf-8").splitlines()[0] == "prediction"


def test_predict_speaks_of_what_it_did_not_know(tiza, table):
    tiza("train", table, "-t", "precio", "--epochs", "2", "-q")
    said = tiza("predict", "last", "zona=oeste", "area=90", "garaje=no",
                "construida=1990-05-05", "color=rojo")  # fmt: skip
    assert said.code == 0
    assert "oeste" in said.err
    assert "color" in said.err
    lacking = tiza("predict", "last", "zona=norte", "area=90", "--lang", "es")
    assert lacking.code == 1
    assert "falta" in lacking.err


def test_classes_come_with_probabilities(tiza, shared_data):
    said = tiza("train", str(shared_data / "tabular/penguins.csv.gz"), "-t", "species", "--json")
    assert said.code == 0
    document = said.json
    assert document["metrics"]["accuracy"]["model"] > 0.95
    assert document["metrics"]["accuracy"].keys() == {"model", "logistic", "majority"}
    assert "epoch" in said.err
    answer = tiza(*shlex.split(document["commands"][0])[1:], "--json").json["predictions"][0]
    shares = answer["probabilities"]
    assert shares.keys() == {"Adelie", "Chinstrap", "Gentoo"}
    assert sum(shares.values()) == pytest.approx(1)
    assert answer["prediction"] == max(shares, key=shares.get)


def test_the_same_seed_gives_the_same_figures(tiza, table):
    first, again, other = (
        tiza("train", table, "-t", "precio", "--epochs", "3", "--seed", seed, "--json").json
        for seed in ("1", "1", "2")
    )
    assert first["metrics"] == again["metrics"]
    assert first["history"]["loss"] == again["history"]["loss"]
    assert first["metrics"] != other["metrics"]


def test_options_change_the_network(tiza, table):
    wide = tiza("train", table, "-t", "precio", "--epochs", "1", "--hidden", "8,8", "--json").json
    line = tiza("train", table, "-t", "precio", "--epochs", "1", "--hidden", "0", "--json").json
    inputs = line["parameters"] - 1
    assert wide["parameters"] == 8 * inputs + 8 + 8 * 8 + 8 + 8 + 1
    less = tiza("train", table, "-t", "precio", "--epochs", "1", "--hidden", "0",
                "--drop", "zona", "--json").json  # fmt: skip
    assert less["parameters"] == line["parameters"] - 3


def test_parquet_too(tiza, table, tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame({"x": rng.normal(size=60), "group": ["a", "b", "c"] * 20})
    frame["y"] = 3 * frame.x + (frame.group == "a")
    frame.to_parquet(tmp_path / "t.parquet")
    assert tiza("train", "t.parquet", "-t", "y", "--json").json["metrics"]["r2"]["model"] > 0.9


WRONG = {
    "no target": (["casas.csv"], 2, "which column is to be predicted?"),
    "no such target": (["casas.csv", "-t", "prezio"], 2, "precio"),
    "no such file": (["casa.csv", "-t", "precio"], 2, "there is no file casa.csv"),
    "no such recipe": (["digitz"], 2, "fix: tiza train digits"),
    "option of tables": (
        ["digits", "--target", "x"],
        2,
        "the recipe digits does not take --target",
    ),
    "bad rate": (["casas.csv", "-t", "precio", "--lr", "0"], 2, "--lr: '0' is not a number"),
    "bad widths": (["casas.csv", "-t", "precio", "--hidden", "a"], 2, "not a list of widths"),
    "bad task": (["casas.csv", "-t", "precio", "--task", "x"], 2, "is not one of auto"),
    "fraction of one": (["casas.csv", "-t", "precio", "--test-fraction", "1"], 2, "0.9"),
    "identifier": (["casas.csv", "-t", "id"], 1, "'id'"),
    "no such column to drop": (["casas.csv", "-t", "precio", "--drop", "are"], 2, "area"),
}


@pytest.mark.parametrize(("words", "code", "text"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_trained_is_said_in_one_paragraph(tiza, table, words, code, text):
    said = tiza("train", *words)
    assert said.code == code, said.err
    assert text in said.err
    assert said.err.startswith("tiza: error: ")
    assert len(said.err.splitlines()) <= 5
    spanish = tiza("train", *words, "--lang", "es")
    assert spanish.code == code
    assert not re.search(r"\bthe\b|\bfix\b", spanish.err), spanish.err


def test_too_few_rows(tiza, tmp_path):
    (tmp_path / "few.csv").write_text("x,y\n1,2\n3,4\n5,6\n")
    said = tiza("train", "few.csv", "-t", "y")
    assert said.code == 1
    assert "too few" in said.err


def test_a_class_of_one_row_does_not_stop_the_others(tiza, tmp_path):
    lines = [f"{k},{'ab'[k % 2]}" for k in range(60)] + ["99,c"]
    (tmp_path / "rare.csv").write_text("x,y\n" + "\n".join(lines) + "\n")
    said = tiza("train", "rare.csv", "-t", "y", "--epochs", "2")
    assert said.code == 0, said.err


def test_predict_refuses_what_it_cannot_read(tiza, table, tmp_path):
    tiza("train", table, "-t", "precio", "--epochs", "1", "-q")
    for words, code in (
        (["none.csv"], 2), (["{bad json"], 2), (["a", "b"], 2), (["[1, 2]"], 2), (["3"], 2),
    ):  # fmt: skip
        said = tiza("predict", "last", *words)
        assert said.code == code, (words, said.err)
        assert said.err.startswith("tiza: error: ")
    assert tiza("predict", "nothing", "a=1").code == 2
    (Store().find("last").folder / "weights.safetensors").unlink()
    said = tiza("predict", "last", "a=1")
    assert said.code == 2
    assert "weights.safetensors" in said.err


def test_a_folder_from_a_stranger_cannot_run_code(tiza, table):
    tiza("train", table, "-t", "precio", "--epochs", "1", "-q")
    path = Store().find("last").folder / "run.json"
    facts = json.loads(path.read_text("utf-8"))
    facts["config"]["model"]["parts"]["0"]["class"] = "os.system"
    path.write_text(json.dumps(facts), "utf-8")
    said = tiza("predict", "last", "a=1")
    assert said.code == 1
    assert "os.system" in said.err


def test_a_run_that_was_interrupted_goes_on(tiza, shared_data, monkeypatch):
    said = tiza("train", "lstm-series", "--quick", "--set", "epochs=4")
    assert said.code == 0, said.err
    whole = RunFolder.open(Store().find("last").folder)
    keep = passes.Passes._keep

    def stop(this, *what):
        keep(this, *what)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(passes, "PAUSE", 0.0)
        patch.setattr(passes.Passes, "_keep", stop)
        said = tiza("train", "lstm-series", "--quick", "--set", "epochs=4")
    assert said.code == 130
    run = Store().find("last").id
    assert f"kept: tiza train lstm-series --resume {run} goes on from here" in said.err
    said = tiza("train", "lstm-series", "--resume", "last")
    assert said.code == 0, said.err
    assert "going on after 1 passes that are kept" in said.err
    assert Store().find("last").id == run
    assert weights_hash(RunFolder.open(Store().find("last").folder)) == weights_hash(whole)


def test_what_cannot_go_on_is_refused(tiza, monkeypatch):
    def stop(this, row):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(passes.Passes, "told", stop)
        assert tiza("train", "water-tank", "--quick").code == 130
    run = Store().find("last").id
    said = tiza("train", "water-tank", "--resume", "last")
    assert (said.code, said.err.splitlines()[0]) == (
        2, f"tiza: error: {run} has no checkpoint to go on from"
    )  # fmt: skip
    said = tiza("--lang", "es", "train", "water-tank", "--resume", "last")
    assert f"tiza replay {run} la empieza de nuevo" in said.err
    said = tiza("train", "perceptron", "--resume", run)
    assert f"{run} is a run of water-tank, not of perceptron" in said.err
    said = tiza("train", "water-tank", "--resume", run, "--seeds", "2")
    assert "--resume takes the run's own settings, so --seeds has no place" in said.err
    Store().start(run, name="water-tank", folder=Path("runs") / run, config={})
    assert "is still going on" in tiza("train", "water-tank", "--resume", run).err
    assert tiza("train", "water-tank", "--quick").code == 0
    assert "came to its end" in tiza("train", "water-tank", "--resume", "last").err


def test_a_table_that_was_interrupted_goes_on(tiza, monkeypatch, tmp_path):
    rows = [f"{k % 7},{k % 5},{(k % 7) * 2 + k % 5}" for k in range(120)]
    (tmp_path / "t.csv").write_text("a,b,c\n" + "\n".join(rows) + "\n")
    words = ["train", "t.csv", "--target", "c", "--epochs", "6"]
    assert tiza(*words).code == 0
    whole = RunFolder.open(Store().find("last").folder)

    def stop(this, epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(EpochBar, "on_epoch_end", stop)
        said = tiza(*words)
    run = Store().find("last").id
    assert said.code == 130
    assert f"kept: tiza train {tmp_path / 't.csv'} --resume {run} goes on from here" in said.err
    assert tiza("train", "t.csv", "--resume", "last").code == 0
    after = RunFolder.open(Store().find("last").folder)
    assert after.id != whole.id
    assert weights_hash(after) == weights_hash(whole)
