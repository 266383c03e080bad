"""Volumes for system tests of `rsm volume`: images on loop devices with mounts, and processes that hold things.

Everything is in one temporary folder and is gone when the bench is left, also after a failure: processes, swap, mounts, loop devices.
"""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import harness

SIZES = {"ext4": 64, "xfs": 320, "btrfs": 128}  # MiB, sparse

# Each tells when it holds, then waits until its input is closed. PATH is what it is to hold.
HOLDERS = {
    "open file": "f = open(PATH)",
    "mapping": "import mmap; f = open(PATH, 'r+'); m = mmap.mmap(f.fileno(), 0); f.close()",
    "working directory": "os.chdir(os.path.dirname(PATH))",
    "root directory": "os.chroot(os.path.dirname(PATH))",
    "open device": "f = os.open(PATH, os.O_RDONLY)",
}
HOLDER = "import os, sys\nPATH = sys.argv[1]\n{act}\nprint('holds', flush=True)\nsys.stdin.read()\n"
# Appends and syncs once for every line that it reads, and answers with 0 or errno.
WRITER = """
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
print('holds', flush=True)
for line in sys.stdin:
    try:
        os.write(fd, b'x' * 4096)
        os.fsync(fd)
        print(0, flush=True)
    except OSError as error:
        print(error.errno, flush=True)
"""


def run_stories(build, stories):
    """Each on a bench of its own; afterwards no handler is left."""
    if not harness.block_volumes_possible():
        print("SKIPPED: loop devices or mounts are not possible here")
        sys.exit(77)
    for story in stories:
        with Bench(build) as bench:
            story(bench)
            bench.wait_until("no handler is left", lambda: not bench.leftovers())
            print(story.__name__.replace("_", " "), flush=True)


def both(bench, verb, volume, *options, exit=0):
    """The rehearsal, then the real call: the same exit code."""
    told = bench.rsm(verb, volume, *options, "--dry-run", exit=exit)
    done = bench.rsm(verb, volume, *options, exit=exit)
    return told, done


@contextlib.contextmanager
def written_all_the_time(folder):
    """Files are made there by path, 50 a second, until the end of the block; their names."""
    ended, written = threading.Event(), []

    def write():
        while not ended.is_set():
            name = f"{folder}/{len(written)}"
            with open(name, "w") as file:
                file.write("x")
            written.append(name)
            time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield written
    finally:
        ended.set()
        writer.join()


class Bench:
    def __init__(self, build):
        self.rsm_program = harness.programs(build)["rsm"]
        self.folder = tempfile.mkdtemp(prefix="openrsm-volume.")
        os.chmod(self.folder, 0o755)
        self.environment = dict(os.environ, OPENRSM_VOLUME_STATE=self.path("state"), OPENRSM_SOCKET=self.path("no.sock"), NO_COLOR="1")
        self.environment.pop("RSM_WIN32_EXIT", None)
        self.processes = []
        self.swaps = []

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        for pid in self.leftovers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for swap in self.swaps:
            self.quietly("swapoff", swap)
        for loop in self.loops():  # on a file of a volume: before the volume goes
            self.quietly("losetup", "--detach", loop)
        for mount in reversed(self.mounts()):
            self.quietly("umount", "--lazy", mount)
        end = time.monotonic() + 10
        while self.loops() and time.monotonic() < end:
            for loop in reversed(self.loops()):
                self.quietly("losetup", "--detach", loop)
            time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    @staticmethod
    def quietly(*command):
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=harness.LIMIT_S).returncode

    @staticmethod
    def do(*command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=harness.LIMIT_S)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def leftovers(self):
        """Handlers of this bench that outlive their program (of an offline volume): their environment names its folder."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                with open(f"/proc/{entry}/environ", "rb") as file:
                    environment = file.read()
            except OSError:
                continue
            if f"OPENRSM_VOLUME_STATE={self.folder}".encode() in environment:
                found.append(int(entry))
        return found

    def mounts(self):
        with open("/proc/self/mountinfo", errors="surrogateescape") as file:  # names are bytes
            return [fields[4] for fields in (line.split(" ") for line in file) if fields[4].startswith(self.folder)]

    def loops(self):
        """Loop devices of this bench's images and of files on its volumes."""
        rows = json.loads(self.do("losetup", "--list", "--json", "--output", "NAME,BACK-FILE") or '{"loopdevices": []}')["loopdevices"]
        return [row["name"] for row in rows if (row["back-file"] or "").startswith(self.folder)]

    def image(self, name, fs):
        image = self.path(name + ".img")
        with open(image, "wb") as file:
            file.truncate(SIZES[fs] << 20)
        self.do("mkfs." + fs, *(["-q", "-F"] if fs == "ext4" else ["-q", "-f"]), image)
        return image

    def volume(self, name, fs="ext4", mounted=True):
        """(device, mount point, a file on it)"""
        device = self.do("losetup", "--find", "--show", self.image(name, fs)).strip()
        at = self.path(name)
        os.mkdir(at)
        if mounted:
            self.do("mount", device, at)
            with open(os.path.join(at, "file"), "wb") as file:
                file.write(b"a" * 65536)
                os.fsync(file.fileno())
        return device, at, os.path.join(at, "file")

    def start(self, *command, **options):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        self.processes.append(process)
        return process

    def holder(self, kind, path):
        process = self.start(sys.executable, "-c", HOLDER.format(act=HOLDERS[kind]), path)
        assert process.stdout.readline() == "holds\n", kind
        return process

    def writer(self, path):
        process = self.start(sys.executable, "-c", WRITER, path)
        assert process.stdout.readline() == "holds\n"
        return process

    @staticmethod
    def write_through(writer):
        writer.stdin.write("\n")
        writer.stdin.flush()
        return int(writer.stdout.readline())

    @staticmethod
    def end(process):
        process.stdin.close()
        process.wait(timeout=harness.LIMIT_S)

    def rsm(self, *arguments, exit=0, prefix=()):
        """What `rsm volume ...` has said; its exit code is checked: it is this one, or one of these."""
        done = subprocess.run([*prefix, self.rsm_program, "volume", *arguments], capture_output=True, text=True, env=self.environment, timeout=harness.LIMIT_S,
                              stdin=subprocess.DEVNULL)
        assert done.returncode in (exit if isinstance(exit, tuple) else (exit,)), f"rsm volume {' '.join(arguments)}: exit {done.returncode}, not {exit}\n{done.stdout}{done.stderr}"
        return done

    def json(self, *arguments, exit=0):
        return json.loads(self.rsm(*arguments, "--json", exit=exit).stdout)

    def status(self, volume):
        return self.json("status", volume)

    def wait_until(self, what, condition):
        end = time.monotonic() + harness.LIMIT_S
        while not condition():
            assert time.monotonic() < end, f"not within {harness.LIMIT_S} s: {what}"
            time.sleep(0.02)
