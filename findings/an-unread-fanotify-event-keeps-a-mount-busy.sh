#!/bin/bash
# A mount is busy for umount while an fanotify event of it is unread, although nobody has a file there.
#
# Seen with Linux 6.1.176 and 6.18.44, by system calls alone. A listener marks a mount (FAN_MARK_MOUNT) and another process writes a file there and
# closes it. umount fails with EBUSY from then on: the queue holds the mount that the event came by, in order to open the file of it when the event is read.
# No process has a descriptor, a mapping or a folder there, so programs that look for who is in the way (fuser, lsof, /proc) name nobody. When the events are
# read and their descriptors closed, or the listener ends, umount works. A listener that asked for file handles in place of descriptors (FAN_REPORT_FID, with
# a mark of the file system) keeps nothing. Virus scanners listen so; who takes media out tries once more and says that a listener may be in the way.
#
# Needs root. Prints what was seen; exit status: 0 as described, 1 it is different now, 2 it could not be tried.
set -euo pipefail

[ "$(id -u)" -eq 0 ] || { echo "needs root"; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir mount

# In a mount namespace of its own: nothing is left mounted, whatever happens.
cat >look.py <<'PYTHON'
import ctypes
import errno
import os
import platform
import struct
import subprocess
import sys

AT_FDCWD, MNT = -100, os.path.abspath("mount")
FAN_NONBLOCK, FAN_REPORT_FID, FAN_MARK_ADD, FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM, FAN_CLOSE_WRITE = 0x2, 0x200, 0x1, 0x10, 0x100, 0x8
EVENT = struct.Struct("=IBBHQii")  # its length, version, reserved, length of the metadata, mask, descriptor, process
library = ctypes.CDLL(None, use_errno=True)


def untried(what):
    print(f"{what}: {os.strerror(ctypes.get_errno())}")
    sys.exit(2)


def listen(flags, mark):
    group = library.fanotify_init(FAN_NONBLOCK | flags, os.O_RDONLY)
    if group < 0:
        untried("fanotify_init")
    if library.fanotify_mark(group, FAN_MARK_ADD | mark, ctypes.c_uint64(FAN_CLOSE_WRITE), AT_FDCWD, MNT.encode()) != 0:
        untried("fanotify_mark")
    return group


def mount():
    subprocess.run(["mount", "-t", "tmpfs", "lab", MNT], check=True)


def write():
    subprocess.run(["sh", "-c", "echo text >mount/file"], check=True)


def unmount():
    return "done" if library.umount2(MNT.encode(), 0) == 0 else errno.errorcode[ctypes.get_errno()]


def processes_there():
    """Those that have a file or their folder below the mount."""
    found = set()
    for process in filter(str.isdigit, os.listdir("/proc")):
        links = [f"/proc/{process}/{name}" for name in ("cwd", "root", "exe")]
        try:
            links += [f"/proc/{process}/fd/{number}" for number in os.listdir(f"/proc/{process}/fd")]
        except OSError:
            pass
        for link in links:
            try:
                if os.readlink(link).startswith(MNT):
                    found.add(process)
            except OSError:
                pass
    return len(found)


def read(group):
    """Reads all events, and closes their descriptors."""
    events = os.read(group, 4096)
    for event in EVENT.iter_unpack(events):
        os.close(event[5])


def of_descriptors():
    """What unmount said with: a mark and no event; an event that is not read; the same one read and closed; another one, and its listener ended."""
    mount()
    group = listen(0, FAN_MARK_MOUNT)
    said = [unmount()]
    mount()
    library.fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_MOUNT, ctypes.c_uint64(FAN_CLOSE_WRITE), AT_FDCWD, MNT.encode())
    write()
    said += [unmount(), f"{processes_there()} processes there"]
    read(group)
    said.append(unmount())
    mount()
    library.fanotify_mark(group, FAN_MARK_ADD | FAN_MARK_MOUNT, ctypes.c_uint64(FAN_CLOSE_WRITE), AT_FDCWD, MNT.encode())
    write()
    said.append(unmount())
    os.close(group)
    said.append(unmount())
    return said


def of_handles():
    mount()
    group = listen(FAN_REPORT_FID, FAN_MARK_FILESYSTEM)
    write()
    said = [unmount()]
    os.close(group)
    return said


descriptors, handles = of_descriptors(), of_handles()
print(f"Linux {platform.release()}, umount with an fanotify listener:")
print(f"  a mark and no event: {descriptors[0]}; an event that is not read: {descriptors[1]}, {descriptors[2]}; read and closed: {descriptors[3]}")
print(f"  another event that is not read: {descriptors[4]}; its listener ended: {descriptors[5]}")
print(f"  a listener that takes file handles, an event that is not read: {handles[0]}")
described = descriptors == ["done", "EBUSY", "0 processes there", "done", "EBUSY", "done"] and handles == ["done"]
print("as described: a mount is kept by what nobody has read" if described else "different from what is described")
sys.exit(0 if described else 1)
PYTHON
unshare --mount --propagation private python3 -B look.py
