#!/usr/bin/env python3
"""Media as other programs leave them, read by the real daemon: two file systems on one medium, none with an id, another format under a known bar
code. usage: labels.py BUILD [SEED]
"""
import base64
import glob
import os
import subprocess

from harness import Stage, main


def image_of(stage, barcode):
    found = [p for p in glob.glob(os.path.join(stage.library, "**", "*"), recursive=True) if barcode in p and os.path.isfile(p)]
    assert len(found) == 1, found
    return found[0]


def write(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def side_of(stage, barcode):
    return next(s for s in stage.all("side.list") if s["medium_name"] == barcode)


def reasons(stage):
    return [r["reason"] for r in stage.all("request.list") if r["finished"]]


def test(build, rng):
    with Stage(build, drives=1, slots=6, cartridges=4, sides=1, size=16) as stage:
        stale, fat, nameless = (image_of(stage, f"A0000{n}") for n in (1, 2, 3))
        write("mkudffs", "--media-type=dvdram", "--label=NEW", stale)
        write("mkfs.vfat", "-I", "-n", "STICK", "-i", "12345678", fat)
        write("wipefs", "-a", nameless)
        write("mkfs.vfat", "-I", "-n", "NOID", "-i", "00000000", nameless)
        stage.start()
        stage.wait_until("all cartridges are identified", lambda: len(stage.all("side.list")) == 4
                         and all(s["state"] != "unknown" for s in stage.all("side.list")) and not stage.open_requests())

        # Nobody chooses between two file systems: no label, and the sentence names both.
        side = side_of(stage, "A00001")
        assert side["label_type"] == "" and side["state"] == "foreign", side
        assert any("ambivalent" in r and "ext4" in r and 'udf "NEW"' in r for r in reasons(stage)), reasons(stage)

        side = side_of(stage, "A00002")
        assert side["label_type"] == "VFAT" and base64.b64decode(side["label_id"]) == b"1234-5678" and side["label_info"] == "STICK", side
        side = side_of(stage, "A00003")
        assert side["label_type"] == "", side
        assert any('vfat "NOID" without an id' in r for r in reasons(stage)), reasons(stage)
        side = side_of(stage, "A00004")
        assert side["label_type"] == "EXT4" and len(base64.b64decode(side["label_id"])) == 36 and side["state"] == "import", side

        # The same in the operator's words.
        shown = stage.run("rsm", "side", "list").stdout
        assert "VFAT STICK" in shown, shown
        print(shown)

        # A session is never handed another medium: the FAT was made anew, with another number.
        write("mkfs.vfat", "-I", "-n", "OTHER", "-i", "87654321", fat)
        session = stage.connection()
        session.call("session.open", application="labels")
        mount = session.call("mount.submit", key="m", media=[side_of(stage, "A00002")["id"]])["requests"][0]
        done = session.call("request.wait", request=mount, timeout_ms=60000)
        assert done["state"] == "failed" and "VFAT" in done["reason"], done
        print("refused:", done["reason"])
        session.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
