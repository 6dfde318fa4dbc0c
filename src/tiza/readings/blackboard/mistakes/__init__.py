"""A student's derivative compared with the truth: equal, or which step went wrong, and how."""
