#!/usr/bin/env python3
"""Bacula itself on a library of the daemon: rsm-changer is its changer command, its own mount command mounts what is in the drives.

Labels by bar code; two backups at once over several cartridges, restored and compared; the same with the daemon killed and started again while
cartridges are on their way, and while data are written, the last time with a library that takes its time to answer.  usage: bacula.py BUILD [SEED]"""
import re
import time

from bacula_programs import Bacula, disk_devices
from rig import EmulatedRig, check_same, make_tree, need, run_rig

DRIVES, CARTRIDGES = 2, 24
JOB_MIB = 14
KILLS = 4
LOOK_LIMIT_S = 3  # for such a moment, before the jobs are looked at again
SLOW_S = 45       # of the library after the last kill between moves: real ones take minutes until they have said where everything is
MOVE_S = 0.7      # about as long as a load takes in this library
PROGRAM = "rsm-changer"


class Count:
    """What has been asked for and done since it was made: by Bacula's log, by the daemon's requests and by the machine's own counters."""

    def __init__(self, rig, bacula):
        self.rig, self.bacula = rig, bacula
        self.said = len(bacula.log())
        self.before = rig.begin(PROGRAM)

    def check(self):
        """Every load that Bacula asked for was done once, with that cartridge in that drive, and nothing else was. Gives the number."""
        said = self.bacula.log()[self.said:]
        wanted = re.findall(r'3304 Issuing autochanger "load Volume \S*, Slot (\d+), Drive (\d+)"', said)
        fine = re.findall(r'3305 Autochanger "load Volume \S*, Slot (\d+), Drive (\d+)", status is OK', said)
        assert sorted(wanted) == sorted(fine), f"Bacula says of its loads: {wanted}, {fine}"
        bad = [line for line in said.split("\n") if re.search(r"\b39\d\d\b|Wrong Volume|[Ee]rror: |not the expected", line)]
        assert not bad, "\n".join(bad)
        done = [(r["medium_name"], r["drive_name"]) for r in self.rig.check_moves(self.before, PROGRAM)]
        assert sorted(done) == sorted((f"A{int(slot):05}", self.rig.drive_names[int(drive)]) for slot, drive in wanted), f"asked for {wanted}, done {done}"
        return len(done)


def label(rig, bacula, cartridges=CARTRIDGES):
    said = bacula.ask("status slots storage=Jukebox drive=0")
    assert len(re.findall(r"\|\s+\d+\*\| A\d{5} ", said)) == cartridges, said
    said = bacula.ask("label barcodes storage=Jukebox pool=Default drive=0", "yes")
    assert len(re.findall(r"3000 OK label\.", said)) == cartridges, said
    assert len(re.findall(r"status is OK", said)) == cartridges, said
    rig.step(f"label barcodes: {cartridges} cartridges labelled")
    said = bacula.ask("update slots scan storage=Jukebox drive=1")
    assert not re.search(r"\b39\d\d\b|[Ee]rror", said), said
    assert re.findall(r"3001 Volume=(\S+)", said) == [f"A{n:05}" for n in range(1, cartridges + 1)], said
    said = bacula.ask("status slots storage=Jukebox drive=0")
    assert len(re.findall(r"\|\s+\d+ \| A\d{5} .*\| Append .*\| Default ", said)) == cartridges, said
    rig.step("update slots scan, status slots: every volume is in its slot")


def back_up(rig, bacula, what, meanwhile=lambda: None, at_least=5):
    count = Count(rig, bacula)
    jobs = bacula.start_jobs(("first", "second"))
    bacula.wait_passed(jobs, meanwhile)
    loads = count.check()
    said = bacula.ask(f"list jobmedia jobid={jobs[0]}", f"list jobmedia jobid={jobs[1]}")
    media = set(re.findall(r"\| (A\d{5}) ", said))
    assert len(media) >= at_least, f"the two jobs were to need several cartridges: {media}"
    rig.step(f"{what}: two jobs at once ended with T, on {len(media)} cartridges, with {loads} loads, each done once")
    return jobs


def restore(rig, bacula, jobs):
    """One job after the other: in one restore of both, Bacula 9.6.7 reads a cartridge that they share once, at the place of the first of them, and cuts off
    a file of the other."""
    count = Count(rig, bacula)
    where = f"{bacula.restored}/{jobs[0]}"
    for job in jobs:
        bacula.wait_passed([bacula.start_job(f"restore client=rig-fd jobid={job} where={where} all done yes")])
    loads = count.check()
    check_same(rig.path("data"), where + rig.path("data"))
    rig.step(f"restored with {loads} loads, and the same byte for byte")


class Killer:
    """Kills the daemon a few times at moments of one kind: while a cartridge is on its way (each at another one), or between moves."""

    def __init__(self, rig, rng, moving, slow_s=SLOW_S):
        self.rig, self.rng, self.moving, self.slow_s, self.left, self.met = rig, rng, moving, slow_s, KILLS, set()

    def __call__(self):
        end = time.monotonic() + LOOK_LIMIT_S
        while self.left > 0 and time.monotonic() < end:
            under_way = {r["id"] for r in self.rig.under_way(PROGRAM)} - self.met
            if bool(under_way) == self.moving:
                self.met |= under_way
                time.sleep(self.rng.random() * MOVE_S)
                self.left -= 1
                self.rig.kill_and_start("while a cartridge is on its way" if self.moving else "between moves", 0 if self.moving or self.left else self.slow_s)
                return
            time.sleep(0.01)


def rig(build, rng):
    need("bacula-dir", "bacula-sd", "bacula-fd", "bconsole", "sqlite3")
    with EmulatedRig("bacula", build, drives=DRIVES, slots=CARTRIDGES + 4, cartridges=CARTRIDGES, timing="0.02") as stage:
        stage.start()
        stage.wait_identified()
        folders = {name: stage.path("data", name) for name in ("first", "second")}
        for folder in folders.values():
            make_tree(folder, rng, JOB_MIB)
        bacula = Bacula(stage, folders, disk_devices(stage, range(DRIVES)))
        bacula.start()
        stage.step("daemon, library and Bacula run")
        label(stage, bacula)
        restore(stage, bacula, back_up(stage, bacula, "undisturbed"))
        for moving, what in ((True, "killed during moves"), (False, "killed between moves")):
            killer = Killer(stage, rng, moving)
            jobs = back_up(stage, bacula, what, killer)
            assert killer.left == 0, f"{what}: only {KILLS - killer.left} such moments were met"
            restore(stage, bacula, jobs)
        stage.check_whole()


if __name__ == "__main__":
    run_rig(rig)
