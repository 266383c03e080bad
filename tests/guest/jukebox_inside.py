"""Inside a guest: two changers of the kernel's own drivers, one with optical drives (sr), one with drives for removable disks (sd), and the daemon on both.

tgtd (package tgt) serves them over iSCSI to the guest itself: its medium changer gives a drive of any kind the file with the name of the bar code. Each library
has one drive element more than there are drives: tgt loses the end of the last identifier. What tgt does not have is not shown here: trays, two sides, doors, long
moves, a spin-up, discs that are burned, GET EVENT STATUS NOTIFICATION.
"""
import json
import os
import signal
import subprocess
import sys
import time

import lab

BIN = sys.argv[1]
FOLDER = lab.FOLDER
TARGET = "iqn.2020-01.lab.local:jukebox"
ENVIRONMENT = dict(lab.ENVIRONMENT, OPENRSM_SOCKET=FOLDER + "/rsmd.sock")
SLOTS, PORTS = 6, 1
# The changer's unit, its drives, their kind for tgt and for RSM, and their media: name, file system, label.
LIBRARIES = {"Discs": (9, (1, 2), "cd", "DVD-RW", {"DISC001": ("iso9660", "ISO9660"), "DISC002": ("udf", "UDF"), "DISC003": ("iso9660", "ISO9660")}),
             "Disks": (10, (3, 4), "disk", "Removable disk", {"DISK001": ("ext4", "EXT4"), "DISK002": ("ext4", "EXT4"), "DISK003": ("ext4", "EXT4")})}
KILL_MOMENTS_S = (0.0, 0.05, 0.2)
daemon = None


def rsm(*words, code=0):
    done = subprocess.run([BIN + "/rsm", *words], capture_output=True, text=True, timeout=2 * lab.LIMIT_S, env=ENVIRONMENT)
    assert code is None or done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done


def listed(what):
    return json.loads(rsm(what, "list", "--json").stdout)


def medium(name):
    return next(m for m in listed("media") if m["name"] == name)


def drive_with(name):
    return next(d for d in listed("drive") if d["medium_name"] == name)


def media_of(library):
    return LIBRARIES[library][4]


def everything():
    return [(library, name, kind) for library in LIBRARIES for name, (kind, _) in media_of(library).items()]


def at_rest():
    return not [r for r in listed("request") if not r["finished"]]


def text_of(name):
    return f"written on {name}\n"


def make_medium(path, name, kind):
    files = FOLDER + "/files." + name
    os.makedirs(files)
    with open(files + "/kept", "w") as file:
        file.write(text_of(name))
    if kind == "iso9660":
        return lab.do("genisoimage", "-quiet", "-V", name, "-o", path, files)
    with open(path, "wb") as file:
        file.truncate(8 << 20)
    if kind == "ext4":
        return lab.do("mke2fs", "-q", "-F", "-t", "ext4", "-L", name, "-d", files, path)
    lab.do("mkudffs", "--media-type=dvdram", "--label=" + name, path)
    with lab.Mount(path, "udf", "making") as mount:
        with open(mount.at + "/kept", "w") as file:
            file.write(text_of(name))


def serve_library(library):
    changer, drives, device, _, media = LIBRARIES[library]
    home = f"{FOLDER}/{library}"
    os.makedirs(home)
    for name, (kind, _) in media.items():
        make_medium(f"{home}/{name}", name, kind)
    for lun in drives:
        lab.tgtadm("--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", str(lun), "--device-type", device)
        lab.unit(lun, vendor_id="LAB", product_id="DRIVE", scsi_sn=f"DRV000000{lun}", removable=1)
        lab.unit(lun, online=0)
    with open(f"{FOLDER}/smc{changer}", "wb") as file:
        file.truncate(1024)
    lab.tgtadm("--op", "new", "--mode", "logicalunit", "--tid", "1", "--lun", str(changer), "-b", f"{FOLDER}/smc{changer}", "--device-type", "changer")
    lab.unit(changer, vendor_id="LAB", product_id="VLIB", scsi_sn=f"VLIB0000{changer:02}", removable=1, media_home=home)
    for kind, start, count in ((1, 1, 1), (4, 256, len(drives) + 1), (2, 1024, SLOTS), (3, 16, PORTS)):
        lab.unit(changer, element_type=kind, start_address=start, quantity=count)
    for place, lun in enumerate(drives):
        lab.unit(changer, element_type=4, address=256 + place, tid=1, lun=lun)
    for slot, name in enumerate(media):
        lab.unit(changer, element_type=2, address=1024 + slot, barcode=name, sides=1)


def serve():
    lab.modprobe("-a", "iscsi_tcp", "sr_mod", "sd_mod", "sg", "isofs", "udf", "loop")
    os.makedirs(FOLDER)
    with open(FOLDER + "/tgtd.log", "wb") as log:
        subprocess.Popen(["tgtd", "-f", "--iscsi", "portal=" + lab.PORTAL], stdout=log, stderr=log, env=lab.ENVIRONMENT)
    lab.until("tgtd answers", lambda: subprocess.run(["tgtadm", "--lld", "iscsi", "--op", "show", "--mode", "sys"], capture_output=True, env=lab.ENVIRONMENT).returncode == 0)
    lab.tgtadm("--op", "new", "--mode", "target", "--tid", "1", "-T", TARGET)
    for library in LIBRARIES:
        serve_library(library)
    lab.tgtadm("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL")
    host, port = lab.PORTAL.split(":")
    lab.do("iscsistart", "-i", "iqn.2020-01.lab.local:guest", "-t", TARGET, "-g", "1", "-a", host, "-p", port)


def section(library):
    changer, drives, _, kind, _ = LIBRARIES[library]
    # The drives in the other order than the library has them: they are found by who they are.
    nodes = ", ".join(f'"{lab.node_of(lun, "block/s*")}"' for lun in reversed(drives))
    return f"""[[library]]
name = "{library}"
driver = "scsi"
changer = "{lab.node_of(changer, "scsi_generic/sg*")}"
drives = [{nodes}]
media_type = "{kind}"
defer_dismount_delay_s = 0
"""


def start_daemon():
    global daemon
    daemon = subprocess.Popen([BIN + "/rsmd", "--config", FOLDER + "/rsmd.toml"], env=ENVIRONMENT, cwd=FOLDER)
    lab.until("the daemon answers", lambda: rsm("library", "list", code=None).returncode == 0)
    lab.until("every drive was asked", lambda: not any(d["operational_state"] == "initializing" for d in listed("drive")))


def first_start():
    with open(FOLDER + "/rsmd.toml", "w") as file:
        file.write(f"""[daemon]
log_file = "{FOLDER}/rsmd.log"
[socket]
path = "{FOLDER}/rsmd.sock"
[catalog]
path = "{FOLDER}/catalog.db"
[handler]
lock_directory = "{FOLDER}/locks"
[volume]
busy_wait_s = 1
""" + "".join(section(library) for library in LIBRARIES))
    start_daemon()
    lab.until("everything was asked and read", lambda: len(listed("media")) == len(everything()) and at_rest())


def kill_daemon():
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.wait()


def discover_finds_which_drives_are_whose():
    found = json.loads(rsm("library", "discover", "--json").stdout)
    text = json.dumps(found)
    for library, (changer, drives, *_) in LIBRARIES.items():
        assert f"VLIB0000{changer:02}" in text, (library, text)
        assert all(f"DRV000000{lun}" in text for lun in drives), text


def what_the_libraries_have_is_known_by_its_labels():
    for library in LIBRARIES:
        drives = [d for d in listed("drive") if d["name"].startswith(library)]
        assert [d["serial"] for d in drives[:2]] == [f"DRV000000{lun}" for lun in LIBRARIES[library][1]], drives
        for name, (_, label) in media_of(library).items():
            side = medium(name)["sides"][0]
            assert side["label_type"] == label, (name, side)
            assert medium(name)["library_name"] == library, medium(name)


def a_medium_is_used_and_goes_home():
    for library, name, kind in everything():
        home = medium(name)["place"]
        rsm("media", "mount", name)
        drive = drive_with(name)
        assert drive["state"] == "loaded" and drive["volume"].startswith("/dev/"), drive
        with lab.Mount(drive["volume"], kind) as mount:
            with open(mount.at + "/kept") as file:
                assert file.read() == text_of(name), (library, name)
                refused = rsm("media", "dismount", name, "--wait", code=None)
                assert refused.returncode != 0 and str(os.getpid()) in refused.stdout + refused.stderr, refused
                assert mount.is_there() and drive_with(name)["state"] == "loaded"
            rsm("media", "dismount", name, "--wait")
            assert not mount.is_there(), "a dismounted medium is mounted nowhere"
        lab.until("it is at home", lambda: at_rest() and medium(name)["place"] == home)


def what_was_written_on_a_disk_is_there_in_the_other_drive():
    rsm("media", "mount", "DISK002")  # takes the first drive
    rsm("media", "mount", "DISK001")
    drive = drive_with("DISK001")
    with lab.Mount(drive["volume"], "ext4") as mount:
        with open(mount.at + "/new", "w") as file:
            file.write("new\n")
        rsm("media", "dismount", "DISK001", "--wait")
        rsm("media", "dismount", "DISK002", "--wait")
    lab.until("both are at home", lambda: at_rest() and all("slot" in medium(name)["place"] for name in ("DISK001", "DISK002")))
    rsm("media", "mount", "DISK001", "--drive", "Disks drive " + ("0" if drive["name"].endswith("1") else "1"))
    other = drive_with("DISK001")
    assert other["volume"] != drive["volume"], (drive, other)
    with lab.Mount(other["volume"], "ext4") as mount:
        assert open(mount.at + "/new").read() == "new\n"
        rsm("media", "dismount", "DISK001", "--wait")
    lab.until("it is at home", at_rest)


def an_ejected_medium_is_in_the_port():
    for library in LIBRARIES:
        name = list(media_of(library))[2]
        rsm("media", "eject", name)
        lab.until("it is in the port", lambda: "port" in medium(name)["place"])


def a_daemon_that_is_killed_at_work_does_what_was_asked_once():
    for _, name, kind in [medium for medium in everything() if medium[1].endswith("1")]:
        for moment in KILL_MOMENTS_S:
            asked = subprocess.Popen([BIN + "/rsm", "media", "mount", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
            time.sleep(moment)
            kill_daemon()
            start_daemon()
            asked.communicate(timeout=2 * lab.LIMIT_S)
            lab.until("nothing is under way", at_rest)
            if not [d for d in listed("drive") if d["medium_name"] == name and d["state"] == "loaded"]:
                rsm("media", "mount", name)
            with lab.Mount(drive_with(name)["volume"], kind) as mount:
                assert open(mount.at + "/kept").read() == text_of(name)
                rsm("media", "dismount", name, "--wait")
            lab.until("it is at home", lambda: at_rest() and "slot" in medium(name)["place"])


def a_medium_in_use_outlives_the_daemon():
    for _, name, kind in [medium for medium in everything() if medium[1].endswith("2")]:
        rsm("media", "mount", name)
        volume = drive_with(name)["volume"]
        with lab.Mount(volume, kind) as mount:
            with open(mount.at + "/kept") as file:
                kill_daemon()
                assert file.read() == text_of(name)
                start_daemon()
                lab.until("it is asked what is in use", at_rest)
                assert drive_with(name)["state"] == "loaded" and drive_with(name)["volume"] == volume, drive_with(name)
                assert mount.is_there()
                assert rsm("media", "dismount", name, "--wait", code=None).returncode != 0, "it is in use"
            rsm("media", "dismount", name, "--wait")
            assert not mount.is_there()
        lab.until("it is at home", lambda: at_rest() and "slot" in medium(name)["place"])


TESTS = [discover_finds_which_drives_are_whose, what_the_libraries_have_is_known_by_its_labels, a_medium_is_used_and_goes_home, what_was_written_on_a_disk_is_there_in_the_other_drive,
         a_daemon_that_is_killed_at_work_does_what_was_asked_once, a_medium_in_use_outlives_the_daemon, an_ejected_medium_is_in_the_port]


def main():
    serve()
    return lab.run_with_daemon(first_start, TESTS, lambda *words, code: rsm(*words, code=code).stdout, FOLDER)


if __name__ == "__main__":
    sys.exit(main())
