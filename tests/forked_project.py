"""Goes once the whole way of a project in the process that forks; see forked_command.py.

Whatever is loaded, parsed or compiled by its first use is then there in every command, as the modules are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from compiled_statements import share

from collection_cli.main import main

CONFIG = """\
title = "warm"
supply = 1
candidates = 2
seed = "warm"

[image]
size = 64

[styles.woodblock]
[styles.ink]

[[series]]
prompt = "noon"
blend = { woodblock = 1, ink = 1 }

[verify]
rerender = 1
"""
COMMANDS = ("plan --dry-run", "run", "select --dry-run", "status", "run --dry-run")


def load() -> None:
    """Run a small project to its end; nothing of it stays but what was loaded."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # what forks must have one thread
    share()
    with TemporaryDirectory() as place, _unheard():
        Path(place, "collection.toml").write_text(CONFIG)
        for command in COMMANDS:
            sys.argv = ["collection", "-C", place, *command.split(), "--json"]
            try:
                main()
            except SystemExit as left:
                assert not left.code, command
    assert not list(Path("/proc/self/task").glob("*"))[1:], "a fork has none of the other threads"


@contextmanager
def _unheard() -> Iterator[None]:
    """Whatever is said goes nowhere: the outputs are the server's."""
    kept = {place: os.dup(place) for place in (1, 2)}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for place in kept:
        os.dup2(nowhere, place)
    try:
        yield
    finally:
        sys.stdout.flush()
        for place, copy in kept.items():
            os.dup2(copy, place)
            os.close(copy)
        os.close(nowhere)
