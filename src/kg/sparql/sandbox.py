"""Takes network, programs and other processes away from a process, where the Linux kernel can (seccomp).

Source: seccomp(2); numbers of system calls from <asm/unistd.h> of the two architectures.
"""

from __future__ import annotations

import ctypes
import platform
import struct
from typing import Final

_SET_NO_NEW_PRIVILEGES: Final = 38
_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_LOAD: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUALS: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K
_ALLOW: Final = 0x7FFF0000
_NOT_PERMITTED: Final = 0x00050001  # SECCOMP_RET_ERRNO with EPERM
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_X32: Final = 0x40000000
# socket, connect, bind, listen; execve, execveat; ptrace, process_vm_readv, process_vm_writev, pidfd_getfd;
# io_uring_setup, through which all of them could be asked for.
_DENIED: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 59, 322, 101, 310, 311, 438, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 201, 221, 281, 117, 270, 271, 438, 425)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def program(architecture: int, denied: tuple[int, ...]) -> bytes:
    """Return the filter: calls of another architecture and those that are denied fail with EPERM."""
    steps = [(_LOAD, 0, 0, _ARCHITECTURE_AT)]
    last = 5 + len(denied)  # the step that denies; jumps count from the step behind them
    steps.append((_EQUALS, 0, last - 2, architecture))
    steps.append((_LOAD, 0, 0, _NUMBER_AT))
    steps.append((_AT_LEAST, last - 4, 0, _X32))
    steps += [(_EQUALS, last - at - 1, 0, number) for at, number in enumerate(denied, 4)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOT_PERMITTED)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def close_in() -> bool:
    """Take the network and other processes away from this process for good; tell whether that was possible.

    What is open stays usable. It is not possible on other systems than Linux, on other processors than
    the two known here, and where the kernel or a container forbids filters.
    """
    known = _DENIED.get(platform.machine()) if platform.system() == "Linux" else None
    if known is None:
        return False
    text = program(*known)
    buffer = ctypes.create_string_buffer(text, len(text))
    filter_ = _Program(len(text) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return False
    zero = ctypes.c_ulong(0)
    if prctl(_SET_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero) != 0:
        return False
    return bool(prctl(_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(filter_), zero, zero) == 0)
