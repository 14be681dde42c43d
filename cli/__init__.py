"""The command line, imported as collection_cli: a thin module for each command, in a folder for each heading."""
