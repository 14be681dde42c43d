"""Pictures made elsewhere become images of a project."""
