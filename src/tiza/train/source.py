"""x"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiza.train.trainer import Trainer


def loop_source(trainer: Trainer) -> str:
    """x"""
    return ""
