#!/usr/bin/env python3
"""Figures of the web console, to be read by people (docs/performance.md): a search among MEDIA media, the arm at real timing, 50 tabs while much happens.
usage: figures.py BUILD [MEDIA]"""
import json
import os
import sqlite3
import subprocess
import sys
import threading
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from harness import Session, Stage  # noqa: E402
from node_packages import installed  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 20
EVENTS_A_SECOND = 100


def add_media(catalog, media):
    """Rows of media like the first one, offline. The service is not running."""
    db = sqlite3.connect(catalog)
    db.execute("PRAGMA synchronous = OFF")
    columns = [row[1] for row in db.execute("PRAGMA table_info(medium_row)")]
    row = dict(zip(columns, db.execute("SELECT * FROM medium_row LIMIT 1").fetchone()))
    row.update({name: None for name in columns if name.startswith("place")})
    sides = [r[1] for r in db.execute("PRAGMA table_info(side_row)")]
    side = dict(zip(sides, db.execute("SELECT * FROM side_row LIMIT 1").fetchone())) | {"info_is_name": 0}
    first = db.execute("SELECT max(ref) FROM medium_row").fetchone()[0] + 1

    def rows():
        for n in range(media):
            yield tuple((row | {"ref": first + n, "id": uuid.uuid4().bytes, "name": f"A{n:07d}", "barcode": f"A{n:07d}L9", "created": n}).values())

    def side_rows():
        for n in range(media):
            yield tuple((side | {"ref": (first + n) * 256, "id": uuid.uuid4().bytes, "omid_id": str(n).encode(), "omid_info": f"backup {n}"}).values())
    with db:
        db.executemany(f"INSERT INTO medium_row ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})", rows())
        db.executemany(f"INSERT INTO side_row ({','.join(sides)}) VALUES ({','.join('?' * len(sides))})", side_rows())
    db.close()


def much_happens(stage, stop):
    """Operator requests that are asked and answered: two events each, and more."""
    session = Session(stage, "figures")
    while not stop.is_set():
        for _ in range(EVENTS_A_SECOND // 20):
            asked = session.call("opreq.submit", command="message", message="figures", key=str(uuid.uuid4()))
            session.call("opreq.satisfy", id=asked["id"])
        stop.wait(0.1)


def figure(build, folder, what, stage):
    login = os.path.join(stage.folder, "login.sock")
    program = os.path.join(build, "bin", "rsm-web")
    console = subprocess.Popen([program, "--listen", "127.0.0.1:0", "--socket", stage.socket, "--login-socket", login], stdout=subprocess.PIPE, text=True)
    try:
        url = console.stdout.readline().strip().removeprefix("listening on ")
        told = {"rsm": stage.programs["rsm"], "socket": stage.socket, "login": login, "folder": stage.folder, "url": url, "chromium": "/usr/bin/chromium", "console": console.pid}
        subprocess.run(["node", "figures.mjs"], cwd=folder, env=stage.environment | {"RSM_STAGE": json.dumps(told), "RSM_FIGURE": what, "RSM_SECONDS": str(SECONDS)}, check=True)
    finally:
        console.terminate()
        console.wait()


def main():
    build = os.path.abspath(sys.argv[1])
    media = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    folder = os.path.join(build, "web-tests")
    why = installed(HERE, folder, ["package.json", "package-lock.json", ".npmrc", "console.mjs", "figures.mjs"])
    assert why is None, why
    with Stage(build, drives=2, slots=12, cartridges=2, sides=1, timing="0.02", volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        stop = threading.Event()
        events = threading.Thread(target=much_happens, args=(stage, stop))
        events.start()
        try:
            figure(build, folder, "viewers", stage)
        finally:
            stop.set()
            events.join()
        stage.stop()
        add_media(stage.catalog, media)
        stage.start()
        figure(build, folder, "search", stage)
    with Stage(build, drives=2, slots=12, cartridges=1, sides=1, timing="1", volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        figure(build, folder, "arm", stage)


main()
