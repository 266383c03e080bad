"""Inside a guest: handles on volumes, and `rsm volume`, on the kernel's own drivers for tapes, optical drives and disks.

usage: volumes_inside.py PROGRAMS (the folder of rsm, rsm-volume-handler and volume_probe)
"""
import errno
import json
import os
import subprocess
import sys
import time

import lab
from lab import Holder, Mount, Probe

BUSY, OTHER, AWAY = 6, 4, 8  # exit codes of rsm
REMOVAL_PREVENTED, NO_MEDIUM = (5, 0x53, 0x02), (2, 0x3A, 0x00)
EJECT, LOAD, TAPE_EJECT, TAPE_LOAD = "1b0000000200", "1b0000000300", "1b0000000200", "1b0000000300"
DISC_OK, TRAY_OPEN = 4, 2
PROGRAMS = sys.argv[1]


def rsm(*words, code=0):
    done = subprocess.run([PROGRAMS + "/rsm", "volume", *words], capture_output=True, text=True, timeout=lab.LIMIT_S, env=lab.ENVIRONMENT)
    assert done.returncode == code, (words, code, done.returncode, done.stdout, done.stderr)
    return done


# ---- tape

def a_question_never_moves_the_tape():
    tape = lab.node("tape")
    rewinding = tape.replace("nst", "st")
    fd = os.open(tape, os.O_RDWR)
    os.write(fd, b"a" * 1000)
    os.close(fd)  # the driver writes a file mark
    at = lab.tape_position(tape)
    assert at == (1, 0), at
    with Probe(PROGRAMS) as probe:
        assert probe.good("open", "h", rewinding, "rw")["data"] == tape
        assert probe.status("h")["medium"] is True
        probe.good("h", "verify")
        probe.good("h", "flush")  # MTWEOF 0: no file mark
        probe.good("h", "holders")
    rsm("status", rewinding)
    assert lab.tape_position(tape) == at
    fd = os.open(tape, os.O_RDWR)
    os.write(fd, b"b" * 2000)
    os.close(fd)
    rsm("dismount", rewinding)
    assert lab.tape_position(tape) == (0, 0)
    fd = os.open(tape, os.O_RDONLY)
    read = [len(os.read(fd, size)) for size in (1000, 1000, 2000, 2000)]
    os.close(fd)
    assert read == [1000, 0, 2000, 0], read  # each record, one file mark after it
    rsm("dismount", tape)


def a_tape_in_use_names_its_user():
    tape = lab.node("tape")
    with Probe(PROGRAMS) as probe, Holder(tape) as holder:
        probe.good("open", "h", tape, "rw")
        assert f"process {holder.pid} (python3" in probe.refused(5, "h", "lock")
        assert str(holder.pid) in probe.refused(1109, "h", "eject")
        assert probe.status("h")["state"] == "unknown"
        assert str(holder.pid) in rsm("who", tape).stdout
        assert str(holder.pid) in rsm("eject", tape, code=BUSY).stderr


def a_locked_tape_is_nobody_elses():
    tape = lab.node("tape")
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", tape, "rw")
        probe.good("open", "other", tape, "-")
        probe.good("h", "lock")
        assert lab.refuses_open(tape, os.O_RDONLY | os.O_NONBLOCK) == errno.EBUSY
        assert lab.refuses_open(tape.replace("nst", "st"), os.O_RDONLY | os.O_NONBLOCK) == errno.EBUSY
        assert probe.status("other")["state"] == "locked"
        probe.good("h", "flush")
        probe.good("h", "dismount")
        probe.good("h", "offline")
        assert probe.status("other")["state"] == "offline"
        probe.good("h", "unlock")
        assert lab.refuses_open(tape, os.O_RDONLY | os.O_NONBLOCK) == errno.EBUSY
        probe.good("other", "online")
        assert lab.refuses_open(tape, os.O_RDONLY | os.O_NONBLOCK) == 0


def a_prevented_tape_stays_in():
    tape, sg = lab.node("tape"), lab.sg_node("tape")
    rsm("prevent", tape)
    assert lab.scsi(sg, TAPE_EJECT) == REMOVAL_PREVENTED
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", tape, "rw")
        assert "removal is prevented" in probe.refused(1109, "h", "eject")
    rsm("allow", tape)
    assert lab.scsi(sg, TAPE_EJECT) is None  # by somebody else
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", tape, "rw")
        probe.refused(1112, "h", "verify")
        probe.refused(21, "h", "lock")
        probe.refused(4324, "h", "load")
    rsm("verify", tape, code=AWAY)
    assert lab.scsi(sg, TAPE_LOAD) is None
    rsm("verify", tape)


# tgt answers the unload of the st driver with GOOD and does nothing. The driver itself believes it.
def an_unload_that_did_nothing_is_not_believed():
    tape = lab.node("tape")
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", tape, "rw")
        assert "still threaded" in probe.refused(1109, "h", "eject")
        probe.good("h", "lock")
        assert "still threaded" in probe.refused(1109, "h", "eject")
        probe.good("h", "verify")
        probe.good("h", "unlock")
        probe.good("h", "verify")
    assert "still threaded" in rsm("eject", tape, code=OTHER).stderr
    rsm("load", tape)


def an_empty_tape_drive_says_so_at_once():
    tape = lab.node("empty tape drive")
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", tape, "rw")
        probe.refused(1112, "h", "verify")
        probe.refused(1112, "h", "eject")
        probe.refused(21, "h", "lock")
        probe.refused(21, "h", "flush")
        assert "no tape in it" in probe.refused(4324, "h", "load")
        assert probe.status("h")["state"] == "no medium"


def a_write_protected_tape_is_flushed_and_locked_too():
    tape = lab.node("protected tape")
    fd = os.open(tape, os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(fd, b"a" * 1000)
        raise AssertionError("the tape is not write-protected")
    except PermissionError:
        pass
    finally:
        os.close(fd)
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", tape, "rw")
        assert probe.status("h")["read_only"] is True
        probe.good("h", "flush")
        probe.good("h", "lock")
        probe.good("h", "flush")
        probe.good("h", "unlock")


# ---- optical

def a_mounted_disc_leaves_in_the_safe_order():
    disc = lab.node("disc")
    with Mount(disc, "iso9660") as mount, Probe(PROGRAMS) as probe:
        probe.good("open", "h", disc, "rw")
        before = probe.good("h", "verify")["number"]
        status = probe.status("h")
        assert (status["kind"], status["state"], status["read_only"]) == ("optical drive", "mounted", True), status
        for step in ("flush", "lock", "dismount", "offline", "eject", "unlock"):
            probe.good("h", step)
        assert not mount.is_there()
        probe.refused(1112, "h", "verify")
        assert probe.status("h")["state"] == "no medium"
        probe.good("h", "load")
        probe.refused(1110, "h", "verify")
        assert probe.good("h", "verify")["number"] > before
    with Mount(disc, "iso9660") as mount:
        with open(mount.at + "/kept") as file:
            assert file.read() == "on the disc"
        rsm("eject", disc)
        assert not mount.is_there()
        rsm("verify", disc, code=AWAY)
        rsm("load", disc)
        rsm("verify", disc)


def an_eject_itself_asks_nobody_who_has_files_open():
    disc = lab.node("disc")
    with Mount(disc, "iso9660") as mount, Holder(mount.at + "/kept") as holder, Probe(PROGRAMS) as probe:
        assert str(holder.pid) in rsm("eject", disc, code=BUSY).stderr
        assert str(holder.pid) in rsm("who", disc).stdout
        probe.good("open", "h", disc, "rw")
        assert str(holder.pid) in probe.refused(5, "h", "lock")
        assert lab.cdrom(disc, lab.CDROMEJECT) != 0  # the mount locks the door
        probe.good("h", "eject")
        probe.refused(1112, "h", "verify")
        probe.good("h", "load")


def a_prevented_disc_stays_in():
    disc = lab.node("disc")
    with Probe(PROGRAMS) as probe, Probe(PROGRAMS) as other:
        probe.good("open", "h", disc, "-")
        other.good("open", "h", disc, "rw")
        probe.good("h", "ejection_control", "yes")
        assert lab.cdrom(disc, lab.CDROMEJECT) != 0
        assert "prevented by a handle of process" in other.refused(1109, "h", "eject")
        probe.good("h", "close")
        assert lab.cdrom(disc, lab.CDROMEJECT) == 0
        other.good("h", "load")
    rsm("prevent", disc)
    assert lab.cdrom(disc, lab.CDROMEJECT) != 0
    rsm("allow", disc)
    assert lab.cdrom(disc, lab.CDROMEJECT) == 0
    rsm("load", disc)


# The drive keeps the lock of a process that was killed; the next handle that goes takes it back.
def a_killed_handle_does_not_lock_a_drive_for_ever():
    disc = lab.node("disc")
    with Probe(PROGRAMS) as probe:
        handler = probe.good("open", "h", disc, "-")["number"]
        probe.good("h", "ejection_control", "yes")
        lab.kill(handler)
        assert lab.cdrom(disc, lab.CDROMEJECT) != 0
        probe.refused(21, "h", "status")
        probe.good("open", "next", disc, "-")
        probe.good("next", "close")
        assert lab.cdrom(disc, lab.CDROMEJECT) == 0
    rsm("load", disc)


def a_tray_goes_out_and_in():
    tray = lab.debug_node("ptype=5")
    assert lab.cdrom(tray, lab.CDROM_DRIVE_STATUS) == DISC_OK
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", tray, "rw")
        probe.good("h", "eject")
        assert lab.cdrom(tray, lab.CDROM_DRIVE_STATUS) == TRAY_OPEN
        assert "tray is open" in probe.refused(1112, "h", "verify")
        probe.good("h", "load")
        assert lab.cdrom(tray, lab.CDROM_DRIVE_STATUS) == DISC_OK
    lab.modprobe("-r", "scsi_debug")


# ---- disks with a medium that can be taken out

def a_removable_disk_leaves_in_the_safe_order():
    disk = lab.node("disk")
    with Mount(disk, "ext2") as mount, Probe(PROGRAMS) as probe:
        with open(mount.at + "/kept", "w") as file:
            file.write("on the disk")
        probe.good("open", "h", disk, "rw")
        for step in ("flush", "lock", "dismount", "offline", "eject", "unlock"):
            probe.good("h", step)
        assert not mount.is_there()
        probe.refused(1112, "h", "verify")
        assert lab.scsi(lab.sg_node("disk"), "000000000000") == NO_MEDIUM
        probe.good("h", "load")
        probe.refused(1110, "h", "verify")
        probe.good("h", "verify")
    with Mount(disk, "ext2") as mount:
        with open(mount.at + "/kept") as file:
            assert file.read() == "on the disk"
        rsm("eject", disk)
        rsm("load", disk)


# The sd driver locks the door with the first descriptor of the disk and unlocks it with the last: every handle that prevents keeps one, and
# others eject by the disk's other node.
def a_prevented_disk_stays_in():
    disk, sg = lab.node("disk"), lab.sg_node("disk")
    assert lab.scsi(sg, EJECT) is None
    assert lab.scsi(sg, LOAD) is None
    with Probe(PROGRAMS) as probe, Probe(PROGRAMS) as other:
        probe.good("open", "h", disk, "-")
        other.good("open", "h", disk, "-")
        probe.good("h", "ejection_control", "yes")
        other.good("h", "ejection_control", "yes")
        probe.good("h", "close")
        assert lab.scsi(sg, EJECT) == REMOVAL_PREVENTED
        other.good("open", "worker", disk, "rw")
        other.good("worker", "lock")  # who only keeps the door is no user of the volume
        other.good("worker", "unlock")
        other.refused(1109, "worker", "eject")
        other.good("h", "ejection_control", "no")
        assert lab.scsi(sg, EJECT) is None
        other.good("worker", "load")


def a_disk_that_was_locked_in_stays_so_after_the_command():
    disk, sg = lab.node("disk"), lab.sg_node("disk")
    rsm("prevent", disk)
    assert len(lab.processes_named("rsm-prevent")) == 1
    rsm("status", disk)
    rsm("prevent", disk)
    assert lab.scsi(sg, EJECT) == REMOVAL_PREVENTED
    rsm("allow", disk)
    lab.until("nobody keeps the door", lambda: not lab.processes_named("rsm-prevent"))
    rsm("eject", disk)
    rsm("load", disk)


# scsi_debug takes START STOP UNIT for a stop and keeps its size: "initializing command required".
def a_stopped_disk_is_not_ready():
    disk = lab.debug_node("removable=1")
    with Probe(PROGRAMS) as probe:
        probe.good("open", "h", disk, "rw")
        probe.good("h", "eject")
        assert "sense 2/04/02" in probe.refused(21, "h", "verify")
        probe.good("h", "load")
        probe.good("h", "verify")
    lab.modprobe("-r", "scsi_debug")


# A medium is more than the partition that was named: START STOP UNIT takes them all.
def a_medium_leaves_with_all_its_partitions_or_not_at_all():
    disk = lab.debug_node("removable=1", "num_parts=2", "dev_size_mb=64")
    parts = [f"{disk}{number}" for number in (1, 2)]
    for part in parts:
        lab.until("the partition has its node", lambda: os.path.exists(part))
        lab.do("mkfs.ext2", "-q", "-F", part)
    with Mount(parts[0], "ext2", "one") as one, Mount(parts[1], "ext2", "two") as two:
        with open(two.at + "/precious", "w") as file:
            file.write("data")
            os.fsync(file.fileno())
        with Holder(two.at + "/precious") as holder:
            for name in (parts[0], disk):
                for options in (("--dry-run",), ()):
                    refused = rsm("eject", name, *options, code=BUSY).stderr
                    assert str(holder.pid) in refused and two.at in refused, refused
            with Probe(PROGRAMS) as probe:  # by a handle on one partition, in the one safe order
                probe.good("open", "h", parts[0], "rw")
                for step in ("flush", "lock", "dismount", "offline"):
                    probe.good("h", step)
                assert parts[1] in probe.refused(1109, "h", "eject")
                probe.good("h", "online")
                probe.good("h", "unlock")
            assert two.is_there() and open(two.at + "/precious").read() == "data"
        with Mount(parts[0], "ext2", "one"):
            done = rsm("eject", parts[0])
            assert disk in done.stderr, done.stderr
            assert not one.is_there() and not two.is_there()
        assert lab.scsi(disk, "000000000000")[:2] == (2, 4)  # it stands still
        rsm("load", parts[0])
    with Mount(parts[1], "ext2", "two") as two:
        assert open(two.at + "/precious").read() == "data"
    rsm("prevent", parts[0])
    assert json.loads(rsm("status", disk, "--json").stdout)["removal_prevented"]
    rsm("allow", disk)
    lab.modprobe("-r", "scsi_debug")


# A fixed disk of the machine's own table: refused like a system volume, unless it is meant.
def a_fixed_disk_of_the_table_needs_to_be_meant():
    disk = lab.debug_node("removable=0", "dev_size_mb=16")
    lab.do("mkfs.ext2", "-q", "-F", disk)
    table = lab.FOLDER + "/fstab"
    with open(table, "w") as file:
        file.write(f"{disk} /data ext2 defaults 0 2\n")
    with Mount(disk, "ext2", "data") as data:
        rsm("dismount", disk, "--dry-run")
        lab.do("mount", "--bind", table, "/etc/fstab")
        try:
            for verb in ("dismount", "offline", "eject"):
                for options in (("--dry-run",), (), ("--force",)):
                    assert "/etc/fstab mounts it at /data" in rsm(verb, disk, *options, code=OTHER).stderr
            rsm("lock", disk, "--", "true", code=OTHER)
            assert "--system" in json.loads(rsm("status", disk, "--json").stdout)["system_volume"]
            with Probe(PROGRAMS) as probe:
                probe.good("open", "h", disk, "rw")
                probe.refused(5, "h", "lock")
                probe.refused(5, "h", "dismount")
            assert data.is_there()
            rsm("lock", disk, "--system", "--", "true")
            assert data.is_there()
            rsm("dismount", disk, "--system", "--dry-run")
            rsm("dismount", disk, "--system")
            assert not data.is_there()
        finally:
            lab.do("umount", "/etc/fstab")
    lab.modprobe("-r", "scsi_debug")


# The guest's kernel does not walk from one namespace to the next (Linux 6.12): the file that one is bound to leads there.
def a_namespace_without_a_process_is_found_by_its_file():
    disk = lab.node("disk")
    spaces = lab.FOLDER + "/spaces"
    os.mkdir(spaces)
    lab.do("mount", "--bind", spaces, spaces)
    lab.do("mount", "--make-private", spaces)
    kept = spaces + "/kept"
    open(kept, "w").close()
    with Mount(disk, "ext2") as mount:
        lab.do("unshare", "--mount=" + kept, "--propagation", "private", "true")
        lab.do("umount", mount.at)
        status = json.loads(rsm("status", disk, "--json").stdout)
        assert status["state"] == "mounted" and len(status["mounts"]) == 1, status
        only = status["mounts"][0]
        assert (only["process"], only["mount_point"]) == (0, mount.at) and kept in only["name_space"], only
        for options in (("--dry-run",), ()):
            rsm("dismount", disk, *options)
        assert json.loads(rsm("status", disk, "--json").stdout)["state"] == "dismounted"
    lab.do("umount", kept)
    lab.do("umount", spaces)


# What a loop device gets: sectors of a disc for the image of one, and it mounts on them; small blocks have small sectors.
def an_image_of_a_disc_mounts_with_its_own_sectors():
    lab.modprobe("-a", "loop", "udf")
    images = {name: f"{lab.FOLDER}/{name}.img" for name in ("iso", "bridge", "udf", "ext2")}
    lab.do("genisoimage", "-quiet", "-V", "DISC", "-o", images["iso"], lab.FOLDER + "/disc.files")
    lab.do("genisoimage", "-quiet", "-udf", "-V", "DISC", "-o", images["bridge"], lab.FOLDER + "/disc.files")
    for name in ("udf", "ext2"):
        with open(images[name], "wb") as file:
            file.truncate(8 << 20)
    lab.do("mkudffs", "--media-type=dvdram", "--label=DISC", images["udf"])
    lab.do("mke2fs", "-q", "-F", "-b", "1024", images["ext2"])
    for name, kind, sector in (("iso", "iso9660", 2048), ("bridge", "iso9660", 2048), ("bridge", "udf", 2048), ("udf", "udf", 2048), ("ext2", "ext2", 512)):
        with Probe(PROGRAMS) as probe:
            bound = probe.good("bind", images[name])
        assert bound["number"] == sector, (name, bound)
        with Mount(bound["data"], kind, "of-a-loop") as mount:
            if kind == "iso9660" or name == "bridge":
                assert open(mount.at + "/kept").read() == "on the disc"
            else:
                with open(mount.at + "/new", "w") as file:
                    file.write("written")
        lab.do("losetup", "--detach", bound["data"])


TESTS = [a_question_never_moves_the_tape, a_tape_in_use_names_its_user, a_locked_tape_is_nobody_elses, a_prevented_tape_stays_in, an_unload_that_did_nothing_is_not_believed,
         an_empty_tape_drive_says_so_at_once, a_write_protected_tape_is_flushed_and_locked_too, a_mounted_disc_leaves_in_the_safe_order,
         an_eject_itself_asks_nobody_who_has_files_open, a_prevented_disc_stays_in, a_killed_handle_does_not_lock_a_drive_for_ever, a_tray_goes_out_and_in,
         a_removable_disk_leaves_in_the_safe_order, a_prevented_disk_stays_in, a_disk_that_was_locked_in_stays_so_after_the_command, a_stopped_disk_is_not_ready,
         a_medium_leaves_with_all_its_partitions_or_not_at_all, a_fixed_disk_of_the_table_needs_to_be_meant,
         a_namespace_without_a_process_is_found_by_its_file, an_image_of_a_disc_mounts_with_its_own_sectors]


def main():
    begin = time.monotonic()
    lab.start()
    print(f"drives are there after {time.monotonic() - begin:.1f} s")
    return lab.run_tests(TESTS, lambda: print(subprocess.run(["dmesg"], capture_output=True, text=True).stdout[-4000:]))


if __name__ == "__main__":
    sys.exit(main())
