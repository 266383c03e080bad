#!/usr/bin/env python3
"""What happened to cartridges and drives: told with the change, kept over kills of the daemon, found by what a deleted cartridge was called, read as JSON
lines and as CSV.  usage: history.py BUILD [SEED]"""
import csv
import io
import json

from harness import Stage, main
from trouble import Operator

CYCLES = 3


def lines(stage, *words):
    return [json.loads(line) for line in stage.run("rsm", "history", *words, "--json").stdout.splitlines()]


def kinds(rows):
    return [row["kind"] for row in rows]


def whole_story(stage, operator):
    """Where each move ends the next one begins; every mount ends; sums are those of the rows."""
    for medium in stage.all("medium.list"):
        rows = lines(stage, medium["name"], "--oldest-first")
        assert rows and rows[0]["kind"] == "brought_in", (medium["name"], kinds(rows))
        at = None
        for row in rows:
            if row["kind"] == "brought_in":
                at = row["to"]
            elif row["kind"] == "taken_out":
                assert row["from"] == at, (row, at)
                at = None
            elif row["kind"] == "moved":
                assert row["from"] == at, (row, at)
                at = row["to"]
        assert at == medium["place"], (at, medium["place"])
        shown = stage.call("medium.get", id=medium["id"])["ageing"]
        mounts = [row for row in rows if row["kind"] == "mounted"]
        ends = [row for row in rows if row["kind"] == "dismounted"]
        assert len(mounts) == shown["mounts"], (medium["name"], kinds(rows), shown)
        assert shown["moves"] == kinds(rows).count("moved"), shown
        assert sum(row["duration_ms"] for row in ends) == shown["mounted_ms"], (ends, shown)
    for drive in stage.all("drive.list"):
        rows = lines(stage, drive["name"])
        shown = stage.call("drive.get", id=drive["id"])
        assert kinds(rows).count("mounted") == shown["mount_count"] == shown["ageing"]["mounts"], (kinds(rows), shown)
        assert kinds(rows).count("moved") + kinds(rows).count("brought_in") >= shown["ageing"]["moves"], shown


def of_a_day(build):
    config = "[history]\nmedium_mounts = 10\n"
    with Stage(build, drives=2, cartridges=3, sides=1, volumes="user", config=config) as stage:
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        for _ in range(CYCLES):
            operator.mount("A00001")
            assert operator.dismount("A00001")["state"] == "passed"
        stage.wait_at_rest("all is at home", lambda: True)
        mounted = [row for row in lines(stage, "A00001") if row["kind"] == "mounted"]
        assert len(mounted) == CYCLES, mounted
        assert all(row["user"] and row["application"] and row["request"] and row["drive_name"] for row in mounted), mounted
        whole_story(stage, operator)
        shown = stage.run("rsm", "media", "show", "A00001").stdout
        assert f"{CYCLES} of 10 (30 %)" in shown, shown

        # The daemon dies while a medium is in use: the story goes on without a gap.
        operator.mount("A00002")
        stage.kill()
        stage.start()
        stage.wait_until("the library is looked at", stage.answers)
        operator = Operator(stage)
        stage.wait_until("it has ended", lambda: all(d["state"] == "dismounted" for d in stage.all("drive.list")) or operator.dismount("A00002"))
        stage.wait_at_rest("all is at home", lambda: True)
        whole_story(stage, operator)

        # Ejected from an import pool its record goes; its history does not.
        before = lines(stage, "A00003", "--oldest-first")
        request = operator.submit("medium.eject", medium=next(m for m in stage.all("medium.list") if m["name"] == "A00003")["id"])
        stage.wait_until("it is in the port", lambda: next(m for m in stage.all("medium.list") if m["name"] == "A00003")["place"] == "port 0")
        stage.run("rsm-emu", "hand", stage.library, "take", "port 0")
        ended = operator.wait(request)
        assert ended["state"] == "passed", ended
        after = lines(stage, "A00003", "--oldest-first")
        assert after[:len(before)] == [dict(row) for row in before], (before, after)
        assert "taken_out" in kinds(after) or "deleted" in kinds(after), kinds(after)
        assert stage.run("rsm", "history", "A00009", check=False).returncode != 0

        # Pages of any size give the same rows; CSV has the same ones.
        rows = lines(stage, "--oldest-first")
        assert [row["number"] for row in stage.all("history.list", oldest_first=True, limit=3)] == [row["number"] for row in rows]
        assert [row["number"] for row in stage.all("history.list", limit=7)] == [row["number"] for row in reversed(rows)]
        text = stage.run("rsm", "history", "--csv", "--oldest-first").stdout
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [int(row["number"]) for row in table] == [row["number"] for row in rows]
        assert [row["text"] for row in table] == [row["text"] for row in rows]
        assert stage.run("rsm", "catalog", "check").stdout.count("sound"), "the catalog"
    print(f"{len(rows)} rows: each cartridge's story is whole, by JSON lines, pages and CSV")


def run(build, rng):
    of_a_day(build)


if __name__ == "__main__":
    main(run)
