"""A module that cannot be imported."""

raise RuntimeError("the driver of the accelerator is missing")
