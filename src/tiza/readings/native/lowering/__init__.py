"""Lower: a node at an index becomes loads, arithmetic and stores."""
