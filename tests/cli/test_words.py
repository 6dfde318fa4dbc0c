"""Every command speaks both languages, also when the line is wrong."""

import re

import pytest

from tiza.cli.app import NAMES, app
from tiza.cli.speak import COMMON, Argument, Command, Option
from tiza.errors import use_language

ENGLISH = re.compile(r"\b(the|usage|options|there is no|needs|default|examples)\b", re.I)
SPANISH = re.compile(r"\b(el|la|los|uso|opciones|muestra|ejemplos|comandos|argumentos)\b", re.I)


def commands() -> dict[str, Command]:
    found = {"": app}
    for name in NAMES:
        command = app.get_command(None, name)
        found[name] = command
        for below in getattr(command, "commands", {}).values():
            found[f"{name} {below.name}"] = below
    return found


@pytest.mark.parametrize("name", commands())
def test_help_is_spoken_in_one_language(tiza, name):
    english = tiza(*name.split(), "--help")
    spanish = tiza("--lang", "es", *name.split(), "--help")
    assert english.code == spanish.code == 0
    assert english.err == spanish.err == ""
    assert english.out.startswith("Usage: tiza")
    assert spanish.out.startswith("Uso: tiza")
    assert not SPANISH.search(english.out), english.out
    assert not ENGLISH.search(spanish.out), spanish.out


@pytest.mark.parametrize("name", commands())
def test_help_fits_80_columns(tiza, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for lang in ("en", "es"):
        for line in tiza("--lang", lang, *name.split(), "--help").out.splitlines():
            assert len(line) <= 80, line


@pytest.mark.parametrize("name", commands())
def test_common_options_stand_after_every_command(name):
    command = commands()[name]
    assert all(option in command.params for option in COMMON)
    for param in command.params:
        if isinstance(param, Option | Argument):
            assert all(param.words), param.name
            assert param.words[0] != param.words[1], param.name


def test_language_is_recognised_wherever_it_stands(tiza):
    for words in (["--lang", "es", "--help"], ["--help", "--lang=es"]):
        assert tiza(*words).out.startswith("Uso:")


@pytest.mark.parametrize(
    ("value", "word"), [("es_CO.UTF-8", "Uso"), ("en_US.UTF-8", "Usage"), ("", "Usage")]
)
def test_language_comes_from_the_environment(tiza, monkeypatch, value, word):
    monkeypatch.delenv("LC_ALL")
    monkeypatch.setenv("LANG", value)
    assert tiza("--help").out.startswith(word)


WRONG = {
    "no command": ["dmo"],
    "no option": ["explain", "--jsn"],
    "extra": ["explain", "a", "b"],
    "missing argument": ["show"],
    "bad number": ["doctor", "--seed", "many"],
    "negative seed": ["doctor", "--seed", "-1"],
    "no value": ["doctor", "--seed"],
    "a value too much": ["doctor", "--json=3"],
    "bad choice": ["completion", "csh"],
    "bad language": ["doctor", "--lang", "fr"],
    "no code": ["explain", "cli-no-comand"],
    "no run": ["show", "nothing"],
}


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_usage_ends_with_2_and_one_paragraph(tiza, words):
    for lang in ("en", "es"):
        said = tiza(*words, *(["--lang", lang] if "--lang" not in words else []))
        assert said.code == 2
        assert said.out == ""
        first, *rest = said.err.splitlines()
        assert first.startswith("tiza: error: ")
        assert len(rest) <= 3
        assert rest[-1].strip().partition(": ")[2].startswith("tiza explain ")
        assert "Traceback" not in said.err


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_wrong_usage_is_told_in_spanish_only(tiza, words):
    if "--lang" not in words:
        said = tiza("--lang", "es", *words)
        assert not ENGLISH.search(said.err.replace("tiza: error", "")), said.err


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_the_code_of_an_error_can_be_explained(tiza, words):
    code = tiza(*words).err.split()[-1]
    told = tiza("explain", code)
    assert told.code == 0
    assert told.out.startswith(code)


def test_nearest_names_in_full(tiza):
    assert tiza("dcotor").err == (
        "tiza: error: there is no command 'dcotor' in `tiza`\n"
        "    fix: tiza doctor\n"
        "    more: tiza explain cli-no-command-near\n"
    )
    assert tiza("--lang", "es", "runs", "--limt", "3").err == (
        "tiza: error: `tiza runs` no tiene la opción --limt\n"
        "    arreglo: --limit\n"
        "    más: tiza explain cli-no-option-near\n"
    )


def test_use_language_of_the_caller_is_left_alone(tiza):
    with use_language("en"):
        tiza("--lang", "es", "--help")
        from tiza.errors import language

        assert language() == "en"
