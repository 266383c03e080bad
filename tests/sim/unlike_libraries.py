#!/usr/bin/env python3
"""rsm-sim --trace: histories of libraries that have little in common, each played with the default policy and first come, first served.

Nothing in the scheduler is made for these: a thousand requests or two for one drive or sixteen, for twenty media or eight hundred, as often wanted or a few of them all the time, one by one
or in bursts, held for seconds or for hours, given back at once or with a delay. Over all of them, waits have to be shorter than in the order of arrival, and nowhere much longer.

usage: unlike_libraries.py BUILD [FIRST LAST]    histories FIRST to LAST, a line each; without them the ones of the test
"""
import json
import math
import os
import random
import subprocess
import sys
import tempfile

AT_ONCE = 16  # histories of the test


def a_history(number):
    rng = random.Random(number)
    drives, sides, media = rng.choice([1, 2, 3, 4, 6, 8, 16]), rng.choice([1, 1, 2]), rng.choice([20, 60, 200, 800])
    library = {"drives": drives, "media": media, "sides": sides, "arms": 1, "move": rng.choice([3, 6, 9, 15]), "load": rng.choice([5, 10, 15, 30]), "unload": rng.choice([5, 20, 60, 90])}
    hold, requests, load = rng.choice([5, 20, 60, 300, 1200]), rng.choice([800, 2000]), rng.choice([0.4, 0.6, 0.8, 0.95])
    skew, burst, dismount = rng.choice([0, 0.8, 1.2]), rng.choice([1, 1, 5, 20]), rng.choice(["deferred", "immediate", "both"])
    # Requests come as fast as drives and arm would serve that share of them, were each an exchange.
    gap = max((library["move"] * 2 + library["load"] + library["unload"] + hold) / drives, library["move"] * 2) / load
    order = rng.sample(range(media), media)
    often = [1 / (place + 1) ** skew for place in range(media)]
    lines, now = [], 0.0
    while len(lines) < requests:
        now += rng.expovariate(1 / (gap * burst))
        when, medium = now, rng.choices(order, often)[0]
        for _ in range(rng.randint(1, 2 * burst - 1)):
            if burst > 1:
                when += rng.expovariate(1 / (hold / 2 + 1))
            if burst == 1 or rng.random() < 0.5:
                medium = rng.choices(order, often)[0]
            lines.append({"t": round(when, 3), "media": medium, "side": rng.randrange(sides), "drives": None, "hold_s": round(rng.expovariate(1 / hold) + 0.5, 3), "priority": 0,
                          "dismount": rng.choice(["deferred", "immediate"]) if dismount == "both" else dismount, "session": rng.randrange(20)})
    return {"library": library}, sorted(lines, key=lambda line: line["t"])


def played(sim, path, policy):
    return json.loads(subprocess.run([sim, "--trace", path, "--policy", policy, "--json"], capture_output=True, text=True, timeout=300, check=True).stdout)


def main(build, numbers, show):
    sim = os.path.join(build, "bin", "rsm-sim")
    means, longest = [], []
    with tempfile.TemporaryDirectory(prefix="openrsm-unlike.") as folder:
        for number in numbers:
            library, requests = a_history(number)
            path = os.path.join(folder, f"{number}.jsonl")
            with open(path, "w") as file:
                file.writelines(json.dumps(line) + "\n" for line in (library, *requests))
            ours, fifo = (played(sim, path, policy) for policy in ("throughput", "fifo"))
            means.append(ours["mean_wait_s"] / fifo["mean_wait_s"])
            longest.append(ours["longest_wait_s"] / fifo["longest_wait_s"])
            if show:
                print(f"{number:4} mean {ours['mean_wait_s']:8.0f} s, {means[-1]:.2f} of fifo; longest {longest[-1]:.2f}; {library['library']}")
            os.unlink(path)
    together = math.exp(sum(map(math.log, means)) / len(means))
    print(f"{len(means)} histories: mean wait {together:.2f} of first come, first served ({min(means):.2f} to {max(means):.2f}); "
          f"longer on average in {sum(mean > 1.01 for mean in means)}; the longest wait more than a quarter longer in {sum(each > 1.25 for each in longest)}")
    if not show:
        assert together < 0.8 and max(means) < 1.1, (together, means)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        main(sys.argv[1], range(int(sys.argv[2]), int(sys.argv[3]) + 1), True)
    else:
        main(sys.argv[1], range(1, AT_ONCE + 1), False)
