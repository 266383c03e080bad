#!/usr/bin/env python3
"""kill -9 of the daemon while requests that have ended go to the history of the catalog: everything acknowledged is there, once.

usage: kill_history.py BUILD [SEED]; KILLS in the environment (15 unless said otherwise, 100 in a run of everything in full).
"""
import os
import shutil
import sqlite3
import threading
import time

from harness import Refused, Session, Stage, main

KEPT_AT_LEAST = 190_000  # requests that have ended (limits::requests_kept_max: 200,000, less what is deleted at a time)
HISTORY_DELAY_S = 1.0  # limits::history_delay: what has ended goes there after it


class Crowd:
    """Sessions that ask for a side that nobody can have, and withdraw: two requests that have ended for each. What was acknowledged is remembered."""

    def __init__(self, stage, side, rng, workers=4):
        self.stage, self.side = stage, side
        self.lock = threading.Lock()
        self.mounts, self.cancelled = {}, set()  # key -> (session, id); ids
        self.stopping = threading.Event()
        self.first_end = None  # in this life of the daemon
        self.failures = []
        self.threads = [threading.Thread(target=self.work, args=(n,)) for n in range(workers)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        try:
            session = Session(self.stage, f"withdrawer {number}")
            count = 0
            while not self.stopping.is_set():
                count += 1
                key = f"{number}-{count}"
                request = session.call("mount.submit", key=key, media=[self.side], nowait=True)["requests"][0]
                with self.lock:
                    self.mounts[key] = (session, request)
                try:
                    session.call("request.cancel", request=request)
                except Refused as error:  # sent again after a kill: it was cancelled the first time
                    assert error.code == 4312, error
                with self.lock:
                    self.cancelled.add(request)
                    self.first_end = self.first_end or time.monotonic()
        except Exception as error:  # told by stop()
            self.failures.append(f"worker {number}: {type(error).__name__}: {error}")

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=180)
            if thread.is_alive():
                self.failures.append("a worker did not end")
        assert not self.failures, self.failures


def left_behind(stage):
    """What a kill has left in the catalog: requests that have ended and are not in the history, and those that are."""
    folder = os.path.join(stage.folder, "seen")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    for ending in ("", "-wal"):
        if os.path.exists(stage.catalog + ending):
            shutil.copy(stage.catalog + ending, os.path.join(folder, "catalog" + ending))
    connection = sqlite3.connect(os.path.join(folder, "catalog"))
    try:
        twice, = connection.execute("SELECT count(*) FROM request JOIN request_done USING (sequence)").fetchone()
        assert twice == 0, f"{twice} requests are in both tables"
        ended, = connection.execute("SELECT count(*) FROM request WHERE state IN (2, 3, 4, 7, 8)").fetchone()
        moved, = connection.execute("SELECT count(*) FROM request_done").fetchone()
    finally:
        connection.close()
    return ended, moved


def check(stage, crowd):
    """Every acknowledged request is listed once, as it ended, and its key still names it."""
    listed = stage.all("request.list")
    numbers = [row["number"] for row in listed]
    assert numbers == sorted(set(numbers), reverse=True), "a number twice, or out of order"
    by_id = {row["id"]: row for row in listed}
    assert len(by_id) == len(listed), "an id twice"
    # Of more than are kept the oldest have gone; ids grow with the numbers.
    oldest = listed[-1]["id"] if len(listed) >= KEPT_AT_LEAST else ""
    for key, (session, request) in crowd.mounts.items():
        if request < oldest:
            continue
        assert request in by_id, f"request {request} was acknowledged and is not there"
        if request in crowd.cancelled:
            assert by_id[request]["state"] == "cancelled", by_id[request]
    removed = [row["work_item"] for row in listed if row["operation"] == "remove"]
    assert len(removed) == len(set(removed)), "a request was cancelled twice"
    assert {each for each in crowd.cancelled if each >= oldest} <= set(removed), "a cancel was acknowledged and has no request"
    for key, (session, request) in list(crowd.mounts.items())[-200:]:
        assert session.call("mount.submit", key=key, media=[crowd.side], nowait=True)["requests"] == [request], key
    return len(listed)


def test(build, rng):
    kills = int(os.environ.get("KILLS", "100" if "RSM_TESTS_IN_FULL" in os.environ else "15"))
    with Stage(build, drives=1, slots=4, cartridges=2, sides=1) as stage:
        stage.start()
        stage.wait_identified()
        held, wanted = [side["id"] for side in stage.all("side.list")]
        holder = Session(stage, "holder")
        holder.call("mount.run", key="held", media=[held])
        crowd = Crowd(stage, wanted, rng)
        between = moved = 0
        for n in range(kills):
            stage.wait_until("something has ended", lambda: crowd.first_end is not None or crowd.failures, 60)
            if n % 3 == 2:
                time.sleep(rng.uniform(0.0, 2.5))
            else:  # when the timer that moves them is about to fire, or has just fired
                time.sleep(max(0.0, crowd.first_end + HISTORY_DELAY_S + rng.uniform(-0.03, 0.1) - time.monotonic()) if crowd.first_end else 0)
            stage.kill()
            crowd.first_end = None
            ended, moved = left_behind(stage)
            between += ended > 0
            stage.start(wait=rng.random() < 0.5)
            if crowd.failures:
                break
        stage.wait_until("the daemon answers", stage.answers)
        time.sleep(0.5)
        crowd.stop()
        listed = check(stage, crowd)
        found = stage.call("catalog.check")
        assert found["ok"], found["findings"]
        print(f"{kills} kills: {len(crowd.mounts)} acknowledged mounts, {len(crowd.cancelled)} cancels, {listed} requests listed; after {between} kills some had ended and were not in the history")
        assert between > 0 and moved > 0
        holder.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
