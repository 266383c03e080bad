#!/usr/bin/env python3
"""Amanda itself on a library of the daemon: chg-robot calls rsm-mtx, a helper mounts what is in the drives.

Every slot labelled; dumps over several cartridges, straight and by the holding disk (amflush), verified by Amanda (amcheckdump), fetched and compared; the
same with the daemon killed and started again meanwhile.  usage: amanda.py BUILD [SEED]"""
import time

from amanda_programs import DiskAmanda, in_namespace, same_numbers
from rig import JOB_LIMIT_S, EmulatedRig, check_same, make_tree, need, run_rig

DRIVES, CARTRIDGES = 2, 8
TREE_MIB = 10
KILLS = 3
PROGRAM = "rsm-mtx"


def dump(rig, amanda, what):
    """A full dump of all trees; Amanda's report says how it went."""
    before = rig.begin(PROGRAM)
    amanda.run("amadmin", "rig", "force", "localhost")
    amanda.run("amdump", "rig")
    finish(rig, amanda, before, what)


def finish(rig, amanda, before, what):
    used = amanda.check_report()
    loads = len(rig.check_moves(before, PROGRAM))
    rig.step(f"{what}: {len(amanda.trees)} trees on {used} cartridges, with {loads} loads, each done once")


def verify(rig, amanda, what):
    before = rig.begin(PROGRAM)
    said = amanda.run("amcheckdump", "rig")
    amanda.check_valid(said)
    for n, tree in enumerate(amanda.trees):
        into = rig.path("restored", f"{what}-{n}".replace(" ", "-"))
        amanda.fetch(tree, into)
        check_same(tree, into)
        recovered = into + "-recovered"
        amanda.recover(tree, recovered)
        check_same(tree, recovered)
    loads = len(rig.check_moves(before, PROGRAM))
    rig.step(f"{what}: amcheckdump finds all images valid, what amfetchdump and amrecover bring is the same byte for byte ({loads} loads)")


def by_holding_disk(rig, amanda):
    amanda.configure("required")
    before = rig.begin(PROGRAM)
    amanda.run("amadmin", "rig", "force", "localhost")
    amanda.run("amdump", "rig", "--no-taper")
    assert rig.begin(PROGRAM) == before, "a dump to the holding disk moves nothing"
    amanda.run("amflush", "-b", "-f", "rig")
    finish(rig, amanda, before, "amdump to the holding disk, then amflush")
    amanda.configure("never")


def with_kills(rig, amanda, rng, what, program, words):
    """The command, with the daemon killed under moves and between them. Its exit code and output count as always."""
    process = amanda.start(program, *words)
    end = time.monotonic() + JOB_LIMIT_S
    for n in range(KILLS):
        moving = n % 2 == 0
        while bool(rig.under_way(PROGRAM)) != moving and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(rng.random() * 0.4)
        assert process.poll() is None, f"{what} has ended before kill {n + 1}:\n{process.communicate()[0]}"
        rig.kill_and_start("while a cartridge is on its way" if moving else "between moves")
        time.sleep(1)
    return process


def rig(build, rng):
    need("amdump", "amlabel", "amfetchdump", "setpriv", "tar")
    in_namespace()
    with EmulatedRig("amanda", build, drives=DRIVES, slots=CARTRIDGES + 2, cartridges=CARTRIDGES, timing="0.02") as stage:
        stage.start()
        stage.wait_identified()
        trees = [stage.path("data", name) for name in ("first", "second")]
        for tree in trees:
            make_tree(tree, rng, TREE_MIB)
        amanda = DiskAmanda(stage, trees, same_numbers(range(DRIVES)), (1, CARTRIDGES))
        amanda.start_mounting()
        amanda.prepare_media()
        stage.step(f"daemon and library run; {CARTRIDGES} cartridges have a folder for Amanda")
        amanda.label_all()
        stage.step(f"amlabel: {CARTRIDGES} slots labelled; amtape inventory names them")
        said = amanda.run("amcheck", "-s", "rig")
        assert "ERROR" not in said, said
        dump(stage, amanda, "undisturbed amdump")
        verify(stage, amanda, "undisturbed")
        by_holding_disk(stage, amanda)
        verify(stage, amanda, "holding disk")
        amanda.run("amadmin", "rig", "force", "localhost")
        before = stage.begin(PROGRAM)
        amanda.end(with_kills(stage, amanda, rng, "amdump", "amdump", ["rig"]))
        finish(stage, amanda, before, "amdump with a daemon that is killed")
        before = stage.begin(PROGRAM)
        said = amanda.end(with_kills(stage, amanda, rng, "amcheckdump", "amcheckdump", ["rig"]))
        amanda.check_valid(said)
        stage.check_moves(before, PROGRAM)
        stage.step("amcheckdump with a daemon that is killed: all images valid")
        verify(stage, amanda, "after the kills")
        stage.check_whole()


if __name__ == "__main__":
    run_rig(rig)
