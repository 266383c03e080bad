#!/usr/bin/env python3
"""The benches: ours and its yardsticks, taking turns. docs/performance.md says what each measures and describes the JSON.

bench.py --built DIR [NAME...] [options]; scripts/bench builds first. Exit status: 0 measured, 1 something failed, 2 wrong use, 77 everything
that was asked for was left out (the lines say why).
"""
import argparse
import datetime
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from setting import Setting  # noqa: E402  (puts the harness on the path)
import changer  # noqa: E402
import cli  # noqa: E402
import durable  # noqa: E402
import eject  # noqa: E402
import flood  # noqa: E402
import memory  # noqa: E402
import million  # noqa: E402
import roundtrip  # noqa: E402
import scale  # noqa: E402
import simulator  # noqa: E402
import startup  # noqa: E402
import status  # noqa: E402
import waiting  # noqa: E402
import who  # noqa: E402
from rounds import Failed  # noqa: E402

BENCHES = {"durable": durable, "status": status, "million": million, "startup": startup, "roundtrip": roundtrip, "eject": eject, "who": who, "flood": flood, "memory": memory, "changer": changer, "queue": waiting, "cli": cli, "simulator": simulator, "scale": scale}
# Rounds, seconds of each, numbers of sessions, media of the small and the large catalog, processes of a busy machine; numbers of idle sessions, and the
# seconds until they are no news: the time limit of their greeting is over; mounts that wait in the short and the long queue; libraries, drives of each and open sessions of the
# whole scale.
PACES = {
    "full": {"rounds": 9, "seconds": 0.7, "clients": (1, 8, 64), "shelves": (10_000, 1_000_000), "processes": 2_000, "idle": (1_000, 7_000), "settle": 31, "queues": (1_000, 99_000), "scale": (10, 10, 10_000)},
    "quick": {"rounds": 5, "seconds": 0.3, "clients": (1, 8, 64), "shelves": (10_000, 1_000_000), "processes": 2_000, "idle": (1_000, 7_000), "settle": 31, "queues": (1_000, 99_000), "scale": (10, 10, 10_000)},
    "proof": {"rounds": 1, "seconds": 0.1, "clients": (1, 4), "shelves": (10, 1000), "processes": 50, "idle": (20,), "settle": 0, "queues": (10, 100), "scale": (2, 2, 20)},  # that the benches still work; the figures mean nothing
}


def read_words(argv):
    parser = argparse.ArgumentParser(prog="bench", description="Ours beside its yardsticks, taking turns in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benches to run; without one: all")
    parser.add_argument("--list", action="store_true", help="what there is")
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--quick", action="store_const", const="quick", dest="pace", help="short rounds")
    pace.add_argument("--proof", action="store_const", const="proof", dest="pace", help="one round of a moment each: shows that the benches work")
    parser.add_argument("--rounds", type=int, help="rounds of each contestant")
    parser.add_argument("--seconds", type=float, help="of one round")
    parser.add_argument("--patience", type=float, default=0, metavar="SECONDS",
                        help="before each comparison, wait at most so long until others leave disk and processors alone (default: 0)")
    parser.add_argument("--realtime", action="store_true", help="everything that takes part runs before all else on the machine (root)")
    parser.add_argument("--log-level", default="error", choices=("debug", "info", "warning", "error"), help="of the daemon (default: error)")
    parser.add_argument("--against", metavar="DIR", help="memory, simulator: another build's folder, whose bin/rsmd and bin/rsm-sim are the yardsticks")
    parser.add_argument("--output", help="the JSON file (default: BUILD/results/TIME.json)")
    parser.add_argument("--built", default=".", help="the build folder")
    words = parser.parse_args(argv)
    unknown = [name for name in words.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    if (words.rounds is not None and words.rounds < 1) or (words.seconds is not None and words.seconds <= 0):
        parser.error("rounds and seconds are positive numbers")
    return words


def file_system_of(folder):
    done = subprocess.run(["findmnt", "--noheadings", "--output", "FSTYPE", "--target", folder], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return models[0] if models else platform.machine()


def machine():
    """Where the figures come from."""
    return {"cores": len(os.sched_getaffinity(0)), "processor": processor(), "kernel": platform.release(),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20, "file_system": file_system_of(tempfile.gettempdir())}


def commit():
    here = os.path.dirname(os.path.abspath(__file__))
    done = subprocess.run(["git", "-C", here, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def output_path(words, time):
    if words.output:
        return os.path.abspath(words.output)
    folder = os.path.join(os.path.abspath(words.built), "results")
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, time.strftime("%Y%m%dT%H%M%SZ.json"))


def main():
    words = read_words(sys.argv[1:])
    if words.list:
        for name, bench in BENCHES.items():
            print(f"{name:<10} {bench.__doc__.splitlines()[0]}")
        return 0
    if "TMPDIR" not in os.environ:
        tempfile.tempdir = "/var/tmp"  # on a disk; what is written to /tmp may only be in memory
    for end in (signal.SIGTERM, signal.SIGHUP):  # what was started is ended on the way out
        signal.signal(end, lambda number, _: sys.exit(128 + number))
    if words.realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # what is started inherits it: all contestants and servers alike
    pace = PACES[words.pace or "full"]
    setting = Setting(words.built, words.rounds or pace["rounds"], words.seconds or pace["seconds"], pace["clients"], pace["shelves"], pace["processes"], words.log_level, words.patience,
                      pace["idle"], pace["settle"], pace["queues"], pace["scale"], words.against and os.path.abspath(words.against))
    begun = datetime.datetime.now(datetime.timezone.utc)
    report = {"format": 1, "time": begun.isoformat(timespec="seconds"), "commit": commit(), "pace": words.pace or "full", "log_level": words.log_level, "realtime": words.realtime,
              "machine": machine()}
    print("machine: {cores} cores ({processor}), {memory_mib} MiB, Linux {kernel}, {file_system}".format(**report["machine"]), flush=True)
    failed = False
    for name in words.names or BENCHES:
        try:
            BENCHES[name].run(setting)
        except (Failed, AssertionError, RuntimeError, TimeoutError) as error:
            failed = True
            print(f"bench {name}: {error}", file=sys.stderr, flush=True)
    report.update(results=setting.results, left_out=setting.left_out)
    path = output_path(words, begun)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    print(f"kept in {path}")
    if failed:
        return 1
    return 0 if setting.results else 77


if __name__ == "__main__":
    sys.exit(main())
