"""Write out: the kernels of a tiny network become one straight line of formulas."""
