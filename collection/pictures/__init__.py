"""Picture files: decoded, encoded, named by their pixels, read for the parameters they carry, and listed in folders."""
