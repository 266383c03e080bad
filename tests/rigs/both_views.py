#!/usr/bin/env python3
"""Bacula and Amanda at the same time on one library, each with a view of its own: neither names slots or drives of the whole library.

What both.py does; the parts lie between each other, so no number is that of the library. And what reaches for all: Bacula's look into every slot, Amanda's
inventory, find their own cartridges and nothing else.  usage: both_views.py BUILD [SEED]"""
import re

from both import CARTRIDGES, DRIVES, PROGRAMS, Part, back_up_and_bring_back, check_apart, need_both
from rig import EmulatedRig, run_rig

VIEWS = """
[[view]]
name = "Bacula"
library = "Jukebox"
drives = [3, 0]
slots = ["5-8", "13-16"]

[[view]]
name = "Amanda"
library = "Jukebox"
drives = [1, 2]
slots = ["1-4", "9-12"]
"""
BACULA = Part("rsm-changer", [*range(5, 9), *range(13, 17)], {0: 3, 1: 0}, "Bacula")
AMANDA = Part("rsm-mtx", [*range(1, 5), *range(9, 13)], {0: 1, 1: 2}, "Amanda")


def reach_for_all(stage, bacula, amanda):
    before = stage.begin(*PROGRAMS)
    said = bacula.ask("update slots scan storage=Jukebox drive=0")
    assert not re.search(r"\b39\d\d\b|[Ee]rror", said), said
    assert re.findall(r"3001 Volume=(\S+)", said) == sorted(BACULA.media()), said
    said = amanda.run("amtape", "rig", "inventory")
    found = re.findall(r"slot +(\d+): label RIG-(\d+) barcode (\S+)", said)
    assert found == [(str(n), str(n), f"A{slot:05}") for n, slot in enumerate(AMANDA.slots, 1)], said
    loads = len(stage.check_moves(before, *PROGRAMS))
    check_apart(stage, (BACULA, AMANDA))
    stage.step(f"who reaches for all reaches its own: update slots scan ({loads} loads), amtape inventory")


def rig(build, rng):
    need_both()
    with EmulatedRig("both with views", build, drives=DRIVES, slots=CARTRIDGES, cartridges=CARTRIDGES, timing="0.02", library=VIEWS) as stage:
        reach_for_all(stage, *back_up_and_bring_back(stage, rng, BACULA, AMANDA))


if __name__ == "__main__":
    run_rig(rig)
