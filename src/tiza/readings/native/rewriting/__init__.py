"""Open: composites become primitives, and what has a simpler form for the compiler gets it."""
