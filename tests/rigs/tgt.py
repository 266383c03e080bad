"""A virtual library for system tests: an iSCSI target of its own (tgtd) with drives, slots, ports and cartridges.

tgtd runs in user space, needs no root, listens on 127.0.0.1 at a free port, and is controlled through a socket in the library's folder. It ends by its
process id, and with whoever started it. Elements: drives from 256, ports from 768, slots from 1024; drive n is LUN n + 1, the changer is the next one. Numbers count from 0.

    with TgtLibrary(drives=2, slots=20, cartridges=5) as library:
        print(library.address(library.changer_lun))     # iscsi://127.0.0.1:40123/iqn.2020-01.org.openrsm.test:library/3
        library.stop()                                   # answers nothing any more, until go_on()

What tgt does not do (attentions after what a person does, moves that take time, PREVENT of the changer): see the tests of drivers/changer, whose libraries do.
"""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_LIMIT_S = 30
LOOK_S = 0.02
TGTD, TGTADM, TGTIMG = "/usr/sbin/tgtd", "/usr/sbin/tgtadm", "/usr/sbin/tgtimg"
KINDS = ("tape", "cd", "disk")
FIRST_DRIVE, FIRST_PORT, FIRST_SLOT = 256, 768, 1024
ARM, SLOT, PORT, DRIVE = 1, 2, 3, 4  # element types
PR_SET_PDEATHSIG = 1


def is_installed():
    return all(os.access(program, os.X_OK) for program in (TGTD, TGTADM, TGTIMG))


def free_port():
    """Free a moment ago: who takes it in between makes tgtd fail, and the next one is tried."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class TgtLibrary:
    """kind: what the drives are. chap: (user, secret). barcodes: of the cartridges in the first slots, at most 8 characters each; None: A00001L5 and so on."""

    iqn = "iqn.2020-01.org.openrsm.test:library"

    def __init__(self, drives=2, slots=10, cartridges=3, ports=0, kind="tape", megabytes=16, chap=None, barcodes=None, folder=None, empty_elements=0, preload=None):
        """empty_elements: drive elements without a drive. preload: a library for tgtd."""
        assert kind in KINDS, kind
        self.drives, self.slots, self.ports, self.kind, self.megabytes, self.chap, self.empty_elements = drives, slots, ports, kind, megabytes, chap, empty_elements
        self.preload = preload
        self.barcodes = list(barcodes) if barcodes is not None else [f"A{number + 1:05}{'L5' if kind == 'tape' else 'D1'}" for number in range(cartridges)]
        assert len(self.barcodes) <= slots and all(0 < len(code) <= 8 for code in self.barcodes), self.barcodes
        self.made_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="openrsm-tgt-")
        self.media = os.path.join(self.folder, "media")
        self.port, self.process = None, None

    def __enter__(self):
        try:
            self.make_cartridges()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.kill()
        if self.made_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Where it is.
    @property
    def portal(self):
        return f"127.0.0.1:{self.port}"

    @property
    def changer_lun(self):
        return self.drives + 1

    def drive_lun(self, drive):
        assert 0 <= drive < self.drives, drive
        return drive + 1

    def address(self, lun):
        return f"iscsi://{self.portal}/{self.iqn}/{lun}"

    # Its life.
    def start(self):
        """Also after kill(): at the same port, and as it was at the beginning: tgtd keeps in its memory what is where."""
        wanted, end = self.port, time.monotonic() + START_LIMIT_S
        while time.monotonic() < end:
            self.port = wanted or free_port()
            for name in ("ipc.0", "ipc.0.lock"):
                if os.path.exists(self.path(name)):
                    os.unlink(self.path(name))
            with open(self.path("log"), "a") as log:
                self.process = subprocess.Popen([TGTD, "-f", "--pid-file", self.path("pid"), "--iscsi", f"portal={self.portal}"],
                                                env=dict(self.environment(), **({"LD_PRELOAD": self.preload} if self.preload else {})),
                                                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
            while time.monotonic() < end and self.process.poll() is None:
                if self.control("--op", "show", "--mode", "sys", check=False).returncode == 0:
                    return self.set_up()
                time.sleep(LOOK_S)
        self.kill()
        with open(self.path("log")) as log:
            raise RuntimeError("tgtd does not start: " + log.read()[-2000:])

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self):
        """It answers nothing; the kernel still takes connections."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    # What disturbs. Nobody who is connected is told of it.
    def sessions(self):
        words = self.control("--op", "show", "--mode", "conn", "--tid", "1").stdout.split()
        return [words[at + 1] for at, word in enumerate(words) if word == "Session:"]

    def drop_connections(self):
        """Some time after this call, not in it."""
        for session in self.sessions():
            self.control("--op", "delete", "--mode", "conn", "--tid", "1", "--sid", session, "--cid", "0", check=False)

    def empty_slot(self, slot):
        self.update(self.changer_lun, f"element_type={SLOT},address={self.slot_address(slot)},clear_slot=1")

    def put(self, slot, barcode):
        """A cartridge of this library, or a new one; full slots take it, too."""
        self.make_cartridge(barcode)
        self.update(self.changer_lun, f"element_type={SLOT},address={self.slot_address(slot)},barcode={barcode},sides=1")

    def take_from_port(self, port=0):
        self.update(self.changer_lun, f"element_type={PORT},address={FIRST_PORT + port},clear_slot=1")

    def put_into_port(self, barcode, port=0):
        self.make_cartridge(barcode)
        self.update(self.changer_lun, f"element_type={PORT},address={FIRST_PORT + port},barcode={barcode},sides=1")

    def set_readonly(self, drive, readonly=True):
        self.update(self.drive_lun(drive), f"readonly={int(readonly)}")

    def set_online(self, drive, online=True):
        """Not online: the drive says that there is no medium in it, whatever the changer says."""
        self.update(self.drive_lun(drive), f"online={int(online)}")

    def image(self, barcode):
        return os.path.join(self.media, barcode)

    # How it is made.
    def path(self, name):
        return os.path.join(self.folder, name)

    def slot_address(self, slot):
        assert 0 <= slot < self.slots, slot
        return FIRST_SLOT + slot

    def environment(self):
        return dict(os.environ, TGT_IPC_SOCKET=self.path("ipc"))

    def control(self, *words, check=True):
        ran = subprocess.run([TGTADM, "--lld", "iscsi", *map(str, words)], env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=START_LIMIT_S)
        if check and ran.returncode != 0:
            shown = ["***" if self.chap and str(word) == self.chap[1] else str(word) for word in words]
            raise RuntimeError(f"tgtadm {' '.join(shown)}: exit {ran.returncode}: {ran.stderr.strip()}")
        return ran

    def update(self, lun, parameters):
        self.control("--op", "update", "--mode", "logicalunit", "--tid", "1", "--lun", lun, "--params", parameters)

    def make_tape(self, file, barcode, kind, megabytes):
        subprocess.run([TGTIMG, "--op", "new", "--device-type", "tape", "--barcode", barcode, "--size", str(megabytes), "--type", kind, "--file", file,
                        "--thin-provisioning"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=START_LIMIT_S)

    def make_cartridge(self, barcode):
        file = self.image(barcode)
        if os.path.exists(file):
            return
        if self.kind == "tape":
            self.make_tape(file, barcode, "data", self.megabytes)
        else:
            with open(file, "xb") as image:
                image.truncate(self.megabytes << 20)

    def make_cartridges(self):
        os.makedirs(self.media, exist_ok=True)
        if self.kind == "tape" and not os.path.exists(self.path("no_tape")):
            self.make_tape(self.path("no_tape"), "X", "clean", 1)
        with open(self.path("changer"), "wb") as file:
            file.truncate(1024)
        for barcode in self.barcodes:
            self.make_cartridge(barcode)

    def new_unit(self, lun, kind, file=None):
        backing = ["-b", file] if file else []
        self.control("--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", lun, *backing, "--device-type", kind)

    def set_up(self):
        self.control("--op", "new", "--mode", "target", "--tid", "1", "-T", self.iqn)
        for drive in range(self.drives):
            self.new_unit(self.drive_lun(drive), self.kind, self.path("no_tape") if self.kind == "tape" else None)
            self.update(self.drive_lun(drive), f"vendor_id=LAB,product_id=DRIVE,scsi_sn=DRV{drive:07},removable=1")
            if self.kind == "tape":
                self.set_online(drive, False)
        changer = self.changer_lun
        self.new_unit(changer, "changer", self.path("changer"))
        self.update(changer, f"vendor_id=LAB,product_id=VLIB,scsi_sn=VLIB000001,removable=1,media_home={self.media}")
        for kind, first, count in ((ARM, 1, 1), (DRIVE, FIRST_DRIVE, self.drives + self.empty_elements), (PORT, FIRST_PORT, self.ports), (SLOT, FIRST_SLOT, self.slots)):
            if count:
                self.update(changer, f"element_type={kind},start_address={first},quantity={count}")
        for drive in range(self.drives):
            self.update(changer, f"element_type={DRIVE},address={FIRST_DRIVE + drive},tid=1,lun={self.drive_lun(drive)}")
        for slot, barcode in enumerate(self.barcodes):
            self.put(slot, barcode)
        self.control("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL")
        if self.chap:
            self.control("--op", "new", "--mode", "account", "--user", self.chap[0], "--password", self.chap[1])
            self.control("--op", "bind", "--mode", "account", "--tid", "1", "--user", self.chap[0])


def main(folder, drives="2", slots="8", cartridges="3"):
    """Serves a library in FOLDER until SIGTERM; says what its devices are called: the changer first, then the drives."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with TgtLibrary(int(drives), int(slots), int(cartridges), ports=1, folder=folder) as library:
        print(library.portal, library.iqn, library.address(library.changer_lun), *(library.address(library.drive_lun(drive)) for drive in range(library.drives)), flush=True)
        signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
