"""Who uses a volume, on a machine with 2,000 processes, process against process: rsm volume who, and fuser -vm."""
import os
import shutil
import subprocess
import tempfile

import harness
from bench_volume import Volume, environment
from process_time import ProcessTime
from rounds import LATENCY


def run(setting):
    if not harness.block_volumes_possible():
        setting.leave_out("who", "needs root, loop devices and mounts")
        return
    if shutil.which("fuser") is None:
        setting.leave_out("who", "fuser is not installed (scripts/install-deps)")
        return
    rsm = setting.programs["rsm"]
    with tempfile.TemporaryDirectory(prefix="openrsm-bench.") as folder, Idlers(setting.programs["bench_idlers"], setting.processes):
        volume = Volume(folder, "used")
        try:
            volume.put_in()
            with open(os.path.join(volume.mount_point, "file"), "wb") as file, subprocess.Popen(["sleep", "infinity"], stdin=file) as holder:
                try:
                    named = lambda said: str(holder.pid) in said.split()
                    setting.compare(f"who: one of {setting.processes:,} processes has a file open there", LATENCY,
                                    [ProcessTime("rsm volume who", lambda: [rsm, "volume", "who", volume.mount_point], after=named, environment=environment(folder)),
                                     ProcessTime("fuser -vm", lambda: ["fuser", "-vm", volume.mount_point], after=named)])
                finally:
                    holder.kill()
        finally:
            volume.put_away()


class Idlers:
    """Processes that only sleep, one in ten of them with threads; they end with the program that has started them."""

    def __init__(self, program, number):
        self.child = subprocess.Popen([program, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.child.stdout.readline() != "ready\n":
            self.__exit__()
            raise RuntimeError("the idle processes could not be started")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()
