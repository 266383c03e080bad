#!/usr/bin/env python3
"""Stand-alone drives as a person has them: put in, taken out, plugged in, pulled out, and nobody tells the service but the kernel.

A loop device is the drive whose media are images: attaching and detaching are real events of the kernel, and so are the appearing and vanishing of the device.
A tape drive of an iSCSI target and an emulated drive give no events and are asked: they
also as an ordinary user. usage: standalone.py BUILD [SEED [STORY]]
"""
import fcntl
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rigs"))
from harness import Stage, as_an_ordinary_user, block_volumes_possible, main
from initiator import Initiator, write_label
import tgt

LOOP_CTL_ADD, LOOP_CTL_REMOVE = 0x4C80, 0x4C81


class LoopDrive:
    """A drive of our own, which nobody else is given: far behind those that `losetup --find` looks at first."""

    def __init__(self):
        self.number = 1700 + os.getpid() % 200
        self.node = f"/dev/loop{self.number}"
        self.plug_in()

    def control(self, request):
        descriptor = os.open("/dev/loop-control", os.O_RDWR)
        try:
            fcntl.ioctl(descriptor, request, self.number)
        finally:
            os.close(descriptor)

    def plug_in(self):
        self.control(LOOP_CTL_ADD)

    def pull_out(self):
        self.control(LOOP_CTL_REMOVE)

    def put_in(self, image):
        subprocess.run(["losetup", self.node, image], check=True)

    def take_out(self):
        """What somebody still has open goes with the last of them."""
        subprocess.run(["losetup", "--detach", self.node], check=True)

    def image(self):
        with open(f"/sys/block/loop{self.number}/loop/backing_file") as file:
            return file.read().strip()

    def bound(self):
        return os.path.exists(f"/sys/block/loop{self.number}/loop/backing_file")

    def close(self):
        if self.bound():
            subprocess.run(["losetup", "--detach", self.node], check=False)
        for _ in range(100):
            try:
                return self.pull_out()
            except OSError:
                time.sleep(0.05)


def image_of(stage, name):
    path = os.path.join(stage.folder, name + ".img")
    with open(path, "wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-L", name, path], check=True)
    return path


def the_drive(stage):
    return stage.all("drive.list")[0]


def in_state(stage, state):
    stage.wait_until(f"the drive is {state}", lambda: stage.answers() and stage.all("drive.list") and the_drive(stage)["state"] == state and not stage.open_requests())


def named(stage, name):
    return [m for m in stage.all("medium.list") if m["name"] == name]


def questions(stage):
    return [o["message"] for o in stage.all("opreq.list") if o["state"] in ("submitted", "in_process")]


def a_drive_whose_media_come_and_go(build):
    drive = LoopDrive()
    try:
        with Stage(build, hardware=f'[[library]]\nname = "Desk"\ndriver = "standalone"\ndrive = "{drive.node}"\nmedia_type = "Removable disk"\npoll_interval_s = 0\n') as stage:
            stage.start()
            in_state(stage, "dismounted")
            library = next(l for l in stage.all("library.list") if l["name"] == "Desk")
            assert library["library_type"] == "standalone" and (library["drives"], library["slots"], library["changers"]) == (1, 0, 0), library

            # Put in: seen by the kernel's event alone (nobody asks), identified, out of use.
            first, second = image_of(stage, "FIRST"), image_of(stage, "SECOND")
            drive.put_in(first)
            in_state(stage, "dismountable")
            medium = named(stage, "FIRST")[0]
            assert medium["place"] == "drive 0", medium
            at = os.path.join(stage.folder, "at")
            os.mkdir(at)
            assert subprocess.run(["mount", drive.node, at], capture_output=True).returncode != 0, "what nobody was given cannot be mounted"

            # Mounted for somebody, used, and dismounted: nothing moves.
            stage.run("rsm", "media", "mount", "FIRST")
            assert the_drive(stage)["volume"] == drive.node, the_drive(stage)
            subprocess.run(["mount", drive.node, at], check=True)
            with open(at + "/file", "w") as file:
                file.write("kept")
            stage.run("rsm", "media", "dismount", "FIRST", "--wait")
            assert not os.path.ismount(at)
            in_state(stage, "dismountable")

            # Taken away by hand; a mount asks a person for it, and the question ends when it is seen.
            drive.take_out()
            for pid in stage.handlers():
                os.kill(pid, signal.SIGKILL)  # who holds an image keeps it
            in_state(stage, "dismounted")
            assert not drive.bound()
            wanted = subprocess.Popen([stage.programs["rsm"], "media", "mount", "FIRST"], env=stage.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            stage.wait_until("a person is asked", lambda: questions(stage) == ["insert FIRST in drive 0 of Desk"])
            drive.put_in(second)
            stage.wait_until("the wrong one is known", lambda: named(stage, "SECOND") and the_drive(stage)["state"] == "dismountable")
            assert questions(stage) == ["insert FIRST in drive 0 of Desk"], questions(stage)
            stage.run("rsm", "media", "eject", "SECOND")
            assert not drive.bound(), "ejected: the image is let go"
            drive.put_in(first)
            output, _ = wanted.communicate(timeout=60)
            assert wanted.returncode == 0, output
            assert questions(stage) == []
            assert the_drive(stage)["state"] == "loaded"
            subprocess.run(["mount", drive.node, at], check=True)
            assert open(at + "/file").read() == "kept"
            subprocess.run(["umount", at], check=True)
            stage.run("rsm", "media", "dismount", "FIRST", "--wait")

            # A service that was killed finds what is in it.
            stage.kill()
            stage.start()
            in_state(stage, "dismountable")
            assert named(stage, "FIRST"), stage.all("medium.list")
            stage.run("rsm", "media", "eject", "FIRST")
            in_state(stage, "dismounted")
            assert not drive.bound()
    finally:
        drive.close()


def a_drive_that_is_plugged_in_and_pulled_out(build):
    drive = LoopDrive()
    try:
        with Stage(build, hardware=f'[[library]]\nname = "Desk"\ndriver = "standalone"\ndrive = "{drive.node}"\npoll_interval_s = 0\n') as stage:
            def is_there(there):
                library = next(l for l in stage.all("library.list") if l["name"] == "Desk")
                return library["operational_state"] == ("ready" if there else "not_present")

            drive.pull_out()
            stage.start()
            stage.wait_until("it is not there", lambda: stage.answers() and is_there(False))
            for _ in range(3):
                drive.plug_in()
                drive.put_in(image_of(stage, "FIRST"))
                in_state(stage, "dismountable")
                assert is_there(True)
                drive.take_out()
                for pid in stage.handlers():
                    os.kill(pid, signal.SIGKILL)
                in_state(stage, "dismounted")
                stage.wait_until("it can be pulled out", lambda: pulled(drive))
                stage.wait_until("it is seen to be gone", lambda: is_there(False))
    finally:
        drive.close()


def pulled(drive):
    try:
        drive.pull_out()
        return True
    except OSError:
        return False


def a_tape_drive_that_gives_no_events(build):
    with tgt.TgtLibrary(drives=1, slots=4, cartridges=2) as hardware:
        def arm(source, destination):
            hand = Initiator(hardware.portal, hardware.iqn, hardware.changer_lun)
            try:
                hand.command(bytes([0xA5, 0, 0, 1, source >> 8, source & 255, destination >> 8, destination & 255]))
            finally:
                hand.close()

        address = hardware.address(hardware.drive_lun(0))
        with Stage(build, hardware=f'[[library]]\nname = "Tape"\ndriver = "standalone"\ndrive = "{address}"\nmedia_type = "LTO Ultrium"\npoll_interval_s = 1\n') as stage:
            stage.start()
            in_state(stage, "dismounted")
            stage.wait_until("the drive has said who it is", lambda: the_drive(stage)["serial"] == "DRV0000000")
            arm(hardware.slot_address(0), tgt.FIRST_DRIVE)
            in_state(stage, "dismountable")
            name = stage.all("medium.list")[0]["name"]
            stage.run("rsm", "media", "mount", name)
            assert the_drive(stage)["volume"] == address
            application = Initiator(hardware.portal, hardware.iqn, hardware.drive_lun(0))
            write_label(application, "OURS01")
            application.close()
            stage.run("rsm", "media", "dismount", name, "--wait")
            stage.wait_until("its new label is read", lambda: any(s["label_type"] == "ANSI" for s in stage.all("side.list")))
            in_state(stage, "dismountable")
            stage.run("rsm", "media", "eject", stage.all("medium.list")[0]["name"])
            # tgt says that it has unloaded and keeps the tape: whoever serves the drive is asked to take it.
            stage.wait_until("a person is asked", lambda: [q for q in questions(stage) if q.startswith("take ") and q.endswith("out of drive 0 of Tape: it does not eject")])
            arm(tgt.FIRST_DRIVE, hardware.slot_address(0))
            in_state(stage, "dismounted")
            assert questions(stage) == [], questions(stage)
            arm(hardware.slot_address(0), tgt.FIRST_DRIVE)
            stage.wait_until("it is known by its label", lambda: any(s["label_type"] == "ANSI" for s in stage.all("side.list")) and the_drive(stage)["state"] == "dismountable")


def an_emulated_drive_with_its_shelf(build):
    with Stage(build, drives=1, slots=4, cartridges=2, sides=1, volumes="user", library="standalone = true\npoll_interval_s = 1\n") as stage:
        def by_hand(source, destination):
            stage.run("rsm-emu", "hand", stage.library, "move", source, destination)

        stage.start()
        in_state(stage, "dismounted")
        by_hand("slot 1", "drive 0")
        in_state(stage, "dismountable")
        name = stage.all("medium.list")[0]["name"]
        stage.run("rsm", "media", "mount", name)
        assert the_drive(stage)["state"] == "loaded", the_drive(stage)
        stage.run("rsm", "media", "dismount", name, "--wait")
        in_state(stage, "dismountable")
        stage.run("rsm", "media", "eject", name)
        stage.wait_until("a person is asked", lambda: [q for q in questions(stage) if q.startswith("take ") and "out of drive 0 of Jukebox" in q])
        by_hand("drive 0", "slot 1")
        in_state(stage, "dismounted")
        assert questions(stage) == [], questions(stage)


def test(build, rng):
    stories = [a_drive_whose_media_come_and_go, a_drive_that_is_plugged_in_and_pulled_out] if block_volumes_possible() else []
    stories += [an_emulated_drive_with_its_shelf]
    stories += [a_tape_drive_that_gives_no_events] if tgt.is_installed() else []
    if len(sys.argv) > 3:
        stories = [story for story in stories if story.__name__ == sys.argv[3]]
    for story in stories:
        begin = time.monotonic()
        story(build)
        print(f"passed {story.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
    if os.geteuid() == 0 and len(sys.argv) <= 3:
        as_an_ordinary_user(__file__, build)


main(test)
