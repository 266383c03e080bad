#!/usr/bin/env python3
"""Handlers are killed and stopped (hung) at random under load: each costs its own device only, and never a wrong belief.

usage: kill_handlers.py BUILD [SEED]; KILLS in the environment (default 60).
"""
import os
import signal
import time

from harness import Stage, main
from load import Load


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
        # Healing: nothing more is killed; what needs service is asked again and comes back.
        stage.wait_until("all drives are ready again", lambda: all(d["operational_state"] == "ready" for d in stage.all("drive.list")), 150)
        load.stop()
        stage.wait_until("every request has ended or is a deferred dismount",
                         lambda: all(r["state"] == "deferred" for r in stage.open_requests()), 150)
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
