"""The curate room: people, and rules that people set, decide which images become the collection."""
