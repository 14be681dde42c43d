"""The command line: one module a command, each thin. Import name collection_cli."""
