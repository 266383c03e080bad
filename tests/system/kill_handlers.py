#!/usr/bin/env python3
"""Handlers are killed and stopped (hung) at random under load: each costs its own device only, and never a wrong belief.

A drive that fails with three cartridges in a row waits for a person, however it failed: the first part may bring that about on a slow machine, the second
does it on purpose. The person says that the drive is well, and it is used again.

usage: kill_handlers.py BUILD [SEED]; KILLS in the environment (default 60).
"""
import os
import signal
import time

from harness import Stage, main
from load import Load


AT_REST = ("dismounted", "loaded", "dismountable")  # no drive in the middle of anything
HEALED_LIMIT_S = 150


def condemned(stage):
    """What a person is asked to look at among the drives."""
    return [o for o in stage.all("opreq.list") if o["state"] not in ("complete", "refused") and o["command"] == "device_service"]


def heal(stage):
    """Nothing more is killed: what needs service is asked again and comes back; what was condemned, a person has looked at."""
    def all_ready():
        for asked in condemned(stage):
            stage.call("opreq.satisfy", id=asked["id"])
        return all(d["operational_state"] == "ready" for d in stage.all("drive.list"))

    stage.wait_until("all drives are ready again", all_ready, HEALED_LIMIT_S)


def condemn(stage):
    """Kills every handler that works until a drive has failed three times in a row."""
    end = time.monotonic() + HEALED_LIMIT_S
    while not condemned(stage):
        assert time.monotonic() < end, "no drive was condemned, however often its handlers died"
        for victim in stage.handlers():
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                pass


def test(build, rng):
    kills = int(os.environ.get("KILLS", "60"))
    limits = "\n".join(f"{what}_limit_s = 5" for what in ("move", "load", "unload", "volume", "status"))  # a hung one costs this; on a busy machine a living one needs seconds
    with Stage(build, drives=3, slots=12, cartridges=6, limits=limits) as stage:
        stage.start()
        stage.wait_identified()
        load = Load(stage, rng, workers=4)
        load.start()
        begin = time.monotonic()
        hung = 0
        for n in range(kills):
            time.sleep(rng.uniform(0.02, 0.3))
            handlers = stage.handlers()
            if not handlers:
                continue
            victim = rng.choice(handlers)
            stop = rng.random() < 0.15
            hung += stop
            try:
                os.kill(victim, signal.SIGSTOP if stop else signal.SIGKILL)
            except ProcessLookupError:
                pass
            status = stage.call("status")  # answers at once, whatever the devices do
            assert status["ready"]
            if load.failures:
                break
        heal(stage)
        condemn(stage)
        heal(stage)
        load.stop()
        stage.wait_until("every request has ended or is a deferred dismount",
                         lambda: all(r["state"] == "deferred" for r in stage.open_requests()) and all(d["state"] in AT_REST for d in stage.all("drive.list")), HEALED_LIMIT_S)
        states = load.check()
        believed = {d["number"]: d["medium_name"] for d in stage.all("drive.list")}
        session = stage.connection()
        opened = session.call("session.open", application="check")
        assert opened["session"]
        library = [l for l in session.call("library.list")["items"] if l["library_type"] == "online"][0]
        done = session.call("request.wait", request=session.call("library.inventory", key="i", library=library["id"], action="fast")["request"], timeout_ms=60000)
        assert done["state"] == "passed", done
        after = {d["number"]: d["medium_name"] for d in stage.all("drive.list")}
        assert believed == after, f"belief {believed}, hardware {after}"
        print(f"{kills} handlers hit ({hung} hung) in {time.monotonic() - begin:.1f} s; {len(states)} acknowledged requests")
        session.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
