"""Recipes: a network on its data, runnable by name; each is one short file."""

from tiza.recipes.shelf import Recipe, find, names, shelf

__all__ = ["Recipe", "find", "names", "shelf"]
