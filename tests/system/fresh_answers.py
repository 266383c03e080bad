#!/usr/bin/env python3
"""What a caller was told is done is in every status and in all figures from then on, however many ask for them meanwhile.

Watchers ask for status and figures without a pause, so that kept answers are warm; the caller changes one thing after the other, through one connection, and looks at
once through another one. Every kind of change that status or the figures show.
usage: fresh_answers.py BUILD [SEED]
"""
import os
import signal
import threading

from harness import Connection, Session, Stage, main

WATCHERS = 3


class Watchers:
    """Ask as fast as they are answered, with the text of our own clients and with another one."""

    def __init__(self, stage):
        self.over = False
        self.answers = 0
        self.threads = [threading.Thread(target=self.watch, args=(stage, method)) for method in ("status", "metrics.read") for _ in range(WATCHERS)]
        for thread in self.threads:
            thread.start()

    def watch(self, stage, method):
        connection = Connection(stage.socket)
        seen = 0
        while not self.over:
            now = connection.call(method)["now"]
            assert now >= seen, "an older answer came after a newer one"
            seen = now
            self.answers += 1
        connection.close()

    def end(self):
        self.over = True
        for thread in self.threads:
            thread.join()


def drive(status, number=0):
    return next(d for d in status["drives"] if d["number"] == number)


def changes(stage, session, look):
    """Each: what is done; what is to be seen at once. `look()` gives status and figures."""
    side = stage.all("side.list")[0]["id"]
    library = next(lib for lib in stage.all("library.list") if lib["name"] == "Jukebox")
    drive_id = stage.all("drive.list")[0]["id"]

    sessions = look()[0]["sessions"]
    second = Connection(stage.socket)
    opened = second.call("session.open", application="second")
    yield "a session is opened", lambda s, m: s["sessions"] == sessions + 1 == m["sessions"]
    second.call("session.close", session=opened["session"])
    yield "a session is closed", lambda s, m: s["sessions"] == sessions == m["sessions"]
    second.close()

    changes_before = look()[0]["changes"]
    session.call("pool.create", name="fresh", action="create_new", key="p1")
    yield "a pool is made", lambda s, m: s["changes"] > changes_before and m["changes"] > changes_before

    session.call("object.set", type="library", id=library["id"], description="described", key="d1")
    yield "a library is described", lambda s, m: next(lib for lib in s["libraries"] if lib["id"] == library["id"])["description"] == "described"

    session.call("mount.run", key="m1", media=[side])
    yield "a medium is mounted", lambda s, m: any(d["state"] == "loaded" for d in s["drives"]) and any(d["state"] == "loaded" for d in m["drives"]) and len(s["holders"]) == 1

    asked = session.call("opreq.submit", key="00000000-0000-4000-8000-00000000f001", command="message", message="fresh?")
    yield "a person is asked", lambda s, m: any(o["id"] == asked["id"] for o in s["operator_requests"]) and m["operator_requests"] == 1
    session.call("opreq.refuse", id=asked["id"])
    yield "and says no", lambda s, m: not s["operator_requests"] and m["operator_requests"] == 0

    waits = session.call("mount.submit", key="m2", media=[side])["requests"]
    yield "a mount waits or is worked on", lambda s, m: sum(q["count"] for q in s["queue"]) >= 1 and sum(q["requests"] for q in m["queue"]) >= 1
    for request in waits:
        session.call("request.cancel", request=request)
    yield "it is cancelled", lambda s, m: all(w["request"]["id"] not in waits for w in s["waiting"])

    going = session.call("dismount.submit", key="u1", media=[side])["requests"]
    for request in going:
        stage.call("request.wait", request=request)
    yield "the medium is dismounted", lambda s, m: not any(d["state"] == "loaded" for d in s["drives"]) and not s["holders"]

    off = session.call("object.disable", key="e1", type="drive", id=drive_id)["request"]
    stage.call("request.wait", request=off)
    yield "a drive is disabled", lambda s, m: not next(d for d in s["drives"] if d["id"] == drive_id)["enabled"] and not next(d for d in m["drives"] if d["drive"] == drive_id)["enabled"]
    on = session.call("object.enable", key="e2", type="drive", id=drive_id)["request"]
    stage.call("request.wait", request=on)
    yield "and enabled", lambda s, m: next(d for d in s["drives"] if d["id"] == drive_id)["enabled"]

    connections = look()[1]["connections"]
    more = [Connection(stage.socket) for _ in range(5)]
    yield "connections have come", lambda s, m: m["connections"] == connections + 5
    for one in more:
        one.close()


def test(build, _):
    with Stage(build, drives=2, slots=8, cartridges=3) as stage:
        stage.start()
        stage.wait_identified()
        session = Session(stage, "fresh")
        watching = Connection(stage.socket)
        watchers = Watchers(stage)

        def look():
            return watching.call("status"), watching.call("metrics.read")

        try:
            seen = 0
            for what, is_there in changes(stage, session, look):
                status, figures = look()
                assert is_there(status, figures), f"{what}, and that is not to be seen at once: {status} {figures}"
                seen += 1
            assert seen > 10
            # What nobody has asked for shows, too: a handler that was killed.
            died = sum(h["died"] for h in look()[1]["handlers"])
            os.kill(stage.handlers()[0], signal.SIGKILL)
            stage.wait_until("the death of a handler is told", lambda: sum(h["died"] for h in look()[1]["handlers"]) > died)
        finally:
            watchers.end()
        assert watchers.answers > 100, watchers.answers
        print(f"{seen} changes, {watchers.answers} answers to watchers")
        session.close()
        watching.close()


if __name__ == "__main__":
    main(test)
