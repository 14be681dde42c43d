"""Commands that begin a project and say what there is."""
