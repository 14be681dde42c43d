"""Commands that create a project and show what is available."""
