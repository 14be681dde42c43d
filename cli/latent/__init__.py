"""Commands that find points and directions in the latent space of a model."""
