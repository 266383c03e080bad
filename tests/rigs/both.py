#!/usr/bin/env python3
"""Bacula and Amanda at the same time on one library of the daemon, each with slots and drives of its own, by its own configuration.

Both back up at once, with the daemon killed and started again meanwhile; what either brings back is the same, and neither has touched a cartridge or a
drive of the other.  usage: both.py BUILD [SEED]"""
import re
import time

from amanda_programs import Amanda, in_namespace
from bacula_programs import Bacula
from rig import Rig, check_same, make_tree, need, run_rig

BACULA_SLOTS, AMANDA_SLOTS = (1, 8), (9, 16)
BACULA_DRIVES, AMANDA_DRIVES = (0, 1), (2, 3)
TREE_MIB = 10
KILLS = 3
PROGRAMS = ("rsm-changer", "rsm-mtx")


def media_of(slots):
    return {f"A{number:05}" for number in range(slots[0], slots[1] + 1)}


def check_apart(rig):
    names = rig.drive_names
    for program, slots, drives in (("rsm-changer", BACULA_SLOTS, BACULA_DRIVES), ("rsm-mtx", AMANDA_SLOTS, AMANDA_DRIVES)):
        for operation in ("mount", "dismount"):
            for request in rig.asked(operation, program):
                assert request["medium_name"] in media_of(slots), request
                assert operation == "dismount" or request["drive_name"] in [names[d] for d in drives], request


def kill_meanwhile(rig, rng, running):
    """Kills the daemon a few times while both work."""
    for n in range(KILLS):
        time.sleep(1 + rng.random() * 2)
        assert running(), f"the jobs have ended before kill {n + 1}"
        rig.kill_and_start("while both work")


def rig(build, rng):
    need("bacula-dir", "bacula-sd", "bacula-fd", "bconsole", "sqlite3", "amdump", "amlabel", "amfetchdump", "setpriv", "tar")
    in_namespace()
    slots = AMANDA_SLOTS[1]
    with Rig("both", build, drives=4, slots=slots, cartridges=slots, timing="0.02") as stage:
        stage.start()
        stage.wait_identified()
        folders = {name: stage.path("data", name) for name in ("first", "second")}
        for folder in folders.values():
            make_tree(folder, rng, TREE_MIB)
        trees = list(folders.values())
        amanda = Amanda(stage, trees, AMANDA_DRIVES, AMANDA_SLOTS)
        amanda.start_mounting()
        amanda.prepare_media()
        bacula = Bacula(stage, folders, BACULA_DRIVES)
        bacula.start()
        stage.step("daemon, library and both programs run")

        labelling = amanda.start("amlabel", "rig", f"RIG-{AMANDA_SLOTS[0]}", "slot", AMANDA_SLOTS[0])
        said = bacula.ask(f"label barcodes storage=Jukebox pool=Default drive=0 slots={BACULA_SLOTS[0]}-{BACULA_SLOTS[1]}", "yes")
        assert len(re.findall(r"3000 OK label\.", said)) == len(media_of(BACULA_SLOTS)), said
        assert "Success!" in amanda.end(labelling)
        amanda.label_all(beginning_with=AMANDA_SLOTS[0] + 1)
        stage.step(f"labelled: slots {BACULA_SLOTS} by Bacula, {AMANDA_SLOTS} by Amanda")

        before = stage.begin(*PROGRAMS)
        dumping = amanda.start("amdump", "rig")
        jobs = [bacula.start_job(f"run job={name} yes") for name in folders]
        kill_meanwhile(stage, rng, lambda: dumping.poll() is None)
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
        check_apart(stage)
        stage.check_whole()
        stage.step("neither has used a cartridge or a drive of the other")


if __name__ == "__main__":
    run_rig(rig)
