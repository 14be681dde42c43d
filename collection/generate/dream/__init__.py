"""Pictures in which a layer of a trained network finds more of what it looks for."""
