"""Inside a guest: what backup software waits for at every question, `loaded`: rsm-changer beside Bacula's mtx-changer with the real mtx, on one library.

Taking turns, both from start to end of the process; the script with its configuration's sleeps at zero. No test: the bench `changer` (tests/bench) runs it and reads the line
that it prints last: ROUNDS and a list of rounds, each with the seconds that every call of ours and of theirs took. usage: changer_bench.py PROGRAMS ROUNDS SECONDS
"""
import json
import os
import shutil
import subprocess
import sys
import time

import lab
import library_inside as library

SCRIPT = "/etc/bacula/scripts/mtx-changer"


def one_call(*command):
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=library.ENVIRONMENT, timeout=lab.LIMIT_S)
    assert done.returncode == 0 and done.stdout.strip() == "2", (command, done)
    return time.perf_counter() - begin


def calls_of(seconds, *command):
    took = []
    while sum(took) < seconds:
        took.append(one_call(*command))
    return took


def main(rounds, seconds):
    library.serve()
    library.start_daemon()
    library.rsm_mtx("load", "2", "0")
    folder = library.FOLDER + "/script"
    os.makedirs(folder)
    lab.do("mount", "-t", "tmpfs", "none", "/var/lib/bacula")  # where the script keeps its files
    shutil.copy(SCRIPT, folder)
    changer, tape = lab.node_of(library.CHANGER, "scsi_generic/sg*"), lab.node_of(1, "scsi_tape/nst?")
    done = [(calls_of(seconds, library.BIN + "/rsm-changer", library.NAME, "loaded", "0", tape, "0"), calls_of(seconds, folder + "/mtx-changer", changer, "loaded", "0", tape, "0"))
            for _ in range(rounds)]
    print("ROUNDS", json.dumps(done))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[2]), float(sys.argv[3])))
