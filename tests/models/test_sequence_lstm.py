"""What an LSTM says of a whole text: pieces, padding, pooling, words that are not read."""

import numpy as np
import pytest

import tiza as tz
from tiza import models


def reader(piece=0, **more):
    tz.manual_seed(0)
    return models.LSTMClassifier(20, 3, 4, 5, piece=piece, **more).eval()


def test_the_answer_is_read_off_maximum_and_mean_of_the_states():
    model, ids = reader(), np.array([[2, 5, 7, 1, 0, 0], [3, 3, 9, 4, 6, 8]])
    h = model.lstm(model.embedding(ids))[0].numpy()
    for row, k in ((0, 4), (1, 6)):
        pooled = np.concatenate([h[row, :k].max(0), h[row, :k].mean(0)])
        z = pooled @ model.head.weight.numpy().T + model.head.bias.numpy()
        np.testing.assert_allclose(model(ids).numpy()[row], z, rtol=1e-5, atol=1e-6)


def test_pieces_are_read_each_by_itself():
    model, whole = reader(piece=3), reader()
    ids = np.random.default_rng(0).integers(1, 20, (2, 9))
    parts = [whole.lstm(whole.embedding(ids[:, k : k + 3]))[0].numpy() for k in (0, 3, 6)]
    h = np.concatenate(parts, axis=1)
    pooled = np.concatenate([h.max(1), h.mean(1)], axis=1)
    z = pooled @ whole.head.weight.numpy().T + whole.head.bias.numpy()
    np.testing.assert_allclose(model(ids).numpy(), z, rtol=1e-5, atol=1e-6)
    assert not np.allclose(model(ids).numpy(), whole(ids).numpy(), rtol=1e-3)


@pytest.mark.parametrize("more", [1, 2, 3, 7])
def test_padding_up_to_whole_pieces_changes_no_answer(more):
    model, ids = reader(piece=4), np.array([[2, 5, 7, 1, 9, 0]])
    long = np.concatenate([ids, np.zeros((1, more), int)], axis=1)
    np.testing.assert_allclose(model(ids).numpy(), model(long).numpy(), rtol=1e-5, atol=1e-6)


def test_a_text_without_words_has_an_answer():
    z = reader(piece=2)(np.zeros((1, 4), int)).numpy()
    assert np.isfinite(z).all()


def test_words_that_are_not_read_are_so_in_training_only():
    model = reader(dropout=0.0, unread=0.5)
    ids = np.full((1, 400), 7)
    assert np.array_equal(model(ids).numpy(), model(ids).numpy())
    model.train()
    rows = model.skip(model.embedding(ids)).numpy()[0]
    empty = (rows == 0).all(1)
    assert empty.mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(rows[~empty], 2 * model.embedding(ids).numpy()[0][~empty], rtol=1e-6)
