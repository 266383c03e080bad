"""Inside a guest: stand-alone drives on the kernel's own drivers (sr, sd, st), and the events that these really send.

tgtd serves a disc, a disk and a tape over iSCSI to the guest itself. Media are exchanged by tgtadm, as a person's hand would; the disk is deleted and found
again by the kernel, as a plug would. The disk is asked by the kernel (events_dfl_poll_msecs) and by nobody else, the tape by the service; so is the disc, since tgt's
optical drive does not know GET EVENT STATUS NOTIFICATION, by which the kernel would learn of it. Not shown: trays, buttons.
"""
import json
import os
import subprocess
import sys

import lab

BIN = sys.argv[1]
FOLDER = "/run/alone"
ENVIRONMENT = dict(lab.ENVIRONMENT, OPENRSM_SOCKET=FOLDER + "/rsmd.sock")


def rsm(*words, code=0):
    done = subprocess.run([BIN + "/rsm", *words], capture_output=True, text=True, timeout=lab.LIMIT_S, env=ENVIRONMENT)
    assert code is None or done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout


def listed(what):
    return json.loads(rsm(what, "list", "--json"))


def drive(library):
    return next(d for d in listed("drive") if d["name"].startswith(library + " drive"))


def condition(library):
    return next(l for l in listed("library") if l["name"] == library)["operational_state"]


def in_state(library, state):
    lab.until(f"{library} is {state}", lambda: drive(library)["state"] == state and not [r for r in listed("request") if not r["finished"]])


def names():
    return [m["name"] for m in listed("media")]


def medium_in(library):
    return next(m["name"] for m in listed("media") if m["library_name"] == library)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def start_daemon():
    os.makedirs(FOLDER)
    write("/sys/module/block/parameters/events_dfl_poll_msecs", "300")
    sections = "".join(f'[[library]]\nname = "{name}"\ndriver = "standalone"\ndrive = "{lab.node(what)}"\npoll_interval_s = {poll}\n'
                       for name, what, poll in (("Disc", "disc", 1), ("Disk", "disk", 0), ("Tape", "empty tape drive", 1)))
    write(FOLDER + "/rsmd.toml", f"""
[daemon]
log_file = "{FOLDER}/rsmd.log"
[socket]
path = "{FOLDER}/rsmd.sock"
[catalog]
path = "{FOLDER}/catalog.db"
[handler]
lock_directory = "{FOLDER}/locks"
{sections}""")
    subprocess.Popen([BIN + "/rsmd", "--config", FOLDER + "/rsmd.toml"], env=ENVIRONMENT, cwd=FOLDER)
    lab.until("the daemon answers", lambda: subprocess.run([BIN + "/rsm", "library", "list"], capture_output=True, env=ENVIRONMENT).returncode == 0)
    lab.until("every drive was asked", lambda: len(listed("drive")) == 3)


def what_is_in_at_the_start_is_known():
    in_state("Disc", "dismountable")
    in_state("Disk", "dismountable")
    in_state("Tape", "dismounted")
    assert "DISC" in names(), names()
    assert drive("Disc")["volume"] == "", "nobody was given it"


def a_disc_is_mounted_and_dismounted_and_stays():
    rsm("media", "mount", "DISC")
    assert drive("Disc")["volume"] == lab.node("disc"), drive("Disc")
    rsm("media", "dismount", "DISC")
    in_state("Disc", "dismountable")


def an_ejected_disc_is_out_and_another_one_is_seen_when_the_drive_is_asked():
    rsm("media", "eject", "DISC")
    in_state("Disc", "dismounted")
    os.makedirs(FOLDER + "/other")
    write(FOLDER + "/other/file", "other")
    lab.do("genisoimage", "-quiet", "-V", "OTHER", "-o", FOLDER + "/other.iso", FOLDER + "/other")
    lab.unit(lab.LUNS["disc"], path=FOLDER + "/other.iso")
    lab.unit(lab.LUNS["disc"], online=1)
    in_state("Disc", "dismountable")
    assert "OTHER" in names(), names()


def an_ejected_disk_that_is_put_in_again_is_seen_by_an_event():
    for _ in range(2):
        rsm("media", "eject", medium_in("Disk"))
        in_state("Disk", "dismounted")
        lab.unit(lab.LUNS["disk"], online=1)
        in_state("Disk", "dismountable")


def a_disk_that_the_kernel_loses_is_not_present_until_it_is_found_again():
    for _ in range(2):
        write("/sys/class/block/" + os.path.basename(lab.node("disk")) + "/device/delete", "1")
        lab.until("the drive is gone", lambda: condition("Disk") == "not_present")
        write("/sys/class/scsi_host/host0/scan", "- - -")
        lab.until("the drive is back", lambda: condition("Disk") == "ready")
        in_state("Disk", "dismountable")


def a_tape_is_seen_when_the_drive_is_asked():
    lab.unit(lab.LUNS["empty tape drive"], online=1)
    in_state("Tape", "dismountable")
    name = medium_in("Tape")
    rsm("media", "mount", name)
    descriptor = os.open(lab.node("empty tape drive"), os.O_RDWR | os.O_NONBLOCK)
    os.write(descriptor, b"VOL1" + b"LAB001" + b" " * 69 + b"3")
    os.close(descriptor)
    rsm("media", "dismount", name)
    lab.until("the label of its user is known", lambda: "ANSI" in json.dumps(listed("media")))
    rsm("media", "eject", medium_in("Tape"))
    lab.until("a person is asked to take it out", lambda: "out of drive 0 of Tape: it does not eject" in json.dumps(listed("opreq")))
    lab.unit(lab.LUNS["empty tape drive"], online=0)  # tgt unloads nothing: a person takes it out
    in_state("Tape", "dismounted")


TESTS = [what_is_in_at_the_start_is_known, a_disc_is_mounted_and_dismounted_and_stays, an_ejected_disc_is_out_and_another_one_is_seen_when_the_drive_is_asked,
         an_ejected_disk_that_is_put_in_again_is_seen_by_an_event, a_disk_that_the_kernel_loses_is_not_present_until_it_is_found_again, a_tape_is_seen_when_the_drive_is_asked]


def main():
    lab.start()
    return lab.run_with_daemon(start_daemon, TESTS, rsm, FOLDER)


if __name__ == "__main__":
    sys.exit(main())
