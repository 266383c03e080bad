#!/usr/bin/env python3
"""A process goes on writing through a forced dismount: on ext4 and xfs its handles die, on btrfs the medium stays until it ends or the
caller insists; the request says which. usage: forced_writer.py BUILD [SEED]
"""
import hashlib
import os
import subprocess

from harness import Stage, main
from trouble import Bench, Operator, Writer, need_block_volumes


def image_of(stage, cartridge):
    return os.path.join(stage.library, "cartridges", cartridge, "side0.img")


def checksum(stage, cartridge):
    with open(image_of(stage, cartridge), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def used_by_a_writer(bench, operator):
    drive = operator.mount("A00001")
    at = bench.mount(drive["volume"])
    with open(os.path.join(at, "flushed"), "w") as file:
        file.write("flushed before the force")
        file.flush()
        os.fsync(file.fileno())
    writer = Writer(bench, os.path.join(at, "open"))
    assert writer.write("not flushed") == "ok"
    return drive, writer


def force(stage, operator, drive):
    request = operator.submit("dismount.submit", media=[operator.side("A00001")], force=True)
    stage.wait_until("it waits for the old handles", lambda: "waiting until the old handles" in operator.explain(request))
    now = operator.drive(drive["number"])
    assert now["medium_name"] == "A00001" and now["state"] == "dismountable", now
    assert any("waiting until the old handles" in line for line in operator.attention()), operator.attention()
    return request


def no_byte_reaches(stage, writer, cartridge, device=None):
    before = checksum(stage, cartridge)
    for n in range(5):
        written = writer.write(f"too late {n}")  # btrfs takes the first one into memory
        assert writer.sync() in ("Input/output error", "Read-only file system"), "the writer can write still"
    assert written in ("Input/output error", "Read-only file system"), written
    if device:
        subprocess.run(["blockdev", "--flushbufs", device], check=True)
    assert checksum(stage, cartridge) == before, "a byte reached the medium"


def works_again(bench, operator, number):
    """Another medium, then the same, in that very drive; what was written before the force is there."""
    drive_id = operator.drive(number)["id"]
    for cartridge in ("A00002", "A00001"):
        drive = operator.mount(cartridge, drives=[drive_id])
        at = bench.mount(drive["volume"])
        if cartridge == "A00001":
            assert open(os.path.join(at, "flushed")).read() == "flushed before the force"
            assert "not flushed" in open(os.path.join(at, "open")).read()
        bench.unmount(at)
        assert operator.dismount(cartridge)["state"] == "passed"


def test_shut_down(stage, bench, operator):
    drive, writer = used_by_a_writer(bench, operator)
    device = os.path.realpath(drive["volume"])
    request = force(stage, operator, drive)
    said = operator.explain(request)
    assert "the file system was shut down" in said and f"process {writer.pid}" in said, said
    print("waits:", said.splitlines()[0])
    no_byte_reaches(stage, writer, "A00001", device)
    writer.end()
    done = operator.wait(request)
    assert done["state"] == "passed" and "the file system was shut down" in done["reason"], done
    print("ends:", done["reason"])
    works_again(bench, operator, drive["number"])


def test_eject_insists(stage, bench, operator):
    """Dismounted with force, the writer lives on: an eject with force is the second, explicit word."""
    drive, writer = used_by_a_writer(bench, operator)
    request = force(stage, operator, drive)
    eject = operator.submit("medium.eject", medium=operator.medium("A00001")["id"], force=True)
    done = operator.wait(request)
    assert done["state"] == "passed" and "taken away from open file" in done["reason"] and f"process {writer.pid}" in done["reason"], done
    print("ejected:", done["reason"])
    stage.wait_until("it is in the port", lambda: "take A00001 out of port" in operator.explain(eject))
    no_byte_reaches(stage, writer, "A00001")
    stage.run("rsm-emu", "port", stage.library, "take")
    assert operator.wait(eject)["state"] == "passed"
    assert "taken away from" in operator.request(eject)["reason"], operator.request(eject)
    writer.end()
    stage.run("rsm-emu", "hand", stage.library, "put", "A00001", "slot", "0")
    library = next(l for l in stage.all("library.list") if l["library_type"] == "online")
    assert operator.do("library.inventory", library=library["id"], action="fast")["state"] == "passed"
    works_again(bench, operator, drive["number"])


def test_not_shut_down(stage, bench, operator):
    """btrfs: the old handles go on writing, so the medium stays; the same words, and the end of the writer frees it."""
    drive, writer = used_by_a_writer(bench, operator)
    request = force(stage, operator, drive)
    said = operator.explain(request)
    assert "the file system was not shut down" in said and f"process {writer.pid}" in said, said
    print("waits:", said.splitlines()[0])
    assert writer.write("not flushed, not fenced") == "ok"
    writer.end()
    done = operator.wait(request)
    assert done["state"] == "passed" and "the file system was not shut down" in done["reason"], done
    works_again(bench, operator, drive["number"])


def test_insist(stage, bench, operator):
    drive, writer = used_by_a_writer(bench, operator)
    request = force(stage, operator, drive)
    assert writer.write("not flushed, not fenced") == "ok"
    said = operator.rsm("media", "dismount", "A00001", "--force", "--wait")
    print("insisted:", said.stdout.strip())
    done = operator.wait(request)
    assert done["state"] == "passed" and "taken away from" in done["reason"] and f"process {writer.pid}" in done["reason"], done
    print("ends:", done["reason"])
    events = [e for e in stage.events() if e["object"] == request]
    assert any("the file system was not shut down" in e["reason"] for e in events) and any("taken away from" in e["reason"] for e in events)
    no_byte_reaches(stage, writer, "A00001")
    other = operator.mount("A00002", drives=[drive["id"]])
    assert other["medium_name"] == "A00002" and other["state"] == "loaded"
    assert operator.dismount("A00002")["state"] == "passed"
    writer.end()
    works_again(bench, operator, drive["number"])


def on(build, fs, size, parts):
    print("====", fs)
    made = "none" if fs == "btrfs" else fs
    with Stage(build, drives=2, slots=6, cartridges=3, sides=1, volumes="block", fs=made, size=size) as stage, Bench(stage) as bench:
        if fs == "btrfs":
            for cartridge in ("A00001", "A00002", "A00003"):
                subprocess.run(["mkfs.btrfs", "-q", "-L", cartridge, image_of(stage, cartridge)], check=True)
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        for part in parts:
            print("--", part.__name__)
            part(stage, bench, operator)
        operator.close()
        assert stage.stop() == 0


def test(build, rng):
    need_block_volumes()
    on(build, "ext4", 8, (test_shut_down, test_eject_insists))
    on(build, "xfs", 300, (test_shut_down,))
    on(build, "btrfs", 128, (test_not_shut_down, test_insist))


if __name__ == "__main__":
    main(test)
