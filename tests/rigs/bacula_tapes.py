#!/usr/bin/env python3
"""Bacula itself on tapes: its storage daemon writes to the kernel's nodes of the drives, rsm-changer is its changer command. Inside a guest.

What bacula.py does, with cartridges that end when they are full.  usage, in a guest: bacula_tapes.py PROGRAMS [SEED]"""
import os

from bacula import KILLS, Killer, back_up, label, restore
from bacula_programs import TAPE_ENDS, Bacula, tape_devices
from rig import make_tree, need_programs, run_rig
from tape_rig import TapeRig

DRIVES, CARTRIDGES, MEGABYTES = 2, 26, 4
JOB_MIB = 6
ROUNDS_MAX = 4  # of jobs, until the daemon was killed often enough: a move of tgt is over in milliseconds, and not every round meets enough of them


def rig(programs, rng):
    need_programs("bacula-dir", "bacula-sd", "bacula-fd", "bconsole", "sqlite3", "mtx")
    with TapeRig("bacula on tapes", os.path.dirname(programs), drives=DRIVES, slots=CARTRIDGES + 2, cartridges=CARTRIDGES, megabytes=MEGABYTES) as stage:
        stage.start()
        stage.wait_known()
        folders = {name: stage.path("data", name) for name in ("first", "second")}
        for folder in folders.values():
            make_tree(folder, rng, JOB_MIB)
        bacula = Bacula(stage, folders, tape_devices(stage.nodes), volume_ends=TAPE_ENDS)
        bacula.start()
        stage.step("daemon, library and Bacula run")
        label(stage, bacula, CARTRIDGES)
        restore(stage, bacula, back_up(stage, bacula, "undisturbed", at_least=4))
        for moving, what in ((True, "killed during moves"), (False, "killed between moves")):
            killer = Killer(stage, rng, moving, slow_s=0)
            for _ in range(ROUNDS_MAX):
                restore(stage, bacula, back_up(stage, bacula, what, killer, at_least=4))
                if killer.left == 0:
                    break
            assert killer.left == 0, f"{what}: only {KILLS - killer.left} such moments were met"
        stage.check_whole()


if __name__ == "__main__":
    run_rig(rig)
