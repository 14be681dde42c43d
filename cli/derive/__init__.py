"""Commands that make more images from those that are there."""
