"""Takes the network from this process for good, by the kernel, before anything else happens in it.

On Linux a process may ask for that itself, without any rights: by a seccomp filter, which refuses
to make sockets, or by a network namespace of its own, which has no devices. Neither can be undone,
and both hold for native code, for threads and for whatever the process starts.
See seccomp(2), user_namespaces(7), and Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from app.domain.network.connections import Confinement, ConfinementKind

_AF_UNIX, _AF_INET, _AF_NETLINK = 1, 2, 16  # bits/socket.h
_SOCK_STREAM = 1
_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1  # linux/seccomp.h
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NR, _ARCH, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; low half of the argument
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
_X32 = 0x40000000  # calls of x86_64's other ABI, which has numbers of its own
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # linux/sched.h


@dataclass(frozen=True, slots=True)
class _Calls:
    """The numbers of system calls on one architecture, from its unistd.h, and its AUDIT_ARCH."""

    arch: int
    seccomp: int
    socket: int
    io_uring_setup: int = 425  # makes sockets too, without socket(2)
    pidfd_getfd: int = 438  # takes one from another process


_ARCHITECTURES = {
    "x86_64": _Calls(arch=0xC000003E, seccomp=317, socket=41),
    "aarch64": _Calls(arch=0xC00000B7, seccomp=277, socket=198),
}


def confine() -> Confinement:
    """Take the network from this process, as far as the system can; call it before any thread.

    Sockets to other processes of this computer (AF_UNIX) and to the kernel (AF_NETLINK) stay:
    drivers of graphics cards speak with their services by them.
    """
    if sys.platform != "linux":
        return Confinement(ConfinementKind.HOOK)
    problems = []
    for kind, take in ((ConfinementKind.SECCOMP, _filter), (ConfinementKind.NAMESPACE, _move)):
        try:
            take()
        except OSError as error:
            problems.append(f"{kind}: {error.strerror or error}")
            continue
        return Confinement(kind, "; ".join(problems))
    return Confinement(ConfinementKind.HOOK, "; ".join(problems))


def socket_error() -> int:
    """The error number with which the kernel refuses this process a TCP socket; 0 if it does not.

    Asked below Python, where an audit hook does not hear it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.socket(_AF_INET, _SOCK_STREAM, 0)
    if handle < 0:
        return ctypes.get_errno()
    os.close(handle)
    return 0


def filter_program(architecture: str) -> bytes:
    """The BPF program that refuses sockets, as ``struct sock_filter`` after another.

    Args:
        architecture: As ``uname -m`` says it.

    Raises:
        OSError: The numbers of its system calls are not known here.
    """
    calls = _ARCHITECTURES.get(architecture)
    if calls is None:
        raise OSError(errno.ENOSYS, f"{architecture} is not known")  # not shown
    refuse = _ERRNO | errno.EPERM
    steps = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 0, 10, calls.arch),  # calls of another architecture: none of ours
        (_LOAD, 0, 0, _NR),
        (_AT_LEAST, 8, 0, _X32),
        (_EQUAL, 7, 0, calls.io_uring_setup),
        (_EQUAL, 6, 0, calls.pidfd_getfd),
        (_EQUAL, 1, 0, calls.socket),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, _AF_UNIX),
        (_EQUAL, 0, 1, _AF_NETLINK),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, refuse),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _filter() -> None:
    """Refuse sockets by seccomp, in every thread.

    Raises:
        OSError: The kernel does not do that.
    """
    architecture = platform.machine()
    steps = filter_program(architecture)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise _system_error()
    program = _Program(len(steps) // 8, steps)
    number = ctypes.c_long(_ARCHITECTURES[architecture].seccomp)
    flags = (ctypes.c_ulong(_SET_MODE_FILTER), ctypes.c_ulong(_FLAG_TSYNC))
    done = libc.syscall(number, *flags, ctypes.byref(program))
    if done != 0:  # above 0: the thread that could not follow
        raise OSError(errno.EBUSY, f"thread {done}") if done > 0 else _system_error()  # not shown
    if socket_error() == 0:
        raise OSError(errno.ENOTSUP, "the filter refuses nothing")  # not shown


def _move() -> None:
    """Go into a network namespace of its own, as the same user.

    Raises:
        OSError: The kernel, or whoever configured it, does not allow that.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        raise _system_error()
    for name, text in (
        ("setgroups", "deny"),  # asked for before a user without rights may write the next
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        handle = os.open(Path("/proc/self", name), os.O_WRONLY)
        try:
            os.write(handle, text.encode("ascii"))
        finally:
            os.close(handle)


def _system_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
