"""Recipes: a network on its data, runnable by name; each is one short file."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiza.recipes.problem import Problem

# Classification that the Trainer learns:
NAMES = ("digits", "mnist-mlp", "mlp-slide", "mlp-mnist", "lenet-mnist", "cnn-fashion")


def find(name: str) -> "Callable[[int], Problem]":
    """The function that makes the problem of a recipe from a seed.

    >>> find("digits")(0).title[0]
    'Handwritten digits, 8×8 pixels'
    """
    module = import_module(f"tiza.recipes.{name.replace('-', '_')}")
    made: Callable[[int], Problem] = module.problem
    return made
