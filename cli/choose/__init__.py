"""Commands by which people review and choose images."""
