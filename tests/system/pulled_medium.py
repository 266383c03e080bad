#!/usr/bin/env python3
"""A person pulls a cartridge out of its drive while it is mounted: the daemon notices at its next command, the request and the session are
told, the drive is usable again, and nobody is ever given a wrong cartridge. usage: pulled_medium.py BUILD [SEED]
"""
import os

from harness import Stage, main
from trouble import Bench, Operator, Writer, block_volumes_possible

NO_MEDIA, MEDIA_CHANGED = 1112, 1110


def hand(stage, *words):
    return stage.run("rsm-emu", "hand", stage.library, *words).stdout.strip()


def content_of(drive, bench):
    """Who is in this drive, as its own content says."""
    at = bench.mount(drive["volume"])
    with open(os.path.join(at, "name")) as file:
        name = file.read()
    bench.unmount(at)
    return name


def write_names(bench, operator, cartridges):
    for cartridge in cartridges:
        drive = operator.mount(cartridge)
        at = bench.mount(drive["volume"])
        with open(os.path.join(at, "name"), "w") as file:
            file.write(cartridge)
        bench.unmount(at)
        assert operator.dismount(cartridge)["state"] == "passed"


def inventory(stage, operator):
    library = next(l for l in stage.all("library.list") if l["library_type"] == "online")
    done = operator.do("library.inventory", library=library["id"], action="fast")
    assert done["state"] == "passed", done


def put_back(stage, operator, cartridge, slot):
    hand(stage, "put", cartridge, f"slot {slot}")
    inventory(stage, operator)


def is_gone(stage, operator, cartridge, number):
    """The catalog knows that the cartridge is in no library, and the drive is empty and ready."""
    stage.wait_until("the drive is empty and ready", lambda: operator.drive(number)["state"] == "dismounted" and operator.drive(number)["operational_state"] == "ready")
    assert operator.drive_of(cartridge) is None
    medium = operator.medium(cartridge)
    assert "slot" not in str(medium["place"]) and "drive" not in str(medium["place"]), medium


def serves(bench, operator, number, cartridge):
    drive = operator.mount(cartridge, drives=[operator.drive(number)["id"]])
    assert content_of(drive, bench) == cartridge
    assert operator.dismount(cartridge)["state"] == "passed"


def in_use(bench, operator):
    drive = operator.mount("A00001")
    at = bench.mount(drive["volume"])
    writer = Writer(bench, os.path.join(at, "open"))
    assert writer.sync() == "ok"
    assert writer.write("not flushed") == "ok"
    return drive, writer


def test_pulled(stage, bench, operator):
    drive, writer = in_use(bench, operator)
    print(hand(stage, "pull", "drive", str(drive["number"])))
    assert writer.sync() == "Input/output error"
    done = operator.dismount("A00001")
    assert done["state"] == "failed" and done["error"] == NO_MEDIA and "pulled out" in done["reason"], done
    assert f"drive {drive['number']} of Jukebox" in done["reason"] and f"process {writer.pid}" in done["reason"], done
    print("dismount:", done["reason"])
    is_gone(stage, operator, "A00001", drive["number"])
    told = [e for e in stage.events() if e["object"] in (operator.medium("A00001")["id"], drive["id"])]
    print("events:", [e["reason"] for e in told][-2:])
    serves(bench, operator, drive["number"], "A00002")
    put_back(stage, operator, "A00001", 0)
    serves(bench, operator, drive["number"], "A00001")  # although the old handles live: they reach it no more
    assert writer.sync() != "ok"
    writer.end()
    serves(bench, operator, drive["number"], "A00001")


def test_exchanged(stage, bench, operator):
    """Another cartridge lies in the drive when the daemon looks: that one is known for what it is."""
    drive, writer = in_use(bench, operator)
    hand(stage, "pull", "drive", str(drive["number"]))
    hand(stage, "move", "slot", "2", "drive", str(drive["number"]))
    done = operator.dismount("A00001")
    assert done["state"] == "failed" and done["error"] == MEDIA_CHANGED, done
    print("dismount:", done["reason"])
    stage.wait_until("the catalog knows who is where", lambda: operator.drive_of("A00001") is None and operator.drive(drive["number"])["operational_state"] == "ready")
    writer.end()
    serves(bench, operator, drive["number"], "A00003")
    serves(bench, operator, drive["number"], "A00002")
    put_back(stage, operator, "A00001", 0)
    serves(bench, operator, drive["number"], "A00001")


def test_noticed_by_an_inventory(stage, bench, operator):
    drive, writer = in_use(bench, operator)
    hand(stage, "pull", "drive", str(drive["number"]))
    inventory(stage, operator)
    is_gone(stage, operator, "A00001", drive["number"])
    writer.end()
    serves(bench, operator, drive["number"], "A00002")
    put_back(stage, operator, "A00001", 0)
    serves(bench, operator, drive["number"], "A00001")


def test_daemon_killed(stage, bench, operator):
    drive, writer = in_use(bench, operator)
    hand(stage, "pull", "drive", str(drive["number"]))
    stage.kill()
    stage.start()
    operator.again()
    is_gone(stage, operator, "A00001", drive["number"])
    writer.end()
    serves(bench, operator, drive["number"], "A00002")
    put_back(stage, operator, "A00001", 0)
    serves(bench, operator, drive["number"], "A00001")


def test_pulled_idle(stage, bench, operator):
    """Out of use, it only stays in the drive: whoever wants it or the drive finds out."""
    operator.mount("A00001")
    waits = operator.submit("dismount.submit", media=[operator.side("A00001")], deferred=True)
    stage.wait_until("its volume is offline", lambda: operator.request(waits)["state"] == "deferred")
    drive = operator.drive_of("A00001")
    hand(stage, "pull", "drive", str(drive["number"]))
    serves(bench, operator, drive["number"], "A00002")
    is_gone(stage, operator, "A00001", drive["number"])
    with open(stage.log) as log:
        found = [line for line in log if "there is nothing to unload" in line or "its volume was offline" in line]
    assert len(found) == 1, f"the drive was asked {len(found)} times instead of the library"
    put_back(stage, operator, "A00001", 0)
    serves(bench, operator, drive["number"], "A00001")


def test_user_space(build):
    """The same with volumes in user space: the open handles have an orphan."""
    with Stage(build, drives=2, slots=6, cartridges=3, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        drive = operator.mount("A00001")
        with open(drive["volume"], "r+b") as volume:
            hand(stage, "pull", "drive", str(drive["number"]))
            volume.seek(4 << 20)
            volume.write(b"too late")
            volume.flush()
        with open(os.path.join(stage.library, "cartridges", "A00001", "side0.img"), "rb") as image:
            assert b"too late" not in image.read()
        done = operator.dismount("A00001")
        assert done["state"] == "failed" and done["error"] == NO_MEDIA, done
        is_gone(stage, operator, "A00001", drive["number"])
        put_back(stage, operator, "A00001", 0)
        assert operator.mount("A00001")["medium_name"] == "A00001"
        assert operator.dismount("A00001")["state"] == "passed"
        operator.close()
        assert stage.stop() == 0


def test(build, rng):
    test_user_space(build)
    if not block_volumes_possible():
        print("block volumes need root, loop devices and mounts: only user space was tested")
        return
    with Stage(build, drives=2, slots=6, cartridges=3, sides=1, volumes="block") as stage, Bench(stage) as bench:
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        write_names(bench, operator, ("A00001", "A00002", "A00003"))
        for part in (test_pulled, test_exchanged, test_noticed_by_an_inventory, test_daemon_killed, test_pulled_idle):
            print("--", part.__name__)
            part(stage, bench, operator)
        operator.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
