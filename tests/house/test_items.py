"""The pages that list every item: nothing is missing, and every example runs."""

import importlib.util
import inspect
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tiza import losses, metrics, nn, optim, train
from tiza.nn import init, utils
from tiza.optim import lr_scheduler

ROOT = Path(__file__).resolve().parents[2]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("item_pages", ROOT / "tools" / "item_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["item_pages"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


PAGES = load()
EACH = [(page, item) for page in PAGES.PAGES for item in PAGES.items(page)]
EVERY = pytest.mark.parametrize(
    ("page", "item"), EACH, ids=[f"{page}-{item.names[0]}" for page, item in EACH]
)


def public(module: ModuleType) -> set[str]:
    names = getattr(module, "__all__", None)
    if names is None:
        names = [n for n, v in vars(module).items() if inspect.isfunction(v) and n[0] != "_"
                 and v.__module__ == module.__name__]  # fmt: skip
    return {n for n in names if not inspect.ismodule(getattr(module, n))}


@pytest.mark.parametrize("module", [nn, losses, optim, lr_scheduler, metrics, init, utils],
                         ids=lambda module: module.__name__)  # fmt: skip
def test_every_public_name_is_explained(module: ModuleType) -> None:
    told = {PAGES.find(page, name)[0] for page, item in EACH for name in item.names}
    missing = {n for n in public(module) if f"{module.__name__}.{n}" not in told}
    assert missing == set(), "add them to tools/items/"


@EVERY
def test_an_item_has_a_formula_both_languages_a_source_and_an_example(
    page: str, item: object
) -> None:
    assert item.formula
    assert item.formula.count("{") == item.formula.count("}")
    assert "  " not in item.formula
    assert set(item.text) == {"en", "es"}
    assert "Weak side: " in item.text["en"]
    assert "Lado débil: " in item.text["es"]
    assert item.source
    shown = PAGES.shown(page, item)
    assert ">>> " in shown
    assert [line for line in shown.splitlines() if not line.startswith((">>> ", "... "))]


KATEX = """
const katex = require(process.argv[1]);
for (const formula of JSON.parse(process.argv[2]))
  katex.renderToString(formula, {throwOnError: true, displayMode: true, strict: "error"});
console.log("read");
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to run KaTeX")
def test_katex_can_set_every_formula() -> None:
    path = ROOT / "docs" / "assets" / "katex" / "katex.min.js"
    formulas = json.dumps([item.formula for _, item in EACH])
    done = subprocess.run(["node", "-e", KATEX, str(path), formulas], capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.stdout == "read\n", done.stderr


@pytest.mark.parametrize("page", PAGES.PAGES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_page_asks_for_its_items(page: str, language: str) -> None:
    path = ROOT / "docs" / ("es" if language == "es" else "") / f"{page}.md"
    assert f"<!-- tiza: items-{page}-{language} -->" in path.read_text(encoding="utf-8")
    assert f"items-{page}-{language}" in PAGES.tables()


@pytest.mark.parametrize("name", losses.__all__)
def test_the_docstring_of_a_loss_is_whole(name: str) -> None:
    """Formula, when to use it, weak side, source, example: also in `help()`."""
    doc = inspect.getdoc(getattr(losses, name)) or ""
    words = " ".join(doc.split(">>>")[0].split())
    assert re.search(r"[=−/Σ‖√]|max\(|mean|log", words), "a formula"
    assert "Weak side" in words
    assert "Source" in words
    assert ">>>" in doc


NO_FIGURE = {"Average", "Baseline", "Curve", "Mean", "Metric", "Reliability"}
REGULARIZERS = [nn.L1, nn.L2, nn.ElasticNet, nn.MaxNorm, nn.GaussianNoise, nn.Mixup, nn.CutMix,
                nn.Cutout, nn.RandomShift, nn.RandomCrop, nn.RandomFlip, nn.RandomRotation,
                train.AfterStep, train.AverageWeights, train.EarlyStopping,
                train.Prune]  # fmt: skip


@pytest.mark.parametrize("thing", [
    *(getattr(metrics, name) for name in metrics.__all__
      if name[0].isupper() and name not in NO_FIGURE), *REGULARIZERS,
], ids=lambda thing: thing.__name__)  # fmt: skip
def test_the_docstring_of_a_metric_or_regularizer_is_whole(thing: type) -> None:
    words = " ".join((thing.__doc__ or "").split())
    assert re.search("[Ww]eak side", words)
    assert "Source" in words
    assert ">>>" in words
