"""What goes wrong with a volume, for system tests: media that stall, file systems mounted on drives, an operator who works on."""
import os
import socket
import subprocess
import sys
import threading

from harness import LIMIT_S, Refused, block_volumes_possible, skip


def need_block_volumes():
    if not block_volumes_possible():
        skip("block volumes need root, loop devices and mounts")


def need_fuse():
    need_block_volumes()
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        skip("no /dev/fuse: the module fuse is not loaded, or not allowed here")


class StallingImage:
    """The image of one side, behind a FUSE file that answers, hangs, delays or fails as it is told."""

    def __init__(self, stage, cartridge, side=0):
        self.image = os.path.join(stage.library, "cartridges", cartridge, f"side{side}.img")
        self.control = os.path.join(stage.folder, f"{cartridge}-{side}.sock")
        self.process = subprocess.Popen([stage.programs["stalling_image"], self.image, self.control], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n", "stalling_image did not start"

    def tell(self, command):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(LIMIT_S)
            client.connect(self.control)
            client.sendall(command.encode())
            return client.recv(100).decode().strip()

    def waiting(self):
        return int(self.tell("state").split(", ")[1].split()[0])

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=LIMIT_S)
        self.process.stdout.close()


class Bench:
    """Stalling images and mounts of one test; when it is left, the images answer, the mounts and the daemon's loop devices are gone."""

    def __init__(self, stage):
        self.stage = stage
        self.images = []
        self.mounts = []
        self.processes = []

    def __enter__(self):
        return self

    def stalling(self, cartridge):
        self.images.append(StallingImage(self.stage, cartridge))
        return self.images[-1]

    def mount(self, device):
        at = os.path.join(self.stage.folder, f"mnt{len(self.mounts)}")
        os.makedirs(at, exist_ok=True)
        subprocess.run(["mount", device, at], check=True, timeout=LIMIT_S)
        self.mounts.append(at)
        return at

    def unmount(self, at):
        subprocess.run(["umount", at], check=True, timeout=LIMIT_S)

    def process(self, *command):
        """A process that answers one line at a time, ended with the bench."""
        self.processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return self.processes[-1]

    def end_process(self, process):
        process.kill()
        process.wait(timeout=LIMIT_S)
        process.stdin.close()
        process.stdout.close()
        self.processes.remove(process)

    def __exit__(self, kind, value, trace):
        for process in list(self.processes):
            self.end_process(process)
        for image in self.images:
            image.tell("answer")
        for at in self.mounts:
            while os.path.ismount(at) and subprocess.run(["umount", "-l", at], stderr=subprocess.DEVNULL).returncode == 0:
                pass
        try:
            self.stage.stop()
        finally:
            self.stage.run("rsm-emu", "clean", self.stage.library, check=False)
            for image in self.images:
                image.end()


WRITER = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
for line in sys.stdin:
    try:
        if line.startswith("w"):
            os.pwrite(fd, line.encode(), 0)
        if line.startswith("s"):
            os.fsync(fd)
        print("ok", flush=True)
    except OSError as error:
        print(error.strerror, flush=True)
"""


class Writer:
    """A process that has a file open and writes to it: its words are "ok" or the system's error."""

    def __init__(self, bench, path):
        self.bench = bench
        self.process = bench.process(sys.executable, "-c", WRITER, path)
        assert self.write("opened") == "ok"

    @property
    def pid(self):
        return self.process.pid

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def write(self, text):
        return self.say("w " + text)

    def sync(self):
        return self.say("sync")

    def end(self):
        self.bench.end_process(self.process)


class Operator:
    """A session of an administrator. Calls wait for their request and give its record."""

    def __init__(self, stage, application="operator"):
        self.stage = stage
        self.connection = stage.connection()
        self.session = self.connection.call("session.open", application=application)
        self.count = 0

    def close(self):
        self.connection.close()

    def again(self):
        """After the daemon was started again."""
        self.connection.close()
        self.connection = self.stage.connection()
        self.connection.call("session.attach", session=self.session["session"], secret=self.session["secret"])

    def key(self):
        self.count += 1
        return f"k{self.count}"

    def submit(self, method, **params):
        reply = self.connection.call(method, key=self.key(), **params)
        return reply["requests"][0] if "requests" in reply else reply["request"]

    def wait(self, request, limit_s=LIMIT_S):
        return self.connection.call("request.wait", request=request, timeout_ms=limit_s * 1000)

    def do(self, method, **params):
        return self.wait(self.submit(method, **params))

    def request(self, request):
        return self.connection.call("request.get", request=request)

    def explain(self, request):
        reply = self.connection.call("request.explain", request=request)
        return "\n".join([reply["text"], *reply["facts"]])

    def attention(self):
        return self.connection.call("status")["attention"]

    def side(self, cartridge):
        return next(s for s in self.stage.all("side.list") if s["medium_name"] == cartridge)["id"]

    def medium(self, cartridge):
        return next(m for m in self.stage.all("medium.list") if m["name"] == cartridge)

    def drive(self, number):
        return next(d for d in self.stage.all("drive.list") if d["number"] == number)

    def drive_of(self, cartridge):
        return next((d for d in self.stage.all("drive.list") if d["medium_name"] == cartridge), None)

    def mount(self, cartridge, **params):
        done = self.do("mount.submit", media=[self.side(cartridge)], **params)
        assert done["state"] == "passed", done
        return self.drive_of(cartridge)

    def dismount(self, cartridge, **params):
        return self.do("dismount.submit", media=[self.side(cartridge)], **params)

    def rsm(self, *arguments, check=True):
        return self.stage.run("rsm", *arguments, check=check)


class Cycles:
    """Mounts, writes, reads and dismounts cartridges in turn, in a thread of its own, until it is told to stop."""

    def __init__(self, bench, cartridges):
        self.bench = bench
        self.cartridges = cartridges
        self.done = 0
        self.failure = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        operator = Operator(self.bench.stage, "cycles")
        try:
            while not self.stopping.is_set():
                cartridge = self.cartridges[self.done % len(self.cartridges)]
                drive = operator.mount(cartridge)
                assert drive["medium_name"] == cartridge, drive
                at = self.bench.mount(drive["volume"])
                path = os.path.join(at, "cycle")
                with open(path, "w") as file:
                    file.write(f"{cartridge} {self.done}")
                self.bench.unmount(at)
                dismounted = operator.dismount(cartridge)
                assert dismounted["state"] == "passed", dismounted
                self.done += 1
        except Exception as error:  # told by stop()
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            operator.close()

    def at_least(self, number):
        self.bench.stage.wait_until(f"{number} cycles on the other drives", lambda: self.failure or self.done >= number)
        assert not self.failure, self.failure

    def stop(self):
        self.stopping.set()
        self.thread.join(timeout=LIMIT_S)
        assert not self.thread.is_alive(), "a cycle did not end"
        assert not self.failure, self.failure


__all__ = ["Bench", "Cycles", "Operator", "Refused", "StallingImage", "Writer", "block_volumes_possible", "need_block_volumes", "need_fuse"]
