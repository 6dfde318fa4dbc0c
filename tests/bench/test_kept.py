"""Each level of vectors has a file and a section of its own: figures of two kinds never meet."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as bench_main
from bench import kept, machine
from bench.harness import Result, Timing
from bench.kept import MAIN, Kept, every, place
from bench.machine import LEVELS
from bench.page import page
from bench.rung import FURTHER, LADDER
from bench.words import word

OTHERS = [level for level in LEVELS if level != MAIN]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without figures in the place of the real one."""
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    return tmp_path


def about(level: str, day: str = "2026-01-01", load: float = 0.1) -> dict[str, Any]:
    """A machine of two cores with these vectors."""
    return {"processor": f"Processor, {level}", "cores": 2, "memory_gb": 8, "system": "Linux",
            "python": "3.11", "versions": {"tiza": "0"}, "date": day, "load": load}  # fmt: skip


def figures(level: str, names: tuple[str, ...], ratio: float, **facts: Any) -> Kept:
    """Results of these rungs that are all so many times faster."""
    results = {}
    for name in names:
        timings = [Timing("tiza fit", [2.0]), Timing("JAX scan", [2.0 * ratio])]
        results[name] = Result(name, f"tiny {name}", 1, "points", 9, 1.5, 2.5, None, timings,
                               about=about(level, **facts))  # fmt: skip
    return Kept(results, level=level)


def between(text: str, start: str, end: str) -> str:
    """What stands from one heading to the next."""
    return text[text.index(f"\n{start}\n") + 1 : text.index(f"\n{end}\n") + 1]


def test_files_are_named_after_their_level(folder: Path) -> None:
    assert {level: place(level).name for level in LEVELS} == {
        "AVX-512": "results.json",
        "AVX2": "results-avx2.json",
        "NEON": "results-neon.json",
        "SSE2": "results-sse2.json",
        "": "results-other.json",
    }
    assert place("AVX2").parent == folder


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_written_to_its_file_and_leaves_the_others_alone(
    level: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in LEVELS:
        figures(other, ("lenet",), 2.0).write()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    measured = figures(level, ("tiny",), 3.0).results["tiny"]
    written: list[list[Kept]] = []
    monkeypatch.setattr(bench_main, "level", lambda: level)
    monkeypatch.setattr(bench_main, "about", lambda: about(level))
    monkeypatch.setattr(bench_main, "load", lambda: 0.0)
    monkeypatch.setattr(bench_main, "one", lambda *_: measured)
    monkeypatch.setattr(bench_main, "write", written.append)
    assert bench_main.main(["tiny", "--dry"]) == 0
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert bench_main.main(["tiny"]) == 0
    after = {path: path.read_bytes() for path in folder.iterdir()}
    assert [path for path in after if after[path] != before[path]] == [place(level)]
    assert Kept.read(level).results.keys() == {"lenet", "tiny"}
    assert written == [every()]


def test_without_a_file_there_are_no_figures(folder: Path) -> None:
    assert every() == [Kept(level=level) for level in (MAIN, *OTHERS)]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "JSONDecodeError: Expecting property name enclosed in double quotes: "
              "line 1 column 2 (char 1)"),
        ('{"results": {}}', "KeyError: 'scaling'"),
        ('{"results": {"tiny": {"note": null, "timings": []}}, "scaling": {}}',
         "TypeError: Result.__init__() missing 7 required positional arguments: 'rung', 'title', "
         "'batch', 'source', 'rows', 'first', and 'goal'"),
    ],
)  # fmt: skip
def test_a_damaged_file_stops_before_anything_is_measured(
    text: str, why: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_main, "level", lambda: MAIN)
    place("AVX2").write_text(text)
    for arguments in (["tiny"], ["--page"]):
        with pytest.raises(SystemExit) as stopped:
            bench_main.main(arguments)
        assert str(stopped.value) == (
            f"bench: results-avx2.json is damaged ({why}); restore it, or remove it to measure anew"
        )
    assert [path.name for path in folder.iterdir()] == ["results-avx2.json"]
    assert place("AVX2").read_text() == text


@pytest.mark.parametrize(
    ("language", "further", "head", "ladder", "contests", "after", "mean"),
    [
        ("en", "Further workloads", "On a processor with AVX2", "The ladder", "Other things",
         "All ways",
         "Geometric mean of the eight: 3.00 times faster by the least times, 3.00 by the middle "
         "ones."),
        ("es", "Otras tareas", "En un procesador con AVX2", "La escalera", "Otras cosas",
         "Todas las formas",
         "Media geométrica de las ocho: 3.00 veces más rápido según los tiempos menores, 3.00 "
         "según las medianas."),
    ],
)  # fmt: skip
def test_another_level_has_a_section_after_further_workloads(
    language: str, further: str, head: str, ladder: str, contests: str, after: str, mean: str
) -> None:
    main = figures(MAIN, ("tiny", "vae"), 2.0)
    other = figures("AVX2", (*LADDER, "gcn", "logistic"), 3.0, day="2026-02-02", load=0.3)
    alone, text = (page(levels, language) for levels in ([main], [main, other]))
    found = between(text, f"## {head}", f"## {after}")
    assert text.replace(found, "") == alone  # what the page is about stays as it is
    assert text.index(f"## {further}") < text.index(found)
    heads = [line for line in found.splitlines() if line.startswith("#")]
    contest = "#### tiny logistic" if language == "en" else "#### mínima logistic"
    assert heads == [f"## {head}", f"### {ladder}", f"### {further}", f"### {contests}", contest]
    assert found.count("| 2 (2) | JAX scan 6 (6) | **3.00** (3.00) |") == len(LADDER) + 1
    assert mean in found
    assert "Processor, AVX2; 2 " in found
    assert "2026-02-02" in found
    assert "AVX-512" not in found
    assert "svg" not in found
    assert "2026-02-02" not in alone


def test_sections_tell_their_own_load_and_what_they_left_out() -> None:
    main = figures(MAIN, ("tiny",), 2.0)
    other = figures("AVX2", ("cnn", "gcn"), 3.0, load=1.5)
    other.results["cnn"].refused = {"JAX jit": "no such device"}
    other.results["cnn"].faults = ["PyTorch compile is off PyTorch eager by 8.7e-02"]
    other.results["gcn"].source = "synthetic, shaped as Cora"
    text = page([main, other], "en")
    found = between(text, "## On a processor with AVX2", "## All ways")
    assert found.count("!!! warning") == text.count("!!! warning") == 1
    assert "other processes took 1.5 cores at most" in found
    assert "Geometric mean" not in found  # of eight, one was measured
    assert found.endswith(
        "### Notes\n\n"
        "- tiny gcn: data: synthetic, shaped as Cora\n"
        "- tiny cnn: JAX jit left out: no such device\n"
        "- tiny cnn: not timed: PyTorch compile is off PyTorch eager by 8.7e-02\n\n"
    )


def test_a_level_that_was_not_measured_has_no_section() -> None:
    main = figures(MAIN, ("tiny",), 2.0)
    assert page([main, Kept(level="AVX2"), Kept(level="")], "en") == page([main], "en")


def test_another_level_tells_of_first_steps_and_memory() -> None:
    other = figures("AVX2", ("gpt",), 3.0)
    other.results["gpt"].starts = {"tiza fit": {"cold_s": 1.5, "cached_s": 0.1}}
    other.results["gpt"].memory = {"tiza fit": {"imports_mb": 100.0, "peak_mb": 20.0}}
    text = page([figures(MAIN, ("tiny",), 2.0), other], "en")
    found = between(text, "## On a processor with AVX2", "## All ways")
    assert "| tiny gpt | 1.5 (0.1) |" in found
    assert "| tiny gpt | 120 (20) |" in found


def test_further_workloads_alone_make_a_section() -> None:
    main = figures(MAIN, ("tiny",), 2.0)
    further = page([main, figures("AVX2", FURTHER, 3.0)], "en")
    found = between(further, "## On a processor with AVX2", "## All ways")
    assert "### The ladder" not in found
    assert found.count("**3.00**") == len(FURTHER)


@pytest.mark.parametrize(
    ("language", "head"), [("en", "## On another processor"), ("es", "## En otro procesador")]
)
def test_a_page_may_have_other_levels_only(language: str, head: str) -> None:
    text = page([Kept(), figures("", ("tiny",), 3.0)], language)
    assert head in text
    assert "**3.00**" in text
    assert word("nothing", language) not in text


def test_kept_figures_come_from_processors_of_their_level() -> None:
    files = {place(level): level for level in LEVELS}
    for path in place(MAIN).parent.glob("results*.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        for found in (*data["results"].values(), *data["scaling"].values()):
            told = found["about"]["processor"].rpartition(", ")[2]
            assert (told if told in LEVELS else "") == files[path]


def test_the_level_ends_the_name_of_the_processor() -> None:
    assert machine.processor().endswith(machine.level())
    assert machine.level() in LEVELS


@pytest.mark.parametrize(
    ("fields", "level", "name"),
    [
        ({"model name": "P", "flags": "sse2 avx2 avx512f"}, "AVX-512", "P, AVX-512"),
        ({"model name": "P", "cpu family": "25", "flags": "sse2 avx2"}, "AVX2",
         "P, family 25, AVX2"),
        ({"model name": "P", "Features": "fp asimd"}, "NEON", "P, NEON"),
        ({"model name": "P"}, "", "P"),
    ],
)  # fmt: skip
def test_the_widest_vectors_count(
    fields: dict[str, str], level: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "core", lambda: fields)
    assert (machine.level(), machine.processor()) == (level, name)
