"""The measurements: tiza beside PyTorch and JAX, one workload a file; `python -m bench`."""
