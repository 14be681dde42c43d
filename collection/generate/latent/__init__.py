"""Pictures from the latent spaces of GANs and VAEs: the seed chooses a point, the blend its class."""
