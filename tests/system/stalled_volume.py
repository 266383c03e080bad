#!/usr/bin/env python3
"""A volume stops answering: its drive needs service, everything else goes on, and one command brings the drive back.

The image of the cartridge lies on a FUSE file that is told to hang, so that the drive's loop device is a real block device whose
requests are not answered. usage: stalled_volume.py BUILD [SEED]
"""
import os

from harness import Stage, main
from trouble import Bench, Cycles, Operator, need_fuse

POLICY = '[scheduler]\npolicy = "batch"'  # an idle medium stays in its drive for as long as is configured
LIMITS = "load_limit_s = 2\nunload_limit_s = 2\nvolume_limit_s = 2\nstatus_limit_s = 2"
TIMEOUT, WRITE_FAULT = 1460, 29


def write(at, name, size, sync):
    data = os.urandom(size)
    fd = os.open(os.path.join(at, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(fd, data)
    if sync:
        os.fsync(fd)
    os.close(fd)
    return data


def content(at, name):
    with open(os.path.join(at, name), "rb") as file:
        return file.read()


def processes_of_drive(stage, number):
    found = []
    for pid in stage.handlers():
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if f"drive:{number}".encode() in file.read().split(b"\0"):
                found.append(pid)
    return found


def state_of(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(") ", 1)[1][0]


def needs_service(operator, number):
    drive = operator.drive(number)
    return drive["operational_state"] == "needs_service" and drive


def enable(operator, drive):
    """The one command. A drive that was asked by itself in the moment before needs it no more."""
    done = operator.rsm("drive", "enable", drive["name"], "--wait", check=False)
    assert done.returncode == 0 or "enabled already" in done.stderr, done.stdout + done.stderr
    assert operator.drive(drive["number"])["operational_state"] == "ready", done.stdout
    return done.returncode == 0


def hang_in_dismount(bench, operator, image):
    """Dirty and mounted, and the medium hangs. Gives the mount point and what was written."""
    drive = operator.mount("A00001")
    number = drive["number"]
    at = bench.mount(drive["volume"])
    safe = write(at, "safe", 100_000, sync=True)
    dirty = write(at, "dirty", 200_000, sync=False)
    image.tell("hang")
    cycles = Cycles(bench, ["A00002", "A00003", "A00004"])
    done = operator.dismount("A00001")
    assert done["state"] == "failed" and done["error"] == TIMEOUT, done
    for word in (f"drive {number} of Jukebox", "took longer than 2.0 s", f"rsm drive enable '{drive['name']}'"):
        assert word in done["reason"], (word, done["reason"])
    print("dismount:", done["reason"])
    assert "uninterruptible" in done["reason"], done["reason"]
    sick = needs_service(operator, number)
    assert sick, operator.drive(number)
    assert sick["medium_name"] == "A00001" and sick["state"] == "loaded", sick
    said = operator.rsm("status").stdout
    assert "needs service" in said and f"rsm drive enable '{sick['name']}'" in said, said
    print("attention:", operator.attention())
    assert done["reason"] in operator.explain(done["id"]), operator.explain(done["id"])
    waits = operator.submit("mount.submit", media=[operator.side("A00001")])
    cycles.at_least(4)
    assert f"drive {number} is loaded" in operator.explain(waits) and "rsm drive enable" in operator.explain(waits), operator.explain(waits)
    operator.connection.call("request.cancel", request=waits)
    still = operator.rsm("drive", "enable", sick["name"], "--wait", check=False)
    assert still.returncode != 0 and "still needs service" in still.stdout + still.stderr, still.stdout + still.stderr
    print("enabled too early:", (still.stdout + still.stderr).strip())
    cycles.at_least(cycles.done + 3)
    hung = processes_of_drive(bench.stage, number)
    assert len(hung) <= 2 and all(state_of(pid) in "DS" for pid in hung), [(pid, state_of(pid)) for pid in hung]
    assert any(state_of(pid) == "D" for pid in hung), hung
    return cycles, sick, at, safe, dirty


def test_dismount(bench, operator, image):
    cycles, sick, at, safe, dirty = hang_in_dismount(bench, operator, image)
    image.tell("answer")
    assert enable(operator, sick), "it was asked in vain a moment ago; nothing but the command asks it again so soon"
    back = operator.drive(sick["number"])
    assert back["medium_name"] == "A00001" and back["state"] == "loaded", back
    assert not any("needs service" in line for line in operator.attention()), operator.attention()
    assert content(at, "safe") == safe and content(at, "dirty") == dirty
    cycles.stop()
    bench.unmount(at)
    done = operator.dismount("A00001")
    assert done["state"] == "passed", done
    drive = operator.mount("A00001")
    at = bench.mount(drive["volume"])
    assert content(at, "safe") == safe and content(at, "dirty") == dirty
    bench.unmount(at)
    assert operator.dismount("A00001")["state"] == "passed"
    assert all(state_of(pid) != "Z" for pid in bench.stage.own_processes())
    print(f"{cycles.done} cycles on the other drives during the hang")


def test_load(bench, operator, image):
    image.tell("hang")
    waits = operator.submit("mount.submit", media=[operator.side("A00001")])
    bench.stage.wait_until("the drive needs service", lambda: operator.drive_of("A00001") and needs_service(operator, operator.drive_of("A00001")["number"]))
    sick = operator.drive_of("A00001")
    info = operator.request(waits)
    assert info["state"] == "waiting" and "load took longer than 2.0 s" in operator.explain(waits), (info, operator.explain(waits))
    print("mount:", operator.explain(waits).splitlines()[0])
    cycles = Cycles(bench, ["A00002", "A00003"])
    cycles.at_least(2)
    image.tell("answer")
    enable(operator, sick)
    done = operator.wait(waits)
    assert done["state"] == "passed" and operator.drive_of("A00001")["state"] == "loaded", done
    cycles.stop()


def test_unload(bench, operator, image):
    """Out of use and idle in its drive; then the eject finds that the medium hangs."""
    waits = operator.submit("dismount.submit", media=[operator.side("A00001")], deferred=True)
    bench.stage.wait_until("the volume is offline", lambda: operator.request(waits)["state"] == "deferred")
    sick = operator.drive_of("A00001")
    image.tell("hang")
    done = operator.do("medium.eject", medium=operator.medium("A00001")["id"], force=True)
    assert done["state"] == "failed" and done["error"] == TIMEOUT and f"drive {sick['number']} of Jukebox" in done["reason"], done
    print("eject:", done["reason"])
    assert needs_service(operator, sick["number"])
    image.tell("answer")
    enable(operator, sick)
    bench.stage.wait_until("the cartridge is at home", lambda: "slot" in operator.medium("A00001")["place"] or operator.drive_of("A00001")["state"] == "dismountable")


def test_write_fault(bench, operator, image):
    """The medium refuses what is to be written: the side stays LOADED; with force it goes, and the report says what that cost."""
    drive = operator.mount("A00001")
    at = bench.mount(drive["volume"])
    write(at, "refused", 100_000, sync=False)
    image.tell("eio")
    done = operator.dismount("A00001")
    assert done["state"] == "failed" and done["error"] == WRITE_FAULT, done
    print("write fault:", done["reason"])
    drive = operator.drive_of("A00001")
    assert drive["state"] == "loaded" and drive["operational_state"] == "ready", drive
    assert os.path.ismount(at)
    forced = operator.submit("dismount.submit", media=[operator.side("A00001")], force=True)
    bench.stage.wait_until("it is dismounted", lambda: operator.drive_of("A00001")["state"] != "loaded")  # its unloading may have been tried already: what the dismount cost is in its end
    image.tell("answer")
    # Its medium may have refused the unloading as well, if that came before the answer: then the drive needs service, and goes on after it.
    ended = lambda: operator.request(forced)["state"] == "passed"
    bench.stage.wait_until("it is unloaded, or its drive needs service", lambda: ended() or needs_service(operator, drive["number"]))
    if not ended():
        enable(operator, drive)
    done = operator.wait(forced)
    assert done["state"] == "passed" and "NOT all was written" in done["reason"] and "Input/output error" in done["reason"], done
    print("forced:", done["reason"])


def test_killed_daemon(bench, operator, image):
    stage = bench.stage
    drive = operator.mount("A00001")
    at = bench.mount(drive["volume"])
    safe = write(at, "before the kill", 50_000, sync=True)
    dirty = write(at, "dirty", 100_000, sync=False)
    image.tell("hang")
    request = operator.submit("dismount.submit", media=[operator.side("A00001")])
    stage.wait_until("the medium is asked", lambda: image.waiting() > 0)
    stage.kill()
    stage.start()
    operator.again()
    stage.wait_until("the drive needs service", lambda: needs_service(operator, drive["number"]))
    print("after the kill:", operator.attention())
    print("its request:", operator.request(request)["state"], operator.request(request)["reason"])
    cycles = Cycles(bench, ["A00002", "A00003"])
    cycles.at_least(2)
    cycles.stop()
    image.tell("answer")
    enable(operator, drive)
    done = operator.wait(request)
    assert done["state"] == "passed", done
    drive = operator.mount("A00001")
    at = bench.mount(drive["volume"])
    assert content(at, "before the kill") == safe and content(at, "dirty") == dirty
    bench.unmount(at)
    assert operator.dismount("A00001")["state"] == "passed"


def test(build, rng):
    need_fuse()
    with Stage(build, drives=4, slots=8, cartridges=5, sides=1, limits=LIMITS, config=POLICY, volumes="block") as stage, Bench(stage) as bench:
        image = bench.stalling("A00001")
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        for part in (test_dismount, test_load, test_unload, test_killed_daemon, test_write_fault):
            print("--", part.__name__)
            part(bench, operator, image)
        operator.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
