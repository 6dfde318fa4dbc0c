"""The rungs of the ladder, one workload a file; each file defines RUNG."""
