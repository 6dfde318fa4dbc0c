"""`tiza data` and `tiza ops`: registries on the command line."""

import pytest

from tiza import losses, nn  # noqa: F401  they fill the registry
from tiza.cli.chalk import readable
from tiza.cli.ops_words import SPANISH
from tiza.cli.reference import FAMILIES, cards
from tiza.graph import COMPOSITES, PRIMITIVES


@pytest.fixture(autouse=True)
def _no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("TIZA_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TIZA_DATA", raising=False)


def test_list(tiza):
    rows = tiza("data", "list", "--json").json
    assert {"digits", "mnist", "cora"} <= {row["name"] for row in rows}
    assert next(r["place"] for r in rows if r["name"] == "digits") == "package"
    assert next(r["place"] for r in rows if r["name"] == "mnist") == "absent"
    assert "ships with tiza" in tiza("data", "list").out
    assert "Alpaydin" in tiza("data", "list", "digits").out


def test_get(tiza, tmp_path):
    said = tiza("data", "get", "digits")
    assert said.out.strip().endswith("digits_8x8.csv.gz")
    assert 'tz.data.load("digits")' in said.err
    offline = tiza("data", "get", "mnist", "--lang", "es")
    assert offline.code == 1
    assert "mnist" in offline.err


def test_verify(tiza, tmp_path, monkeypatch):
    assert tiza("data", "verify", "digits").code == 0
    (tmp_path / "data/tabular").mkdir(parents=True)
    (tmp_path / "data/tabular/iris.csv.gz").write_bytes(b"not it")
    monkeypatch.setenv("TIZA_DATA", str(tmp_path / "data"))
    said = tiza("data", "verify", "iris", "--json")
    assert said.code == 1
    assert [row["state"] for row in said.json] == ["damaged"]
    assert "remove it" in tiza("data", "verify", "iris").out


def test_unknown_set(tiza):
    said = tiza("data", "get", "mnits")
    assert said.code == 2
    assert "fix: mnist" in said.err


def test_ops_shows_every_record(tiza):
    said = tiza("ops", "--json")
    names = {card["name"] for card in said.json}
    assert names == PRIMITIVES.keys() | COMPOSITES.keys()
    assert {card.family for card in cards()} <= FAMILIES.keys()
    text = tiza("ops").out
    for name in ("tanh", "matmul", "scan"):
        assert name in text


def test_one_operation_in_full(tiza):
    assert tiza("ops", "tanh").out == (
        "tanh   primitive, element by element\n"
        "\n"
        "  y = tanh(x)\n"
        "  ∂L/∂x = g ⊙ (1 - y²)\n"
        "\n"
        "shapes, for instance\n"
        "  (3, 4) → (3, 4)\n"
        "  () → ()\n"
        "  (1, 4) → (1, 4)\n"
        "  (0, 2) → (0, 2)\n"
        "\n"
        "LaTeX  \\tanh(x)\n"
        "       g \\odot (1 - y^2)\n"
    )
    assert "fix: tiza ops tanh" in tiza("ops", "tanhh").err
    assert tiza("ops", "--family", "reduction", "--json").json[0]["family"] == "reduction"
    assert tiza("ops", "--family", "x").code == 2


@pytest.mark.parametrize("record", [*PRIMITIVES.values(), *COMPOSITES.values()], ids=str)
def test_every_notation_becomes_readable(record):
    card = next(card for card in cards() if card.name == record.name)
    for text in (card.notation, *card.derivatives):
        assert "\\" not in text
        assert "{{" not in text
        assert text.count("(") == text.count(")")


def test_every_sentence_has_its_spanish():
    said = {r.name for r in [*PRIMITIVES.values(), *COMPOSITES.values()] if r.says}
    assert said <= SPANISH.keys(), f"no Spanish in cli/ops_words.py: {said - SPANISH.keys()}"
    assert SPANISH.keys() <= PRIMITIVES.keys() | COMPOSITES.keys()


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\frac{a + b}{c}", "(a + b)/c"),
        (r"e^{-x^2}", "e^(-x²)"),
        (r"\sqrt{x}", "√x"),
        (r"\lfloor x \rfloor", "⌊x⌋"),
        (r"\operatorname{sign}(x)", "sign(x)"),
        (r"A^\top b_i", "Aᵀ bᵢ"),
        (r"\sum_{i=1}^{n} x_i", "∑_(i=1)ⁿ xᵢ"),
    ],
)
def test_readable(latex, text):
    assert readable(latex) == text
