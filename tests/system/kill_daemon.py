#!/usr/bin/env python3
"""kill -9 of the daemon at random moments under mixed load (mounts, dismounts, ejects, injects, inventories): nothing acknowledged is lost, nothing
runs twice.

usage: kill_daemon.py BUILD [SEED]; KILLS in the environment (50 unless said otherwise, 200 in a run of everything in full).
"""
import os
import time

from harness import Stage, main
from load import Load

PEOPLE = ("eject passed", "inject passed", "inventory passed")


def test(build, rng):
    kills = int(os.environ.get("KILLS", "200" if "RSM_TESTS_IN_FULL" in os.environ else "50"))
    with Stage(build, drives=2, slots=10, cartridges=5, library="port_max_extend_s = 5") as stage:
        stage.start()
        stage.wait_identified()
        load = Load(stage, rng, people=True)
        load.start()
        begin = time.monotonic()
        for n in range(kills):
            if n % 10 == 9:  # now and then until people have done what takes them longest, however slow the machine
                kind = PEOPLE[n // 10 % len(PEOPLE)]
                before = load.done.get(kind, 0)
                stage.wait_until(f"{kind}", lambda: load.done.get(kind, 0) > before or load.failures, 180)
            else:
                time.sleep(rng.uniform(0.0, 1.0) ** 2 * 1.2)
            stage.kill()
            stage.start(wait=rng.random() < 0.5)
            if load.failures:
                break
        stage.wait_until("the daemon answers", stage.answers)
        time.sleep(0.5)
        load.stop()
        stage.wait_until("every request has ended or is a deferred dismount",
                         lambda: all(r["state"] == "deferred" for r in stage.open_requests()), 120)
        states = load.check()
        check = stage.call("catalog.check")
        assert check["ok"], check["findings"]
        by_state = {}
        for info in states.values():
            by_state[info["state"]] = by_state.get(info["state"], 0) + 1
        print(f"{kills} kills in {time.monotonic() - begin:.1f} s; {len(states)} acknowledged requests: {by_state}; volumes: {stage.volumes}")
        print(f"people: {dict(sorted(load.done.items()))}")
        assert by_state.get("passed", 0) > 0
        for kind in PEOPLE:
            assert load.done.get(kind, 0) > 0, load.done
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
