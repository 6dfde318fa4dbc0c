"""HTML, LaTeX and Markdown: complete, self-contained, in both languages, and they compile."""

import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

import tiza as tz
from tiza import nn, optim
from tiza.errors import LANGUAGES, use_language
from tiza.readings.blackboard.latex import latex
from tiza.readings.blackboard.proofs import PROOFS, pieces
from tiza.readings.blackboard.words import WORDS

MATH = re.compile(r"<math.*?</math>", re.S)


def derivation(**options):
    tz.manual_seed(0)
    X, y = tz.random.normal((6, 7)), tz.tensor([0, 1, 2, 1, 0, 2])
    net = nn.Sequential(nn.Linear(7, 5), nn.LayerNorm(5), nn.GELU(), nn.Linear(5, 3))
    loss = nn.functional.cross_entropy(net(X), y)
    return tz.derive(loss, net, optim.AdamW(net.parameters()), **options)


def sequences(**options):
    tz.manual_seed(0)
    net = nn.LSTM(2, 3, batch_first=True)
    return tz.derive((net(tz.random.normal((2, 4, 2)))[0] ** 2).mean(), net, **options)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("detail", ["summary", "steps", "entries"])
@pytest.mark.parametrize("made", [derivation, sequences])
def test_a_page_needs_nothing_else(tmp_path, lang, detail, made):
    page = made(lang=lang, detail=detail).to_html(tmp_path / "a.html").read_text("utf-8")
    assert f'<html lang="{lang}">' in page
    for outside in ("http", "src=", "<script", "@import", "url("):
        assert outside not in page
    formulas = MATH.findall(page)
    assert len(formulas) > 20
    for formula in formulas:
        ElementTree.fromstring(formula)
    assert ("<details>" in page) == (detail == "entries")
    assert ("Por qué" in page) == (lang == "es" and detail == "entries")


@pytest.mark.parametrize("layout", ["code", "book"])
def test_markdown_and_notebooks(layout):
    d = derivation(layout=layout)
    text = d._repr_markdown_()
    assert text.count("$$") % 2 == 0
    assert r"\begin{aligned}" in text
    assert "### Forward pass" in text
    assert d._repr_latex_().startswith("$$")
    assert "tiza-board" in d._repr_html_()
    assert ("One column per example" in d._repr_html_()) or layout == "code"


def test_nothing_is_left_in_english_in_a_spanish_page():
    text = str(derivation(lang="es"))
    page = derivation(lang="es", detail="entries")._repr_html_()
    for english, spanish in WORDS.values():
        if english.split(" {")[0] != spanish.split(" {")[0] and len(english) > 4:
            assert not re.search(rf">{re.escape(english)}<", page)
    assert "Forward" not in text
    assert "Gradients" not in text


@pytest.mark.parametrize("rule", PROOFS)
def test_each_proof_is_told_in_both_languages(rule):
    told = {}
    for lang in LANGUAGES:
        with use_language(lang):
            told[lang] = [p for p in pieces(rule) if isinstance(p, str)]
    assert len(told["en"]) == len(told["es"])
    for english, spanish in zip(told["en"], told["es"], strict=True):
        assert english != spanish
        assert spanish[-1] in ",:." or spanish[-1].isalpha()


@pytest.mark.parametrize("rule", PROOFS)
def test_the_formulas_of_proofs_need_no_special_signs_in_latex(rule):
    assert all(latex(p).isascii() for p in pieces(rule) if not isinstance(p, str))


def test_notebooks_see_no_macros_of_ours():
    d = derivation(detail="entries")
    assert r"\fit" not in d._repr_markdown_()
    assert r"\fit" not in d._repr_latex_()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("detail", ["summary", "steps", "entries"])
@pytest.mark.parametrize("made", [derivation, sequences])
def test_the_document_compiles(tmp_path, lang, detail, made):
    d = made(lang=lang, detail=detail)
    d.to_latex(tmp_path / "a.tex")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    pages = re.search(r"\((\d+) page", done.stdout)
    assert pages is not None
    if detail == "summary":
        assert int(pages[1]) == 1
