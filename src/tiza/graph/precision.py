"""How exactly matrix products are computed: the word that holds in this thread."""

from __future__ import annotations

import threading

WORDS = ("highest", "high", "medium")


class _Precision(threading.local):
    products: str = "highest"

    @property
    def rounds(self) -> bool:
        """Whether factors are rounded to bfloat16."""
        return self.products == "medium"


precision = _Precision()
