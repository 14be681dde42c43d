"""The store: what the rooms of the house share. collection.db, and the content-addressed files."""
