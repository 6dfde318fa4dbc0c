"""`python -m tiza`, where the script `tiza` is not on the PATH."""

from tiza.cli import main

main()
