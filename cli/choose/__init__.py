"""Commands for reviewing and selecting images."""
