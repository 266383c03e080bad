"""Inside a guest: what backup software waits for at every question, `loaded`: rsm-changer beside Bacula's mtx-changer with the real mtx, on one library.

Taking turns, both from start to end of the process; the script with its configuration's sleeps at zero. Not a test: machine.py runs it by hand, with programs of a release build.
usage: machine.py changer_bench.py PROGRAMS
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

import lab
import library_inside as library

ROUNDS = 40
SCRIPT = "/etc/bacula/scripts/mtx-changer"


def seconds(*command):
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=library.ENVIRONMENT, timeout=lab.LIMIT_S)
    assert done.returncode == 0 and done.stdout.strip() == "2", (command, done)
    return time.perf_counter() - begin


def main():
    if not os.path.exists(SCRIPT):
        print(f"SKIPPED: {SCRIPT} is not there (package bacula-sd)")
        return 0
    library.serve()
    library.start_daemon()
    library.rsm_mtx("load", "2", "0")
    folder = library.FOLDER + "/script"
    os.makedirs(folder)
    lab.do("mount", "-t", "tmpfs", "none", "/var/lib/bacula")  # where the script keeps its files
    shutil.copy(SCRIPT, folder)
    changer, tape = library.node(library.CHANGER, "scsi_generic/sg*"), library.node(1, "scsi_tape/nst?")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(library.BIN + "/rsm-changer", library.NAME, "loaded", "0", tape, "0"))
        theirs.append(seconds(folder + "/mtx-changer", changer, "loaded", "0", tape, "0"))
    for name, times in (("rsm-changer loaded", ours), ("mtx-changer loaded", theirs)):
        print(f"{name}: median {statistics.median(times) * 1000:.1f} ms ({min(times) * 1000:.1f} to {max(times) * 1000:.1f})")
    ratios = sorted(t / o for o, t in zip(ours, theirs))
    print(f"rsm-changer is {statistics.median(ratios):.1f} times as fast ({ratios[len(ratios) // 10]:.1f} to {ratios[-len(ratios) // 10]:.1f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
