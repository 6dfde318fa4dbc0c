"""What the recipes that learn to write plays share: the text, what is said of it and of a loss."""

from collections.abc import Mapping

from tiza.data import load
from tiza.recipes.about import Pair

PLAYS = (
    "Tiny Shakespeare: 1,115,394 characters, the last tenth held out",
    "Tiny Shakespeare: 1 115 394 caracteres, el último décimo aparte",
)
SPANISH = {
    "validation loss": "pérdida de validación",
    "singles": "letras sueltas",
    "pairs": "pares de letras",
    "samples": "muestras",
}


def expected(loss: float) -> Pair:
    """The loss that a recipe is to reach, in words.

    >>> expected(1.5)[0]
    'validation loss of 1.50 nats per character or lower'
    """
    return (f"validation loss of {loss:.2f} nats per character or lower",
            f"pérdida de validación de {loss:.2f} nats por carácter o menos")  # fmt: skip


def halves() -> tuple[str, str, str]:
    """The alphabet; the first nine tenths of the text, to learn from; the rest, to be judged by."""
    play = load("tiny_shakespeare")
    cut = int(0.9 * len(play.text))
    return play.alphabet, play.text[:cut], play.text[cut:]


def sentence(loss: float, counted: Mapping[str, float]) -> Pair:
    """What a loss per character means, beside what pairs of letters reach."""
    return (
        f"It needs {loss:.3f} nats for each character of scenes it never read; pairs of "
        f"letters need {counted['pairs']:.2f}.",
        f"Necesita {loss:.3f} nats por cada carácter de escenas que nunca leyó; los pares de "
        f"letras necesitan {counted['pairs']:.2f}.",
    )
