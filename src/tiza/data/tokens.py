"""Texts as numbers: by characters, by words, or by the pieces of byte-pair encoding."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiza.errors import DataError, MissingExtraError

Ids = NDArray[np.int64]
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]")
MARKUP = re.compile(r"<[^<>]{1,20}>")


class Tokens(ABC):
    """A way to write a text as numbers and back."""

    kind: str

    @abstractmethod
    def __len__(self) -> int:
        """How many different tokens there are."""

    @abstractmethod
    def encode(self, text: str) -> Ids:
        """The numbers of a text.

        Shapes: → (tokens).
        """

    @abstractmethod
    def decode(self, ids: Iterable[int]) -> str:
        """The text of numbers."""

    @abstractmethod
    def to_config(self) -> dict[str, Any]:
        """As plain data, for `tokens_from`."""


class Characters(Tokens):
    """Each character is a token.

    >>> tokens = Characters("abc")
    >>> tokens.encode("cab").tolist(), tokens.decode([2, 0])
    ([2, 0, 1], 'ca')
    """

    kind = "characters"

    def __init__(self, alphabet: Iterable[str]) -> None:
        self.alphabet = "".join(sorted(alphabet))
        self._points = np.array([ord(c) for c in self.alphabet], np.int64)

    def __len__(self) -> int:
        return len(self.alphabet)

    def encode(self, text: str) -> Ids:
        """The numbers of a text.

        Errors: DataError for a character that is not in the alphabet.
        """
        points = np.frombuffer(text.encode("utf-32-le"), "<u4").astype(np.int64)
        at = np.searchsorted(self._points, points).clip(max=len(self) - 1)
        strange = self._points[at] != points
        if strange.any():
            raise DataError("tokens-character", got=text[int(strange.argmax())],
                            alphabet=self.alphabet.strip())  # fmt: skip
        return at.astype(np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of numbers."""
        return "".join(self.alphabet[i] for i in ids)

    def to_config(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": self.kind, "alphabet": self.alphabet}


class WordList(Tokens):
    """The commonest words; 0 is padding, 1 any other word. Lower case, without markup.

    >>> tokens = WordList.learn(["A film. A <br />good film!", "a film"], size=4)
    >>> tokens.words, tokens.encode("A bad film").tolist()
    (('', '?', 'a', 'film'), [2, 1, 3])
    """

    kind = "words"

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._place = {word: k for k, word in enumerate(self.words) if k > 1}

    @classmethod
    def learn(cls, texts: Iterable[str], size: int, special: Sequence[str] = ()) -> WordList:
        """`size` tokens in all: the special ones, then the commonest words.

        Of equally common words, the first in the alphabet.
        """
        counts = Counter(word for text in texts for word in split_words(text))
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        first = ["", "?", *special]
        return cls([*first, *ranked[: size - len(first)]])

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, text: str) -> Ids:
        """The numbers of the words."""
        return np.array([self._place.get(word, 1) for word in split_words(text)], np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        """The words, with blanks between."""
        return " ".join(self.words[i] for i in ids if i)

    def to_config(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": self.kind, "words": list(self.words)}


class BytePairs(Tokens):
    """Pieces of words: the commonest neighbours become one token, again and again.

    It starts from the 256 bytes, so that every text can be written. `special` tokens, such as
    padding, come first and stand for nothing in a text. Made by the library `tokenizers`.

    Source: Sennrich, Haddow & Birch 2016, arXiv:1508.07909; bytes: Radford et al. 2019.

    Errors: MissingExtraError without the library `tokenizers`.
    """

    kind = "bpe"

    def __init__(self, told: str) -> None:
        self._held = _library().Tokenizer.from_str(told)

    @classmethod
    def learn(cls, texts: Iterable[str], size: int, special: Sequence[str] = (),
              lowercase: bool = False) -> BytePairs:  # fmt: skip
        """The pieces that texts are made of, `size` of them with bytes and special tokens."""
        library = _library()
        made = library.Tokenizer(library.models.BPE())
        if lowercase:
            made.normalizer = library.normalizers.Lowercase()
        made.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = library.decoders.ByteLevel()
        trainer = library.trainers.BpeTrainer(
            vocab_size=size, show_progress=False, special_tokens=list(special),
            initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
        )  # fmt: skip
        made.train_from_iterator(texts, trainer)
        return cls(made.to_str())

    def __len__(self) -> int:
        return int(self._held.get_vocab_size())

    def encode(self, text: str) -> Ids:
        """The numbers of the pieces."""
        return np.array(self._held.encode(text).ids, np.int64)

    def encode_all(self, texts: Sequence[str]) -> list[Ids]:
        """As `encode`, of many texts at once."""
        return [np.array(one.ids, np.int64) for one in self._held.encode_batch(list(texts))]

    def piece(self, token: int) -> str:
        """What one token stands for; a blank before it is shown as one."""
        text = self._held.decode([token], skip_special_tokens=False)
        return str(text) or str(self._held.id_to_token(token))

    def decode(self, ids: Iterable[int]) -> str:
        """The text; special tokens are left out."""
        return str(self._held.decode([int(i) for i in ids]))

    def to_config(self) -> dict[str, Any]:
        """As plain data."""
        return {"kind": self.kind, "tokenizer": str(self._held.to_str())}


def split_words(text: str) -> list[str]:
    """The words of a text in lower case, `!` and `?`; markup such as <br /> is left out.

    >>> split_words("Don't<br />PANIC!")
    ["don't", 'panic', '!']
    """
    return WORD.findall(MARKUP.sub(" ", text).lower())


def padded(rows: Sequence[Ids], length: int, keep_end: int = 0) -> Ids:
    """Rows of one length: 0 fills short ones; of long ones the beginning and `keep_end` stay.

    Shapes: → (rows, length).

    >>> padded([np.arange(1, 7), np.array([9])], 4, keep_end=1).tolist()
    [[1, 2, 3, 6], [9, 0, 0, 0]]
    """
    made = np.zeros((len(rows), length), np.int64)
    for k, row in enumerate(rows):
        if len(row) > length:
            row = np.concatenate([row[: length - keep_end], row[len(row) - keep_end :]])
        made[k, : len(row)] = row
    return made


def tokens_from(config: Mapping[str, Any]) -> Tokens:
    """The tokens that `to_config` told of."""
    kind = config["kind"]
    if kind == Characters.kind:
        return Characters(str(config["alphabet"]))
    if kind == WordList.kind:
        return WordList([str(word) for word in config["words"]])
    return BytePairs(str(config["tokenizer"]))


def _library() -> Any:
    try:
        import tokenizers
        import tokenizers.decoders
        import tokenizers.models
        import tokenizers.normalizers
        import tokenizers.pre_tokenizers
        import tokenizers.trainers
    except ImportError as error:
        raise MissingExtraError("extra-missing", feature="BytePairs", extra="text") from error
    return tokenizers
