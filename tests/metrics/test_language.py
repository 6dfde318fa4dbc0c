"""Figures for texts: the papers' own examples, and slow plain definitions beside the fast ones."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from tiza.errors import ArgumentError, DataError, use_language
from tiza.metrics import (
    Bleu,
    CharacterErrorRate,
    LogLoss,
    RougeL,
    WordErrorRate,
    bleu,
    common_length,
    edit_distance,
    metric,
    perplexity,
    rouge_l,
)

STEADY = settings(max_examples=60, derandomize=True, deadline=None)
LETTERS = st.text("abc", max_size=8)

# Papineni et al. 2002, examples 1 and 2
FIRST = (
    "It is a guide to action which ensures that the military always obeys the commands of the party"
)
SECOND = "It is to insure the troops forever hearing the activity guidebook that party direct"
REFERENCES = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under "
    "the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
]


def precisions(said, references, n):
    judge = Bleu(n)
    judge.update([said], [references])
    return judge.precisions()


def test_modified_precisions_of_the_paper():
    assert_allclose(
        precisions(FIRST.lower(), [r.lower() for r in REFERENCES], 2), [17 / 18, 10 / 17]
    )
    assert_allclose(
        precisions(SECOND.lower(), [r.lower() for r in REFERENCES], 2), [8 / 14, 1 / 13]
    )
    clipped = ["the cat is on the mat", "there is a cat on the mat"]
    assert_allclose(precisions("the the the the the the the", clipped, 2), [2 / 7, 0])


def test_bleu_by_hand():
    # unigrams 5/6, bigrams 3/5, trigrams 2/4, fourgrams 1/3; both of length 6
    said, reference = "the cat sat on the mat", "the cat sat on a mat"
    wanted = (5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25
    assert_allclose(bleu([said], [reference]), wanted, rtol=1e-12)
    assert_allclose(bleu([said.split()], [[reference.split()]]), wanted, rtol=1e-12)


def test_brevity_is_punished_by_the_nearest_reference():
    said, short, long = "a b c d", "a b c d e", "a b c d e f g h"
    assert_allclose(bleu([said], [[long, short]]), math.exp(1 - 5 / 4))
    assert_allclose(bleu([said], [["a b c d e", "a b c"]]), 1.0)  # of two as near, the shorter
    assert bleu(["a b c d e f"], [["a b c d e f", long]]) == 1.0


def test_bleu_adds_counts_over_the_corpus_instead_of_averaging():
    judge = Bleu(1)
    judge.update(["a b"], ["a b"])
    judge.update(["x y z w"], ["x q q q"])
    assert_allclose(judge.compute(), 3 / 6)


@pytest.mark.parametrize(("smoothing", "shares"), [
    ("none", [3 / 4, 1 / 3, 0, 0]), ("floor", [3 / 4, 1 / 3, 0.1 / 2, 0.1]),
    ("add-one", [3 / 4, 2 / 4, 1 / 3, 1 / 2]), ("exp", [3 / 4, 1 / 3, 0.5 / 2, 0.25]),
])  # fmt: skip
def test_smoothing(smoothing, shares):
    judge = Bleu(smoothing=smoothing)
    judge.update(["a b x c"], ["a b y c"])
    assert_allclose(judge.precisions(), shares)
    assert_allclose(judge.compute(), math.prod(shares) ** 0.25)


def test_rouge_of_the_paper():
    truth = "police killed the gunman"
    assert rouge_l(["police kill the gunman"], [truth]) == 0.75
    assert rouge_l(["the gunman kill police"], [truth]) == 0.5
    assert rouge_l(["the gunman police killed"], [truth]) == 0.5
    assert rouge_l(["the gunman kill police"], [["x", truth]]) == 0.5  # the best of several
    r, p, beta = 2 / 4, 2 / 3, 2.0
    wanted = (1 + beta**2) * r * p / (r + beta**2 * p)
    assert_allclose(rouge_l(["a b x"], ["a b c d"], beta=beta), wanted)
    assert rouge_l([""], [""]) == 1.0
    assert rouge_l(["a"], [""]) == 0.0


@cache
def plain_distance(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(
        plain_distance(a[1:], b) + 1,
        plain_distance(a, b[1:]) + 1,
        plain_distance(a[1:], b[1:]) + (a[0] != b[0]),
    )


@cache
def plain_common(a, b):
    if not a or not b:
        return 0
    if a[0] == b[0]:
        return 1 + plain_common(a[1:], b[1:])
    return max(plain_common(a[1:], b), plain_common(a, b[1:]))


@STEADY
@given(LETTERS, LETTERS)
def test_edits_and_common_parts_are_what_the_definition_says(a, b):
    assert edit_distance(a, b) == plain_distance(a, b)
    assert common_length(a, b) == plain_common(a, b)


def test_error_rates():
    assert WordErrorRate()(["a b", "c"], ["a b", "d e f"]) == 3 / 5
    assert CharacterErrorRate()(["kitten"], ["sitting"]) == 3 / 7
    assert WordErrorRate()(["a b c"], ["a"]) == 2.0
    assert WordErrorRate()(["a"], [""]) == math.inf
    for kind in (WordErrorRate, RougeL, Bleu):
        assert math.isnan(kind()([], []))


def test_text_figures_come_out_of_batches_and_saved_states():
    said, true = [FIRST, SECOND, "a b"], [REFERENCES, REFERENCES, ["a b"]]
    for kind in (Bleu, RougeL):
        whole, parts = kind(), kind()
        whole.update(said, true)
        parts.update(said[:2], true[:2])
        other = kind()
        other.load_state_dict(parts.state_dict())
        other.update(said[2:], true[2:])
        assert_allclose(other.compute(), whole.compute())


def test_perplexity_is_e_to_the_log_loss():
    rng = np.random.default_rng(0)
    scores, truth = rng.normal(size=(3, 5, 7)), rng.integers(7, size=(3, 5))
    flat = LogLoss(logits=True)(scores.reshape(-1, 7), truth.ravel())
    assert_allclose(perplexity(scores, truth), math.exp(flat))
    truth[0, :2] = -100
    kept = truth.ravel() != -100
    weights = rng.random((3, 5))
    wanted = LogLoss(logits=True)(scores.reshape(-1, 7)[kept], truth.ravel()[kept],
                                  weights.ravel()[kept])  # fmt: skip
    assert_allclose(perplexity(scores, truth, weights), math.exp(wanted))
    assert perplexity([[0.0, 0.0, 800.0]], [0]) == math.inf
    assert math.isnan(perplexity(np.zeros((0, 3)), np.zeros(0, int)))
    assert_allclose(perplexity(np.zeros((2, 5)), [1, 2]), 5)  # as many as it hesitates among


def test_padding_is_left_out_as_the_loss_says():
    class Loss:
        ignore_index = 0

    assert metric("perplexity", loss=Loss()).ignore_index == 0
    assert isinstance(metric("bleu"), Bleu)


@pytest.mark.parametrize(("call", "english", "spanish"), [
    (lambda: bleu("a b", ["a b"]), "texts come as a list, not as str", "se dan como lista"),
    (lambda: bleu(["a"], ["a", "b"]), "there are 1 predicted texts but 2", "hay 1 textos"),
    (lambda: bleu(["a"], [[]]), "a text has no reference", "no tiene referencia"),
])  # fmt: skip
def test_texts_that_do_not_fit(call, english, spanish):
    with pytest.raises(DataError, match=english):
        call()
    with use_language("es"), pytest.raises(DataError, match=spanish):
        call()


def test_options_that_do_not_exist():
    with pytest.raises(ArgumentError, match="smoothing cannot be 'more'"):
        Bleu(smoothing="more")
    with pytest.raises(ArgumentError, match="bleu takes no weights"):
        Bleu()(["a"], ["a"], [1.0])
    with pytest.raises(ArgumentError):
        Bleu(0)
    with pytest.raises(ArgumentError):
        RougeL(0.0)
