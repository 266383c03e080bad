#!/usr/bin/env python3
"""Mounts what comes into drives of an emulated library, as a desktop or a udev rule does with removable disks: for programs that do not mount.

usage: mount_loaded.py LIBRARY-DIRECTORY DRIVE=MOUNT-POINT...   (until SIGTERM)
The library shows the volume of a drive by a link, while it may be used. Nothing is unmounted here: the daemon does that when the medium is
dismounted, and refuses while files are open. A mount that the kernel refuses (the volume is being dismounted) is tried again."""
import os
import signal
import subprocess
import sys
import time

LOOK_S = 0.05


def mounted_at():
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return {line.split()[4] for line in file}


def main():
    library = sys.argv[1]
    points = {os.path.join(library, "drives", drive, "volume"): point for drive, point in (word.split("=", 1) for word in sys.argv[2:])}
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    while True:
        mounted = mounted_at()
        for volume, point in points.items():
            if os.path.exists(volume) and point not in mounted:
                subprocess.run(["mount", "-t", "ext4", os.path.realpath(volume), point], check=False)
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
