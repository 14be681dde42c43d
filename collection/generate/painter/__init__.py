"""The embedded painter: a landscape from each seed, in any mixture of its styles, the same bytes on every machine."""
