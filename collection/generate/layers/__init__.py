"""Layers: pictures drawn over each other, chosen by traits (HashLips-compatible folders, or collection.toml)."""
