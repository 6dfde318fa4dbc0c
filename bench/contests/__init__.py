"""What is measured besides training steps, one contest a file; each file defines CONTEST."""
