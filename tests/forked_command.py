"""Runs `collection` again and again, each time in a fork of one process that has loaded the modules it is told.

So that a command is a process of its own, with its own exit code and output, without loading torch anew every time.
A request is a line of JSON: {"argv", "cwd", "env", "out", "err", "apart", "program"}; the answers are two lines, the
process id and, once the command has ended, its exit code (or minus the signal that ended it). A command that runs
`apart` is not waited for: its process id is the only answer. A `program` is Python that is run in the command's place.
A request {"load"} names modules, or functions as MODULE:FUNCTION to call, for all that comes after; its answer is how
many were not there yet.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from functools import cache
from multiprocessing import get_context
from typing import Any

from collection_cli.main import main


def run(request: dict[str, Any]) -> None:
    """The command, with its words, folder, environment and outputs."""
    for place, name in [(1, "out"), (2, "err")]:
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT), place)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.path[:0] = [place for place in request["env"].get("PYTHONPATH", "").split(os.pathsep) if place]
    sys.argv = ["collection", *request["argv"]]
    if request["program"]:
        exec(request["program"], {"__name__": "__main__"})
    else:
        main()


@cache
def load(name: str) -> None:
    """Load a module, or load it and call MODULE:FUNCTION; once."""
    module, _, function = name.partition(":")
    loaded = importlib.import_module(module)
    if function:
        getattr(loaded, function)()


def serve() -> None:
    """Answer requests until there are no more."""
    for line in sys.stdin:
        request = json.loads(line)
        if "load" in request:
            before = load.cache_info().misses
            for name in request["load"]:
                load(name)
            gc.freeze()  # the collector would copy the memory that forks share
            print(load.cache_info().misses - before, flush=True)
            continue
        child = get_context("fork").Process(target=run, args=(request,))
        child.start()
        print(child.pid, flush=True)
        if request["apart"]:
            continue
        child.join()
        print(child.exitcode, flush=True)


if __name__ == "__main__":
    serve()
