"""The verbs a user types that read an expression: each stands in a file of its own."""
