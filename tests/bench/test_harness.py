"""The harness times only what agrees, in turns, and writes what it measured and nothing else."""

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from bench import __main__ as bench_main
from bench import page, scaling
from bench.check import Agreement, allowed, faults
from bench.contest import Contest, apart, hold
from bench.harness import Plan, Result, Timing, compare, measure
from bench.kept import MAIN, Kept, every
from bench.machine import about
from bench.modes import family
from bench.modes.base import Stepper
from bench.rung import Data, Rung, rung

SMALL = Plan(rounds=2, chunks=2, seconds=0.002)


class Pretended(Stepper):
    """A mode that loses what it is told to."""

    turns: ClassVar[list[str]] = []

    def __init__(self, label: str, off: float = 0.0, broken: bool = False) -> None:
        super().__init__()
        self.label, self.off, self.broken = label, off, broken

    def run(self, count: int) -> None:
        if self.broken:
            raise ValueError("no such device")
        self.turns.append(self.label)
        sum(range(200 * count))

    def losses(self, batches: list[Data]) -> list[float]:
        return [1.0 + self.off for _ in batches]


def points() -> Rung:
    """The smallest rung on few rows."""
    found = rung("tiny")
    rows = found.data().part(slice(0, 64))
    return Rung("points", found.title, 1, lambda: rows, found.model, found.loss, found.jax)


def makers(**modes: Pretended) -> dict[str, Any]:
    names = {"eager": "PyTorch eager", "jit": "JAX jit", "loop": "tiza loop"}
    return {names[k]: lambda g, d, r, m=mode: m for k, mode in modes.items()}


def test_modes_are_timed_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.harness.compare", lambda rung, makers, result: makers)
    Pretended.turns.clear()
    result = measure(points(), makers(eager=Pretended("a"), loop=Pretended("b")), SMALL, say=str)
    kinds = [x for i, x in enumerate(Pretended.turns) if i == 0 or x != Pretended.turns[i - 1]]
    assert kinds == ["a", "b", "a", "b"]
    assert [len(t.samples) for t in result.timings] == [4, 4]
    assert all(s > 0 for t in result.timings for s in t.samples)


def test_a_mode_that_fails_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.harness.compare", lambda rung, makers, result: makers)
    modes = makers(eager=Pretended("a"), jit=Pretended("c", broken=True))
    result = measure(points(), modes, SMALL, say=str)
    assert [t.label for t in result.timings] == ["PyTorch eager"]
    assert result.refused == {"JAX jit": "ValueError: no such device"}


def test_a_mode_that_does_not_agree_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.harness.shuffled", lambda *_: Agreement("PyTorch eager", {}))
    said: list[str] = []
    modes = makers(eager=Pretended("a"), jit=Pretended("c"), loop=Pretended("b", off=0.1))
    result = measure(points(), modes, SMALL, said.append)
    assert [t.label for t in result.timings] == ["PyTorch eager", "JAX jit"]
    assert result.faults == ["tiza loop is off PyTorch eager by 1.0e-01, allowed 1e-05"]
    assert f"  NOT TIMED: {result.faults[0]}" in said


def test_nothing_is_timed_where_fit_does_not_agree() -> None:
    modes = makers(eager=Pretended("a", off=0.1), loop=Pretended("b", off=0.1))
    result = measure(points(), modes, SMALL, say=str)  # the losses of fit are not 1.1
    assert result.timings == []
    assert any("tiza fit, shuffled is off PyTorch eager" in fault for fault in result.faults)


def test_a_loss_that_is_no_number_does_not_agree() -> None:
    found = faults([Agreement("tiza loop", {"tiza loop": [1.0], "tiza fit": [float("nan")]})])
    assert found == {"tiza fit": "off tiza loop by nan, allowed 1e-05"}


def test_tiza_agrees_with_itself_through_fit_and_loop() -> None:
    from bench.modes.with_tiza import makers as own

    few = points()
    result = Result("points", "", 1, "", 64, 1, 1)
    fine = compare(few, own(), result)
    assert (result.faults, result.refused) == ([], {})
    assert fine.keys() == own().keys()
    assert set(result.deviations) >= {"tiza fit", "tiza fit, shuffled"} - {"tiza loop"}
    assert all(off < allowed(label) for label, off in result.deviations.items())


def test_only_rounded_factors_may_be_far_off() -> None:
    assert allowed("tiza fit") == allowed("tiza loop") == allowed("PyTorch eager") == 1e-5
    assert allowed("JAX jit") == 1e-3
    assert allowed("tiza fit, bfloat16") == 2e-2


def test_fit_is_timed_by_whole_epochs() -> None:
    from bench.modes.with_tiza import Fit

    few = points()
    fit = Fit(few, few.data(), 1e-6)
    taken = fit.sample(0.001, 2)
    assert len(taken) == 2
    assert min(taken) > 0
    assert 1 <= fit.steps <= 64


def test_ratios_compare_with_the_best_peer() -> None:
    modes = {"tiza fit": [2.0, 4.0], "PyTorch eager": [9.0], "JAX scan": [6.0, 8.0],
             "(NumPy by hand)": [1.0]}  # fmt: skip
    result = Result("tiny", "", 1, "", 1, 1, 1, None, [Timing(k, v) for k, v in modes.items()])
    best = result.best_peer()
    assert best is not None
    assert best.label == "JAX scan"
    assert (result.ratio(), result.ratio("median")) == (3.0, 7.0 / 3.0)
    result.timings = result.timings[:1]
    assert result.ratio() is None


def test_contests_compare_answers_before_they_time() -> None:
    def of(values: list[float]) -> Contest:
        ways = {f"way {i}": lambda v=v: np.array([v]) for i, v in enumerate(values)}
        return Contest("one", "one", "call", lambda: ways, lambda a: apart(a, 0.1), "none")

    assert len(hold(of([1.0, 1.05]), SMALL, say=str).timings) == 2
    result = hold(of([1.0, 1.5]), SMALL, say=str)
    assert (result.timings, result.faults) == ([], ["way 1 is off way 0 by 5.0e-01"])


def test_figures_survive_the_file_and_fill_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.kept.FOLDER", tmp_path)
    modes = {"tiza fit": [2.0, 4.0], "JAX scan": [6.0, 8.0]}
    timings = [Timing(k, v) for k, v in modes.items()]
    result = Result(
        "tiny", "tiny 2-1-1", 1, "points", 9, 1.5, 2.5, ("noted", "anotado"), timings, about=about()
    )
    result.memory = {"tiza fit": {"imports_mb": 40.0, "peak_mb": 11.4, "steady_mb": 10.0}}
    Kept({"tiny": result}).write()
    kept = Kept.read(MAIN)
    assert kept.results["tiny"].timings == timings
    english, spanish = (page.page([kept], language) for language in ("en", "es"))
    row = "| tiny 2-1-1 | 2 (3) | JAX scan 6 (7) | **3.00** (2.33) | 1.5, 2.5 |"
    assert row in english
    assert row.replace("tiny", "mínima").replace("  ", " ") in spanish
    assert "- tiny 2-1-1: noted" in english
    assert "- mínima 2-1-1: anotado" in spanish
    assert "| tiny 2-1-1 | 51 (11) |" in english
    assert "Geometric mean" not in english  # of eight, one was measured


def test_memory_is_told_beside_times_that_are_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    memory = {"tiza fit": {"imports_mb": 40.0, "peak_mb": 11.4, "steady_mb": 10.0}}
    starts = {"tiza fit": {"cold_s": 0.5, "cached_s": 0.06, "second_s": 0.01}}
    asked: list[list[str]] = []

    def pretended(which: Rung, labels: list[str]) -> Any:
        asked.append(labels)
        return memory, starts, {"JAX jit": "no such device"}

    monkeypatch.setattr(bench_main, "probe_all", pretended)
    timings = [Timing("tiza fit", [2.0])]
    result = Result("tiny", "tiny 2-1-1", 1, "points", 9, 1.5, 2.5, None, timings, about=about())
    kept = Kept({"tiny": result})
    bench_main.remember(kept, bench_main.options(["memory", "--modes", "tiza"]))
    assert asked == [["tiza fit", "tiza @compile"]]
    assert (result.timings, result.memory, result.starts) == (timings, memory, starts)
    assert "51 MB (11 beyond imports), first step 0.5 s (0.06 s)" in capsys.readouterr().out
    assert "| tiny 2-1-1 | 0.5 (0.06) |" in page.page([kept], "en")


def test_a_quick_look_at_growth_keeps_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "time_rung", lambda *given: None)
    found = scaling.grow("batch", {}, SMALL, say=str, few=True)
    assert found["sizes"] == [1, 4, 16, 64, 256, 512]


def test_without_figures_the_page_says_so(tmp_path: Path) -> None:
    paths = page.write([Kept()], tmp_path)
    assert [p.name for p in paths] == ["benchmarks.md", "benchmarks.md"]
    assert "Nothing has been measured yet" in paths[0].read_text()
    assert "Todavía no se ha medido nada" in paths[1].read_text()


@pytest.mark.parametrize(
    ("language", "name"), [("en", "benchmarks.md"), ("es", "es/benchmarks.md")]
)
def test_the_pages_are_those_that_the_measurements_wrote(language: str, name: str) -> None:
    up = "../" if language == "es" else ""
    assert (page.DOCS / name).read_text() == page.page(every(), language, up)


def test_pictures_are_drawn_in_both_languages(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    timings = [Timing("tiza fit", [2.0]), Timing("JAX scan", [6.0])]
    result = Result("tiny", "tiny 2-1-1", 1, "points", 9, 1.5, 2.5, ("noted", "anotado"), timings)
    scaling = {"batch": {"title": "MLP", "sizes": [1, 2],
                         "times": {"tiza fit": [1.0, 2.0], "JAX scan": [2.0, None]}}}  # fmt: skip
    paths = page.write([Kept({"tiny": result}, scaling)], tmp_path)
    drawn = {p.name for p in paths if p.suffix == ".svg"}
    assert drawn == {"ratios-en.svg", "ratios-es.svg", "batch-en.svg", "batch-es.svg"}


@pytest.mark.parametrize(("label", "name"), [("tiza fit", "tiza"), ("PyTorch fused", "torch"),
                                             ("JAX scan", "jax")])  # fmt: skip
def test_a_label_tells_the_framework(label: str, name: str) -> None:
    assert family(label) == name
