"""Commands that train models on pictures of the artist's own: one file for each kind."""
