"""A recipe becomes an image."""
