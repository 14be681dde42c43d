"""Models that learn from a folder of the artist's pictures: what is checked, kept on the way, and told of them."""
