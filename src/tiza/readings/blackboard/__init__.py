"""Reading aloud: the derivation of an expression, as a good teacher writes it on the blackboard."""
