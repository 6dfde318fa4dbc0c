"""The cards of all data sets, each beside its loader."""

from tiza.data.sets import curves, images, relations, series, tables, texts

CARDS = (
    *images.CARDS, *tables.CARDS, *series.CARDS, *texts.CARDS, *relations.CARDS, *curves.CARDS,
)  # fmt: skip
