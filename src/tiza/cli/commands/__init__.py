"""The commands, one file each; the command of a file is called `main`."""
