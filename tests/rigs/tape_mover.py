#!/usr/bin/env python3
"""Writes and reads tapes for examples/allocate_media.c: tape_mover.py write|read VOLUME MARK. VOLUME is iscsi://PORTAL/TARGET/LUN.

The mark is a record behind the label. "read": exit status 1 when another one is there."""
import sys

from initiator import Initiator, read_record, write_record


def main(what, volume, mark):
    portal, target, lun = volume.removeprefix("iscsi://").rsplit("/", 2)
    drive = Initiator(portal, target, lun)
    try:
        if what == "write":
            write_record(drive, mark.encode())
        return 0 if read_record(drive, len(mark)) == mark.encode() else 1
    finally:
        drive.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
