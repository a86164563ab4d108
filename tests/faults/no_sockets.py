"""A filter in Linux's kernel that ends a process which asks for a socket, in C code, too."""

from __future__ import annotations

import ctypes
import platform
import struct

# By machine: the kernel's name for it, and the numbers of the calls seccomp and socket.
_MACHINES = {"x86_64": (0xC000003E, 317, 41), "aarch64": (0xC00000B7, 277, 198)}
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_UNIX = 1  # sockets within this machine, with no address


def forbid_sockets() -> None:
    """End this process, with SIGSYS, when any of its threads or children makes a network socket."""
    arch, seccomp, socket = _MACHINES[platform.machine()]
    load, equal, give = 0x20, 0x15, 0x06
    # An instruction, how many to skip if true and if false, and its operand.
    program = [
        (load, 0, 0, 4),
        (equal, 0, 4, arch),
        (load, 0, 0, 0),
        (equal, 0, 2, socket),
        (load, 0, 0, 16),
        (equal, 0, 1, _UNIX),
        (give, 0, 0, _ALLOW),
        (give, 0, 0, _KILL),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *line) for line in program))
    filters = ctypes.create_string_buffer(
        struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(code))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_filter, all_threads = 38, 1, 1
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.syscall(
        seccomp, set_filter, all_threads, filters
    ):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")
