"""A rig on drives and a changer of the kernel's own drivers (st, sg), inside a guest: tests/guest/machine.py runs it there.

tgtd serves the library to the guest over iSCSI. Its moves take no time, and a cartridge ends where its size says: early warning, then no more room for the
kernel. It has no position of its own (READ POSITION is always zero), and loses the end of a record that is read with the wrong length.
"""
import ctypes
import glob
import os
import re
import shutil
import socket
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "guest"))
import lab  # noqa: E402
from initiator import Initiator  # noqa: E402
from rig import LIMIT_S, Rig  # noqa: E402
from tgt import FIRST_DRIVE, TgtLibrary  # noqa: E402

OWN_ADDRESS = "192.0.2.1/32"
INITIATOR = "iqn.2020-01.lab.local:guest"
IN_CLOSE_WRITE, IN_CLOSE_NOWRITE, IN_OPEN, IN_Q_OVERFLOW, IN_NONBLOCK = 0x8, 0x10, 0x20, 0x4000, 0o4000
EVENT_BYTES, EVENTS_BYTES = 16, 65536
WRITE_FILEMARKS, MOVE_MEDIUM = 0x10, 0xA5
LOGS = ("*.out", "bacula/log", "bacula/console", "amanda/said", "amanda/lib/rig/log/log.*", "amanda/log/server/rig/taper*")
SHOWN_LINES = 80  # of each log, when a rig has failed: nothing else is left of a guest


class Machine:
    """What a library of tgt has done, by its own files: it opens that of a cartridge with each load, and closes it when the cartridge leaves the drive."""

    def __init__(self, media):
        libc = ctypes.CDLL(None, use_errno=True)
        self.events = libc.inotify_init1(IN_NONBLOCK)
        watched = libc.inotify_add_watch(self.events, media.encode(), IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)
        assert self.events >= 0 and watched >= 0, os.strerror(ctypes.get_errno())
        self.loads, self.unloads = 0, 0

    def look(self):
        while True:
            try:
                data = os.read(self.events, EVENTS_BYTES)
            except BlockingIOError:
                return
            while data:
                _, mask, _, length = struct.unpack_from("iIII", data)
                assert not mask & IN_Q_OVERFLOW, "more has happened than can be counted"
                self.loads += bool(mask & IN_OPEN)
                self.unloads += not mask & IN_OPEN
                data = data[EVENT_BYTES + length:]


def mark_beginnings(target):
    """A file mark at the beginning of every cartridge, as Bacula's manual wants it of new ones (mt weof): a drive has nothing but an error for who reads an empty one."""
    changer, drive = Initiator(target.portal, target.iqn, target.changer_lun), Initiator(target.portal, target.iqn, target.drive_lun(0))
    for slot in range(len(target.barcodes)):
        move(changer, target.slot_address(slot), FIRST_DRIVE)
        drive.command([WRITE_FILEMARKS, 0, 0, 0, 1])
        move(changer, FIRST_DRIVE, target.slot_address(slot))
    changer.close()
    drive.close()


def move(changer, source, destination):
    changer.command(struct.pack(">BBHHH", MOVE_MEDIUM, 0, 0, source, destination))


class TapeRig(Rig):
    """`megabytes`: of each cartridge."""

    def __init__(self, name, build, drives, slots, cartridges, megabytes):
        # A guest has no name, and no address but 127.0.0.1, which does not count for the C library: it finds no "localhost" for who asks for what can be reached.
        socket.sethostname("localhost")
        lab.do("ip", "address", "add", OWN_ADDRESS, "dev", "lo")
        lab.modprobe("-a", "iscsi_tcp", "st", "sg")
        barcodes = [f"A{number:05}" for number in range(1, cartridges + 1)]
        # One drive element more than drives: tgt loses the end of the last identifier.
        self.target = TgtLibrary(drives, slots, kind="tape", megabytes=megabytes, barcodes=barcodes, empty_elements=1,
                                 preload=os.path.join(build, "bin", "rsm_tgt_end_of_data.so"))
        self.target.make_cartridges()
        self.target.start()
        mark_beginnings(self.target)
        host, port = self.target.portal.split(":")
        lab.do("iscsistart", "-i", INITIATOR, "-t", self.target.iqn, "-g", "1", "-a", host, "-p", port)
        self.changer_node = lab.node_of(self.target.changer_lun, "scsi_generic/sg*")
        self.nodes = [lab.node_of(self.target.drive_lun(drive), "scsi_tape/nst?") for drive in range(drives)]
        for node in self.nodes:  # as udev's rules have it
            shutil.chown(node, group="tape")
            os.chmod(node, 0o660)
        super().__init__(name, build, hardware=f"""[[library]]
name = "Jukebox"
driver = "scsi"
changer = "{self.changer_node}"
drives = [{", ".join(f'"{node}"' for node in self.nodes)}]
""")
        self.counted = Machine(self.target.media)

    def machine(self):
        self.counted.look()
        return self.counted.loads, self.counted.loads + self.counted.unloads

    def check_machine(self):
        """mtx and rsm-mtx say the same of every place."""
        theirs = subprocess.run(["mtx", "-f", self.changer_node, "status"], capture_output=True, text=True, timeout=LIMIT_S, check=True).stdout
        ours = self.run("rsm-mtx", "status").stdout
        assert places(theirs) == places(ours), f"\n{theirs}\n{ours}"

    def wait_known(self):
        self.wait_until("every cartridge is known", lambda: len(self.all("medium.list")) == len(self.target.barcodes) and not self.open_requests())

    def keep_logs(self):
        for path in [self.log, *sorted(found for pattern in LOGS for found in glob.glob(self.path(pattern)))]:
            print(f"---- the last lines of {os.path.relpath(path, self.folder)} ----", flush=True)
            subprocess.run(["tail", "-n", str(SHOWN_LINES), path], check=False)

    def __exit__(self, kind, value, trace):
        try:
            super().__exit__(kind, value, trace)
        finally:
            self.target.close()


def places(status):
    """What stands where: {"Storage Element 3": "VOL003", ...} of what is full."""
    return {found[1]: found[2] for found in re.finditer(r"^ *((?:Data Transfer|Storage) Element \d+):Full\b.*:VolumeTag *= *(\S+)", status, re.M)}
