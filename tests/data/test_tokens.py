"""Texts as numbers and back, for every kind of token."""

import json

import numpy as np
import pytest

from tiza.data.tokens import BytePairs, Characters, WordList, padded, split_words, tokens_from
from tiza.errors import DataError, MissingExtraError

TEXT = "To be, or not to be: that is the question.\nÑandú 漢字 😀"


def every():
    pytest.importorskip("tokenizers")
    return [
        Characters(set(TEXT)),
        WordList.learn([TEXT], 9, ["[CLS]"]),
        BytePairs.learn([TEXT] * 3, 270),
    ]


def test_what_is_told_makes_the_same_tokens_again():
    for tokens in every():
        again = tokens_from(json.loads(json.dumps(tokens.to_config())))
        assert type(again) is type(tokens)
        assert len(again) == len(tokens)
        assert np.array_equal(again.encode(TEXT), tokens.encode(TEXT))
        ids = tokens.encode(TEXT)
        assert ids.dtype == np.int64
        assert 0 <= ids.min() <= ids.max() < len(tokens)


def test_characters_and_pieces_lose_nothing():
    letters, _, pieces = every()
    assert letters.decode(letters.encode(TEXT)) == TEXT
    assert pieces.decode(pieces.encode(TEXT)) == TEXT
    other = "never seen: żółw"
    assert pieces.decode(pieces.encode(other)) == other


def test_pieces_are_shorter_than_letters():
    text = "the cat and the hat and the rat " * 20
    pytest.importorskip("tokenizers")
    few, many = (BytePairs.learn([text], size) for size in (257, 290))
    assert len(many.encode(text)) < len(few.encode(text)) < len(text)
    assert len(many) <= 290


def test_special_pieces_come_first_and_stand_for_no_text():
    pytest.importorskip("tokenizers")
    tokens = BytePairs.learn(["AbAb ab"], 265, ["[PAD]", "[CLS]"], lowercase=True)
    assert tokens.piece(1) == "[CLS]"
    assert tokens.encode("AB").min() >= 2
    assert tokens.decode([0, 1, *tokens.encode("AB ab")]) == "ab ab"
    both = tokens.encode_all(["ab", "abab"])
    assert [len(ids) for ids in both] == [len(tokens.encode("ab")), len(tokens.encode("abab"))]


def test_a_strange_character_is_named():
    with pytest.raises(DataError, match="'z' does not occur") as caught:
        Characters("abc").encode("cabz")
    assert "use these and the blank: abc" in str(caught.value)


def test_words_are_ranked_and_markup_is_left_out():
    tokens = WordList.learn(["b a<br />a c. Don't! b a"], 6)
    assert tokens.words == ("", "?", "a", "b", "!", "c")
    assert tokens.encode("C don't A").tolist() == [5, 1, 2]
    assert tokens.decode([2, 0, 3]) == "a b"
    assert split_words("L'été <i>d'Or</i>") == ["l'été", "d'or"]


def test_long_rows_keep_their_beginning_and_end():
    rows = [np.arange(1, 11), np.array([7]), np.array([], np.int64)]
    assert padded(rows, 5).tolist() == [[1, 2, 3, 4, 5], [7, 0, 0, 0, 0], [0] * 5]
    assert padded(rows, 5, keep_end=2)[0].tolist() == [1, 2, 3, 9, 10]


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tokenizers", None)
    with pytest.raises(MissingExtraError, match=r"tiza\[text\]"):
        BytePairs.learn(["a"], 300)
