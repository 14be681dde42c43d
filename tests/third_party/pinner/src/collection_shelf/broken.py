"""A module that cannot be imported."""

raise ImportError("the library it needs is gone")
