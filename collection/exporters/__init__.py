"""A published set in the form that somebody else takes: marketplaces, mint tools, and plain folders."""
