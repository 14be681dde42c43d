"""Larger copies of images: by the generator's own tiles, or by an upscaling model."""
