"""Pictures by an artist's own script, in Python or JavaScript: run apart, under limits, from a hash for each token."""
