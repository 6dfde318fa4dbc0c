"""A GPT writes the same text whether it reads all anew, keeps what it read, or runs compiled."""

import copy

import numpy as np
import pytest

import tiza as tz
from tiza import models
from tiza.models import gpt as module
from tiza.models import writing
from tiza.models.sampling import chosen


def gpt(context: int = 40) -> models.GPT:
    tz.manual_seed(0)
    return models.GPT(11, context, layers=2, heads=2, width=8)


def written(model: models.GPT, start: object, count: int, **how: object) -> np.ndarray:
    tz.manual_seed(5)
    return model.generate(start, count, **how)


HOW = [{"temperature": 0.0}, {}, {"temperature": 0.7, "top_k": 3}, {"top_k": 1}]


@pytest.mark.parametrize("how", HOW, ids=str)
def test_compiled_text_is_the_text(how, monkeypatch):
    monkeypatch.setattr(writing, "FAR", 20)
    model = gpt()
    start = [[1, 2, 3], [4, 5, 6]]
    whole = written(model, start, 36, cached=False, **how)
    quick = written(model, start, 36, **how)
    assert "_writer" in model.__dict__
    np.testing.assert_array_equal(whole, quick)
    monkeypatch.setattr(writing, "FAR", 100)
    np.testing.assert_array_equal(written(model, start, 36, **how), whole)


@pytest.mark.parametrize(("length", "count"), [(1, 45), (30, 11), (40, 3), (41, 3), (30, 0)])
def test_long_starts_and_texts_beyond_the_context(length, count, monkeypatch):
    model = gpt()
    start = np.arange(length)[None] % 11
    whole = written(model, start, count, cached=False)
    monkeypatch.setattr(writing, "FAR", 1)
    monkeypatch.setattr(module, "SHORT", 8)
    np.testing.assert_array_equal(written(model, start, count), whole)
    assert whole.shape == (1, length + count)


@pytest.mark.parametrize("kind", [models.CharRNN, models.CharLSTM, models.CharGRU])
@pytest.mark.parametrize("how", HOW[:3], ids=str)
def test_recurrent_models_write_alike(kind, how, monkeypatch):
    tz.manual_seed(0)
    model = kind(9, 4, 6, layers=2).eval()
    start = [[1, 2, 3], [3, 1, 8]]
    plain = written(model, start, 20, **how)
    monkeypatch.setattr(writing, "FAR", 5)
    np.testing.assert_array_equal(written(model, start, 20, **how), plain)
    np.testing.assert_array_equal(
        written(model, start, 17, temperature=0.0)[:, :20],
        written(model, start, 26, temperature=0.0)[:, :20],
    )


def test_it_writes_with_the_weights_that_it_has(monkeypatch):
    monkeypatch.setattr(writing, "FAR", 5)
    model = gpt()
    first = written(model, [[1]], 20, temperature=0.0)
    other = copy.deepcopy(model)
    for p in model.parameters():
        tz.nn.init.normal_(p, 0.0, 1.0)
    after = written(model, [[1]], 20, temperature=0.0)
    assert not np.array_equal(first, after)
    np.testing.assert_array_equal(written(model, [[1]], 20, temperature=0.0, cached=False), after)
    np.testing.assert_array_equal(written(other, [[1]], 20, temperature=0.0), first)


def test_training_goes_on_as_before(monkeypatch):
    monkeypatch.setattr(writing, "FAR", 5)
    model = gpt()
    written(model, [[1]], 10)
    assert model.training
    model.loss([[1, 2]], [[2, 3]]).backward()
    assert all(p.grad is not None for p in model.parameters())


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_the_largest_scores_are_kept_with_their_equals(count):
    z = np.array([[3.0, 1.0, 3.0, -np.inf, 2.0, 2.0]])
    least = np.sort(z)[:, ::-1][:, min(count, 6) - 1]
    u = np.linspace(0, 1, 500, endpoint=False)[:, None]
    drawn = chosen(tz.asarray(np.repeat(z, 500, axis=0)), u, 1.0, count).numpy()
    assert set(drawn) == {k for k in range(6) if z[0, k] >= least and np.isfinite(z[0, k])}
