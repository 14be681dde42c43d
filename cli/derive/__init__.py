"""Commands that derive new images from existing ones."""
