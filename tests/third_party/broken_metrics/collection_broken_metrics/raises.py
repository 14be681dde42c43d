"""A module that cannot be imported."""

raise RuntimeError("no license for this machine")
