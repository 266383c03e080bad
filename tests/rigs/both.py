#!/usr/bin/env python3
"""Bacula and Amanda at the same time on one library of the daemon, each with slots and drives of its own, by its own configuration.

Both back up at once, with the daemon killed and started again meanwhile; what either brings back is the same, and neither has touched a cartridge or a
drive of the other.  usage: both.py BUILD [SEED]"""
import re
import time

from amanda_programs import DiskAmanda, in_namespace, same_numbers
from bacula_programs import Bacula, disk_devices
from rig import EmulatedRig, check_same, make_tree, need, run_rig

CARTRIDGES, DRIVES = 16, 4
TREE_MIB = 10
KILLS = 3
PROGRAMS = ("rsm-changer", "rsm-mtx")


class Part:
    """Of the library, for one program. `slots`: of the library, from 1. `device`: what the program is told. `first_slot`, `drives`: by what the program calls its first
    slot and its drives: {its number: that of the library}."""

    def __init__(self, program, slots, drives, device="Jukebox", first_slot=1):
        self.program, self.slots, self.drives, self.device = program, slots, drives, device
        self.range = (first_slot, first_slot + len(slots) - 1)

    def media(self):
        return {f"A{number:05}" for number in self.slots}


def whole_library():
    """Both see everything, and keep to their own by their own configuration."""
    return Part("rsm-changer", range(1, 9), {0: 0, 1: 1}), Part("rsm-mtx", range(9, 17), same_numbers((2, 3)), first_slot=9)


def check_apart(rig, parts):
    names = rig.drive_names
    for part in parts:
        for operation in ("mount", "dismount"):
            for request in rig.asked(operation, part.program):
                assert request["medium_name"] in part.media(), request
                assert operation == "dismount" or request["drive_name"] in [names[d] for d in part.drives.values()], request


def kill_meanwhile(rig, rng, running):
    """Kills the daemon a few times while both work."""
    for n in range(KILLS):
        time.sleep(1 + rng.random() * 2)
        assert running(), f"the jobs have ended before kill {n + 1}"
        rig.kill_and_start("while both work")


def back_up_and_bring_back(stage, rng, bacula_part, amanda_part):
    """`..._part`: what is whose. Gives the two programs, at rest."""
    stage.start()
    stage.wait_identified()
    folders = {name: stage.path("data", name) for name in ("first", "second")}
    for folder in folders.values():
        make_tree(folder, rng, TREE_MIB)
    trees = list(folders.values())
    amanda = DiskAmanda(stage, trees, amanda_part.drives, amanda_part.range, amanda_part.device)
    amanda.start_mounting()
    amanda.prepare_media()
    bacula = Bacula(stage, folders, disk_devices(stage, bacula_part.drives.values()), bacula_part.device)
    bacula.start()
    stage.step("daemon, library and both programs run")

    first, last = bacula_part.range
    labelling = amanda.start("amlabel", "rig", f"RIG-{amanda_part.range[0]}", "slot", amanda_part.range[0])
    said = bacula.ask(f"label barcodes storage=Jukebox pool=Default drive=0 slots={first}-{last}", "yes")
    assert len(re.findall(r"3000 OK label\.", said)) == len(bacula_part.slots), said
    assert "Success!" in amanda.end(labelling)
    amanda.label_all(beginning_with=amanda_part.range[0] + 1)
    stage.step(f"labelled: slots {first} to {last} by Bacula, {amanda_part.range[0]} to {amanda_part.range[1]} by Amanda")

    before = stage.begin(*PROGRAMS)
    dumping = amanda.start("amdump", "rig")
    jobs = bacula.start_jobs(folders)
    kill_meanwhile(stage, rng, lambda: dumping.poll() is None or bacula.running(jobs))
    bacula.wait_passed(jobs)
    amanda.end(dumping)
    amanda.check_report()
    loads = len(stage.check_moves(before, *PROGRAMS))
    stage.step(f"both have backed up at once, with {loads} loads, each done once")

    verifying = amanda.start("amcheckdump", "rig")
    for job in jobs:
        bacula.wait_passed([bacula.start_job(f"restore client=rig-fd jobid={job} where={bacula.restored} all done yes")])
    amanda.check_valid(amanda.end(verifying))
    check_same(stage.path("data"), bacula.restored + stage.path("data"))
    for n, tree in enumerate(trees):
        amanda.fetch(tree, stage.path("fetched", str(n)))
        check_same(tree, stage.path("fetched", str(n)))
    stage.step("what either brings back is the same byte for byte")
    check_apart(stage, (bacula_part, amanda_part))
    stage.check_whole()
    stage.step("neither has used a cartridge or a drive of the other")
    return bacula, amanda


def need_both():
    need("bacula-dir", "bacula-sd", "bacula-fd", "bconsole", "sqlite3", "amdump", "amlabel", "amfetchdump", "setpriv", "tar")
    in_namespace()


def rig(build, rng):
    need_both()
    with EmulatedRig("both", build, drives=DRIVES, slots=CARTRIDGES, cartridges=CARTRIDGES, timing="0.02") as stage:
        back_up_and_bring_back(stage, rng, *whole_library())


if __name__ == "__main__":
    run_rig(rig)
