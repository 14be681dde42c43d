"""Which pictures are nearly one: hashes, neighbours, groups."""
