"""Images on a plane: vectors of any length as places that keep neighbours together, and clusters by likeness."""
