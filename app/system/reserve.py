"""Reserving room on a disk for a file that will be written, without changing its length."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

_KEEP_SIZE = 1  # FALLOC_FL_KEEP_SIZE, linux/falloc.h
_IN_MEMORY = {0x01021994, 0x858458F6}  # TMPFS_MAGIC, RAMFS_MAGIC: linux/magic.h
_F_PREALLOCATE, _F_ALLOCATEALL, _F_PEOFPOSMODE = 42, 4, 3  # macOS: sys/fcntl.h
# What a file system says that cannot reserve; the download then goes on without.
_CANNOT = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENOTTY, errno.EPERM}


def reserve_space(handle: int, size: int) -> bool:
    """Ask the file system to keep room for ``size`` bytes of an open file.

    Not ``os.posix_fallocate``: it changes the file's length, and where the file system cannot
    reserve it writes to every block, which takes minutes on a USB stick. Nothing is reserved where
    files live in memory (tmpfs): there it would take all of that memory at once.

    Args:
        handle: File descriptor, open for writing.
        size: Bytes the file will have.

    Returns:
        Whether the room is kept; False where the file system or the platform cannot.

    Raises:
        OSError: There is not enough room (ENOSPC or EDQUOT).
    """
    if size <= 0:
        return False
    platform: str = sys.platform  # a plain str, so that every branch is type-checked everywhere
    try:
        if platform == "linux":
            libc = ctypes.CDLL(None, use_errno=True)
            if _in_memory(libc, handle):
                return False
            offset, length = ctypes.c_int64(0), ctypes.c_int64(size)
            call = libc.fallocate64 if hasattr(libc, "fallocate64") else libc.fallocate
            if call(handle, _KEEP_SIZE, offset, length) != 0:
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code))
            return True
        if platform == "darwin":
            import fcntl

            missing = size - os.fstat(handle).st_size
            # struct fstore: flags, position mode, offset, length, bytes allocated
            store = struct.pack("Iiqqq", _F_ALLOCATEALL, _F_PEOFPOSMODE, 0, missing, 0)  # not shown
            fcntl.fcntl(handle, _F_PREALLOCATE, store)
            return True
    except OSError as error:
        if error.errno in _CANNOT:
            return False
        raise
    return False


def _in_memory(libc: ctypes.CDLL, handle: int) -> bool:
    """Whether the open file lies on a Linux file system made of memory."""
    answer = (ctypes.c_long * 32)()  # struct statfs begins with its type, a long
    return libc.fstatfs(handle, answer) == 0 and (answer[0] & 0xFFFFFFFF) in _IN_MEMORY
