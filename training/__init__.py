"""How the project's own small models are made: data, a CLIP, a text-to-image pipeline. No part of the package."""
