"""Who carries out what is to be generated: this process, worker processes, or a Ray cluster."""
