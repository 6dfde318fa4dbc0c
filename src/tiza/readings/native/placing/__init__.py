"""Place: values become arguments and parts of one arena."""
