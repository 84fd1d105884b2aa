"""A process without a network: a guard in what it starts, and a namespace of its own.

Linux lets an ordinary user have one where user namespaces are allowed; elsewhere the guard in each
process has to do.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import struct
import sys
import time
from pathlib import Path

NEW_USER, NEW_NET = 0x10000000, 0x40000000
SET_FLAGS = 0x8914
UP_AND_RUNNING = 0x41
TRIES, PAUSE = 100, 0.02
GUARDED = Path(__file__).resolve().parent / "guarded"


def blocked(log: Path) -> dict[str, str]:
    """The environment of processes that cannot leave the machine and write down what they try."""
    preload = f"--require={GUARDED / 'block.cjs'}"
    return {"PYTHONPATH": str(GUARDED), "NODE_OPTIONS": preload, "LEAKS_GO_TO": str(log)}


def attempts(log: Path) -> str:
    """What tried to leave the machine, each once, a line each."""
    lines = log.read_text().splitlines() if log.exists() else []
    return "".join(f"tried to {line}\n" for line in dict.fromkeys(lines))


def isolate() -> str:
    """Leave the network behind, for good; why it is not possible, or nothing.

    To be called while there is one thread alone. One that was joined may take a moment more to be
    gone, and until then the system says EINVAL.
    """
    if sys.platform != "linux":
        return f"{sys.platform} has no network namespaces"
    user, group = os.getuid(), os.getgid()
    if why := _unshare():
        return f"network namespaces are not allowed ({errno.errorcode[why]})"
    # Each is who they were, or no file could be made in the new namespace.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _raise_loopback()
    return ""


def _unshare() -> int:
    """The error's number, or 0."""
    library = ctypes.CDLL(None, use_errno=True)
    for _ in range(TRIES):
        if library.unshare(NEW_USER | NEW_NET) == 0:
            return 0
        if ctypes.get_errno() != errno.EINVAL:
            break
        time.sleep(PAUSE)
    return ctypes.get_errno()


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh22x", b"lo", UP_AND_RUNNING))
