"""The fast reading: a whole step as one native function, made by LLVM."""
