"""The stages of a project, which the command line, the review room and the Python API all call."""
