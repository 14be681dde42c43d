"""Weights of any network: where they are, their hashes, the device they run on, and how they run alike again."""
