#!/usr/bin/env python3
"""rsm-sim --trace: histories of requests are played with every policy; what it prints adds up; what is no trace is refused with its line.

usage: traces.py BUILD [SEED]
"""
import json
import os
import random
import subprocess
import sys
import tempfile

LIBRARY = {"drives": 3, "media": 40, "sides": 2, "arms": 1, "move": 9, "load": 15, "unload": 75}
POLICIES = ["fifo-immediate", "fifo", "strict", "batch", "throughput", "clairvoyant"]


def a_history(rng, requests):
    """Sessions come in bursts and ask for a few sides, again and again."""
    lines, now = [{"library": LIBRARY}], 0.0
    while len(lines) <= requests:
        now += rng.expovariate(1 / 900)
        medium = min(int(rng.expovariate(1 / 8)), LIBRARY["media"] - 1)
        for _ in range(rng.randint(1, 8)):
            now += rng.expovariate(1 / 20)
            lines.append({"t": round(now, 3), "media": medium, "side": rng.randint(0, 1), "drives": [0, 1] if rng.random() < 0.1 else None, "hold_s": round(rng.lognormvariate(3.5, 1), 3),
                          "priority": rng.choice([-7, 0, 0, 0, 7]), "dismount": rng.choice(["deferred", "deferred", "immediate"]), "session": rng.randint(0, 9)})
    return lines[:requests + 1]


def write(path, lines):
    with open(path, "w") as file:
        file.write("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))


def foretold(sim, folder, rng):
    """What nine of ten forecasts should come before, 85 to 95 of a hundred do; about as many come before what is expected as after it."""
    paths = []
    for number in range(8):
        paths.append(os.path.join(folder, f"history{number}.jsonl"))
        write(paths[-1], a_history(rng, 300))
    for policy in ("throughput", "batch", "strict"):
        rows = [json.loads(line) for line in sim(*(word for path in paths for word in ("--trace", path)), "--policy", policy, "--forecast", "3", "--json").stdout.splitlines()]
        assert len(rows) == len(paths) and all(row["forecasts"] > 30 for row in rows), rows
        told = sum(row["forecasts"] for row in rows)
        within = sum(row["within_p90"] * row["forecasts"] for row in rows) / told
        earlier = sum(row["before_median"] * row["forecasts"] for row in rows) / told
        assert 0.85 <= within <= 0.95, (policy, within, rows)
        assert 0.35 <= earlier <= 0.65, (policy, earlier, rows)


def test(build, rng):
    program = os.path.join(build, "bin", "rsm-sim")

    def sim(*arguments):
        return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=300)

    with tempfile.TemporaryDirectory(prefix="openrsm-traces.") as folder:
        path = os.path.join(folder, "night.jsonl")
        history = a_history(rng, 300)
        write(path, history)
        done = sim("--trace", path, "--compare", "--json")
        assert done.returncode == 0, done.stderr
        told = {row["policy"]: row for row in json.loads(done.stdout)["policies"]}
        assert list(told) == POLICIES, told
        held = sum(line["hold_s"] for line in history[1:])
        for name, row in told.items():
            assert row["requests"] == 300, (name, row)
            assert row["wait_p50_s"] <= row["wait_p90_s"] <= row["wait_p99_s"] <= row["longest_wait_s"], (name, row)
            assert 0 < row["held_share"] <= row["drive_use"] <= 1 and 0 < row["arm_use"] <= 1, (name, row)
            assert abs(row["held_share"] * row["span_s"] * LIBRARY["drives"] - held) < 1, (name, row)
        # Nothing was waited for: at least a move and a load, whoever comes first.
        assert all(row["longest_wait_s"] >= LIBRARY["move"] + LIBRARY["load"] for row in told.values())
        assert told["fifo-immediate"]["moves"] >= told["fifo"]["moves"], told
        assert told["clairvoyant"]["mean_wait_s"] <= told["throughput"]["mean_wait_s"] < told["fifo"]["mean_wait_s"] < told["fifo-immediate"]["mean_wait_s"], told
        # One policy says the same as the comparison, and as a table.
        alone = json.loads(sim("--trace", path, "--policy", "batch", "--json").stdout)
        assert alone["mean_wait_s"] == told["batch"]["mean_wait_s"] and alone["trace"] == "night.jsonl", alone
        table = sim("--trace", path, "--compare").stdout
        assert all(name in table for name in POLICIES) and "1.00x" in table, table

        # One request alone waits for one move and one load.
        write(path, [{"library": LIBRARY}, {**history[1], "t": 5, "drives": None}])
        for name in POLICIES:
            alone = json.loads(sim("--trace", path, "--policy", name, "--json").stdout)
            assert alone["mean_wait_s"] == 24 and alone["moves"] in (1, 2), (name, alone)

        foretold(sim, folder, rng)

        for wrong, says in (([], "no request"), (["{\n"], ":1"), ([{"library": LIBRARY}, {**history[1], "side": 2}], ":2"), ([{"library": {**LIBRARY, "arms": 2}}], "arms"),
                            ([{"library": LIBRARY}, {**history[1], "t": 9}, {**history[1], "t": 8}], ":3"), ([{"library": LIBRARY}, {**history[1], "drives": [3]}], ":2"),
                            ([{"library": LIBRARY}, {**history[1], "hold_s": -1}], "hold_s")):
            write(path, wrong)
            done = sim("--trace", path)
            assert done.returncode == 2 and says in done.stderr and not done.stdout, (wrong, done)
        assert sim("--trace", os.path.join(folder, "nowhere")).returncode == 2
        write(path, history)
        done = sim("--trace", path, "--policy", "magic")
        assert done.returncode == 2 and "throughput" in done.stderr, done
        assert sim("--compare").returncode == 2


if __name__ == "__main__":
    test(sys.argv[1], random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1))
    print("passed")
