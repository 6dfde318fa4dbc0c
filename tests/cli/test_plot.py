"""`tiza plot`: every figure of tz.plot has a name, and says what it takes."""

import pytest

pytest.importorskip("matplotlib")

import numpy as np

from tiza import plot
from tiza.cli.figures import FIGURES, spelled, usage
from tiza.plot.toys import TOYS, toy

ENDINGS = {".png": b"\x89PNG", ".pdf": b"%PDF", ".html": b"<!doctype html>", ".svg": b"<?xml"}


def rows(path, columns: int = 2) -> None:
    X, y = toy("moons", 40)
    lines = [",".join([*"abcd"[:columns], "kind"])]
    for row, k in zip(np.tile(X, 2)[:, :columns], y, strict=True):
        lines.append(",".join([*(f"{v:.3f}" for v in row), "left" if k else "right"]))
    path.write_text("\n".join(lines))


def test_the_list_names_every_figure_of_the_library(tiza) -> None:
    listed = tiza("plot", "--list", "--json").json
    assert set(listed) == set(FIGURES)
    others = {"decision-boundary": "boundary", "loss-surface": "surface",
              "confusion-matrix": "confusion", "race-animation": "race"}  # fmt: skip
    for name in plot.__all__:
        key = name.replace("_", "-")
        assert others.get(key, key) in listed, name
    for lang in ("en", "es"):
        said = tiza("plot", "--list", "--lang", lang)
        assert said.code == 0
        assert all(name in said.out for name in FIGURES)
    assert tiza("plot").out == tiza("plot", "--list").out


def test_every_option_of_a_figure_is_an_option_of_the_command(tiza) -> None:
    known = tiza("plot", "--help").out
    for name, entry in FIGURES.items():
        assert entry.words[0] != entry.words[1], name
        assert all(spelled(option) in known for option in entry.options), name


@pytest.mark.parametrize("ending", ENDINGS)
def test_files_that_are_written(tiza, tmp_path, ending: str) -> None:
    said = tiza("plot", "losses", "hinge", "--dark", "-o", f"f{ending}", "--json")
    assert (said.code, said.json) == (0, {"file": f"f{ending}", "figure": "losses"})
    assert (tmp_path / f"f{ending}").read_bytes().startswith(ENDINGS[ending])


@pytest.mark.parametrize(
    "words",
    [
        ["activations", "relu", "gelu", "--over", "-2,2"],
        ["losses", "--of", "residual"],
        ["race", "parabola", "--optimizers", "SGD,Adam", "--steps", "3"],
        ["learning-rates", "parabola", "--rates", "0.1,0.5", "--start", "2", "--steps", "3"],
        ["approximation", "--widths", "2,8", "--power", "3", "--activation", "relu"],
    ],
)
def test_figures_of_functions(tiza, tmp_path, words: list[str]) -> None:
    said = tiza("plot", *words, "--lang", "es")
    assert (said.code, said.out) == (0, f"{words[0]}.png\n")
    assert (tmp_path / f"{words[0]}.png").stat().st_size > 5000


def test_a_race_moves(tiza, tmp_path) -> None:
    assert tiza("plot", "race", "parabola", "--steps", "2", "-o", "r.gif").code == 0
    assert (tmp_path / "r.gif").read_bytes().startswith(b"GIF8")


def test_figures_of_data(tiza, tmp_path) -> None:
    rows(tmp_path / "flat.csv")
    rows(tmp_path / "deep.csv", 4)
    np.save(tmp_path / "heads.npy", np.full((2, 3, 3), 1 / 3))
    for words in (["boundary", "flat.csv"], ["boundary", "xor"], ["som", "deep.csv"],
                  ["embedding", "deep.csv", "-t", "kind"], ["attention", "heads.npy"]):  # fmt: skip
        said = tiza("plot", *words, "-o", "f.png")
        assert (said.code, said.err) == (0, ""), words
    said = tiza("plot", "boundary", "deep.csv")
    assert said.code == 2
    assert "deep.csv has 4 columns of numbers beside the classes; a plane has 2" in said.err


def test_figures_of_a_run(tiza, tmp_path) -> None:
    assert tiza("train", "digits", "--quick", "-q").code == 0
    runs = [n for n, entry in FIGURES.items() if "RUN" in entry.of[0]]
    assert len(runs) >= 11
    for name in set(runs) - {"boundary", "compare", "feature-maps"}:
        said = tiza("plot", name, "last", "-o", "f.svg")
        assert (said.code, said.err) == (0, ""), name
    assert tiza("plot", "compare", "last", "last", "--metric", "loss", "--log").code == 0
    for words, told in {
        "feature-maps last": "has no convolution",
        "boundary last": "last has 64 columns of numbers",
        "weights last --layer 9": "there is no layer '9'",
        "roc last --class x": "'x'",
    }.items():
        said = tiza("plot", *words.split())
        assert said.code == 2
        assert told in said.err


def test_a_run_with_a_loop_of_its_own_is_derived_drawn_and_plotted(tiza, tmp_path) -> None:
    assert tiza("train", "som-colours", "--quick", "-q").code == 0
    said = tiza("derive", "last", "--detail", "summary")
    assert said.code == 0
    assert "∂L/∂W = −h 𝟏ᵀ ⊙ (𝟏 x − W)" in said.out  # Kohonen's rule
    assert tiza("draw", "last", "-o", "d.svg").code == 0
    assert ">W<" in (tmp_path / "d.svg").read_text("utf-8")
    assert tiza("plot", "weights", "last", "-o", "w.png").code == 0
    said = tiza("plot", "confusion", "last")
    assert said.code == 2
    assert "has a loop of its own and keeps no test rows" in said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("los", "did you mean losses?"),
        ("race --rates 1,2", "it takes: --start, --optimizers, --steps"),
        ("boundary", "tiza plot boundary RUN|FILE|POINTS"),
        ("losses --over 1", "0.5,1 ..."),
        ("approximation --activation relo", "nn.functional has no function 'relo'"),
        ("attention no.npy", "there is no file no.npy"),
        ("training nothing", "nothing"),
    ],
)
def test_what_cannot_be_drawn(tiza, words: str, told: str) -> None:
    said = tiza("plot", *words.split())
    assert said.code in {1, 2}
    assert told in said.err
    assert "Traceback" not in said.err


def test_an_ending_that_no_figure_has(tiza) -> None:
    said = tiza("plot", "losses", "-o", "l.gif", "--lang", "es")
    assert said.code == 1
    assert "termine el nombre del archivo en .png" in said.err


def test_usage_speaks_both_languages(tiza) -> None:
    assert usage("compare") == "compare RUN RUN..."
    assert "compare CORRIDA CORRIDA..." in tiza("plot", "--list", "--lang", "es").out


@pytest.mark.parametrize("name", TOYS)
def test_points_of_the_plane(name: str) -> None:
    X, y = toy(name, 60, seed=3)
    assert X.shape == (60, 2)
    assert np.abs(X).max() < 4
    again, _ = toy(name, 60, seed=3)
    np.testing.assert_array_equal(X, again)
    assert len(set(y.tolist())) == TOYS[name][1]
