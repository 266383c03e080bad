#!/usr/bin/env python3
"""The example programs of the C library on a tape library over iSCSI (tgt's): the six flows of a backup program, each also with the daemon killed and started
again under it. On an emulated library: example_programs.py, allocation.py,
ask_an_operator.py. Needs no root.  usage: examples_on_tapes.py BUILD [SEED]"""
import os
import sys
import threading

RIGS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rigs")
sys.path.insert(0, RIGS)
import tgt  # noqa: E402
from allocation import make_pool  # noqa: E402
from example_programs import KILLS, Running, library_control, look_around, pools_and_labels, run, twice, two_sessions  # noqa: E402
from harness import Broken, Refused, Stage, main, skip  # noqa: E402
from initiator import Initiator, write_label  # noqa: E402

NAME, DRIVES, CARTRIDGES = "Attic", 2, 5
MOVER = os.path.join(RIGS, "tape_mover.py")


def section(hardware):
    drives = ", ".join(f'"{hardware.address(hardware.drive_lun(drive))}"' for drive in range(DRIVES))
    return f"""[[library]]
name = "{NAME}"
driver = "scsi"
changer = "{hardware.address(hardware.changer_lun)}"
drives = [{drives}]
drive_order = "listed"
media_type = "LTO Ultrium"
defer_dismount_delay_s = 0
"""


def label_all(stage, hardware):
    """As an application does it: mounted, labelled, dismounted; an inventory reads the labels."""
    for number in range(CARTRIDGES):
        stage.run("rsm-mtx", "-f", NAME, "load", number + 1, "0")
        drive = Initiator(hardware.portal, hardware.iqn, hardware.drive_lun(0))
        write_label(drive, f"OURS{number + 1:02}")
        drive.close()
        stage.run("rsm-mtx", "-f", NAME, "unload", number + 1, "0")
    stage.run("rsm", "library", "inventory", NAME, "--full")
    stage.wait_at_rest("the labels are read", lambda: [s["state"] for s in stage.all("side.list")] == ["import"] * CARTRIDGES)


def allocate_media(stage, rng):
    make_pool(stage, "Daily")
    said = twice(stage, rng, "allocate_media", "Daily", MOVER)
    assert "Read back, and brought home." in said and said[-1] == "Given back.", said


def operator_requests(stage, rng):
    """A person answers at once; with kills, after them."""
    def person(line):
        if line.startswith("notified: new"):
            stage.wait_until("somebody answers", lambda: stage.run("rsm", "opreq", "satisfy", line.split()[-1], check=False).returncode == 0)

    assert run(stage, rng, "operator_requests", "change the tapes", hear=person)[-1].startswith("done ")
    asked = threading.Event()
    waiting = Running(stage, "operator_requests", "clean the drives", hear=lambda line: line.startswith("notified: new") and asked.set())
    assert asked.wait(60)
    for _ in range(KILLS):
        stage.kill()
        stage.start()
    stage.run("rsm", "opreq", "satisfy", waiting.said[0].split()[1])
    assert waiting.end()[-1].startswith("done ")


def test(build, rng):
    if not tgt.is_installed():
        skip("tgtd is not installed (package tgt)")
    with tgt.TgtLibrary(drives=DRIVES, slots=8, ports=1, cartridges=CARTRIDGES) as hardware, Stage(build, hardware=section(hardware)) as stage:
        def take():
            """Not before it is there: tgt lets a place be cleared that is empty."""
            try:
                if stage.all("port.list")[0]["content"] != "full":
                    return False
            except (Broken, Refused):  # killed meanwhile, or still starting
                return False
            hardware.take_from_port()
            return True

        def put():
            hardware.put_into_port(media[0])
            return True

        stage.start()
        stage.wait_at_rest("everything is known", lambda: len(stage.all("medium.list")) == CARTRIDGES and all(d["serial"] for d in stage.all("drive.list")))
        label_all(stage, hardware)
        media = sorted(m["barcode"] for m in stage.all("medium.list"))
        for flow in (look_around, lambda *these: two_sessions(*these, media), pools_and_labels, operator_requests,
                     lambda *these: library_control(*these, NAME, media[0], take, put), allocate_media):
            flow(stage, rng)
        assert stage.call("catalog.check")["ok"], stage.call("catalog.check")
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
