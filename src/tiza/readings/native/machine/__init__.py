"""What the machine lends: its processor, LLVM, threads, a place on the disk, OpenBLAS."""
