#!/usr/bin/env python3
"""status, rsm status and rsm check answer whatever hangs: the start, the robot, a handler, a catalog backup, the disk of the catalog.

No clock proves it: in each case what hangs is seen to hang before and after the answer.
usage: status_never_waits.py BUILD [SEED]
"""
import json
import os
import select
import signal

from harness import Broken, Connection, Refused, Stage, main

WAL, BACKUP = "-wal", "backup.db"


class SlowStage(Stage):
    """A stage whose disk can be stopped for some files (tests/support/slow_sync.c)."""

    def __init__(self, build, **more):
        super().__init__(build, **more)
        self.hold_file = os.path.join(self.folder, "hold")
        options = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        self.daemon_environment = dict(os.environ, LD_PRELOAD=os.path.join(build, "bin", "rsm_slow_sync.so"), OPENRSM_TEST_HOLD=self.hold_file,
                                       ASAN_OPTIONS=options)

    def hold(self, text):
        with open(self.hold_file + ".new", "w") as file:
            file.write(text)
        os.rename(self.hold_file + ".new", self.hold_file)

    def release(self):
        os.unlink(self.hold_file)

    def listens(self):
        try:
            self.connection().close()
        except Broken:
            return False
        return True

    def held(self):
        return os.path.exists(self.hold_file + ".waiting")


class Asked:
    """A call whose answer is not waited for."""

    def __init__(self, stage, method, **params):
        self.connection = Connection(stage.socket)
        self.connection.file.write(json.dumps({"jsonrpc": "2.0", "id": 99, "method": method, "params": params}).encode() + b"\n")
        self.connection.file.flush()

    def answered(self):
        return bool(select.select([self.connection.socket], [], [], 0)[0])

    def result(self):
        answer = json.loads(self.connection.file.readline())
        self.connection.close()
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]


def everything_answers(stage, check_exit):
    """The call, the table, the JSON and the check; gives the last status."""
    stage.call("status")
    assert stage.run("rsm", "status").stdout.startswith("rsmd "), "rsm status"
    checked = stage.run("rsm", "check", check=False)
    assert checked.returncode in check_exit and checked.stdout.startswith("OPENRSM "), (checked.returncode, checked.stdout, checked.stderr)
    assert " | " in checked.stdout.splitlines()[0], checked.stdout
    return json.loads(stage.run("rsm", "status", "--json").stdout)


def while_it_starts(stage):
    assert stage.stop() == 0
    stage.hold(WAL)
    stage.start(wait=False)
    stage.wait_until("the first commit of the start hangs", lambda: stage.held() and stage.listens())
    status = everything_answers(stage, (1, 2))
    assert not status["ready"] and status["uncommitted"] > 0 and status["commit_error"] == "", status
    said = stage.run("rsm", "check", "daemon", check=False)
    assert said.returncode == 1 and "rsmd is not ready: it has been starting" in said.stdout, said.stdout
    try:
        stage.call("drive.list")
        raise AssertionError("it was ready all the time")
    except Refused as error:
        assert error.code == 21, error
    assert stage.held()
    stage.release()
    stage.wait_until("it starts", stage.answers)


def while_the_robot_moves(stage, session, side):
    stage.run("rsm-emu", "timing", stage.library, "real")
    request = session.call("mount.submit", key="slow", media=[side])["requests"][0]
    stage.wait_until("the robot moves", lambda: any(c["doing"] for c in stage.call("status")["changers"]))
    status = everything_answers(stage, (0,))
    assert [c["doing"] for c in status["changers"] if c["doing"]], "the move was over before the status"
    assert any(w["request"]["id"] == request for w in status["waiting"]), status["waiting"]
    stage.run("rsm-emu", "timing", stage.library, "fast")
    done = session.call("request.wait", request=request)
    assert done["state"] == "passed", done
    status = stage.call("status")
    assert status["drives"][0]["state"] == "loaded" and status["holders"][0]["application"] == "monitored", status["holders"]


def while_a_handler_hangs(stage, session, side):
    handlers = stage.handlers()
    assert handlers
    for pid in handlers:
        os.kill(pid, signal.SIGSTOP)
    asked = session.call("dismount.submit", key="hung", media=[side])["requests"][0]
    stage.wait_until("the dismount is in the hands of a handler", lambda: session.call("request.get", request=asked)["state"] == "inprocess")
    status = everything_answers(stage, (0,))
    assert any(w["request"]["id"] == asked for w in status["waiting"]), status["waiting"]
    assert stage.call("request.get", request=asked)["state"] == "inprocess"
    for pid in handlers:
        os.kill(pid, signal.SIGCONT)
    assert session.call("request.wait", request=asked)["state"] == "passed"


def while_a_backup_runs(stage):
    stage.hold(BACKUP)
    backup = Asked(stage, "catalog.backup", path=os.path.join(stage.folder, BACKUP))
    stage.wait_until("the backup hangs", stage.held)
    check = Asked(stage, "catalog.check")
    status = everything_answers(stage, (0,))
    assert status["ready"] and status["uncommitted"] == 0, status
    stage.call("drive.list")
    assert stage.held() and not backup.answered() and not check.answered()
    stage.release()
    assert backup.result()["bytes"] > 0
    assert check.result()["ok"]


def while_the_disk_hangs(stage, side):
    session = Connection(stage.socket)
    session.call("session.open", application="patient")
    before = stage.call("status")
    stage.hold(WAL)
    session.file.write(json.dumps({"jsonrpc": "2.0", "id": 99, "method": "mount.submit", "params": {"key": "k", "media": [side]}}).encode() + b"\n")
    session.file.flush()
    stage.wait_until("a commit hangs", stage.held)
    promising = Asked(stage, "drive.list")
    reading = stage.call("event.read", cursor=before["last_event"])  # committed events only, without a wait
    status = everything_answers(stage, (0, 1))
    assert status["ready"] and status["uncommitted"] > 0, status
    assert [w for w in status["waiting"] if w["request"]["application"] == "patient"], "the request that waits for the disk is not shown"
    assert status["last_event"] == reading["cursor"] == before["last_event"], "a cursor points at what is not durable"
    assert " not durable" in stage.run("rsm", "status").stdout.splitlines()[0]
    stage.wait_until("a person is told", lambda: any("the disk of the catalog has not answered" in s for s in stage.call("status")["attention"]))
    said = stage.run("rsm", "check", "commit", check=False)
    assert said.returncode == 1 and said.stdout.startswith("OPENRSM COMMIT WARNING - the disk of the catalog has not answered for "), said.stdout
    assert "NEEDS A PERSON" in stage.run("rsm", "status").stdout
    assert stage.run("rsm", "events", "--json", "--since", before["last_event"] - 1).stdout.count("\n") == 1
    critical = stage.run("rsm", "check", "commit", "--critical", "commit_age=1", check=False)
    assert critical.returncode == 2, critical.stdout
    assert stage.held() and not promising.answered() and not select.select([session.socket], [], [], 0)[0], "a promise was made before its commit"
    return session, promising, before["last_event"]


def the_disk_answers_again(stage, session, promising):
    stage.release()
    assert len(promising.result()["items"]) == 2
    answer = json.loads(session.file.readline())
    assert session.call("request.wait", request=answer["result"]["requests"][0])["state"] == "passed"
    session.close()
    stage.wait_until("all is durable", lambda: stage.call("status")["uncommitted"] == 0)
    assert stage.call("status")["commit_under_way_ms"] == 0


def a_cursor_of_a_status_outlives_a_kill(stage, side):
    """Whether the commit that hung is there after the kill is the disk's affair (the simulator cuts the power); the cursor is right either way."""
    session, promising, cursor = while_the_disk_hangs(stage, side)
    stage.kill()
    stage.release()
    session.close()
    promising.connection.close()
    stage.start()
    events = stage.call("event.read", cursor=cursor, limit=1000)["events"]
    assert events and events[0]["number"] == cursor + 1, events[:1]


def without_waiting_for_the_daemon(stage):
    os.kill(stage.daemon.pid, signal.SIGSTOP)
    said = stage.run("rsm", "check", "--timeout", "500ms", check=False)
    os.kill(stage.daemon.pid, signal.SIGCONT)
    assert said.returncode == 3 and said.stdout == "OPENRSM UNKNOWN - rsmd does not answer within 500 ms\n", said.stdout
    assert stage.stop() == 0
    said = stage.run("rsm", "check", check=False)
    assert said.returncode == 2 and said.stdout.startswith("OPENRSM CRITICAL - rsmd cannot be asked: "), said.stdout


def test(build, rng):
    with SlowStage(build, drives=2, slots=6, cartridges=3, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        assert everything_answers(stage, (0,))["uncommitted"] == 0
        sides = [s["id"] for s in stage.all("side.list")]
        while_it_starts(stage)
        print("while it starts: answered")
        stage.wait_identified()
        session = stage.connection()
        session.call("session.open", application="monitored")
        while_the_robot_moves(stage, session, sides[0])
        print("while the robot moves: answered")
        while_a_handler_hangs(stage, session, sides[0])
        print("while a handler hangs: answered")
        while_a_backup_runs(stage)
        print("while a backup and a check run: answered")
        the_disk_answers_again(stage, *while_the_disk_hangs(stage, sides[1])[:2])
        print("while the disk hangs: answered, from memory, with what is not durable counted")
        a_cursor_of_a_status_outlives_a_kill(stage, sides[2])
        print("killed meanwhile: the cursor of the status goes on without a gap")
        session.close()
        without_waiting_for_the_daemon(stage)


if __name__ == "__main__":
    main(test)
