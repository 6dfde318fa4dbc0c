"""Plan: nodes are sorted into kernels, each one nest of loops."""
