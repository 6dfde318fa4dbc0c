"""`tiza sweep` on the command line."""

import sys

import pytest

pytest.importorskip("optuna")


def test_the_command(tiza):
    words = ["sweep", "water-tank", "--set", "lr=log:1e-3..1", "--metric", "loss", "--quick"]
    said = tiza(*words, "--trials", "2", "--json")
    assert said.code == 0, said.err
    assert said.json["best"]["command"].startswith("tiza train water-tank --set lr=")
    assert len(said.json["trials"]) == 2
    again = tiza(*words, "--trials", "3", "--lang", "es")
    assert "El mejor" in again.out
    assert "sweeps/water-tank.html" in again.out
    refused = tiza("sweep", "water-tank", "--set", "lr=0.1")
    assert refused.code == 2
    assert "nothing is varied" in refused.err
    assert tiza("sweep", "water-tanks", "--set", "lr=0..1").code == 2


def test_without_optuna_it_says_what_to_install(tiza, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    said = tiza("sweep", "water-tank", "--set", "lr=0.1..1", "--metric", "loss")
    assert said.code == 1
    assert "pip install 'tiza[sweep]'" in said.err
