"""Formulas as people type them, read without ever running them: text to expression."""

from tiza.lang.grammar.parsed import Parsed, parse
from tiza.lang.grammar.tree import Statement, Tree

__all__ = ["Parsed", "Statement", "Tree", "parse"]
