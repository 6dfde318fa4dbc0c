"""Ways of reading the graph. None of them knows another."""
