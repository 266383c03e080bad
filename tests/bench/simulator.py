"""How much of a library's life the simulator plays in a second of one processor; beside another build's with --against."""
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile

from rounds import RATE, Failed

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sim"))
from traces import a_history, write  # noqa: E402

SEEDS_AT_A_TIME = 5
TRACE_SEED, TRACE_REQUESTS = 11, 1500
LIMIT_S = 300


def processor_seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Player:
    """`words(piece)` gives the command of the next piece, `hours(said)` how much it has played; a round is so many seconds of processor."""

    pid = None

    def __init__(self, name, words, hours):
        self.name, self.words, self.hours, self.pieces = name, words, hours, 0

    def round(self, seconds):
        begin, hours = processor_seconds_of_children(), 0.0
        while (used := processor_seconds_of_children() - begin) < seconds or hours == 0:
            done = subprocess.run(self.words(self.pieces), capture_output=True, text=True, timeout=LIMIT_S, check=False)
            self.pieces += 1
            if done.returncode != 0:
                raise Failed(f"{self.name}: exit {done.returncode}: {done.stdout}{done.stderr}")
            hours += self.hours(done.stdout)
        used = processor_seconds_of_children() - begin
        return {"operations": hours, "seconds": used, "median_us": used * 1e6 / hours, "p99_us": used * 1e6 / hours}

    def close(self):
        pass


def told_hours(said):
    told = re.search(r"([\d.]+) hours of operation", said)
    if told is None:
        raise Failed("this rsm-sim does not tell how long it has played")
    return float(told[1])


def histories(name, program):
    def words(piece):
        first = 1 + piece * SEEDS_AT_A_TIME
        return [program, "--seeds", f"{first}-{first + SEEDS_AT_A_TIME - 1}", "--repeat", "0", "--jobs", "1"]

    return Player(name, words, told_hours)


def traces(name, program, path):
    def hours_of_all(said):
        told = json.loads(said)
        if told["requests"] != TRACE_REQUESTS:
            raise Failed(f"{name}: not all requests were served: {said}")
        return told["span_s"] / 3600

    return Player(name, lambda _: [program, "--trace", path, "--json"], hours_of_all)


def run(setting):
    ours = os.path.join(setting.built, "bin", "rsm-sim")
    other = os.path.join(setting.against, "bin", "rsm-sim") if setting.against else None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace.jsonl")
        write(path, a_history(random.Random(TRACE_SEED), TRACE_REQUESTS))
        for case, player in (("the whole service with faults and power cuts", lambda name, program: histories(name, program)),
                             ("a trace of 1,500 requests, policy throughput", lambda name, program: traces(name, program, path))):
            players = [player("rsm-sim", ours)] + ([player("rsm-sim of the other build", other)] if other else [])
            setting.compare(f"simulator: hours of operation for a second of one processor, {case}", RATE, players)
