"""Inside a guest: `rsm library discover` on the kernel's own nodes (sg, st, ch) of the tape library of library_inside.py.

The library has one drive element more than there are drives, since tgt loses the end of the last identifier. There is no udev: nodes have no durable name until the test makes links.
"""
import json
import os
import subprocess
import sys

import lab
import library_inside as library

BIN = sys.argv[1]
CONFIG = library.FOLDER + "/rsmd.toml"


def discover(*words, code=0):
    return library.do(BIN + "/rsm", "library", "discover", "--config", CONFIG, *words, code=code)


def found(*words, code=0):
    return json.loads(discover("--json", *words, code=code).stdout)


def changer_node():
    return lab.node_of(library.CHANGER, "scsi_generic/sg*")


def drives_are_given_by_who_they_say_that_they_are():
    report = found()
    assert len(report["found"]["libraries"]) == 1, report
    one = report["found"]["libraries"][0]
    assert one["changer"]["address"] == changer_node() and "next start" in one["changer"]["remark"], one["changer"]
    assert (one["drives"], one["slots"], one["ports"]) == (len(library.DRIVES) + 1, library.SLOTS, library.PORTS), one
    given = [(element["told"], element["address"]) for element in one["elements"]]
    expected = [(serial, lab.node_of(lun, "scsi_generic/sg*")) for lun, serial in library.DRIVES.items()]
    assert given[:2] == expected and given[2] == ("", ""), given
    assert one["drive_order"] == "identity" and one["usable"], one
    assert report["found"]["loose"] == [], report


def links_are_better_names():
    os.makedirs("/dev/tape/by-id")
    os.symlink("../.." + changer_node().removeprefix("/dev"), "/dev/tape/by-id/scsi-VLIB000001")
    for lun, serial in library.DRIVES.items():
        os.symlink("../.." + lab.node_of(lun, "scsi_tape/nst?").removeprefix("/dev"), f"/dev/tape/by-id/scsi-{serial}-nst")
    one = found()["found"]["libraries"][0]
    assert one["changer"]["address"] == "/dev/tape/by-id/scsi-VLIB000001" and one["changer"]["remark"] == "", one["changer"]
    assert [element["address"] for element in one["elements"][:2]] == [f"/dev/tape/by-id/scsi-{serial}-nst" for serial in library.DRIVES.values()], one


def who_has_it_open_is_named_and_not_disturbed():
    with open(changer_node(), "rb", buffering=0):
        one = found()["found"]["libraries"][0]
        assert any(f"process {os.getpid()} (" in user and changer_node() in user for user in one["changer"]["users"]), one["changer"]
        assert not one["known"] and not one["usable"] and any("somebody uses it" in note for note in one["notes"]), one
        assert one["changer"]["serial"] == "VLIB000001", "its name is asked all the same"
    assert found()["found"]["libraries"][0]["usable"]


def the_driver_ch_is_told():
    lab.modprobe("ch")
    lab.until("ch is bound", lambda: os.path.isdir("/sys/class/scsi_changer") and os.listdir("/sys/class/scsi_changer"))
    one = found()["found"]["libraries"][0]
    assert any("driver ch" in user for user in one["changer"]["users"]) and one["usable"], one


def what_is_written_is_read_and_managed():
    assert "Written:" in discover("--add", "--name", "Attic").stdout
    library.do(BIN + "/rsmd", "--check-config", "--config", CONFIG)
    one = found()["found"]["libraries"][0]
    assert one["changer"]["managed_by"] == "Attic" and not one["usable"], one
    discover("--add", code=5)


TESTS = [drives_are_given_by_who_they_say_that_they_are, who_has_it_open_is_named_and_not_disturbed, the_driver_ch_is_told, links_are_better_names, what_is_written_is_read_and_managed]


def main():
    library.serve()
    with open(CONFIG, "w") as file:
        file.write(f'[socket]\npath = "{library.FOLDER}/rsmd.sock"\n')
    lab.node_of(library.CHANGER, "scsi_generic/sg*")
    return lab.run_tests(TESTS, lambda: print(subprocess.run([BIN + "/rsm-discover"], capture_output=True, text=True).stdout[-6000:]))


if __name__ == "__main__":
    sys.exit(main())
