"""Derivations on paper and on screen: every model and optimizer, set by TeX and by a browser."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import tiza as tz
from tests.models.catalogue import CASES
from tests.readings.blackboard import test_updates as updates
from tiza.readings.blackboard.html import SHADES

TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
BROWSER = next(filter(None, map(shutil.which, ["chromium", "chromium-browser"])), None)
SCREEN = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
MOST_OVER = 15  # points that a line may reach into the margin


def of_model(name: str):
    tz.manual_seed(0)
    case = CASES[name]
    model = case.make()
    model.eval()
    loss = case.loss(model, *case.batch(np.random.default_rng(0)))
    loss.backward()
    used = [p for p in model.parameters() if p.grad is not None]
    return tz.derive(loss, used, detail="summary", lang="es" if len(name) % 2 else "en")


def assert_set(derivation, path: Path) -> int:
    """TeX sets it without an error, and nothing is cut at the margin; its pages."""
    derivation.to_latex(path)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name],
        cwd=path.parent, capture_output=True, text=True, errors="replace", timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    over = [float(found) for found in re.findall(r"Overfull \\hbox \(([\d.]+)pt", done.stdout)]
    assert max(over, default=0.0) < MOST_OVER
    pages = re.search(r"\((\d+) page", done.stdout)
    assert pages is not None
    return int(pages[1])


def complaints(pages: list[Path], folder: Path) -> list[str]:
    """What a browser writes to its console while it shows these pages, and a picture of them."""
    frames = "".join(f'<iframe src="{page.name}" width="900" height="1200"></iframe>'
                     for page in pages)  # fmt: skip
    index, picture = folder / "index.html", folder / "screen.png"
    index.write_text(f"<!doctype html><title>all</title>{frames}", encoding="utf-8")
    done = subprocess.run(
        [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
         f"--user-data-dir={folder / 'profile'}", "--window-size=1000,2600",
         f"--screenshot={picture}", index.as_uri()],
        capture_output=True, text=True, errors="replace", timeout=300, check=False,
    )  # fmt: skip
    assert picture.stat().st_size > 1000
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.slow
@TEX
@pytest.mark.parametrize("name", CASES)
def test_tex_sets_every_model(name: str, tmp_path: Path) -> None:
    pages = assert_set(of_model(name), tmp_path / "a.tex")
    if name in {"MLP", "SlideMLP", "LinearRegression", "LogisticRegression"}:
        assert pages == 1
    if name == "GPT":
        assert pages <= 2


@pytest.mark.slow
@TEX
@pytest.mark.parametrize(("kind", "options"), updates.CASES, ids=updates.IDS)
def test_tex_sets_every_optimizer(kind, options, tmp_path: Path) -> None:
    params, optimizer = updates.made(kind, options, 1)
    assert_set(updates.told(params, optimizer), tmp_path / "a.tex")


@pytest.mark.slow
@SCREEN
def test_a_browser_shows_every_model(tmp_path: Path) -> None:
    pages = [of_model(name).to_html(tmp_path / f"{name}.html") for name in CASES]
    assert complaints(pages, tmp_path) == []


@pytest.mark.slow
@SCREEN
def test_a_browser_shows_every_optimizer(tmp_path: Path) -> None:
    pages = []
    for k, (kind, options) in enumerate(updates.CASES):
        params, optimizer = updates.made(kind, options, 1)
        pages.append(updates.told(params, optimizer).to_html(tmp_path / f"{k}.html"))
    assert complaints(pages, tmp_path) == []


@pytest.mark.slow
@SCREEN
def test_the_law_hears_a_complaint(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<script>console.error('planted'); undefinedName()</script>", encoding="utf-8")
    heard = complaints([page], tmp_path)
    assert any("planted" in line for line in heard)
    assert any("undefinedName" in line for line in heard)


@pytest.mark.slow
@TEX
def test_what_is_too_wide_is_set_smaller(tmp_path: Path) -> None:
    names = [f"w{k}" for k in range(40)]
    values = {n: tz.tensor(0.1, requires_grad=True) for n in names}
    total = sum((values[n] * (k + 1) for k, n in enumerate(names[1:])), values["w0"])
    d = tz.derive(total**2, [values["w0"]], names=values, detail="summary")
    assert_set(d, tmp_path / "a.tex")


@pytest.mark.parametrize("night", [False, True])
def test_words_stand_out_from_the_paper_by_day_and_by_night(night: bool) -> None:
    def light(colour: str) -> float:
        hexes = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
        parts = [int(hexes[k : k + 2], 16) / 255 for k in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    paper = light(SHADES["paper"][night])
    for name in SHADES.keys() - {"paper", "rule"}:
        low, high = sorted([light(SHADES[name][night]), paper])
        assert (high + 0.05) / (low + 0.05) >= 4.5, name  # WCAG 2.2, 1.4.3
