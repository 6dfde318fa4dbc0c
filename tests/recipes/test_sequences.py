"""What the recipes of sequences stand on: passages, puzzles, windows, judges, baselines."""

import numpy as np
import pytest
from sklearn.naive_bayes import MultinomialNB

import tiza as tz
from tiza import models
from tiza.data.tokens import Characters, WordList
from tiza.recipes import bert_imdb, gpt_shakespeare, lstm_series, rnn_names
from tiza.recipes.attention_map import attention_map
from tiza.recipes.reviews import Part, Reviews, answers, naive_bayes
from tiza.recipes.setting import Settings
from tiza.recipes.writing import by_counting, crops, judge, judging, learn, pair, passages


def test_passages_and_crops_are_followed_by_what_follows():
    ids = np.random.default_rng(0).integers(0, 9, 101)
    x, y = passages(ids, 10)
    assert np.array_equal(x.reshape(-1), ids[:100])
    assert np.array_equal(y.reshape(-1), ids[1:])
    x, y = crops(np.arange(50), 200, 10, np.random.default_rng(0))
    assert (y - x == 1).all()
    assert (x.min(), y.max()) == (0, 49)


def test_the_judge_takes_the_mean_over_rows_however_they_are_cut():
    tz.manual_seed(0)
    model = models.GPT(7, context=5, layers=1, heads=1, width=8, dropout=0.5)
    rows = passages(np.arange(66) % 7, 5)
    whole = judge(model, judging(model.loss), rows, size=100)
    assert judge(model, judging(model.loss), rows, size=4) == pytest.approx(whole, rel=1e-5)
    assert model.training
    model.eval()
    assert whole == pytest.approx(model.loss(*rows).item(), rel=1e-5)


def test_each_parameter_has_one_of_the_two_optimizers():
    model = models.GPT(7, context=5, layers=2, heads=1, width=8)
    muon, adam = pair(model, ["blocks"], 1e-3, 0.1)
    names = {id(p): name for name, p in model.named_parameters()}
    inner, rest = ({names[id(p)] for p in one.params} for one in (muon, adam))
    assert inner | rest == set(names.values())
    assert not inner & rest
    assert len(inner) == 2 * 4
    assert {"tokens.weight", "places.weight", "blocks.0.qkv.bias"} <= rest


def test_learning_brings_the_loss_down_and_is_told():
    tz.manual_seed(0)
    text = Characters("abcd").encode("abcd" * 40)
    model = models.GPT(4, context=8, layers=1, heads=1, width=16)
    rng, told = np.random.default_rng(0), []
    settings = Settings(watch=told.append)
    rows = learn(settings, model, model.loss, iter(lambda: crops(text, 8, 8, rng), None),
                 passages(text, 8), steps=80, lr=1e-2, inner=["blocks"], times=4)  # fmt: skip
    assert told == rows
    assert len(rows) == 4
    assert rows[0]["loss"] > 1.0
    assert rows[-1]["val_loss"] < 0.3
    assert not model.training


def test_counting_is_worth_what_entropy_says():
    rng = np.random.default_rng(0)
    p = np.array([0.5, 0.25, 0.25])
    ids = rng.choice(3, 40_000, p=p)
    found = by_counting(ids[:20_000], ids[20_000:], 3)
    assert found["singles"] == pytest.approx(-(p * np.log(p)).sum(), abs=0.01)
    assert found["pairs"] == pytest.approx(found["singles"], abs=0.01)


def made_up(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    tokens = WordList(["", "?", *"abcdefgh"])

    def part(count):
        y = rng.integers(0, 2, count)
        ids = [rng.integers(2, 10, rng.integers(1, 9)) if v else rng.integers(2, 7, 5) for v in y]
        return Part(ids, np.zeros((count, 4), np.int64), y)

    return Reviews(tokens, part(rows), part(10), part(rows))


def test_naive_bayes_is_that_of_scikit_learn():
    found = made_up()

    def counts(part):
        return np.array([np.isin(np.arange(10), ids) for ids in part.ids], float)

    peer = MultinomialNB().fit(counts(found.train), found.train.y)
    assert naive_bayes(found) == peer.score(counts(found.test), found.test.y)


def test_classifiers_of_both_kinds_are_asked_for_classes():
    part = made_up().test
    for model in (models.BERT(10, 4, 1, 1, 8), models.LSTMClassifier(10, 2, 4, 4)):
        guess = answers(model, part, size=25)
        assert guess.shape == (60,)
        assert set(guess) <= {0, 1}


def test_puzzles_cover_fifteen_percent_and_never_special_words():
    rng = np.random.default_rng(0)
    part = Part([np.concatenate([[2], rng.integers(4, 50, 400)]) for _ in range(9)],
                np.zeros((9, 1)), np.zeros(9, int))  # fmt: skip
    ids, target, at = bert_imdb.puzzle(part, 300, 40, 50, rng)
    assert ids.shape == (300, 40)
    assert target.shape == at.shape == (300, 6)
    assert (ids[:, 0] == 2).all()
    assert target.min() >= 4
    assert all(len(set(row)) == 6 for row in at)
    shown = np.take_along_axis(ids, at, 1)
    assert (shown == 3).mean() == pytest.approx(0.8, abs=0.03)
    assert (shown == target).mean() == pytest.approx(0.1 + 0.1 / 46, abs=0.03)
    outside = np.ones(ids.shape, bool)
    np.put_along_axis(outside, at, False, 1)
    assert (ids[outside] != 3).all()


def test_windows_never_reach_over_the_ends_of_their_part():
    z = np.arange(100.0)
    x, y = lstm_series.windows(z, 70, 80, 12, 3)
    assert (y.min(), y.max()) == (70, 79)
    assert np.array_equal(x[:, -1, 0] + 1, y[:, 0])
    assert len(lstm_series.windows(z, 0, 70, 12, 3)[0]) == 70 - 12 - 3 + 1


def test_names_are_read_from_end_to_end():
    tokens = Characters("\nabc")
    x, y = rnn_names.lines(["abc", "a" * 15], tokens)
    assert x[0, :4].tolist() == [0, 1, 2, 3]
    assert y[0, :5].tolist() == [1, 2, 3, 0, -100]
    assert (y[1] >= 0).all()
    shares = rnn_names.by_pairs(x[:1], y[:1], x[:1], y[:1], 4)
    assert shares == pytest.approx(-np.log(2 / 5))


def test_the_map_of_attention_has_a_square_for_each_pair_of_words():
    picture = attention_map(["<", "b", ""], [np.full((2, 3, 3), 1 / 3)] * 2)
    assert picture.count("<rect") == 2 * 2 * 9
    assert "&lt;" in picture
    assert picture.count('fill-opacity="0.33"') == 36


@pytest.mark.parametrize("kind", ["characters", "bpe"])
def test_plays_are_written_on_from_any_kind_of_token(kind):
    tz.manual_seed(0)
    text = "HAMLET: to be, or not to be.\n" * 20
    tokens = Characters(set(text))
    if kind == "bpe":
        library = pytest.importorskip("tokenizers")
        assert library.__version__
        tokens = gpt_shakespeare.BytePairs.learn([text], 280)
    model = models.GPT(len(tokens), context=16, layers=1, heads=2, width=8)
    made = gpt_shakespeare.write(model, tokens, "HAMLET", 30, seed=3)
    assert made.startswith("HAMLET")
    assert len(made) > 20
    assert made == gpt_shakespeare.write(model, tokens, "HAMLET", 30, seed=3)
    assert gpt_shakespeare.write(model, tokens, "", 5, seed=3)
    assert gpt_shakespeare.attention(model, tokens, text).ndim == 2


@pytest.mark.slow
def test_pieces_serve_as_well_as_letters(shared_data):
    pytest.importorskip("tokenizers")
    chosen = gpt_shakespeare.Chosen(tokens="bpe", steps=2, quick=True)
    found = gpt_shakespeare.study(chosen)
    assert found.kept["kind"] == "bpe"
    assert np.isfinite(found.figures["validation loss"]["model"])
