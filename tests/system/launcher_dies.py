#!/usr/bin/env python3
"""The launcher is killed: the daemon does not stay up without it. It ends at once with an exit code of its own, and the next start goes on
with what was promised: the loaded medium stays loaded, a request that waited is served.  usage: launcher_dies.py BUILD [SEED]"""
import os
import signal

from harness import LIMIT_S, Session, Stage, main

LAUNCHER_LOST = 8


def launcher_of(daemon):
    """The child of the daemon that starts handlers."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                name, _, rest = file.read().partition(" (")[2].rpartition(") ")
            parent = int(rest.split()[1])
        except OSError:
            continue
        if name == "rsm-launcher" and parent == daemon.pid:
            return int(entry)
    raise AssertionError("the daemon has no launcher")


def test(build, rng):
    with Stage(build, cartridges=3) as stage:
        stage.start()
        stage.wait_identified()
        session = Session(stage, "outlives it")
        side = next(s["id"] for s in stage.all("side.list") if s["medium_name"] == "A00001" and s["number"] == 0)
        session.call("mount.run", key="mount", media=[side])
        os.kill(launcher_of(stage.daemon), signal.SIGKILL)
        assert stage.daemon.wait(timeout=LIMIT_S) == LAUNCHER_LOST, stage.daemon.returncode
        with open(stage.log) as file:
            assert "the launcher has ended" in file.read()
        done = stage.run("rsm", "check", check=False)
        assert done.returncode == 2, f"away is critical: {done.returncode} {done.stdout}"
        stage.start()
        stage.wait_until("the medium is found loaded", lambda: any(d["state"] == "loaded" and d["session"] == session.id for d in stage.all("drive.list")))
        request = session.call("dismount.submit", key="dismount", media=[side])["requests"][0]
        assert session.call("request.wait", request=request, timeout_ms=LIMIT_S * 1000)["state"] == "passed", "and handlers can be started"
        session.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
