"""Asking a recipe: raw words, files and pictures, and what is said where they cannot be read."""

import io
import json

import numpy as np
import pytest

from tiza.errors import DataError, UsageError
from tiza.recipes import find
from tiza.recipes.asking import Asked, Reply, ask
from tiza.recipes.study import Outcome, Settings, run_study
from tiza.train.picture import png


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIZA_HOME", str(tmp_path / "home"))


def asked(*words):
    return Asked(None, words, example="3")


def test_texts_come_from_words_files_and_standard_input(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("¡hola!", encoding="utf-8")
    assert asked("to", "be").text() == "to be"
    assert asked("a.txt").text() == "¡hola!"
    monkeypatch.setattr("sys.stdin", io.StringIO("typed"))
    assert asked("-").text() == "typed"
    with pytest.raises(UsageError, match="there is no file"):
        asked("b.txt").text()
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(DataError):
        asked("bad.txt").text()


def test_numbers_are_read():
    assert asked("[1,2;", "-3e1]").numbers() == [1.0, 2.0, -30.0]
    for words in ((), ("one",), ("1", "nan"), ("inf",), ("[]",)):
        with pytest.raises(UsageError, match="numbers is wanted"):
            asked(*words).numbers()


def test_rows_are_read(tmp_path):
    rows = [{"a": "1", "b": "x y"}, {"a": "2", "b": ""}]
    (tmp_path / "t.csv").write_text("a,b\n1,x y\n2,\n")
    (tmp_path / "t.tsv").write_text("a\tb\n1\tx y\n2\t\n")
    assert asked("t.csv").rows() == asked("t.tsv").rows() == rows
    assert asked(json.dumps(rows)).rows() == rows
    assert asked(json.dumps(rows[0])).row() == asked("a=1", "b=x y").row() == rows[0]
    for words in ((), ("a",), ("3",), ("[1, 2]",), ("{",), ("[]",)):
        with pytest.raises(UsageError, match="column=value pairs"):
            asked(*words).rows()
    (tmp_path / "none.csv").write_text("a,b\n")
    with pytest.raises(UsageError, match="a row is wanted"):
        asked("none.csv").row()


def test_pictures_are_ink_on_a_dark_ground(tmp_path):
    pytest.importorskip("PIL")
    ink = np.zeros((8, 8))
    ink[3:5, 3:5] = 1
    (tmp_path / "dark.png").write_bytes(png(ink))
    (tmp_path / "light.png").write_bytes(png(1 - ink))
    np.save("both.npy", np.stack([255 * ink, 0 * ink]).astype(np.uint8))
    found = asked("dark.png", "light.png").picture(8, 8)
    assert np.array_equal(found, np.stack([ink, ink]))
    assert np.array_equal(asked("both.npy").picture(8, 8), np.stack([ink, 0 * ink]))
    assert asked("dark.png").picture(4, 4).shape == (1, 4, 4)
    with pytest.raises(DataError):
        asked("both.npy").picture(7, 7)
    (tmp_path / "half.png").write_bytes(png(ink)[:40])
    with pytest.raises(DataError):
        asked("half.png").picture(8, 8)
    for words, text in (((), "a picture is wanted"), (("no.png",), "there is no file")):
        with pytest.raises(UsageError, match=text):
            asked(*words).picture(8, 8)
    (tmp_path / "t.txt").write_text("3")
    with pytest.raises(UsageError, match="a picture is wanted"):
        asked("t.txt").picture(8, 8)


def test_a_run_answers_with_its_own_weights():
    recipe = find("water-tank")
    near = run_study(recipe, recipe.settings()).folder
    far = run_study(recipe, recipe.settings({"volume": 20})).folder
    assert ask(near, ["10"])[0].value == pytest.approx(35, abs=0.01)
    assert ask(far, ["10"])[0].value == pytest.approx(20, abs=0.01)
    with pytest.raises(UsageError, match="numbers is wanted") as error:
        ask(near, ["ten"])
    assert "tiza predict RUN 10" in error.value.fix


OWN = '''"""mine: a recipe of one's own."""
from dataclasses import dataclass
from tiza import nn
from tiza.recipes.about import About
from tiza.recipes.asking import Asked, Reply
from tiza.recipes.setting import Settings, setting
from tiza.recipes.study import Outcome
ABOUT = About(("Mine", "Mía"), ("none", "ninguno"), "-", ("1", "1"), 0.1, ask="7 {run}")
@dataclass(frozen=True)
class Chosen(Settings):
    """What may be set."""
    steps: int = setting(3, ("steps", "pasos"), low=1)
def study(settings: Chosen) -> Outcome:
    rows = [settings.epoch({"loss": 1 / (k + 1)}) for k in range(settings.steps)]
    return Outcome({"steps": {"model": float(settings.steps)}}, ("Done.", "Hecho."), rows=rows,
                   model=nn.Linear(2, 1) if settings.steps > 3 else None,
                   texts={"sample": "<b>hi</b>"}, notes=(("apart", "aparte"),), kept={"k": [1]},
                   files={"x.npy": __import__("numpy").zeros(2), "y.txt": "y", "z.csv": [{"a": 1}]},
                   several=("steps", [1.0, 2.0]))
def predict(asked: Asked) -> list[Reply]:
    return [Reply(f"{asked.kept['k']} {n:g}", n) for n in asked.numbers()]
'''


def test_a_recipe_of_ones_own(tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    recipe = find("mine.py")
    assert (recipe.name, recipe.is_problem) == ("mine", False)
    found = run_study(recipe, recipe.settings({"steps": "5"}))
    facts = found.folder.facts()
    assert facts["recipe_file"] == str((tmp_path / "mine.py").resolve())
    assert [reply.text for reply in ask(found.folder, ["7", "8"])] == ["[1] 7", "[1] 8"]
    assert np.array_equal(np.load(found.folder.path / "x.npy"), np.zeros(2))
    assert (found.folder.path / "y.txt").read_text() == "y"
    assert (found.folder.path / "z.csv").read_text().split() == ["a", "1"]
    page = found.report.read_text()
    assert "&lt;b&gt;hi&lt;/b&gt;" in page
    assert "<li>apart</li>" in page
    assert found.commands[0][0] == f"tiza predict {found.folder.id} 7 {found.folder.path}"
    (tmp_path / "mine.py").unlink()
    with pytest.raises(UsageError, match="there is no recipe"):
        ask(found.folder, ["7"])


def test_a_recipe_without_model_can_be_run_but_not_asked(tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    found = run_study(find("mine.py"), Settings())
    assert found.parameters == 0
    with pytest.raises(UsageError, match="cannot be asked"):
        ask(found.folder, ["7"])


def test_a_file_without_recipe_is_told_of(tmp_path):
    (tmp_path / "no.py").write_text("x = 1\n")
    with pytest.raises(UsageError, match="holds no recipe"):
        find("no.py")
    (tmp_path / "half.py").write_text(OWN.partition("@dataclass")[0])
    with pytest.raises(UsageError, match="holds no recipe"):
        find("half.py")


def test_replies_and_outcomes_need_little():
    assert Reply("x") == Reply("x", None, None)
    assert Outcome({}, ("a", "b")).called("loss") == "loss"
