"""Which files a process can read (Landlock, Linux 5.13), by ctypes; all that it starts is bound too."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""System calls, the same on every processor."""
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many rights of files there are since each version; bits from 0 on."""
_NETWORK, _SCOPES = 0b11, 0b11
"""TCP bind and connect (version 4); abstract sockets and signals to processes outside (version 6)."""
_NO_NEW_PRIVILEGES = 38

FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig")
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/usr/share/zoneinfo")


def version() -> int:
    """The version of Landlock that the system has; 0: none."""
    if not sys.platform.startswith("linux"):
        return 0
    found = ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, 0, 1)
    return max(0, int(found))


def python_folders() -> list[str]:
    """What an interpreter reads: its library, installed packages, shared libraries and fonts."""
    own = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    files = [found for name in ("numpy", "PIL") if (found := getattr(sys.modules.get(name), "__file__", None))]
    linked = [str(Path(file).resolve().parent.parent) for file in files]  # installers may link to packages elsewhere
    return [*own, *linked, *LIBRARIES, *FONTS, *DEVICES]


def restrict(readable: Iterable[str]) -> bool:
    """Let this process read these files and folders and nothing else, and write none; False where that is not known.

    Raises OSError where the system knows it and refuses.
    """
    known = version()
    if not known:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    rights = (1 << max(count for since, count in _FILE_RIGHTS.items() if since <= known)) - 1
    attributes = struct.pack("=QQQ", rights, _NETWORK if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    rules = _done(library.syscall(_CREATE, attributes, size, 0))
    for path in readable:
        _allow(library, rules, path)
    _done(library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _done(library.syscall(_RESTRICT, rules, 0))
    os.close(rules)
    return True


def _allow(library: ctypes.CDLL, rules: int, path: str) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    right = _READ_FILE | (_READ_FOLDER if Path(path).is_dir() else 0)
    _done(library.syscall(_ADD, rules, 1, struct.pack("=Qi", right, opened), 0))
    os.close(opened)


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
