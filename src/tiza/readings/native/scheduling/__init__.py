"""Schedule: which loop of a nest fills the lanes of a vector, which are unrolled together."""
