"""What all passes speak of: primitives, indices, buffers, tiles, and LLVM's language as text."""
