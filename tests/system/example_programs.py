#!/usr/bin/env python3
"""The example programs that look around, compete, work with pools and labels, and control a library, against the real daemon; each also with the daemon killed and
started again under it. The others have tests of their own (backup_program.py, allocation.py, ask_an_operator.py); on tapes: examples_on_tapes.py.
usage: example_programs.py BUILD [SEED]"""
import subprocess
import threading
import time

from harness import LIMIT_S, Stage, main

PROGRAM_LIMIT_S = 4 * LIMIT_S
KILLS = 3


class Running:
    """An example program; `hear` is told each line as it comes."""

    def __init__(self, stage, name, *words, hear=None):
        self.name, self.said, self.failures = name, [], []
        self.child = subprocess.Popen([stage.programs[name], *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=stage.environment)
        self.reader = threading.Thread(target=self.read, args=(hear,))
        self.reader.start()

    def read(self, hear):
        for line in self.child.stdout:
            self.said.append(line.rstrip("\n"))
            if hear:
                try:
                    hear(line)
                except Exception as error:  # told by end(); what is said is read on
                    self.failures.append(f"{type(error).__name__}: {error}")

    def end(self, code=0):
        try:
            self.child.wait(timeout=PROGRAM_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.failures.append(f"it did not end within {PROGRAM_LIMIT_S} s")
        self.reader.join()
        self.child.stdout.close()
        assert self.child.returncode == code and not self.failures, "\n".join([f"{self.name}: exit {self.child.returncode}", *self.failures, *self.said])
        return self.said


def run(stage, rng, name, *words, hear=None, kills=0, pause_s=1.2):
    """The program's lines; the daemon is killed so often meanwhile."""
    program = Running(stage, name, *words, hear=hear)
    for _ in range(kills):
        time.sleep(rng.uniform(0.05, pause_s))
        stage.kill()
        stage.start(wait=False)
    said = program.end()
    stage.wait_until("the daemon answers", stage.answers)
    return said


def twice(stage, rng, name, *words, hear=None, kills=KILLS):
    """Undisturbed, and with kills; what it said undisturbed."""
    said = run(stage, rng, name, *words, hear=hear)
    run(stage, rng, name, *words, hear=hear, kills=kills)
    return said


# ---- what they are to say; also for other libraries

def look_around(stage, rng):
    said = run(stage, rng, "look_around")
    for library in stage.all("library.list"):
        assert any(line.startswith(f"library {library['name']}: ") for line in said), (library, said)
    for kind, word in (("drive.list", "drive "), ("medium.list", "medium "), ("slot.list", "slot "), ("side.list", "side ")):
        found = [line for line in said if line.strip().startswith(word)]
        assert len(found) == len(stage.all(kind)), (kind, found)
    for pool in stage.all("pool.list"):
        assert any(line.strip().startswith(f"pool {pool['path']}: ") for line in said), (pool, said)
    run(stage, rng, "look_around", 300, kills=KILLS)


def two_sessions(stage, rng, media):
    said = twice(stage, rng, "two_sessions", *media)
    for line in ("In the queue: the one with high priority is number 1, the one with low priority number 2.",
                 "In the queue: the one with high priority is number 2, the one with low priority number 1.",
                 "A drive was free: the one with high priority has it.", "A drive was free: the one with low priority has it.", "All media are at home."):
        assert line in said, (line, said)
    ends = sorted(r["state"] for r in stage.all("request.list") if r["operation"] == "mount" and r["application"] == "two_sessions, second")
    assert ends == ["cancelled"] * 2 + ["passed"] * 4, ends  # of both runs


def pools_and_labels(stage, rng, name="Example"):
    before = [(m["name"], m["pool"]) for m in stage.all("medium.list")]
    said = twice(stage, rng, "pools_and_labels", name)
    for line in ("Its label was read again: it is the same cartridge.", "Moved the cartridge back, and deleted the pools."):
        assert line in said, (line, said)
    assert [(m["name"], m["pool"]) for m in stage.all("medium.list")] == before
    assert not [p for p in stage.all("pool.list") if p["path"].startswith(name)]


def library_control(stage, rng, library, medium, take, put):
    """take() and put(): a person at the port, who tries again until it works."""
    def person(line):
        if "take it out" in line:
            stage.wait_until("it was taken out", take)
        if "put it in" in line:
            stage.wait_until("it was put in", put)

    said = twice(stage, rng, "library_control", library, medium, hear=person)
    for line in ("The inventory is taken.", "The drive is enabled again.", "It is outside.", "It is in the library."):
        assert line in said, (line, said)


def test(build, rng):
    with Stage(build, drives=2, slots=8, cartridges=5, sides=1, timing="0.05", volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        media = [m["barcode"] for m in stage.all("medium.list")]

        def at_port(*words):
            return stage.run("rsm-emu", "port", stage.library, *words, check=False).returncode == 0

        look_around(stage, rng)
        two_sessions(stage, rng, media)
        pools_and_labels(stage, rng)
        library_control(stage, rng, "Jukebox", media[0], lambda: at_port("take"), lambda: at_port("put", media[0]) and (at_port("press") or True))
        assert stage.call("catalog.check")["ok"], stage.call("catalog.check")
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
