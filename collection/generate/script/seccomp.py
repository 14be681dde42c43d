"""Filters of system calls (seccomp, Linux 3.5), built and installed by ctypes: what they refuse fails with an error.

A filter binds the process, its threads and all that it starts, and cannot be taken off.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Sequence

from collection.generate.script.syscalls import AUDIT_ARCH, allowed, checked

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
"""BPF instructions (linux/bpf_common.h): load a word, jump if equal, jump if a bit is set, return."""
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
"""What becomes of a call: SECCOMP_RET_ALLOW, _ERRNO (with the number added), _KILL_PROCESS."""
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
"""Where a filter finds the call, the processor and the first argument of 8 bytes (struct seccomp_data)."""
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | 0o20000000
"""Flags of `open` that could change something; the last is that of O_TMPFILE."""
_THREAD = 0x10000
"""CLONE_THREAD: a thread of this process, and no other one."""
_INET = (2, 10, 17)
"""Kinds of sockets that reach a network: AF_INET, AF_INET6, AF_PACKET."""

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, value."""


def machine() -> str | None:
    """The processor by the name of AUDIT_ARCH, if this is Linux on one of those; None: nothing can be filtered."""
    found = platform.machine()
    return found if platform.system() == "Linux" and found in AUDIT_ARCH else None


def only_pictures(process: int) -> list[Instruction]:
    """The filter of a process, by its id, that computes a picture and does nothing else."""
    found = machine()
    assert found is not None
    numbers = checked(found)
    rules = [
        *_if(numbers.get("open"), _refuse_bits(1, WRITES)),
        *_if(numbers["openat"], _refuse_bits(2, WRITES)),
        *_if(numbers["clone"], _allow_bits(0, _THREAD)),
        *_if(numbers["clone3"], [_end(_ERROR | errno.ENOSYS)]),
        *_if(numbers["kill"], _allow_values(0, [process])),
        *_if(numbers["tgkill"], _allow_values(0, [process])),
        *_if(numbers["prlimit64"], [*_unless(0, 0), *_unless(2, 0), *_unless(2, 0, 4), _end(_ALLOW)]),
        *_if(numbers["fcntl"], _allow_values(1, [0, 1, 2, 3, 4, 1030])),  # duplicates, and flags of descriptors
        *_if(numbers["ioctl"], _allow_values(1, [0x5401, 0x5450, 0x5451])),  # TCGETS, FIONCLEX, FIOCLEX
        *_if(numbers["prctl"], _allow_values(0, [15, 16, 0x53564D41])),  # names of threads and of memory
    ]
    simple = [each for number in allowed(found) for each in _if(number, [_end(_ALLOW)])]
    return [*_begin(found), *rules, *simple, _end(_ERROR | errno.EPERM)]


def no_network() -> list[Instruction]:
    """The filter of a program that may do what it likes, but for a network."""
    found = machine()
    assert found is not None
    socket, io_uring = {"x86_64": (41, 425), "aarch64": (198, 425)}[found]
    refused = [
        each for family in _INET for each in (*_argument(0), (_EQUAL, 0, 1, family), _end(_ERROR | errno.EACCES))
    ]
    return [
        *_begin(found), *_if(socket, [*refused, _end(_ALLOW)]), *_if(io_uring, [_end(_ERROR | errno.ENOSYS)]),
        _end(_ALLOW),
    ]  # fmt: skip


def install(program: Sequence[Instruction]) -> None:
    """Bind this process by a filter; raises OSError where the system has none."""
    code = b"".join(struct.pack("=HBBI", *each) for each in program)
    held = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(held))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or library.prctl(_SET_SECCOMP, _FILTER, header, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _begin(found: str) -> list[Instruction]:
    """Another processor's calls have other numbers: who makes those is killed."""
    return [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, AUDIT_ARCH[found]), _end(_KILL), (_LOAD, 0, 0, _NUMBER)]


def _if(number: int | None, then: Sequence[Instruction]) -> list[Instruction]:
    """What happens to a call of that number; `then` must end."""
    return [] if number is None else [(_EQUAL, 0, len(then), number), *then]


def _argument(place: int, offset: int = 0) -> list[Instruction]:
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * place + offset)]


def _allow_values(place: int, values: Iterable[int]) -> list[Instruction]:
    """Let a call through if an argument, of 32 bits, is one of these."""
    listed = [each for value in values for each in ((_EQUAL, 0, 1, value), _end(_ALLOW))]
    return [*_argument(place), *listed, _end(_ERROR | errno.EPERM)]


def _allow_bits(place: int, bits: int) -> list[Instruction]:
    return [*_argument(place), (_ANY_BIT, 0, 1, bits), _end(_ALLOW), _end(_ERROR | errno.EPERM)]


def _refuse_bits(place: int, bits: int) -> list[Instruction]:
    return [*_argument(place), (_ANY_BIT, 0, 1, bits), _end(_ERROR | errno.EACCES), _end(_ALLOW)]


def _unless(place: int, value: int, offset: int = 0) -> list[Instruction]:
    """Refuse a call whose argument is another one."""
    return [*_argument(place, offset), (_EQUAL, 1, 0, value), _end(_ERROR | errno.EPERM)]


def _end(action: int) -> Instruction:
    return (_RETURN, 0, 0, action)
