"""Settings: what a recipe declares is what may be set, and nothing else."""

from dataclasses import dataclass

import pytest

from tiza.errors import UsageError, use_language
from tiza.recipes import find
from tiza.recipes.problem import Planned
from tiza.recipes.setting import Settings, as_text, declared, made, pairs, setting, settings_of


@dataclass(frozen=True)
class Chosen(Settings):
    """One field of every kind."""

    epochs: int = setting(15, ("passes", "pasadas"), quick=1, low=1)
    lr: float = setting(1e-3, ("rate", "tasa"), low=0, high=1)
    kind: str = setting("gru", ("cell", "celda"), among=("gru", "lstm"))
    hidden: tuple[int, ...] = setting((8, 4), ("widths", "anchos"), low=1)
    tied: bool = setting(True, ("tied", "atados"))
    motto: str = setting("so", ("words", "palabras"))


@dataclass(frozen=True)
class Again(Chosen):
    """Another default, the same words and bounds."""

    epochs: int = 30
    lr: float = setting(0.5, ("other words", "otras palabras"))


def make(quick=False, **given):
    return made(Chosen, "mine", given, quick=quick)


def test_texts_become_values():
    found = make(epochs="2e1", lr="1e-2", kind="lstm", hidden="(16, 8,)", tied="no", motto="a=b")
    assert found.chosen() == {"epochs": 20, "lr": 0.01, "kind": "lstm", "hidden": (16, 8),
                              "tied": False, "motto": "a=b"}  # fmt: skip
    assert make(hidden="").hidden == ()
    assert make(tied="Sí").tied
    kinds = [type(value) for value in Chosen().chosen().values()]
    assert [type(value) for value in found.chosen().values()] == kinds


BAD = {
    "epochs": ("0", "1.5", "x", "", "inf", "nan", "1e999"),
    "lr": ("-1", "2", "nan", "much", "1e999"),
    "kind": ("rnn", "GRU"),
    "hidden": ("8;4", "8,0", "8,x", "1.5"),
    "tied": ("maybe", "2"),
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in BAD.items() for t in texts])
def test_what_is_no_value_is_refused(name, text):
    with pytest.raises(UsageError, match=f"{name}: .* is not a good value") as error:
        make(**{name: text})
    assert name in error.value.fix
    with use_language("es"):
        assert "no es un valor admitido" in str(error.value)


def test_a_name_that_is_none_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match="mine has no setting 'epoch'") as error:
        make(epoch="3")
    assert "--set epochs=" in error.value.fix
    with pytest.raises(UsageError) as error:
        make(zzz="3")
    assert "epochs, lr, kind" in error.value.fix
    assert make(**{"e-pochs".replace("-", ""): "3"}).epochs == 3
    assert made(Planned, "p", {"batch-size": "7"}).batch_size == 7


def test_quick_takes_other_defaults_unless_they_are_given():
    assert make(quick=True).epochs == 1
    assert make(quick=True, epochs="15").epochs == 15
    assert make(quick=True, epochs="15").watched(print).epochs == 15
    assert Again(quick=True).epochs == 1


def test_a_field_given_anew_keeps_its_words_and_bounds():
    by_name = {one.name: one for one in declared(Again)}
    assert by_name["epochs"].words == ("passes", "pasadas")
    assert by_name["epochs"].default == 30
    assert by_name["lr"].words == ("other words", "otras palabras")
    with pytest.raises(UsageError):
        by_name["epochs"].read("0")


def test_pairs_are_read():
    assert pairs(["a=1", " b = x=y "]) == {"a": "1", "b": "x=y"}
    for word in ("a", "=1", "a=", "a= "):
        with pytest.raises(UsageError, match="is not a name with a value"):
            pairs([word])


def test_whoever_watches_sees_every_row():
    seen = []
    settings = Chosen().watched(seen.append)
    assert settings.epoch({"loss": 1}) == {"loss": 1.0}
    assert seen == [{"loss": 1.0}]


def test_the_annotation_names_the_settings():
    def study(settings: Again) -> int:
        return settings.epochs

    assert settings_of(study) is Again
    assert settings_of(lambda x: x) is Settings


def test_values_are_written_as_they_are_typed():
    for name in ("digits", "gan-rings", "water-tank"):
        for one in find(name).declared:
            assert one.read(as_text(one.default)) == one.default
            assert one.wanted
