"""Recall: a graph that was compiled before is known again, and its program read from the disk."""
