#!/usr/bin/env python3
"""`rsm events --follow --json` against the real daemon: one object a line, without gap and without repetition over restarts of both.

usage: follow_events.py BUILD [SEED]
"""
import json
import queue
import signal
import sqlite3
import subprocess
import threading

from harness import LIMIT_S, Stage, main


class Follower:
    """The program, with its lines as they come."""

    def __init__(self, stage, *words):
        self.process = subprocess.Popen([stage.programs["rsm"], "events", "--follow", *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=stage.environment)
        self.lines, self.said = queue.Queue(), queue.Queue()
        for pipe, kept in ((self.process.stdout, self.lines), (self.process.stderr, self.said)):
            threading.Thread(target=self.read, args=(pipe, kept), daemon=True).start()

    @staticmethod
    def read(pipe, kept):
        for line in pipe:
            kept.put(line)
        kept.put(None)

    def number(self):
        line = self.lines.get(timeout=LIMIT_S)
        assert line is not None, "the output ended"
        assert line.endswith("\n"), f"half a line: {line!r}"
        return json.loads(line)["number"]

    def until(self, number):
        """All numbers up to this one."""
        got = []
        while not got or got[-1] < number:
            got.append(self.number())
        return got

    def hears(self, words):
        while True:
            line = self.said.get(timeout=LIMIT_S)
            assert line is not None, f"never said: {words}"
            if words in line:
                return line

    def end(self, how=signal.SIGINT):
        """Exit code, and what came at last; whole lines only."""
        self.process.send_signal(how)
        code = self.process.wait(timeout=LIMIT_S)
        rest = []
        while (line := self.lines.get(timeout=LIMIT_S)) is not None:
            assert line.endswith("\n"), f"half a line: {line!r}"
            rest.append(json.loads(line)["number"])
        return code, rest


def newest(stage):
    return stage.call("status")["last_event"]


def work(stage):
    """Some events: a session that comes and goes."""
    connection = stage.connection()
    connection.call("session.open", application="noise")
    connection.call("session.close")
    connection.close()
    return newest(stage)


def unbroken(numbers, first):
    assert numbers == list(range(first, first + len(numbers))), f"from {first}: {numbers}"


def over_a_restart(stage):
    """The daemon is stopped, and killed, while it is followed; what happens between is shown when it is back."""
    begin = newest(stage)
    follower = Follower(stage, "--json", "--since", begin)
    got = follower.until(work(stage))
    for end in (stage.stop, stage.kill):
        end()
        follower.hears("the service is away")
        stage.start()
        follower.hears(f"going on after event {got[-1]}")
        got += follower.until(work(stage))
    code, rest = follower.end()
    assert code == 0, code
    unbroken(got + rest, begin + 1)
    return len(got)


def over_its_own_restart(stage):
    """A follower that ends anywhere is continued from the number of its last line."""
    begin = newest(stage)
    got = []
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        follower = Follower(stage, "--json", "--since", got[-1] if got else begin)
        got += follower.until(work(stage))
        work(stage)
        code, rest = follower.end(how)
        assert code == 0, f"{how}: exit {code}"
        got += rest
    unbroken(got, begin + 1)
    first = got[-1]
    last = work(stage)
    once = stage.run("rsm", "events", "--json", "--since", first)
    unbroken([json.loads(line)["number"] for line in once.stdout.splitlines()], first + 1)
    assert json.loads(once.stdout.splitlines()[-1])["number"] == last
    # A cursor of one type only, too: nothing twice.
    kinds = [json.loads(line) for line in stage.run("rsm", "events", "--json", "--type", "session", "--since", first).stdout.splitlines()]
    assert kinds and all(e["type"] == "session" for e in kinds), kinds
    again = stage.run("rsm", "events", "--json", "--type", "session", "--since", kinds[-1]["number"])
    assert again.stdout == "", again.stdout


def a_reader_that_goes_away(stage):
    """`rsm events --follow | head -1`: ends quietly and with success, whoever handles SIGPIPE how."""
    for ignored in (False, True):
        program = subprocess.Popen([stage.programs["rsm"], "events", "--follow", "--json", "--since", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=stage.environment, restore_signals=not ignored)
        assert program.stdout.readline().endswith(b"\n")
        program.stdout.close()
        work(stage)
        assert program.wait(timeout=LIMIT_S) == 0
        assert program.stderr.read() == b""
        program.stderr.close()
    # Nothing happens any more, and nobody reads: it is noticed all the same.
    program = subprocess.Popen([stage.programs["rsm"], "events", "--follow", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=stage.environment)
    program.stdout.close()
    assert program.wait(timeout=LIMIT_S) == 0
    assert program.stderr.read() == b""
    program.stderr.close()


def cursors_that_are_not_kept(stage):
    """Too old: ERROR_NO_DATA names the cursor to go on from; a catalog that was restored: a cursor of the future does."""
    assert stage.stop() == 0
    catalog = sqlite3.connect(stage.catalog)
    firsts = [row[0] for row in catalog.execute("SELECT first FROM event_batch ORDER BY first")]
    oldest = firsts[len(firsts) // 2]
    catalog.execute("DELETE FROM event_batch WHERE first < ?", (oldest,))  # what the purge of old events does
    catalog.commit()
    catalog.close()
    stage.start()
    done = stage.run("rsm", "events", "--follow", "--json", "--since", oldest - 5, check=False)
    assert done.returncode == 4 and not done.stdout, (done.returncode, done.stdout)
    assert "ERROR_NO_DATA (232)" in done.stderr and f"go on from cursor {oldest - 1}" in done.stderr, done.stderr
    follower = Follower(stage, "--json", "--since", oldest - 1)
    assert follower.number() == oldest
    assert follower.end()[0] == 0
    future = newest(stage) + 1000
    done = stage.run("rsm", "events", "--follow", "--json", "--since", future, check=False)
    assert done.returncode == 4 and "ERROR_NO_DATA (232)" in done.stderr, (done.returncode, done.stderr)


def interrupted_while_the_service_is_away(stage):
    last = newest(stage)
    follower = Follower(stage, "--json", "--since", last - 1)
    assert follower.number() == last
    assert stage.stop() == 0
    follower.hears("the service is away")
    assert follower.end()[0] == 0


def without_a_service(stage):
    done = stage.run("rsm", "events", "--follow", "--json", "--since", 0, check=False)
    assert done.returncode == 2 and not done.stdout, (done.returncode, done.stdout)
    assert "ERROR_NOT_READY" in done.stderr, done.stderr


def test(build, rng):
    with Stage(build, drives=1, slots=4, cartridges=2, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        print(f"over restarts of the daemon: {over_a_restart(stage)} events, each once")
        over_its_own_restart(stage)
        print("over its own restarts: each event once")
        a_reader_that_goes_away(stage)
        print("a reader that goes away: a quiet end")
        cursors_that_are_not_kept(stage)
        print("cursors that are not kept: said, with the one to use")
        interrupted_while_the_service_is_away(stage)
        without_a_service(stage)


if __name__ == "__main__":
    main(test)
