"""The curves of the pictures of losses are the losses, by their formulas in NumPy."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.testing import assert_allclose

pytest.importorskip("matplotlib")
PATH = Path(__file__).resolve().parents[2] / "tools" / "loss_pictures.py"


@pytest.fixture(scope="module")
def pictures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("loss_pictures", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_curves_over_margins(pictures: ModuleType) -> None:
    m = np.linspace(-2, 3, 26)
    curves = list(pictures.of_margins(m).values())
    wanted = [m <= 0, np.maximum(0, -m), np.maximum(0, 1 - m), np.maximum(0, 1 - m) ** 2,
              np.log2(1 + np.exp(-m)), np.exp(-m), (1 - m) ** 2]  # fmt: skip
    for curve, formula in zip(curves, wanted, strict=True):
        assert_allclose(curve, formula, rtol=1e-6, atol=1e-9)
    zero_one = curves[0]
    for above in curves[2:]:  # all but the perceptron's
        assert (above >= zero_one - 1e-9).all()


def test_curves_over_residuals(pictures: ModuleType) -> None:
    e = np.linspace(-3, 3, 31)
    size = np.abs(e)
    wanted = [e**2, size, np.where(size < 1, e**2 / 2, size - 0.5), np.log(np.cosh(e)),
              np.maximum(-0.8 * e, 0.2 * e)]  # fmt: skip
    for curve, formula in zip(pictures.of_residuals(e).values(), wanted, strict=True):
        assert_allclose(curve, formula, rtol=1e-6, atol=1e-9)


def test_both_pictures_stand_beside_the_page(pictures: ModuleType) -> None:
    for name in ("margins", "residuals"):
        text = (pictures.FOLDER / f"{name}.svg").read_text(encoding="utf-8")
        assert text.count("<path") > 10
