#!/usr/bin/env python3
"""Amanda itself on tapes: it writes to the kernel's nodes of the drives, chg-robot calls rsm-mtx. Inside a guest.

What amanda.py does, with cartridges that end when they are full.  usage, in a guest: amanda_tapes.py PROGRAMS [SEED]"""
import os
import subprocess

from amanda import PROGRAM, by_holding_disk, dump, finish, verify, with_kills
from amanda_programs import Amanda, in_namespace
from rig import LIMIT_S, make_tree, need_programs, run_rig
from tape_rig import TapeRig

DRIVES, CARTRIDGES, MEGABYTES = 2, 8, 4
TREE_MIB = 5
BUILD = "/run/build"


def with_own_tmp(build):
    """Amanda writes below /tmp, which in a guest is the host's and read-only. What was built may be below it, too: where it is from now on."""
    os.makedirs(BUILD)
    for words in (("--bind", build, BUILD), ("-t", "tmpfs", "-o", "mode=1777", "tmp", "/tmp")):
        subprocess.run(["mount", *words], check=True, timeout=LIMIT_S)
    return BUILD


def rig(programs, rng):
    need_programs("amdump", "amlabel", "amfetchdump", "amrecover", "setpriv", "tar", "mtx")
    in_namespace()
    with TapeRig("amanda on tapes", with_own_tmp(os.path.dirname(programs)), drives=DRIVES, slots=CARTRIDGES + 2, cartridges=CARTRIDGES, megabytes=MEGABYTES) as stage:
        stage.start()
        stage.wait_known()
        trees = [stage.path("data", name) for name in ("first", "second")]
        for tree in trees:
            make_tree(tree, rng, TREE_MIB)
        amanda = Amanda(stage, trees, {number: "tape:" + node for number, node in enumerate(stage.nodes)}, (1, CARTRIDGES), megabytes=MEGABYTES)
        stage.step("daemon and library run")
        amanda.label_all()
        stage.step(f"amlabel: {CARTRIDGES} slots labelled; amtape inventory names them")
        dump(stage, amanda, "undisturbed amdump")
        verify(stage, amanda, "undisturbed")
        by_holding_disk(stage, amanda)
        amanda.run("amadmin", "rig", "force", "localhost")
        before = stage.begin(PROGRAM)
        amanda.end(with_kills(stage, amanda, rng, "amdump", "amdump", ["rig"]))
        finish(stage, amanda, before, "amdump with a daemon that is killed")
        verify(stage, amanda, "after the kills")
        stage.check_whole()


if __name__ == "__main__":
    run_rig(rig)
