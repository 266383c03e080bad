"""Rounds: contestants take turns, and what comes out is medians, spreads and ratios.

The first contestant is ours. In each round everybody works once, one after the other, so that what the machine does besides meets all
of them alike; the ratio is the median of the rounds' own ratios. A contestant is anything with a name, a pid or None (whose processor
time is told), and round(seconds) -> {"operations": N, "seconds": S, "median_us": M, "p99_us": P}.
"""
import json
import os
import select
import statistics
import subprocess
import time

ROUND_LIMIT_S = 120  # beyond the length of a round: nothing came, and nothing will


class Failed(Exception):
    """A contestant ended without a figure."""


class Program:
    """A contestant that is a program of its own (contestant.hpp); idle between its rounds."""

    def __init__(self, name, command, pid=None):
        self.name = name
        self.child = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.pid = pid or self.child.pid
        try:
            self.line(ROUND_LIMIT_S)
        except Failed:
            self.close()
            raise

    def line(self, limit_s):
        ready, _, _ = select.select([self.child.stdout], [], [], limit_s)
        text = self.child.stdout.readline() if ready else ""
        if not text:
            why = "no answer" if not ready else self.child.stderr.read().strip()
            raise Failed(f"{self.name}: {why}")
        return text

    def round(self, seconds):
        self.child.stdin.write(f"{seconds}\n")
        self.child.stdin.flush()
        return json.loads(self.line(seconds + ROUND_LIMIT_S))

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()
        self.child.stderr.close()


def processor_seconds(pid):
    """What all threads of the process have used so far; those that have ended are not in it."""
    total = 0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
    except OSError:
        return None
    return total / 1e9


def spread(values):
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def one_round(contestant, seconds):
    before = processor_seconds(contestant.pid) if contestant.pid else None
    done = contestant.round(seconds)
    after = processor_seconds(contestant.pid) if contestant.pid else None
    if done["operations"] == 0:
        raise Failed(f"{contestant.name}: nothing was done in a round")
    if before is not None and after is not None and done.get("whole", True):
        done["processor_us"] = (after - before) * 1e6 / done["operations"]
    return done


RATE, LATENCY, BYTES = "per second", "microseconds", "bytes"


def value_of(done, unit):
    return done["operations"] / done["seconds"] if unit == RATE else done["bytes"] if unit == BYTES else done["median_us"]


QUIET_PERCENT = 3


def pressure(resource):
    """Percent of the last ten seconds in which somebody waited for it ("io", "cpu"); None where the kernel does not say."""
    try:
        with open(f"/proc/pressure/{resource}", encoding="ascii") as file:
            return float(file.readline().split("avg10=")[1].split()[0])
    except (OSError, IndexError):
        return None


def wait_for_quiet(patience):
    """For the processors too: a thread that wakes behind somebody else's work may wait a whole tick, and looks like a slow disk."""
    end = time.monotonic() + patience
    while time.monotonic() < end and max(pressure("io") or 0, pressure("cpu") or 0) > QUIET_PERCENT:
        time.sleep(0.5)


def compare(case, unit, contestants, rounds, seconds, patience=0, warm_up=True):
    """Lets them alternate; the result is one entry of the report (docs/performance.md describes it)."""
    wait_for_quiet(patience)
    pressures = {resource: pressure(resource) for resource in ("io", "cpu")}
    for contestant in contestants if warm_up else []:
        contestant.round(seconds / 4)  # nobody's first steps count
    load_before = os.getloadavg()[0]
    kept = [[] for _ in contestants]
    for _ in range(rounds):
        for contestant, own in zip(contestants, kept):
            own.append(one_round(contestant, seconds))
    values = [[value_of(done, unit) for done in own] for own in kept]
    result = {"case": case, "unit": unit, "better": "higher" if unit == RATE else "lower", "rounds": rounds, "seconds": seconds,
              "load": [load_before, os.getloadavg()[0]], "pressure": pressures, "contestants": []}
    for contestant, own, figures in zip(contestants, kept, values):
        entry = {"name": contestant.name, "values": figures, **spread(figures)}
        if unit != BYTES:
            entry.update({name: statistics.median(done[name] for done in own) for name in ("median_us", "p99_us")})
        used = [done["processor_us"] for done in own if "processor_us" in done]
        if used:
            entry["processor_us"] = statistics.median(used)
        if figures is not values[0]:
            entry["ratio"] = spread([ours / theirs for ours, theirs in zip(values[0], figures)])
        result["contestants"].append(entry)
    return result


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def table(result):
    """The result for people."""
    unit = "µs" if result["unit"] == LATENCY else result["unit"]
    of = "" if result["unit"] == BYTES else f" of {result['seconds']:g} s"
    lines = [f"{result['case']}: {unit}, median of {result['rounds']} rounds{of} (smallest to largest)"]
    for entry in result["contestants"]:
        line = f"  {entry['name']:<44}{number(entry['median']):>10}  {'(' + number(entry['min']) + ' to ' + number(entry['max']) + ')':<24}"
        if "processor_us" in entry:
            line += f"  {entry['processor_us']:8.1f} µs of processor each"
        if "ratio" in entry:
            line += f"  ratio {entry['ratio']['median']:.2f} ({entry['ratio']['min']:.2f} to {entry['ratio']['max']:.2f})"
        lines.append(line)
    return "\n".join(lines)
