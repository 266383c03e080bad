"""Inside a guest: drives of the kernel's own drivers, with media in them, and those who use them.

The media are files in memory. tgtd (package tgt) serves them over iSCSI to the guest itself; scsi_debug is a module of the guest's kernel.
What tgt does not have is not shown by these tests: an unload of a tape by the st driver (LOAD UNLOAD with LOAD=0 is answered with GOOD, and
nothing happens), RESERVE, the end of a tape, trays that open and close, doors that take time.
"""
import ctypes
import errno
import fcntl
import glob
import json
import os
import signal
import struct
import subprocess
import sys
import time
import traceback

LIMIT_S = 30  # for anything that is waited for
TARGET = "iqn.2020-01.lab.local:drives"
PORTAL = "127.0.0.1:3260"
FOLDER = "/run/lab"
ENVIRONMENT = dict(os.environ, TGT_IPC_SOCKET="/run/lab/ipc", OPENRSM_VOLUME_STATE="/run/lab/state", OPENRSM_SOCKET="/run/lab/no.sock", NO_COLOR="1")
LUNS = {"tape": 1, "empty tape drive": 2, "disc": 3, "disk": 4, "protected tape": 5}

SG_IO, SG_DXFER_NONE = 0x2285, -1
CDROMEJECT, CDROM_DRIVE_STATUS, CDROM_LOCKDOOR = 0x5309, 0x5326, 0x5329
MTIOCGET_BYTES = 48


def do(*command, check=True):
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, env=ENVIRONMENT)
    assert not check or done.returncode == 0, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


def until(what, ask):
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.02)
    raise TimeoutError(f"not within {LIMIT_S} s: {what}")


def run_tests(tests, look_closer):
    """Every test is run, also after one that failed; `look_closer` then prints what may explain it. Returns the exit code."""
    failed = 0
    for test in tests:
        started = time.monotonic()
        try:
            test()
            print(f"passed {test.__name__} ({time.monotonic() - started:.1f} s)")
        except Exception:
            failed += 1
            print(f"FAILED {test.__name__}")
            traceback.print_exc(file=sys.stdout)
    if failed:
        look_closer()
    print(f"{len(tests) - failed} of {len(tests)} passed")
    return 1 if failed else 0


def run_with_daemon(start, tests, rsm, folder):
    """`start` ends when the daemon knows its libraries; then as run_tests(). rsm(words..., code=None) gives what a command printed."""
    def look_closer():
        for words in (("status",), ("drive", "list"), ("media", "list"), ("request", "list")):
            print(rsm(*words, code=None))
        with open(folder + "/rsmd.log", errors="replace") as file:
            print(file.read()[-8000:])

    begin = time.monotonic()
    try:
        start()
    except Exception:
        look_closer()
        raise
    print(f"the libraries are known after {time.monotonic() - begin:.1f} s")
    return run_tests(tests, look_closer)


def modprobe(*words):
    do("modprobe", "-d", "/run/modules", *words)


def tgtadm(*words, check=True):
    return do("tgtadm", "--lld", "iscsi", *words, check=check)


def unit(lun, /, **parameters):
    words = ",".join(f"{name}={value}" for name, value in parameters.items())
    tgtadm("--op", "update", "--mode", "logicalunit", "--tid", "1", "--lun", str(lun), "--params", words)


def make_media():
    os.makedirs(FOLDER + "/disc.files")
    with open(FOLDER + "/disc.files/kept", "w") as file:
        file.write("on the disc")
    do("genisoimage", "-quiet", "-V", "DISC", "-o", FOLDER + "/disc", FOLDER + "/disc.files")
    with open(FOLDER + "/disk", "wb") as file:
        file.truncate(8 << 20)
    do("mke2fs", "-q", "-F", FOLDER + "/disk")
    for name in ("tape", "empty", "protected"):
        do("tgtimg", "--op", "new", "--device-type", "tape", "--barcode", name, "--size", "16", "--type", "data", "--file", f"{FOLDER}/{name}", "--thin-provisioning")


def start():
    """Everything is there afterwards: the drives, their nodes, the media in them."""
    modprobe("-a", "iscsi_tcp", "st", "sr_mod", "sd_mod", "sg", "isofs")
    make_media()
    with open(FOLDER + "/tgtd.log", "wb") as log:
        subprocess.Popen(["tgtd", "-f", "--iscsi", "portal=" + PORTAL], stdout=log, stderr=log, env=ENVIRONMENT)
    until("tgtd answers", lambda: subprocess.run(["tgtadm", "--lld", "iscsi", "--op", "show", "--mode", "sys"], capture_output=True, env=ENVIRONMENT).returncode == 0)
    tgtadm("--op", "new", "--mode", "target", "--tid", "1", "-T", TARGET)
    for name, file, kind in (("tape", "tape", "tape"), ("empty tape drive", "empty", "tape"), ("disc", "disc", "cd"), ("disk", "disk", "disk"), ("protected tape", "protected", "tape")):
        tgtadm("--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", str(LUNS[name]), "-b", f"{FOLDER}/{file}", "--device-type", kind)
    unit(LUNS["empty tape drive"], removable=1, online=0)
    unit(LUNS["disk"], removable=1)
    unit(LUNS["protected tape"], readonly=1)
    tgtadm("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL")
    do("iscsistart", "-i", "iqn.2020-01.lab.local:guest", "-t", TARGET, "-g", "1", "-a", PORTAL.split(":")[0], "-p", PORTAL.split(":")[1])
    for name in LUNS:
        until(f"a node of the {name}", lambda: glob.glob(node_pattern(name)))


def node_of(lun, pattern):
    """The first node of a unit, when there is one."""
    found = until(f"a node of unit {lun}", lambda: glob.glob(f"/sys/class/scsi_device/0:0:0:{lun}/device/{pattern}"))
    return "/dev/" + os.path.basename(sorted(found)[0])


def node_pattern(name):
    return f"/sys/class/scsi_device/0:0:0:{LUNS[name]}/device/" + ("scsi_tape/nst?" if "tape" in name else "block/s*")


def node(name):
    return "/dev/" + os.path.basename(glob.glob(node_pattern(name))[0])


def sg_node(name):
    return "/dev/" + os.path.basename(glob.glob(f"/sys/class/scsi_device/0:0:0:{LUNS[name]}/device/scsi_generic/sg*")[0])


def debug_node(*parameters):
    """The node of a drive of scsi_debug."""
    before = set(os.listdir("/sys/block"))
    modprobe("scsi_debug", *parameters)
    return "/dev/" + until("a drive of scsi_debug", lambda: [name for name in os.listdir("/sys/block") if name not in before and name.startswith("s")])[0]


def scsi(path, cdb):
    """Sends a command without data, as another program would; its sense (key, asc, ascq), or None: done. Unit attentions are passed over."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        while True:
            command, sense = ctypes.create_string_buffer(bytes.fromhex(cdb), 6), ctypes.create_string_buffer(32)
            header = bytearray(struct.pack("<iiBBHIQQQIIi4xQBBBBHHiII4x", ord("S"), SG_DXFER_NONE, 6, 32, 0, 0, 0, ctypes.addressof(command), ctypes.addressof(sense), 20000, 0, 0, 0,
                                           0, 0, 0, 0, 0, 0, 0, 0, 0))
            fcntl.ioctl(fd, SG_IO, header)
            status = header[64]
            if status == 0:
                return None
            told = (sense.raw[2] & 0x0F, sense.raw[12], sense.raw[13])
            if told[0] != 6:
                return told
    finally:
        os.close(fd)


def cdrom(path, request, argument=0):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return fcntl.ioctl(fd, request, argument)
    finally:
        os.close(fd)


def tape_position(path):
    """(file, block) as the driver knows them."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return tape_position_of(fd)
    finally:
        os.close(fd)


def tape_position_of(fd):
    state = bytearray(MTIOCGET_BYTES)
    fcntl.ioctl(fd, 0x80306D02, state)  # MTIOCGET
    return struct.unpack("<qqqqqii", state)[5:]


class Probe:
    """Handles on volumes, held by one process (volume_probe)."""

    def __init__(self, programs):
        self.process = subprocess.Popen([programs + "/volume_probe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.process.stdin.close()
        self.process.wait(LIMIT_S)

    def ask(self, *words):
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def good(self, *words):
        answer = self.ask(*words)
        assert answer["error"] == 0, (words, answer)
        return answer

    def refused(self, error, *words):
        answer = self.ask(*words)
        assert answer["error"] == error, (words, error, answer)
        return answer["text"]

    def status(self, name):
        return json.loads(self.good(name, "status")["data"])


class Holder:
    """Another process that has a path open (a tape drive: without waiting for a tape)."""

    def __init__(self, path):
        program = "import os, sys; fd = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK); print('holds', flush=True); sys.stdin.read()"
        self.process = subprocess.Popen(["python3", "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "holds\n"
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.process.stdin.close()
        self.process.wait(LIMIT_S)


class Mount:
    def __init__(self, path, kind, name="mnt"):
        self.at = f"{FOLDER}/{name}"
        os.makedirs(self.at, exist_ok=True)
        do("mount", "-t", kind, path, self.at)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        while self.is_there():
            do("umount", "--lazy", self.at)

    def is_there(self):
        return os.path.ismount(self.at)


def refuses_open(path, flags):
    """errno of an open; 0: it is not refused."""
    try:
        os.close(os.open(path, flags))
        return 0
    except OSError as error:
        return error.errno


def processes_named(name):
    found = []
    for entry in glob.glob("/proc/[0-9]*/comm"):
        try:
            with open(entry) as file:
                if file.read().strip() == name:
                    found.append(int(entry.split("/")[2]))
        except OSError as error:
            assert error.errno in (errno.ENOENT, errno.ESRCH)
    return found


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    until("it has ended", lambda: not os.path.exists(f"/proc/{pid}"))
