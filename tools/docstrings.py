"""Docstrings as the reference shows them: formulas and examples keep their lines."""

import re

import griffe

FORMULA = re.compile(r"[=←→≤≥∂Σ∑√∞≈∈]")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a docstring, without the empty lines between them."""
    return [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]


def shown(part: str, first: bool) -> str:
    """One paragraph as Markdown."""
    lines = part.split("\n")
    if any(line.lstrip().startswith(">>>") for line in lines):
        start = next(i for i, line in enumerate(lines) if line.lstrip().startswith(">>>"))
        before = [shown("\n".join(lines[:start]), first)] if start else []
        return "\n\n".join([*before, "```pycon\n" + "\n".join(lines[start:]) + "\n```"])
    indented = all(line.startswith(" ") for line in lines)
    formulas = all(FORMULA.search(line) for line in lines) and not re.match(r"[A-Z]\w+:", part)
    if not first and (indented or (formulas and not part.rstrip().endswith("."))):
        return "```text\n" + part + "\n```"
    return re.sub(r"(?<=[(\[, ])\*(?=\w)", r"\\*", part)


def rewritten(text: str) -> str:
    """The whole docstring as Markdown."""
    return "\n\n".join(shown(part, i == 0) for i, part in enumerate(paragraphs(text)))


class Docstrings(griffe.Extension):
    """Rewrites every docstring once, when it is read."""

    def on_instance(self, *, obj: griffe.Object, **_: object) -> None:
        """Called by griffe for each object that it has read."""
        if obj.docstring is not None:
            obj.docstring.value = rewritten(obj.docstring.value)
