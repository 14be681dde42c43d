"""Pictures painted anew in the style of other pictures: by optimisation over VGG, or by feed-forward networks."""
