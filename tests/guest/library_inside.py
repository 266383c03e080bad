"""Inside a guest: a tape library of the kernel's own drivers (sg, st), the daemon on it, and the real mtx beside rsm-mtx.

tgtd (package tgt) serves a changer, two tape drives and an optical drive over iSCSI to the guest itself. Its library has one drive element more than
there are drives: tgt loses the end of the last identifier. What tgt does not have is not shown here: long moves, doors, EXCHANGE MEDIUM (it is sent, and refused).
"""
import json
import os
import re
import subprocess
import sys
import time

import lab

BIN = sys.argv[1]
FOLDER = "/run/library"
TARGET = "iqn.2020-01.lab.local:library"
CHANGER = 9
DRIVES = {1: "DRV0000001", 2: "DRV0000002"}
SLOTS, PORTS = 8, 2
TAPES = {0: "A00001L5", 1: "A00002L5", 4: "A00005L5"}
ENVIRONMENT = dict(lab.ENVIRONMENT, OPENRSM_SOCKET=FOLDER + "/rsmd.sock", TGT_IPC_SOCKET=FOLDER + "/ipc")
NAME = "Attic"


def do(*command, code=0):
    done = subprocess.run(command, capture_output=True, text=True, timeout=lab.LIMIT_S, env=ENVIRONMENT)
    assert code is None or done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    return done


def rsm(*words, code=0):
    return do(BIN + "/rsm", *words, code=code)


def asked(*words):
    return json.loads(rsm(*words, "--json").stdout)


def rsm_mtx(*words, code=0):
    return do(BIN + "/rsm-mtx", "--ports", "-f", NAME, *words, code=code)


def mtx(*words, code=0):
    return do("mtx", "-f", lab.node_of(CHANGER, "scsi_generic/sg*"), *words, code=code)


def tgtadm(*words):
    do("tgtadm", "--lld", "iscsi", *words)


def unit(number, **parameters):
    tgtadm("--op", "update", "--mode", "logicalunit", "--tid", "1", "--lun", str(number), "--params", ",".join(f"{name}={value}" for name, value in parameters.items()))


def tape(name, kind="data"):
    do("tgtimg", "--op", "new", "--device-type", "tape", "--barcode", name, "--size", "16", "--type", kind, "--file", f"{FOLDER}/media/{name}", "--thin-provisioning")


def serve():
    os.makedirs(FOLDER + "/media")
    for name in TAPES.values():
        tape(name)
    tape("notape", "clean")
    with open(FOLDER + "/tgtd.log", "wb") as log:
        subprocess.Popen(["tgtd", "-f", "--iscsi", "portal=" + lab.PORTAL], stdout=log, stderr=log, env=ENVIRONMENT)
    lab.until("tgtd answers", lambda: do("tgtadm", "--lld", "iscsi", "--op", "show", "--mode", "sys", code=None).returncode == 0)
    tgtadm("--op", "new", "--mode", "target", "--tid", "1", "-T", TARGET)
    for lun, serial in DRIVES.items():
        tgtadm("--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", str(lun), "-b", FOLDER + "/media/notape", "--device-type", "tape")
        unit(lun, vendor_id="LAB", product_id="DRIVE", scsi_sn=serial, removable=1)
        unit(lun, online=0)
    with open(FOLDER + "/smc", "wb") as file:
        file.truncate(1024)
    tgtadm("--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", str(CHANGER), "-b", FOLDER + "/smc", "--device-type", "changer")
    unit(CHANGER, vendor_id="LAB", product_id="VLIB", scsi_sn="VLIB000001", removable=1, media_home=FOLDER + "/media")
    unit(CHANGER, element_type=1, start_address=1, quantity=1)
    unit(CHANGER, element_type=4, start_address=256, quantity=len(DRIVES) + 1)
    unit(CHANGER, element_type=2, start_address=1024, quantity=SLOTS)
    unit(CHANGER, element_type=3, start_address=16, quantity=PORTS)
    for place, lun in enumerate(DRIVES):
        unit(CHANGER, element_type=4, address=256 + place, tid=1, lun=lun)
    for slot, name in TAPES.items():
        unit(CHANGER, element_type=2, address=1024 + slot, barcode=name, sides=1)
    tgtadm("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL")
    lab.modprobe("-a", "iscsi_tcp", "st", "sg")
    host, port = lab.PORTAL.split(":")
    do("iscsistart", "-i", "iqn.2020-01.lab.local:guest", "-t", TARGET, "-g", "1", "-a", host, "-p", port)


def start_daemon():
    # The drives in the other order than the library has them: they are found by who they are.
    drives = ", ".join(f'"{lab.node_of(lun, "scsi_tape/nst?")}"' for lun in reversed(list(DRIVES)))
    with open(FOLDER + "/rsmd.toml", "w") as file:
        file.write(f"""
[daemon]
log_file = "{FOLDER}/rsmd.log"
[socket]
path = "{FOLDER}/rsmd.sock"
[catalog]
path = "{FOLDER}/catalog.db"
[handler]
lock_directory = "{FOLDER}/locks"
[[library]]
name = "{NAME}"
driver = "scsi"
changer = "{lab.node_of(CHANGER, "scsi_generic/sg*")}"
drives = [{drives}]
""")
    do(BIN + "/rsmd", "--check-config", "--config", FOLDER + "/rsmd.toml")
    subprocess.Popen([BIN + "/rsmd", "--config", FOLDER + "/rsmd.toml"], env=ENVIRONMENT, cwd=FOLDER)
    lab.until("the daemon answers", lambda: rsm("library", "list", code=None).returncode == 0)
    lab.until("every drive was asked", lambda: len(drives_now()) == len(DRIVES) + 1 and not any(d["operational_state"] == "initializing" for d in drives_now()))
    lab.until("everything was asked and read", lambda: len(asked("media", "list")) == len(TAPES) and not [r for r in asked("request", "list") if not r["finished"]])


def drives_now():
    return asked("drive", "list")


def lines(text):
    """What a status says, without the blanks that pad a line."""
    return [line.rstrip() for line in text.splitlines()]


def without_tags_of_the_empty(text):
    """mtx prints a tag of blanks for an element that has none; rsm-mtx prints none."""
    return [re.sub(r":VolumeTag=\s*$", "", line).rstrip() for line in text.splitlines()]


def the_library_and_its_drives_are_known():
    drives = asked("drive", "list")
    assert [d["serial"] for d in drives[:2]] == list(DRIVES.values()), drives
    assert sorted(m["name"] for m in asked("media", "list")) == sorted(TAPES.values())
    assert "DRV0000001" in rsm("drive", "show", f"{NAME} drive 0").stdout


def a_status_is_that_of_mtx():
    theirs, ours = mtx("status").stdout, rsm_mtx("status").stdout
    theirs = theirs.replace(lab.node_of(CHANGER, "scsi_generic/sg*"), NAME)
    assert without_tags_of_the_empty(theirs) == lines(ours), f"\n{theirs}\n{ours}"


def a_load_is_seen_by_both():
    rsm_mtx("load", "2", "1")
    a_status_is_that_of_mtx()
    assert "Data Transfer Element 1:Full (Storage Element 2 Loaded)" in mtx("status").stdout
    refused = rsm_mtx("load", "1", "1", code=1), mtx("load", "1", "1", code=1)
    assert refused[0].stderr == refused[1].stderr, (refused[0].stderr, refused[1].stderr)
    rsm_mtx("unload", "2", "1")
    a_status_is_that_of_mtx()


def words_that_are_refused_are_refused_alike():
    """Slot 2 is in drive 1, slot 3 is empty. Two differ on purpose: a usage is each program's own, and where tgt refuses EXCHANGE MEDIUM the service says it in its own sentence; code and last line are mtx's."""
    on_purpose = {"nonsense", "exchange 1 5"}
    rsm_mtx("load", "2", "1")
    different = []
    for words in (("load", "99"), ("load", "3", "0"), ("load",), ("load", "0"), ("unload", "99"), ("load", "1", "9"), ("load", "1", "1"), ("unload", "1", "1"), ("unload", "3", "0"),
                  ("transfer", "3", "4"), ("transfer", "1", "5"), ("transfer", "99", "1"), ("transfer", "1"), ("nonsense",), ("exchange", "1", "5"), ("position", "2"), ("eepos", "5")):
        theirs, ours = mtx(*words, code=None), rsm_mtx(*words, code=None)
        if " ".join(words) not in on_purpose and (theirs.returncode, lines(theirs.stdout), lines(theirs.stderr)) != (ours.returncode, lines(ours.stdout), lines(ours.stderr)):
            different.append(f"{' '.join(words)}\n  mtx     {theirs.returncode} {theirs.stdout!r} {theirs.stderr[:300]!r}\n  rsm-mtx {ours.returncode} {ours.stdout!r} {ours.stderr[:300]!r}")
    theirs, ours = (program("exchange", "1", "5", code=None) for program in (mtx, rsm_mtx))
    if (theirs.returncode, lines(theirs.stderr)[-1:]) != (ours.returncode, lines(ours.stderr)[-1:]):
        different.append(f"exchange 1 5\n  {theirs.stderr!r}\n  {ours.stderr!r}")
    rsm_mtx("unload", "2", "1")
    assert not different, "\n" + "\n".join(different)


def an_inquiry_is_that_of_mtx():
    assert lines(mtx("inquiry").stdout) == lines(rsm_mtx("inquiry").stdout), (mtx("inquiry").stdout, rsm_mtx("inquiry").stdout)


def a_label_is_read_and_kept():
    """A tape that a program labels is known by it afterwards; a tape in use is neither rewound nor taken."""
    rsm_mtx("load", "1", "0")
    path = lab.node_of(1, "scsi_tape/nst?")
    block = b"VOL1" + b"LAB001" + b" " * 69 + b"3"
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    os.write(descriptor, block)
    position = lab.tape_position_of(descriptor)
    refused = rsm_mtx("unload", "1", "0", code=1)
    assert str(os.getpid()) in refused.stderr or "use" in refused.stderr, refused.stderr
    assert lab.tape_position_of(descriptor) == position, "a tape in use is not moved"
    os.close(descriptor)
    rsm_mtx("unload", "1", "0")
    rsm("library", "inventory", NAME, "--full")


TESTS = [the_library_and_its_drives_are_known, a_status_is_that_of_mtx, an_inquiry_is_that_of_mtx, a_load_is_seen_by_both, words_that_are_refused_are_refused_alike, a_label_is_read_and_kept]


def main():
    serve()
    return lab.run_with_daemon(start_daemon, TESTS, lambda *words, code: rsm(*words, code=code).stdout, FOLDER)


if __name__ == "__main__":
    sys.exit(main())
