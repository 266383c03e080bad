#!/usr/bin/env python3
"""What things take is learned and kept; who waits is told when he is served, the plan says what comes next and what would be if; the history becomes a
trace that the simulator plays.  usage: outlook.py BUILD [SEED]"""
import json
import os
import signal
import subprocess

from harness import Stage, main
from top import Reader
from trouble import Operator


def tell(stage, *words):
    return json.loads(stage.run("rsm", *words, "--json").stdout)


def timings(stage):
    return {(row["drive_name"], row["kind"]): row for row in tell(stage, "library", "timing")["items"]}


def queue_behind(stage, operator):
    """One drive, held; two wait."""
    operator.mount("A00001")
    first, second = (operator.submit("mount.submit", media=[operator.side(name)]) for name in ("A00002", "A00003"))
    stage.wait_until("both wait", lambda: tell(stage, "plan")["libraries"][0]["waiting"] == 2)
    return first, second


def who_waits_sees_for_what(stage):
    """On a terminal, while it waits, and whole: not by whom it was asked for."""
    reader = Reader(stage, words=[stage.programs["rsm"], "media", "mount", "A00003:0"])
    stage.wait_until("it says for what it waits", lambda: reader.read(0.2) is not None and b"waits for a drive" in reader.seen and b"holds A00001" in reader.seen)
    os.kill(reader.pid, signal.SIGINT)  # withdrawn
    stage.wait_until("it has ended", lambda: os.waitpid(reader.pid, os.WNOHANG)[0] != 0 or not reader.read(0.1))
    os.close(reader.terminal)


def test(build, rng):
    with Stage(build, drives=1, cartridges=3, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        assert "no mount waits" in stage.run("rsm", "plan").stdout

        # Nothing was mounted so far: there is an order, and no time.
        first, second = queue_behind(stage, operator)
        who_waits_sees_for_what(stage)
        told = tell(stage, "explain", second)
        assert told["forecast"] == {**told["forecast"], "basis": False} and "mounted_ms" not in {k for k, v in told["forecast"].items() if v is not None}, told
        assert "no basis yet" in stage.run("rsm", "explain", second).stdout
        assert "No basis for times yet" in stage.run("rsm", "plan").stdout
        for name in ("A00001", "A00002", "A00003"):
            stage.wait_until("it is mounted", lambda: any(d["state"] == "loaded" and d["medium_name"] == name for d in stage.all("drive.list")))
            assert operator.dismount(name)["state"] == "passed"
        learned = timings(stage)
        for kind in ("move", "load", "hold", "rewind", "unload", "wait"):
            assert learned["", kind]["seen"] >= 3 and learned["", kind]["median_ms"] <= learned["", kind]["p90_ms"], (kind, learned)
        drive = stage.all("drive.list")[0]["name"]
        assert learned[drive, "hold"]["seen"] == learned["", "hold"]["seen"] and (drive, "move") not in learned

        # Now there are times, and what was foretold is compared with what comes.
        first, second = queue_behind(stage, operator)
        told = tell(stage, "explain", second)
        forecast = told["forecast"]
        assert forecast["basis"] and 0 <= forecast["start_ms"] <= forecast["mounted_ms"] <= forecast["mounted_p90_ms"], forecast
        assert forecast["before"] == 1 and any("A00002" in reason for reason in forecast["reasons"]), forecast
        shown = stage.run("rsm", "explain", second).stdout
        assert "It is expected to be mounted in" in shown and "nine of ten such forecasts come true before" in shown, shown
        plan = tell(stage, "plan")["libraries"][0]
        assert [step["medium_name"] for step in plan["drives"][0]["next"]] == ["A00002", "A00003"] and plan["waiting"] == 2, plan
        turned = tell(stage, "plan", "--if", f"request {second} priority 15")["libraries"][0]
        assert [step["medium_name"] for step in turned["drives"][0]["next"]] == ["A00003", "A00002"], turned
        more = tell(stage, "plan", "--if", "one drive more")["libraries"][0]
        assert len(more["drives"]) == 2 and more["wait_if_ms"] < more["wait_ms"], more
        off = tell(stage, "plan", "--if", "drive 0 off")["libraries"][0]
        assert off["wait_if_ms"] == 0 and all("would not be mounted at all" in sentence for sentence in off["said"][:2]), off
        assert tell(stage, "plan")["libraries"][0]["drives"][0]["next"] == plan["drives"][0]["next"] or tell(stage, "plan")["libraries"][0]["waiting"] == 2, "a what-if changes nothing"
        assert stage.run("rsm", "plan", "--if", "more of everything", check=False).returncode != 0
        for name in ("A00001", "A00002", "A00003"):
            stage.wait_until("it is mounted", lambda: any(d["state"] == "loaded" and d["medium_name"] == name for d in stage.all("drive.list")))
            assert operator.dismount(name)["state"] == "passed"
        forecasts = stage.call("metrics.read")["forecasts"]
        assert forecasts["told"] == 1 and forecasts["settled"] == 1 and forecasts["within"] <= 1, forecasts

        # The history as a trace, as the simulator reads it.
        stage.wait_at_rest("all is at home", lambda: True)
        path = os.path.join(stage.folder, "history.jsonl")
        text = stage.run("rsm", "history", "--trace").stdout
        rows = [json.loads(line) for line in text.splitlines()]
        library, requests = rows[0]["library"], rows[1:]
        mounts = [row for row in map(json.loads, stage.run("rsm", "history", "--oldest-first", "--json").stdout.splitlines()) if row["kind"] == "mounted"]
        assert len(requests) == len(mounts) == 6 and library["drives"] == 1 and library["media"] == 3 and library["move"] > 0, rows
        began = min(row["time"] - row["duration_ms"] for row in mounts)
        assert sorted(round(began / 1000 + row["t"], 3) for row in requests) == sorted(round((row["time"] - row["duration_ms"]) / 1000, 3) for row in mounts), (requests, mounts)
        assert all(row["priority"] == 0 and row["dismount"] == "immediate" and row["side"] == 0 for row in requests), requests
        with open(path, "w") as file:
            file.write(text)
        played = subprocess.run([os.path.join(build, "bin", "rsm-sim"), "--trace", path, "--policy", "batch", "--json"], capture_output=True, text=True, timeout=60)
        assert played.returncode == 0, played.stderr
        told = json.loads(played.stdout)
        held = sum(row["hold_s"] for row in requests)
        assert told["requests"] == 6 and abs(told["held_share"] * told["span_s"] - held) < 0.01, (told, held)

        # What the history says.
        advice = tell(stage, "advise", "--within", "1h")
        assert advice["mounts"] == 6 and [row["drives"] for row in advice["items"][0]["tried"]][:2] == [1, 2], advice
        assert "just enough for nine of ten mounts within 60 min" in stage.run("rsm", "advise", "--within", "1h").stdout

        # What was learned is there after an end in order, and nearly all of it after none.
        before = timings(stage)
        stage.stop()
        stage.start()
        stage.wait_until("the library is looked at", stage.answers)
        assert {key: row for key, row in timings(stage).items() if key[1] == "hold"} == {key: row for key, row in before.items() if key[1] == "hold"}


if __name__ == "__main__":
    main(test)
