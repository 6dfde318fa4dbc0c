"""Emit: a nest and its schedule become a function in LLVM's language."""
