"""Work ahead of its reader, and in pieces of one core each."""
