"""What a process that evaluates queries may do: no network, no other programs, so much memory and time, no core file.

The filter of system calls is the second wall behind the refusal of SERVICE and LOAD by their words. It exists on Linux
(x86-64 and ARM64); elsewhere the first wall stands alone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
import time
from contextlib import suppress

# System calls by number (Linux: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
_CALLS = {
    "x86_64": (0xC000003E, 317, {
        "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "bind": 49, "listen": 50, "socketpair": 53,
        "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "ptrace": 101, "accept4": 288, "sendmmsg": 307,
        "process_vm_readv": 310, "process_vm_writev": 311, "execveat": 322, "io_uring_setup": 425, "pidfd_open": 434,
    }),
    "aarch64": (0xC00000B7, 277, {
        "socket": 198, "connect": 203, "accept": 202, "sendto": 206, "sendmsg": 211, "bind": 200, "listen": 201,
        "socketpair": 199, "execve": 221, "kill": 129, "ptrace": 117, "accept4": 242, "sendmmsg": 269,
        "process_vm_readv": 270, "process_vm_writev": 271, "execveat": 281, "io_uring_setup": 425, "pidfd_open": 434,
    }),
}
_SET_NO_NEW_PRIVS, _SET_PDEATHSIG, _SET_DUMPABLE = 38, 1, 4
_FILTER, _ALL_THREADS = 1, 1
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ERRNO with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000
"""Numbers from here on are calls of the x32 way, which could go round the filter."""


_spent = 0
"""Seconds of processors after which the system ends this process, where that was set."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def bound(memory: int, for_good: bool = True) -> None:
    """Sets the most address space in bytes (0: none set), and that no core file is written."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":  # elsewhere the limit is not kept, or counts what is only shared
            most = resource.getrlimit(resource.RLIMIT_AS)[1]
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory if for_good else most))
            elif not for_good:
                resource.setrlimit(resource.RLIMIT_AS, (most, most))


def seconds(more: float) -> None:
    """Lets the process use at least so many more seconds of processors, at most about twice as many; then the system ends it, also
    if nobody watches any more."""
    global _spent
    used = time.process_time()
    if used + more < _spent:
        return
    with suppress(ImportError, OSError, ValueError):
        import resource

        _spent = int(used + 2 * more) + 2
        resource.setrlimit(resource.RLIMIT_CPU, (_spent, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def address_space() -> int:
    """Bytes of address space that this process has taken; 0 where that is not known."""
    with suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def tie() -> ctypes.CDLL:
    """Ties the life of this process to its parent's, where the system can. Returns the C library."""
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return libc


def confine() -> bool:
    """Takes network and programs from this process, for good, and ties its life to its parent's. False where it cannot."""
    if sys.platform != "linux":
        return False
    libc = tie()
    libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    known = _CALLS.get(platform.machine())
    if known is None or struct.calcsize("P") != 8 or libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    architecture, seccomp, calls = known
    numbers = sorted(calls.values())
    refuse = len(numbers) + 1  # how far it is from the first comparison to the refusal
    lines = [
        (_LOAD, 0, 0, 4), (_EQUAL, 0, refuse + 2, architecture), (_LOAD, 0, 0, 0), (_AT_LEAST, refuse, 0, _X32),
        *((_EQUAL, refuse - 1 - n, 0, number) for n, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE),
    ]
    code = b"".join(struct.pack("=HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(lines), ctypes.cast(buffer, ctypes.c_void_p))
    return bool(libc.syscall(seccomp, _FILTER, _ALL_THREADS, ctypes.byref(program)) == 0)


def orphaned(parent: int) -> bool:
    """Whether the parent ended before `confine` could tie this process to it."""
    return hasattr(os, "getppid") and os.getppid() != parent
