#!/usr/bin/env python3
"""A real tape library over iSCSI (tgt's, without the kernel): the daemon inventories it, moves, reads labels, and survives what happens to it.

Also as an ordinary user. usage: scsi_library.py BUILD [SEED]
"""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rigs"))
from harness import Stage, as_an_ordinary_user, main, skip
from initiator import Initiator, write_label
import tgt

NAME = "Attic"


def section(hardware, drives, order, chap=None):
    chap = f'chap_file = "{chap}"\n' if chap else ""
    addresses = ", ".join(f'"{hardware.address(hardware.drive_lun(d))}"' for d in drives)
    return f"""[[library]]
name = "{NAME}"
driver = "scsi"
changer = "{hardware.address(hardware.changer_lun)}"
drives = [{addresses}]
drive_order = "{order}"
media_type = "LTO Ultrium"
defer_dismount_delay_s = 0
{chap}"""


def settled(stage, media):
    stage.wait_at_rest("everything is known", lambda: len(stage.all("medium.list")) >= media and all(d["serial"] for d in stage.all("drive.list")))


def slots(stage):
    return [s["medium_name"] for s in stage.all("slot.list")]


def drive_of(stage, name):
    return next(d for d in stage.all("drive.list") if d["medium_name"].startswith(name))


def side(stage, name):
    return next(s for s in stage.all("side.list") if s["medium_name"] == name)


def mtx(stage, *words, code=0):
    done = stage.run("rsm-mtx", "-f", NAME, *words, check=False)
    assert done.returncode == code, (words, done)
    return done


def as_application(hardware, drive, act):
    initiator = Initiator(hardware.portal, hardware.iqn, hardware.drive_lun(drive))
    try:
        return act(initiator)
    finally:
        initiator.close()


def a_library_at_work(build):
    with tgt.TgtLibrary(drives=2, slots=8, ports=2, cartridges=3) as hardware, Stage(build, hardware=section(hardware, (0, 1), "listed")) as stage:
        stage.start()
        settled(stage, 3)
        assert slots(stage) == ["A00001L5", "A00002L5", "A00003L5"] + [""] * 5, slots(stage)
        assert {d["serial"] for d in stage.all("drive.list")} == {"DRV0000000", "DRV0000001"}
        assert "LTO Ultrium" in stage.run("rsm", "media", "list").stdout

        # An application labels a tape that was mounted for it; the library knows the tape by that label from then on.
        mtx(stage, "load", "2", "1")
        loaded = drive_of(stage, "A00002L5")
        assert loaded["state"] == "loaded" and loaded["volume"] == hardware.address(hardware.drive_lun(1)), loaded
        as_application(hardware, 1, lambda drive: write_label(drive, "OURS01"))
        mtx(stage, "unload", "2", "1")
        settled(stage, 3)
        stage.run("rsm", "library", "inventory", NAME, "--full")
        settled(stage, 3)
        assert side(stage, "A00002L5")["label_type"] == "ANSI", side(stage, "A00002L5")

        # What cannot be is refused, and moves nothing.
        before = slots(stage)
        for words in (("load", "8", "0"), ("load", "99", "0"), ("load", "1", "7"), ("unload", "1", "0")):
            mtx(stage, *words, code=1)
        assert slots(stage) == before

        # The connections break between two commands.
        hardware.drop_connections()
        mtx(stage, "load", "1", "0")
        mtx(stage, "unload", "1", "0")
        settled(stage, 3)

        # Somebody takes a cartridge out and puts another one in; nothing tells us: an inventory does.
        hardware.empty_slot(2)
        hardware.put(5, "B00001L5")
        stage.run("rsm", "library", "inventory", NAME)
        settled(stage, 4)
        assert slots(stage)[2] == "" and slots(stage)[5] == "B00001L5", slots(stage)


def a_daemon_that_is_killed(build):
    """At many moments of a mount and a dismount: what was asked is done once, and what is where is known."""
    with tgt.TgtLibrary(drives=2, slots=6, cartridges=2) as hardware, Stage(build, hardware=section(hardware, (0, 1), "listed")) as stage:
        stage.start()
        settled(stage, 2)
        for moment in (0.0, 0.01, 0.03, 0.08, 0.2):
            answers = []
            load = threading.Thread(target=lambda: answers.append(stage.run("rsm-mtx", "-f", NAME, "load", "1", "0", check=False)))
            load.start()
            time.sleep(moment)
            stage.kill()
            stage.start()
            load.join()
            assert answers[0].returncode == 0, answers[0]
            assert mtx(stage, "status").stdout.count("Loaded)") == 1
            mtx(stage, "unload", "1", "0")
            settled(stage, 2)
            assert slots(stage)[:2] == ["A00001L5", "A00002L5"], slots(stage)


def drives_are_found_by_who_they_are(build):
    """Listed in the wrong order, and one of them in no element that can be known: tgt cuts the identity of the last one."""
    with tgt.TgtLibrary(drives=3, slots=4, cartridges=2) as hardware, Stage(build, hardware=section(hardware, (1, 0), "identity")) as stage:
        stage.start()
        stage.wait_until("two drives answer", lambda: stage.answers() and sum(bool(d["serial"]) for d in stage.all("drive.list")) == 2)
        drives = {d["number"]: d for d in stage.all("drive.list")}
        assert [drives[n]["serial"] for n in (0, 1)] == ["DRV0000000", "DRV0000001"], drives
        stage.wait_until("the third one is out of service", lambda: "listed" in next(d for d in stage.all("drive.list") if d["number"] == 2)["condition_reason"])


def a_secret_is_needed(build):
    with tgt.TgtLibrary(drives=1, slots=4, cartridges=1, chap=("backup", "a secret of ours")) as hardware:
        folder = hardware.folder
        chap = os.path.join(folder, "chap")
        with open(chap, "w") as file:
            file.write("user = backup\nsecret = a secret of ours\n")
        os.chmod(chap, 0o600)
        with Stage(build, hardware=section(hardware, (0,), "listed", chap)) as stage:
            stage.start()
            settled(stage, 1)
            stage.stop()
            with open(stage.log) as log:
                assert "a secret of ours" not in log.read()
        os.chmod(chap, 0o644)
        with Stage(build, hardware=section(hardware, (0,), "listed", chap)) as stage:
            stage.start(wait=False)
            stage.wait_until("it says why", lambda: os.path.exists(stage.log) and "0600" in open(stage.log).read())


def test(build, rng):
    if not tgt.is_installed():
        skip("tgtd is not installed (package tgt)")
    for story in (a_library_at_work, a_daemon_that_is_killed, drives_are_found_by_who_they_are, a_secret_is_needed):
        begin = time.monotonic()
        story(build)
        print(f"passed {story.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
    if os.geteuid() == 0:
        as_an_ordinary_user(__file__, build)


main(test)
