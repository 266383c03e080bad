"""What the rigs with real backup programs share: a real daemon with an emulated library whose cartridges have file systems, programs that are stopped
by their number, one printed line a step, and logs that are kept when something fails.

A rig that cannot run here exits 77 with "SKIPPED: reason". It needs root: the volumes in the drives are block devices, and they are mounted.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from harness import LIMIT_S, Stage, block_volumes_possible, skip  # noqa: E402

JOB_LIMIT_S = 1200  # a whole backup or restore, with a daemon that is killed meanwhile, on a machine that others use, too
MESSAGE_MAX = 4000  # characters of a failure that are printed; the logs have all
END_LIMIT_S = 20   # of a program after SIGTERM


def need_programs(*programs):
    """Leaves with 77 where one of them is not installed."""
    missing = [p for p in programs if shutil.which(p, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]
    if missing:
        skip(f"{', '.join(missing)} not installed: scripts/install-deps --all")


def need(*programs):
    """Leaves with 77 where a rig with an emulated library cannot run."""
    if not block_volumes_possible():
        skip("not root, or no loop devices or mounts here")
    need_programs(*programs)


class Rig(Stage):
    """What is the same for every library. `name`: of the rig, for its kept logs (BUILD/rigs/NAME)."""

    def __init__(self, name, build, **stage):
        super().__init__(build, **stage)
        self.name = name
        self.kept = os.path.join(build, "rigs", name)
        self.begun = time.monotonic()
        self.running = []  # (name, Popen)
        shutil.rmtree(self.kept, ignore_errors=True)

    def step(self, text):
        print(f"{self.name}: {time.monotonic() - self.begun:6.1f} s  {text}", flush=True)

    def wait_until(self, what, condition, limit_s=JOB_LIMIT_S):
        super().wait_until(what, condition, limit_s)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_program(self, name, *command, environment=None):
        with open(self.path(name + ".out"), "ab") as log:
            program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment or self.environment)
        self.running.append((name, program))
        return program

    def still_running(self):
        for name, program in self.running:
            assert program.poll() is None, f"{name} ended with {program.returncode}"

    def stop_programs(self):
        for _, program in reversed(self.running):
            program.terminate()
        for name, program in reversed(self.running):
            try:
                program.wait(timeout=END_LIMIT_S)
            except subprocess.TimeoutExpired:
                print(f"{self.name}: {name} did not end after SIGTERM")
                program.kill()
                program.wait(timeout=LIMIT_S)
        self.running = []

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print(f"{self.name}: FAILED: {str(value)[-MESSAGE_MAX:]}")
        try:
            self.stop_programs()
            self.stop()
        finally:
            unmount_below(self.folder)
            if kind is not None:
                self.keep_logs()
            super().__exit__(kind, value, trace)
        if kind is None:
            self.step("PASS")

    def keep_logs(self):
        os.makedirs(os.path.dirname(self.kept), exist_ok=True)
        shutil.copytree(self.folder, self.kept, dirs_exist_ok=True, symlinks=True,
                        ignore=lambda folder, names: [n for n in names if n.endswith((".img", ".sock")) or n in ("data", "restored", "fetched", "holding")])
        print(f"{self.name}: the logs are in {self.kept}")

    # ---- what the daemon has been asked, and did -------------------------------------------------------------------------

    def asked(self, operation, *programs):
        """Requests of changer commands, oldest first."""
        return sorted((r for r in self.all("request.list") if r["operation"] == operation and r["application"] in programs), key=lambda r: r["queued"])

    @property
    def drive_names(self):
        return [d["name"] for d in sorted(self.all("drive.list"), key=lambda d: d["number"])]

    def under_way(self, program):
        return [r for r in self.open_requests() if r["application"] == program]

    def begin(self, *programs):
        """What has been asked for and done until here, for `check_moves`."""
        return len(self.asked("mount", *programs)), len(self.asked("dismount", *programs)), *self.machine()

    def check_moves(self, before, *programs):
        """Every load that was asked for since `before` was done once, and nothing else was. Gives the mounts."""
        self.wait_until("the daemon has nothing to do", lambda: not self.open_requests())
        mounts, dismounts = self.asked("mount", *programs)[before[0]:], self.asked("dismount", *programs)[before[1]:]
        assert all(r["state"] == "passed" for r in mounts + dismounts), [r for r in mounts + dismounts if r["state"] != "passed"]
        loads, moves = self.machine()
        assert loads - before[2] == len(mounts), f"the drives have loaded {loads - before[2]} times for {len(mounts)} mounts"
        moved, wanted = moves - before[3], len(mounts) + len(dismounts)
        assert moved == wanted, f"the arm has moved {moved} times for {len(mounts)} mounts and {len(dismounts)} dismounts"
        return mounts

    def kill_and_start(self, why, hardware_takes_s=0):
        """`hardware_takes_s`: how long the library does not answer when the new daemon asks it where everything is."""
        self.kill()
        if hardware_takes_s:
            self.answer_late(hardware_takes_s)
        time.sleep(0.5)  # a service manager takes a moment, too
        self.start()
        self.step(f"daemon killed {why}, and started again" + (f"; its library answers after {hardware_takes_s} s" if hardware_takes_s else ""))

    def check_whole(self):
        """What the catalog, the machine and its files say of each other."""
        self.wait_until("the daemon has nothing to do", lambda: not self.open_requests())
        assert self.call("catalog.check")["ok"]
        self.check_machine()


class EmulatedRig(Rig):
    """A library whose cartridges have file systems, on block devices."""

    def __init__(self, name, build, **stage):
        super().__init__(name, build, volumes="block", fs="ext4", sides=1, **stage)

    def machine(self):
        """(loads of all drives, moves of the arm) since the library was made: the machine's own count, which no daemon keeps."""
        shown = json.loads(self.run("rsm-emu", "show", self.library, "--json").stdout)
        return sum(d["loads"] for d in shown["drives"]), shown["moves"]

    def answer_late(self, seconds):
        self.run("rsm-emu", "fault", self.library, "status_hangs", "--count", 0, "--for", seconds)

    def check_machine(self):
        self.run("rsm-emu", "check", self.library)


def unmount_below(folder):
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        points = [line.split()[4] for line in file]
    for point in reversed([p for p in points if p.startswith(folder + "/")]):
        subprocess.run(["umount", "--lazy", point], check=False, timeout=LIMIT_S)


def make_tree(folder, rng, size_mib):
    """Files of all sizes that cannot be compressed, an empty one, names with blanks, links: about size_mib."""
    os.makedirs(folder)
    left, number = size_mib << 20, 0
    while left > 0:
        size = min(left, rng.choice((300, 70_000, 400_000, 1_500_000)))
        sub = os.path.join(folder, f"part {number % 5}")
        os.makedirs(sub, exist_ok=True)
        with open(os.path.join(sub, f"file-{number}"), "wb") as file:
            file.write(rng.randbytes(size))
        left, number = left - size, number + 1
    open(os.path.join(folder, "empty"), "wb").close()
    os.symlink("part 0/file-0", os.path.join(folder, "link"))


def check_same(original, restored):
    done = subprocess.run(["diff", "--recursive", "--no-dereference", original, restored], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, f"the restored files differ:\n{done.stdout[:2000]}{done.stderr[:2000]}"


def run_rig(rig):
    """Runs rig(build, random) of a program: PROGRAM BUILD [SEED]."""
    if len(sys.argv) < 2:
        print(f"usage: {os.path.basename(sys.argv[0])} BUILD [SEED]", file=sys.stderr)
        sys.exit(2)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))  # with everything put away
    try:
        rig(os.path.abspath(sys.argv[1]), random.Random(seed))
    except AssertionError:  # printed where it was met
        sys.exit(1)
