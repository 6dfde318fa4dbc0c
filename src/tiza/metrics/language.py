"""Figures for texts: perplexity, BLEU, ROUGE-L, edit distance and the error rates made of it."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from tiza.errors import ArgumentError, DataError
from tiza.metrics.base import Array, Metric, array
from tiza.metrics.classification import LogLoss

Tokens = Sequence[Hashable]
Smoothing = Literal["none", "floor", "add-one", "exp"]
SMOOTHINGS = ("none", "floor", "add-one", "exp")


class Perplexity(LogLoss):
    """e to the mean surprise at the next token: among how many the model hesitates, on average.

    exp(−(1/n) Σ log p(truth)). Use it to compare models of one vocabulary. Weak side: across
    vocabularies it means nothing, since longer tokens are harder to guess.

    Shapes: prediction (n, tokens) or (n, t, tokens) with target (n) or (n, t); logits unless
    `logits=False`. Targets equal to `ignore_index`, such as padding, are left out.
    Source: Jelinek, Mercer, Bahl & Baker 1977, J. Acoust. Soc. Am. 62.

    >>> round(Perplexity(logits=False)([[0.25, 0.75], [0.5, 0.5]], [0, 1]), 4)
    2.8284
    """

    name = "perplexity"

    def __init__(self, *, logits: bool = True, ignore_index: int | None = -100) -> None:
        self.ignore_index = ignore_index
        super().__init__(logits=logits)

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Add one batch; `weight` holds one number per token."""
        scores, truth = array(prediction), array(target)
        if scores.ndim == truth.ndim + 1:  # the tokens are the last axis, as models put them out
            scores = scores.reshape(-1, scores.shape[-1])
        truth = truth.reshape(-1)
        kept = np.ones(truth.shape, bool)
        if self.ignore_index is not None:
            kept = truth != self.ignore_index
        weights = None if weight is None else array(weight).reshape(-1)[kept]
        super().update(scores[kept], truth[kept], weights)

    def compute(self) -> float:
        """e to the mean; NaN where there is nothing, ∞ beyond what a float holds."""
        try:
            return math.exp(super().compute())
        except OverflowError:
            return math.inf


class _Texts(Metric):
    """A figure of sums over pairs of texts, each a string or a sequence of tokens."""

    names: ClassVar[tuple[str, ...]]

    def zero(self) -> dict[str, Array]:
        """Nothing counted."""
        return {key: np.zeros(()) for key in self.names}

    def update(self, prediction: object, target: object, weight: object = None) -> None:
        """Add one batch: a list of texts and a list of as many true ones."""
        if weight is not None:
            raise ArgumentError("metric-weightless", name=self.name)
        predicted, true = _listed(prediction), _listed(target)
        if len(predicted) != len(true):
            raise DataError("text-counts", predicted=len(predicted), true=len(true))
        for one, other in zip(predicted, true, strict=True):
            self.state = {k: self.state[k] + v for k, v in self.of(one, other).items()}

    @abstractmethod
    def of(self, predicted: Any, true: Any) -> dict[str, Any]:
        """What one pair adds to the sums."""


class Bleu(_Texts):
    """Share of a translation's word sequences that references contain: BP · exp(Σ (1/N) log pₙ).

    pₙ = Σ min(count, most in one reference) / Σ count over n-grams, n = 1 … N, summed over all
    texts; BP = min(1, e^(1 − r/c)) punishes brevity, c being the total length and r that of the
    nearest references (of two as near, the shorter).

    Use it to compare systems over a whole corpus. Weak side: blind to meaning, and one text alone
    is often 0, since no four words agree; `smoothing` puts something there: "floor" 0.1 for a
    count of 0, "add-one" 1 to both counts for n > 1, "exp" halves again for every 0 in turn.

    Shapes: a list of texts, each a string (split at white space) or a list of tokens; for each its
    reference as a string, or a list of references, each a string or a list of tokens.
    Source: Papineni et al. 2002, ACL; Chen & Cherry 2014; smoothing as in sacreBLEU.

    >>> round(Bleu()(["the cat sat on the mat"], [["the cat sat on a mat"]]), 4)
    0.5373
    """

    name = "bleu"
    better: ClassVar[Literal["max", "min"]] = "max"

    def __init__(self, n: int = 4, smoothing: Smoothing = "none") -> None:
        if n < 1:
            raise ArgumentError("metric-k", got=n)
        if smoothing not in SMOOTHINGS:
            raise ArgumentError(
                "choice-unknown", name="smoothing", got=smoothing, known=", ".join(SMOOTHINGS)
            )
        self.n, self.smoothing = n, smoothing
        super().__init__()

    def zero(self) -> dict[str, Array]:
        """No n-grams, no words."""
        return {"matches": np.zeros(self.n), "total": np.zeros(self.n),
                "length": np.zeros(()), "nearest": np.zeros(())}  # fmt: skip

    def of(self, predicted: Any, true: Any) -> dict[str, Any]:
        """Matches and totals for every n, and both lengths."""
        said, references = words(predicted), _references(true)
        matches, total = np.zeros(self.n), np.zeros(self.n)
        for n in range(1, self.n + 1):
            grams, most = _grams(said, n), Counter[Tokens]()
            for reference in references:
                most |= _grams(reference, n)
            matches[n - 1] = (grams & most).total()
            total[n - 1] = grams.total()
        lengths = [len(reference) for reference in references]
        nearest = min(lengths, key=lambda long: (abs(long - len(said)), long))
        return {"matches": matches, "total": total, "length": len(said), "nearest": nearest}

    def precisions(self) -> Array:
        """pₙ for n = 1 … N."""
        matches, total = self.state["matches"].copy(), self.state["total"].copy()
        if self.smoothing == "floor":
            matches[matches == 0] = 0.1
        elif self.smoothing == "add-one":
            matches[1:] += 1
            total[1:] += 1
        elif self.smoothing == "exp":
            empty = (matches == 0) & (total > 0)
            matches[empty] = 0.5 ** np.arange(1, empty.sum() + 1)
        return np.divide(matches, total, out=np.zeros(self.n), where=total > 0)

    def compute(self) -> float:
        """BLEU from 0 to 1; NaN where there is nothing."""
        length, nearest = float(self.state["length"]), float(self.state["nearest"])
        shares = self.precisions()
        if not length:
            return 0.0 if nearest else math.nan
        if not shares.all():
            return 0.0
        return math.exp(min(0.0, 1 - nearest / length) + float(np.log(shares).mean()))


class RougeL(_Texts):
    """Longest common subsequence as a share of both texts, put together: (1 + β²) R P / (R + β² P).

    P = LCS / length of the prediction, R = LCS / length of the reference. The mean over the
    texts, of several references the best. Use it for summaries; weak side: order counts, sense
    does not.

    Shapes: texts and references as in `Bleu`.
    Source: Lin 2004, "ROUGE", ACL workshop, eqs. 2–4.

    >>> RougeL()(["police kill the gunman"], ["police killed the gunman"])
    0.75
    """

    name = "rouge_l"
    better: ClassVar[Literal["max", "min"]] = "max"
    names = "total", "count"

    def __init__(self, beta: float = 1.0) -> None:
        if beta <= 0:
            raise ArgumentError("metric-beta", got=beta)
        self.beta = beta
        super().__init__()

    def of(self, predicted: Any, true: Any) -> dict[str, Any]:
        """The best figure among the references."""
        said = words(predicted)
        return {"total": max(self._figure(said, r) for r in _references(true)), "count": 1}

    def _figure(self, said: Tokens, reference: Tokens) -> float:
        if not said and not reference:
            return 1.0
        square, common = self.beta**2, common_length(said, reference)
        # (1 + β²) R P / (R + β² P) with P = c/n, R = c/m
        return (1 + square) * common / (len(said) + square * len(reference))

    def compute(self) -> float:
        """The mean over the texts; NaN where there is none."""
        count = float(self.state["count"])
        return float(self.state["total"]) / count if count else math.nan


class WordErrorRate(_Texts):
    """Edits that turn the predicted words into the true ones, per true word; may exceed 1.

    Use it for speech and handwriting. Weak side: every word is worth the same.

    Source: Levenshtein's distance of words over all texts, as in NIST's speech evaluations.

    >>> WordErrorRate()(["hello word"], ["hello the world"])
    0.6666666666666666
    """

    name = "wer"
    better: ClassVar[Literal["max", "min"]] = "min"
    names = "edits", "length"

    def of(self, predicted: Any, true: Any) -> dict[str, Any]:
        """Edits and true length."""
        said, reference = self.pieces(predicted), self.pieces(true)
        return {"edits": edit_distance(said, reference), "length": len(reference)}

    def pieces(self, text: Any) -> Tokens:
        """Words."""
        return words(text)

    def compute(self) -> float:
        """Edits per piece of the truth; NaN where there is nothing, ∞ for texts out of nothing."""
        edits, length = float(self.state["edits"]), float(self.state["length"])
        if not length:
            return math.inf if edits else math.nan
        return edits / length


class CharacterErrorRate(WordErrorRate):
    """`WordErrorRate` of characters, spaces among them: Σ edits / Σ characters.

    Use it for handwriting, and languages without spaces. Weak side: near misses of words look good.

    Source: Levenshtein 1966, Soviet Physics Doklady 10.

    >>> CharacterErrorRate()(["chalq"], ["chalk"])
    0.2
    """

    name = "cer"

    def pieces(self, text: Any) -> Tokens:
        """Characters."""
        return list(text)


def edit_distance(a: Tokens, b: Tokens) -> int:
    """Fewest insertions, deletions and substitutions that turn a into b.

    Dᵢⱼ = min(Dᵢ₋₁ⱼ + 1, Dᵢⱼ₋₁ + 1, Dᵢ₋₁ⱼ₋₁ + [aᵢ ≠ bⱼ]), a row of the table at a time.

    Source: Levenshtein 1966, Soviet Physics Doklady 10; table by Wagner & Fischer 1974, J. ACM 21.

    >>> edit_distance("kitten", "sitting")
    3
    """
    left, right = _numbered(a, b)
    steps = np.arange(len(right) + 1)
    row = steps.copy()
    for i, one in enumerate(left, 1):
        best = np.append(i, np.minimum(row[1:] + 1, row[:-1] + (right != one)))
        # insertions run along the row: Dⱼ = min over k ≤ j of bestₖ + (j − k)
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])


def common_length(a: Tokens, b: Tokens) -> int:
    """Length of the longest common subsequence: of what is left of both by deleting.

    Source: Wagner & Fischer 1974, J. ACM 21, section 4.

    >>> common_length("chalk", "talk")
    3
    """
    left, right = _numbered(a, b)
    row = np.zeros(len(right) + 1, int)
    for one in left:
        longer = np.append(0, np.maximum(row[1:], row[:-1] + (right == one)))
        row = np.maximum.accumulate(longer)
    return int(row[-1])


def words(text: Any) -> Tokens:
    """Tokens as they are; a string split at white space."""
    return text.split() if isinstance(text, str) else list(text)


def _references(true: Any) -> list[Tokens]:
    """A string is one reference; a list holds several, each a string or a list of tokens."""
    found = [words(true)] if isinstance(true, str) else [words(one) for one in true]
    if not found:
        raise DataError("text-references")
    return found


def _grams(tokens: Tokens, n: int) -> Counter[Tokens]:
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def _numbered(a: Tokens, b: Tokens) -> tuple[Array, Array]:
    """Both with equal tokens as equal numbers."""
    codes: dict[Hashable, int] = {}
    both = [np.array([codes.setdefault(x, len(codes)) for x in s], int) for s in (a, b)]
    return both[0], both[1]


def _listed(texts: object) -> list[Any]:
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise DataError("text-list", got=type(texts).__name__)
    return list(texts)


def bleu(prediction: object, target: object, **options: Any) -> float:
    """`Bleu` of one corpus.

    >>> bleu(["a b c d"], ["a b c d"])
    1.0
    """
    return float(Bleu(**options)(prediction, target))


def rouge_l(prediction: object, target: object, **options: Any) -> float:
    """`RougeL` of these texts.

    >>> rouge_l(["the gunman kill police"], ["police killed the gunman"])
    0.5
    """
    return float(RougeL(**options)(prediction, target))


def perplexity(prediction: object, target: object, weight: object = None, **options: Any) -> float:
    """`Perplexity` of one batch.

    >>> round(perplexity([[0.0, 0.0, 0.0]], [1]), 4)
    3.0
    """
    return float(Perplexity(**options)(prediction, target, weight))
