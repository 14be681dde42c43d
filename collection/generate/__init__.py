"""The generate room: a recipe becomes an image."""
