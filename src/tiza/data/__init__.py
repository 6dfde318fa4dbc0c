"""Data: sets by name, tables of one's own, their preparation, divisions, and batches."""

from tiza.data.fetch import find, locate
from tiza.data.load import load
from tiza.data.registry import Card, card, cards, names
from tiza.data.split import group_split, k_folds, split_rows, train_test_split
from tiza.data.table import Table, read_table

__all__ = [
    "Card",
    "Table",
    "card",
    "cards",
    "find",
    "group_split",
    "k_folds",
    "load",
    "locate",
    "names",
    "read_table",
    "split_rows",
    "train_test_split",
]
