"""Which images become the set: criteria, candidates, choice, and its statistics."""
