"""Drive: one function calls the kernels, step after step, on all threads."""
