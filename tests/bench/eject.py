"""The eject of an idle volume on a loop device, process against process: rsm volume eject, and umount with losetup -d."""
import os
import statistics
import subprocess
import tempfile
import time

import harness
from rounds import LATENCY, Failed

STEP_LIMIT_S = 60
IMAGE_BYTES = 16 * 2**20


def run(setting):
    if not harness.block_volumes_possible():
        setting.leave_out("eject", "needs root, loop devices and mounts")
        return
    rsm = setting.programs["rsm"]
    if "Usage: rsm volume eject" not in do(rsm, "volume", "eject", "--help"):
        setting.leave_out("eject", "this rsm has no command volume eject")
        return
    with tempfile.TemporaryDirectory(prefix="openrsm-bench.") as folder:
        volumes = [Volume(folder, name) for name in ("ours", "theirs")]
        try:
            setting.compare("eject: an idle ext4 volume on a loop device", LATENCY,
                            [Ejects("rsm volume eject", volumes[0], lambda v: [rsm, "volume", "eject", v.device]),
                             Ejects("umount and losetup -d", volumes[1], lambda v: ["sh", "-c", f"umount '{v.mount_point}' && losetup -d '{v.device}'"])])
        finally:
            for volume in volumes:
                volume.put_away()


def do(*words, environment=None):
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=STEP_LIMIT_S, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(words)}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


class Volume:
    """An ext4 image of our own; mounted from a loop device that the kernel chooses, as often as it is wanted."""

    def __init__(self, folder, name):
        self.image = os.path.join(folder, name + ".img")
        self.mount_point = os.path.join(folder, name)
        self.device = None
        os.mkdir(self.mount_point)
        with open(self.image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        do("mkfs.ext4", "-q", "-F", self.image)

    def put_in(self):
        self.device = do("losetup", "--find", "--show", self.image)
        do("mount", self.device, self.mount_point)

    def is_mounted(self):
        return os.path.ismount(self.mount_point)

    def is_attached(self):
        return self.device is not None and do("losetup", "--noheadings", "--output", "NAME", "--associated", self.image) != ""

    def put_away(self):
        """What an eject that failed has left."""
        if self.is_mounted():
            do("umount", self.mount_point)
        if self.is_attached():
            do("losetup", "--detach", self.device)


class Ejects:
    """A contestant: puts the volume in, and takes the time of one process that ejects it."""

    pid = None

    def __init__(self, name, volume, command):
        self.name, self.volume, self.command = name, volume, command
        state = os.path.join(os.path.dirname(volume.image), "state")  # what volumes are known on this machine is left alone
        os.makedirs(state, mode=0o755, exist_ok=True)
        self.environment = {**os.environ, "OPENRSM_VOLUME_STATE": state}

    def round(self, seconds):
        took = []
        while sum(took) < seconds:
            self.volume.put_in()
            words = self.command(self.volume)
            begin = time.monotonic()
            do(*words, environment=self.environment)
            took.append(time.monotonic() - begin)
            if self.volume.is_mounted() or self.volume.is_attached():
                raise Failed(f"{self.name}: the volume is still there after it")
        micros = sorted(one * 1e6 for one in took)
        return {"operations": len(took), "seconds": sum(took), "median_us": statistics.median(micros), "p99_us": micros[int(0.99 * (len(micros) - 1))]}

    def close(self):
        pass
