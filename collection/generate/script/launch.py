"""Becomes a program without a network that ends with its parent: `launch PARENT READ WRITE PROGRAM ARGUMENT...`.

PARENT is the id of the process that starts it. READ and WRITE are descriptors, which the program finds as 3 and 4.
"""

from __future__ import annotations

import fcntl
import os
import sys

from collection.generate.script import seccomp
from collection.generate.script.confine import die_with_parent


def main(arguments: list[str]) -> None:
    """Never returns."""
    read, write = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in arguments[1:3])  # out of the way of 3 and 4
    os.dup2(read, 3)
    os.dup2(write, 4)
    die_with_parent(int(arguments[0]))
    seccomp.install(seccomp.no_network())
    os.execvp(arguments[3], arguments[3:])


if __name__ == "__main__":
    main(sys.argv[1:])
