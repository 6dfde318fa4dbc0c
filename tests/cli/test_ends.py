"""How a command line ends: exit codes, JSON, closed pipes, Ctrl-C, faults."""

import json
import sys
import warnings

import pytest

from tiza.cli import entry
from tiza.cli.commands import doctor
from tiza.errors import DataError


def test_good_is_0(tiza):
    assert tiza("explain").code == 0
    assert tiza().code == 0
    assert tiza("--version").out.startswith("tiza ")


def test_json_is_one_document_also_for_errors(tiza):
    assert tiza("explain", "extra-missing", "--json").json["code"] == "extra-missing"
    said = tiza("--json", "explain", "extra-mising")
    assert said.code == 2
    assert said.json["error"]["code"] == "cli-no-code-near"
    assert said.json["error"]["fix"] == "tiza explain extra-missing"
    assert said.err.startswith("tiza: error: ")


@pytest.mark.parametrize(
    "line",
    [
        "explain", "explain os-none", "completion bash", "doctor", "ops", "ops tanh", "runs",
        "data list", "data list iris", "data get digits", "data verify digits", "show last",
        "train nothing.csv", "dmo", "demo --epochs",
    ],
)  # fmt: skip
def test_json_is_one_document_whatever_happens(tiza, line):
    for words in (["--json", *line.split()], [*line.split(), "--json"]):
        assert tiza(*words).json is not None


def fail_with(monkeypatch, error):
    def broken():
        raise error

    monkeypatch.setattr(doctor.main, "callback", broken)


def test_an_error_of_ours_is_1(tiza, monkeypatch):
    fail_with(monkeypatch, DataError("extra-missing", feature="x", extra="plot"))
    said = tiza("doctor")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "tiza: error: x needs a library that is not installed\n"
        "    fix: pip install 'tiza[plot]'\n"
        "    more: tiza explain extra-missing\n"
    )


def test_a_fault_is_1_without_traceback(tiza, monkeypatch):
    fail_with(monkeypatch, KeyError("w"))
    said = tiza("doctor")
    assert said.code == 1
    assert said.err == (
        "tiza: error: KeyError: 'w'\n    this is a fault of tiza; with --debug it shows where\n"
    )
    assert "Traceback (most recent call last)" in tiza("doctor", "--debug").err


def test_an_error_of_the_system_is_1(tiza, monkeypatch):
    fail_with(monkeypatch, PermissionError(13, "Permission denied", "/x"))
    assert tiza("doctor").err == "tiza: error: permission denied: /x\n"
    assert tiza("doctor", "--lang", "es").err == "tiza: error: permiso denegado: /x\n"
    fail_with(monkeypatch, OSError(5, "Input/output error"))
    assert tiza("doctor").err == "tiza: error: Input/output error\n"
    fail_with(monkeypatch, MemoryError())
    assert "not enough memory" in tiza("doctor").err


def test_interruption_is_130_with_one_line(tiza, monkeypatch):
    fail_with(monkeypatch, KeyboardInterrupt())
    said = tiza("doctor")
    assert (said.code, said.err) == (130, "tiza: interrupted\n")
    assert tiza("doctor", "--lang", "es").err == "tiza: interrumpido\n"


def test_a_warning_is_one_line(tiza, monkeypatch):
    def warn():
        warnings.warn("careful", UserWarning, stacklevel=1)

    monkeypatch.setattr(doctor.main, "callback", warn)
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # shown, as in a user's process
        assert tiza("doctor").err == "tiza: warning: careful\n"


def test_a_closed_pipe_is_quiet(shell):
    done = shell("set -o pipefail; tiza explain | head -1")
    assert (done.returncode, done.stderr) == (0, "")
    done = shell("tiza explain --json | head -c 10; echo ${PIPESTATUS[0]}")
    assert done.stdout.endswith("0\n")
    assert done.stderr == ""


def test_a_terminal_without_accents_is_no_obstacle(shell):
    done = shell("tiza --lang es explain extra-missing", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "n?cleo" in done.stdout


def test_exit_codes_of_processes(shell):
    done = shell("tiza explain >/dev/null; echo $?; tiza explian 2>/dev/null; echo $?")
    assert done.stdout.split() == ["0", "2"]


def test_help_loads_nothing_heavy(shell):
    heavy = "{'torch', 'pandas', 'matplotlib', 'llvmlite', 'sqlite3', 'rich', 'safetensors'}"
    code = (
        f"import sys; from tiza.cli import run; run(['--help']); print({heavy} & {{*sys.modules}})"
    )
    done = shell(f'"{sys.executable}" -c "{code}"')
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("set()\n")


def test_constants():
    assert (entry.GOOD, entry.FAILED, entry.WRONG_USAGE, entry.INTERRUPTED) == (0, 1, 2, 130)


def test_doctor_reports(tiza):
    said = tiza("doctor", "--json")
    found = {f["key"]: f for f in json.loads(said.out)["findings"]}
    assert found["numpy"]["state"] == "good"
    assert {"threads", "blas", "vector", "matmul", "torch", "data"} <= found.keys()
    assert tiza("doctor", "--lang", "es").out.count("\n") >= len(found)
