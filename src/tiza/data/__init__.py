"""Data: sets by name, tables of one's own, their preparation, divisions, and batches."""

from tiza.data.dataset import ArrayDataset, Dataset, Subset, TensorDataset, check_finite
from tiza.data.fetch import find, locate
from tiza.data.load import load
from tiza.data.loader import DataLoader
from tiza.data.notes import Note
from tiza.data.preparation import Preparation, with_target
from tiza.data.registry import Card, card, cards, names
from tiza.data.report import TableReport
from tiza.data.split import group_split, k_folds, split_rows, train_test_split
from tiza.data.table import Table, read_table, with_kinds
from tiza.data.target import Target
from tiza.data.tokens import BytePairs, Characters, Tokens, WordList, tokens_from
from tiza.data.transforms import (
    Compose,
    ImagesToFloat,
    MinMax,
    OneHot,
    Standardize,
    Transform,
    transform_from_config,
)

__all__ = [
    "ArrayDataset",
    "BytePairs",
    "Card",
    "Characters",
    "Compose",
    "DataLoader",
    "Dataset",
    "ImagesToFloat",
    "MinMax",
    "Note",
    "OneHot",
    "Preparation",
    "Standardize",
    "Subset",
    "Table",
    "TableReport",
    "Target",
    "TensorDataset",
    "Tokens",
    "Transform",
    "WordList",
    "card",
    "cards",
    "check_finite",
    "find",
    "group_split",
    "k_folds",
    "load",
    "locate",
    "names",
    "read_table",
    "split_rows",
    "tokens_from",
    "train_test_split",
    "transform_from_config",
    "with_kinds",
    "with_target",
]
