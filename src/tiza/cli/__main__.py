"""`python -m tiza.cli`, where the script `tiza` is not on the PATH."""

from tiza.cli.entry import main

main()
