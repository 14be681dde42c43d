"""Never loaded: its generator has the name of another package's."""

PLUGIN = None
