"""Texts: Shakespeare, first names, film reviews, and answers that people preferred."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tiza.data.bundles import Pairs, Part, Reviews, Text, Words
from tiza.data.registry import Card, File
from tiza.data.storage import read_plain

Rows = list[list[str]]


def _text(card: Card, paths: Mapping[str, Path]) -> str:
    (file,) = card.files
    (path,) = paths.values()
    return read_plain(path, file.limit).decode("utf-8")


def load_text(card: Card, paths: Mapping[str, Path]) -> Text:
    """One text of 1,115,394 characters over an alphabet of 65."""
    text = _text(card, paths)
    return Text(text, tuple(sorted(set(text))), card)


def load_names(card: Card, paths: Mapping[str, Path]) -> Words:
    """32,033 names over an alphabet of 26 letters."""
    words = _text(card, paths).split()
    return Words(tuple(words), tuple(sorted(set("".join(words)))), card)


def load_reviews(card: Card, paths: Mapping[str, Path]) -> Reviews:
    """Shapes: train and test, x (25000) texts, y (25000) int64; sorted by class, so shuffle."""
    # no quoting in this file: split on tabs and "\n" only, for texts hold quotes and other breaks
    rows = [line.split("\t") for line in _text(card, paths).split("\n")[1:-1]]
    train = [row for row in rows if row[0] == "train"]
    test = [row for row in rows if row[0] == "test"]
    return Reviews(
        train=_labelled(train), test=_labelled(test), classes=("negative", "positive"),
        train_rating=_numbers(train, 2), test_rating=_numbers(test, 2),
        train_title=np.array([row[3] for row in train]),
        test_title=np.array([row[3] for row in test]), card=card,
    )  # fmt: skip


def _labelled(rows: Rows) -> Part:
    texts = np.empty(len(rows), object)
    texts[:] = [row[5] for row in rows]
    return Part(texts, _numbers(rows, 1))


def _numbers(rows: Rows, column: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array([int(row[column]) for row in rows], np.int64)


def load_pairs(card: Card, paths: Mapping[str, Path]) -> Pairs:
    """4,815 pairs; the positions of 4,357 to train with and 458 to test with."""
    rows = [json.loads(line) for line in _text(card, paths).splitlines()]
    prompt, chosen, rejected = (
        tuple(str(row[key]) for row in rows) for key in ("prompt", "chosen", "rejected")
    )
    is_test = np.array([row["split"] == "test" for row in rows])
    return Pairs(prompt, chosen, rejected, np.flatnonzero(~is_test), np.flatnonzero(is_test), card)


CARDS = (
    Card(
        name="tiny_shakespeare",
        about=("plays of Shakespeare in one text", "obras de Shakespeare en un solo texto"),
        size=("1,115,394 characters, 65 different", "1 115 394 caracteres, 65 distintos"),
        files=(
            File(
                "tiny_shakespeare/input.txt", 1115394,
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                urls=("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/"
                      "tinyshakespeare/input.txt",),
            ),
        ),
        licence=("the text is in the public domain; repository MIT",
                 "el texto es de dominio público; repositorio MIT"),
        citation="Shakespeare; compiled by A. Karpathy 2015, char-rnn",
        homepage="https://github.com/karpathy/char-rnn",
        loader=load_text,
    ),
    Card(
        name="names",
        about=("first names in the United States", "nombres de pila en Estados Unidos"),
        size=("32,033 names in lower case", "32 033 nombres en minúsculas"),
        files=(
            File(
                "names/names.txt", 228145,
                "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
                urls=("https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",),
            ),
        ),
        licence=("repository MIT; the names: work of the US government",
                 "repositorio MIT; los nombres: obra del gobierno de EE. UU."),
        citation="US Social Security Administration; compiled by A. Karpathy, makemore",
        homepage="https://github.com/karpathy/makemore",
        loader=load_names,
    ),
    Card(
        name="imdb",
        about=("film reviews, for or against", "reseñas de películas, a favor o en contra"),
        size=("25,000 + 25,000 reviews, 2 classes of equal size",
              "25 000 + 25 000 reseñas, 2 clases de igual tamaño"),
        files=(
            File(
                "imdb/imdb_reviews_50k.tsv.xz", 17453792,
                "fa18af25ef2817ec2a2f6d24302f19563b4b88f9759a7d814d097b1cb60e7416",
                66773842, "6181a58294fa4c529caa2e26f880539f3a362571fb5e5479796e9f9b9a3ae36e",
            ),
        ),
        licence=("none stated, citation asked for; the reviews belong to their authors",
                 "ninguna indicada, se pide citar; las reseñas pertenecen a sus autores"),
        citation="Maas et al. 2011, Learning word vectors for sentiment analysis, ACL",
        homepage="https://ai.stanford.edu/~amaas/data/sentiment/",
        loader=load_reviews,
        notes=(
            ("leaks between the parts: 418 texts are repeats, and title tt0406816 occurs in both "
             "training (2 reviews) and test (23)",
             "hay fugas entre las partes: 418 textos están repetidos y el título tt0406816 "
             "aparece en entrenamiento (2 reseñas) y en prueba (23)"),
            ("sorted by class: shuffle before training; HTML marks <br /> are kept",
             "ordenado por clase: baraje antes de entrenar; se conservan las marcas <br />"),
            ("reviews of ratings 5 and 6 do not occur, which makes the task easier",
             "no hay reseñas con calificación 5 o 6, lo que facilita la tarea"),
        ),
    ),
    Card(
        name="preferences",
        about=("pairs of answers, one of which people preferred",
               "pares de respuestas, una de las cuales fue preferida"),
        size=("4,357 + 458 pairs, none of the opening questions shared",
              "4357 + 458 pares, sin preguntas iniciales en común"),
        files=(
            File(
                "preferences/hh_helpful_pairs.jsonl.gz", 2166131,
                "061a72cea557d039dd60baa013ffa9bc5eac549f636a6b861bda3db34992bfaf",
                6653431, "58c729df78f60345a63ca012433d2ffa2ab6cfca26207871cb687f392c3ff6c2",
            ),
        ),
        licence=("MIT", "MIT"),
        citation="Bai et al. 2022, Training a helpful and harmless assistant, arXiv:2204.05862",
        homepage="https://github.com/anthropics/hh-rlhf",
        loader=load_pairs,
        notes=(
            ("a filtered part of the test files of the original; two of the three sources differ "
             "from the official files, for unknown reasons; not every row was read by a person",
             "una parte filtrada de los archivos de prueba del original; dos de las tres fuentes "
             "difieren de los archivos oficiales por causas desconocidas; no todas las filas "
             "fueron leídas por una persona"),
            ("the preferred answer is the longer one in 55 % of the pairs: length alone beats "
             "chance",
             "la respuesta preferida es la más larga en el 55 % de los pares: el solo largo "
             "supera al azar"),
        ),
    ),
)  # fmt: skip
