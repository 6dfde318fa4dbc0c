"""Run: a program called from Python, on one thread or several, and seen from inside."""
