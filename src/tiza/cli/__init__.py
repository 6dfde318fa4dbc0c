"""The command line: `tiza COMMAND`, in English and in Spanish."""

from tiza.cli.entry import main, run

__all__ = ["main", "run"]
