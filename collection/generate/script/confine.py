"""The limits of a process that runs a script: memory, files, network, other processes. Linux only."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path

from collection.generate.script import landlock, seccomp

_PARENT_DEATH = 1
"""PR_SET_PDEATHSIG."""
OPEN_FILES = 64


def able() -> bool:
    """Whether this machine can confine a script at all."""
    return seccomp.machine() is not None


def die_with_parent(parent: int) -> None:
    """Be killed when the process that started this one ends, `parent` by its id; end at once if it has ended."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def confine(parent: int, megabytes: int, seconds: float) -> None:
    """Bind this process, for good: see docs/scripts.md for what is then refused. Raises OSError where that fails.

    `parent` is the process that started it; `megabytes` come on top of the memory that it has now; `seconds` are those
    of the processor.
    """
    die_with_parent(parent)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = held + megabytes * 2**20
    limits = {
        resource.RLIMIT_AS: most, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES, resource.RLIMIT_CPU: int(seconds) + 1,
    }  # fmt: skip
    for name, value in limits.items():
        resource.setrlimit(name, (value, value))
    landlock.restrict(landlock.python_folders())
    seccomp.install(seccomp.only_pictures(os.getpid()))
