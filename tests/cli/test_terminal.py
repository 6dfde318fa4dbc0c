"""What people see: the bar, wide and narrow tables, completion, and a real Ctrl-C."""

import io
import math
import os
import signal
import subprocess
import sys
import time

import pytest

from tiza.cli import entry
from tiza.cli.bar import EpochBar
from tiza.cli.out import figure, size, sparkline
from tiza.cli.version import tiza_version
from tiza.errors import use_language
from tiza.train import Store


class Terminal(io.StringIO):
    def isatty(self):
        return True


def drawn(monkeypatch, quiet=False, logs=None):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    bar = EpochBar(5, quiet)
    bar.on_train_begin({})
    for epoch in range(5):
        bar.on_epoch_begin(epoch, {})
        bar.on_train_batch_end(0, {})
        bar.on_epoch_end(epoch, logs or {"loss": 0.5, "accuracy": 0.9, "val_accuracy": 0.8})
    bar.say("aside")
    bar.on_train_end({})
    return screen.getvalue()


def test_the_bar_shows_loss_and_accuracy(monkeypatch):
    text = drawn(monkeypatch)
    assert "epoch 5/5" in text
    assert "loss 0.5000  accuracy 90.0%  validation 80.0%" in text
    assert "aside" in text
    with use_language("es"):
        text = drawn(monkeypatch, logs={"loss": 0.5, "val_loss": 0.25})
    assert "época 5/5" in text
    assert "pérdida 0.5000  validación 0.2500" in text


def test_a_quiet_bar_says_nothing(monkeypatch):
    assert drawn(monkeypatch, quiet=True) == ""


def test_numbers_as_people_read_them():
    assert [figure(v) for v in (0.0, 0.97222, 12.3, 345.678, 12345.6, 1e-7, 3e10)] == [
        "0.0000", "0.9722", "12.3000", "345.68", "12346", "1e-07", "3e+10",
    ]  # fmt: skip
    assert [figure(v) for v in (None, math.nan, math.inf)] == ["-", "nan", "inf"]
    assert [size(n) for n in (0, 999, 1000, 53_603, 2_500_000, 3 * 10**9)] == [
        "0 B", "999 B", "1.0 KB", "54 KB", "2.5 MB", "3.0 GB",
    ]  # fmt: skip


def test_sparklines():
    assert sparkline([]) == ""
    assert sparkline([math.nan]) == ""
    assert sparkline([1, 1]) == "▁▁"
    assert sparkline([0, math.nan, 7]) == "▁ █"
    assert len(sparkline(list(range(1000)), 40)) == 40


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_scripts(tiza, name):
    said = tiza("completion", name)
    assert said.code == 0
    assert "_TIZA_COMPLETE" in said.out


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("tiza do", "doctor"),
        ("tiza train dig", "digits"),
        ("tiza ops tan", "tanh"),
        ("tiza show la", "last"),
        ("tiza explain cli-no-c", "cli-no-command"),
        ("tiza data get mn", "mnist"),
        ("tiza demo --lang e", "es"),
        ("tiza completion fi", "fish"),
    ],
)
def test_completion_offers(tiza, monkeypatch, words, offered):
    monkeypatch.setenv("_TIZA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert f"plain,{offered}" in tiza().out.split()


def test_wide_terminals_show_the_date(tiza, monkeypatch):
    tiza("train", "digits", "--epochs", "1", "-q")
    monkeypatch.setenv("COLUMNS", "140")
    assert "started" in tiza("runs").out
    monkeypatch.setenv("COLUMNS", "80")
    assert "started" not in tiza("runs").out


def test_show_without_its_folder(tiza, tmp_path):
    Store().start("bare", name="bare", folder=tmp_path / "gone", config={"seed": 1})
    Store().finish("bare", "failed", {"loss": 0.25})
    said = tiza("show", "bare")
    assert said.code == 0
    assert "failed" in said.out
    assert "0.25" in said.out


def test_many_answers_are_cut_for_people_only(tiza, tmp_path):
    rows = "\n".join(f"{k},{k % 2}" for k in range(60))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}\n")
    tiza("train", "t.csv", "-t", "y", "--epochs", "1", "-q")
    assert "and 40 rows more" in tiza("predict", "last", "t.csv").out
    assert len(tiza("predict", "last", "t.csv", "--json").json["predictions"]) == 60
    tiza("predict", "last", "t.csv", "-o", "out.csv")
    lines = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    assert lines[0] == "prediction,p(0),p(1)"
    assert len(lines) == 61


def test_predict_from_stdin(tiza, tmp_path, monkeypatch):
    rows = "\n".join(f"{k},{k * 2.5}" for k in range(60))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}\n")
    tiza("train", "t.csv", "-t", "y", "--epochs", "30", "-q")
    monkeypatch.setattr("sys.stdin", io.StringIO('[{"x": 10}, {"x": 20}]'))
    first, second = tiza("predict", "last", "-", "--json").json["predictions"]
    assert first["prediction"] < second["prediction"]


def test_damaged_inputs_for_arrays(tiza, tmp_path):
    tiza("train", "digits", "--epochs", "1", "-q")
    (tmp_path / "bad.npy").write_bytes(b"\x93NUMPY nothing")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    (tmp_path / "short.csv").write_text("a,b\n1,2\n")
    for name in ("bad.npy", "short.csv", "bad.png"):
        said = tiza("predict", "last", name)
        assert said.code == 1, said.err
        assert said.err.startswith("tiza: error: ")
    assert tiza("predict", "last", '["a"]').code == 2
    rows = '[{"x": 1}]'
    assert tiza("predict", "last", rows).code == 1


def test_no_column_left(tiza, tmp_path):
    rows = "\n".join(f"C-{k:05d},{k % 2}" for k in range(40))
    (tmp_path / "t.csv").write_text(f"code,y\n{rows}\n")
    said = tiza("train", "t.csv", "-t", "y")
    assert said.code == 1
    assert "identifier" in said.err


def test_doctor_finds_what_is_broken(tiza, monkeypatch, tmp_path):
    import tiza as tz
    from tiza.cli import health

    monkeypatch.setattr(tz, "grad", None)
    monkeypatch.setattr(health, "_installed", lambda name: "" if name == "numpy" else "1.0")
    monkeypatch.setenv("TIZA_DATA", str(tmp_path / "nowhere"))
    said = tiza("doctor")
    assert said.code == 1
    assert "✗ numpy" in said.out
    assert "pip install numpy" in said.out
    assert "✗ self-test" in said.out
    assert "! data" in said.out
    found = {f["key"]: f["state"] for f in tiza("doctor", "--json").json["findings"]}
    assert found["numpy"] == "broken"
    assert found["data"] == "warning"


def test_the_process_ends_with_the_code(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tiza", "--version"])
    with pytest.raises(SystemExit) as stop:
        entry.main()
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"tiza {tiza_version()}\n"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_ends_training_cleanly(tmp_path):
    env = {**os.environ, "TIZA_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-u", "-m", "tiza", "train", "digits", "--epochs", "100000"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline().startswith("epoch")
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "tiza: interrupted"
    assert "continue with tz.Trainer.resume(" in out
