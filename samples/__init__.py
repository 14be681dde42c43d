"""Sample projects: `collection new PATH --sample NAME` copies one."""
