"""An image gets numbers: vectors, aesthetic and technical scores, perceptual hashes, and its duplicates."""
