#!/usr/bin/env python3
"""Media as other programs leave them, read by the real daemon: two file systems on one medium, none with an id, another format under a known bar
code, discs that were written in the same second, copies. usage: labels.py BUILD [SEED]
"""
import base64
import glob
import os
import re
import shutil
import subprocess
import tempfile
import time

from harness import LIMIT_S, Refused, Session, Stage, main


def image_of(stage, cartridge):
    found = [p for p in glob.glob(os.path.join(stage.library, "**", "*"), recursive=True) if cartridge in p and os.path.isfile(p)]
    assert len(found) == 1, found
    return found[0]


def write(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def hand(stage, *words):
    return stage.run("rsm-emu", "hand", stage.library, *words).stdout


def side_of(stage, medium):
    return next(s for s in stage.all("side.list") if s["medium_name"] == medium)


def reasons(stage):
    return [r["reason"] for r in stage.all("request.list") if r["finished"]]


def inventory(stage):
    """Every element, and then the labels of what is not known."""
    stage.run("rsm", "library", "inventory", "Jukebox", "--wait")
    stage.wait_at_rest("what was found is known", lambda: True)


def mounted(session, side):
    """What became of a mount of this side."""
    request = session.call("mount.submit", key=f"{side['id']} {time.monotonic_ns()}", media=[side["id"]])["requests"][0]
    return session.call("request.wait", request=request, timeout_ms=LIMIT_S * 1000)


def foreign_formats(build):
    with Stage(build, drives=1, slots=6, cartridges=5, sides=1, size=16) as stage:
        stale, fat, nameless, nil = (image_of(stage, f"A0000{n}") for n in (1, 2, 3, 5))
        write("mkudffs", "--media-type=dvdram", "--label=NEW", stale)
        write("mkfs.vfat", "-I", "-n", "STICK", "-i", "12345678", fat)
        write("wipefs", "-a", nameless)
        write("mkfs.vfat", "-I", "-n", "NOID", "-i", "00000000", nameless)
        os.truncate(nil, 320 << 20)
        write("mkfs.xfs", "-q", "-f", nil)
        write("xfs_admin", "-U", "nil", nil)
        stage.start()
        stage.wait_until("all cartridges are identified", lambda: len(stage.all("side.list")) == 5
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
        side = side_of(stage, "A00005")
        assert side["label_type"] == "" and side["label_id"] == "", side
        assert any("xfs without an id, which the kernel does not mount" in r for r in reasons(stage)), reasons(stage)

        # The same in the operator's words.
        shown = stage.run("rsm", "side", "list").stdout
        assert "VFAT STICK" in shown, shown
        print(shown)

        # A session is never handed another medium: the FAT was made anew, with another number.
        write("mkfs.vfat", "-I", "-n", "OTHER", "-i", "87654321", fat)
        session = Session(stage, "labels")
        done = mounted(session, side_of(stage, "A00002"))
        assert done["state"] == "failed" and "VFAT" in done["reason"], done
        print("refused:", done["reason"])

        # Whoever wants the ambivalent one has to say which of the two it is: without that, no mount of it.
        done = mounted(session, side_of(stage, "A00001"))
        assert done["state"] == "passed", done
        volume = next(d["volume"] for d in stage.all("drive.list") if d["volume"])
        if stage.volumes == "block":
            at = os.path.join(stage.folder, "at")
            os.mkdir(at)
            refused = subprocess.run(["mount", volume, at], capture_output=True, text=True)
            assert refused.returncode != 0 and not os.path.ismount(at), refused
            print("refused:", refused.stderr.strip())
        session.close()
        assert stage.stop() == 0


def id_of(image):
    return subprocess.run(["blkid", "-p", "-o", "value", "-s", "UUID", image], check=True, capture_output=True, text=True).stdout.strip()


def in_one_second(stage, cartridges, command):
    """Discs named DISC1, written for each of these cartridges by command(disc, folder) in one second; their id, which is that date."""
    attempts = 20
    for _ in range(attempts):
        discs, writing = [], []
        for cartridge in cartridges:
            folder = tempfile.mkdtemp(dir=stage.folder)
            with open(os.path.join(folder, "which"), "w") as file:
                file.write(f"the disc of {cartridge}")
            discs.append(folder + ".iso")
            writing.append(subprocess.Popen(command(discs[-1], folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        assert [each.wait(timeout=LIMIT_S) for each in writing] == [0] * len(cartridges)
        ids = {id_of(disc) for disc in discs}
        if len(ids) == 1:
            for disc, cartridge in zip(discs, cartridges):
                shutil.copyfile(disc, image_of(stage, cartridge))
            return ids.pop()
    raise AssertionError(f"{attempts} times the discs were written in different seconds: {ids}")


def genisoimage(disc, folder):
    return ["genisoimage", "-quiet", "-V", "DISC1", "-o", disc, folder]


def xorriso(disc, folder):
    return ["xorriso", "-outdev", disc, "-volid", "DISC1", "-map", folder, "/"]


def content(stage, session, medium):
    """Which disc a session is given under this name."""
    done = mounted(session, side_of(stage, medium))
    assert done["state"] == "passed", done
    volume = next(d["volume"] for d in stage.all("drive.list") if d["name"] == done["drive_name"])
    with open(volume, "rb") as file:
        found = re.findall(rb"the disc of (\w+)", file.read())
    stage.run("rsm", "media", "dismount", f"{medium}:0")
    assert len(found) == 1, found
    return found[0].decode()


def discs_of_one_second(build):
    """The id of an ISO 9660 disc is the date of its writing: a weak one. Discs that have the same stay as many media as there are."""
    with Stage(build, drives=2, slots=8, cartridges=4, sides=1, size=16) as stage:
        stage.run("rsm-emu", "cartridge", stage.library, "--name", "UNMARKED")
        one = in_one_second(stage, ("A00001", "A00002", "UNMARKED"), genisoimage)
        other = in_one_second(stage, ("A00003", "A00004"), xorriso)
        stage.start()
        stage.wait_identified()

        def media():
            return {m["name"]: m["id"] for m in stage.all("medium.list")}

        def place_of(name):
            return next(m["place"] for m in stage.all("medium.list") if m["name"] == name)

        known = media()
        assert sorted(known) == ["A00001", "A00002", "A00003", "A00004"] and len(set(known.values())) == 4, known
        for name, date in (("A00001", one), ("A00002", one), ("A00003", other), ("A00004", other)):
            side = side_of(stage, name)
            assert (side["label_type"], base64.b64decode(side["label_id"]).decode(), side["label_info"], side["state"]) == ("ISO9660", date, "DISC1", "import"), side

        # While the first one is away another disc with its date and without a bar code comes: a label with an id of its own would be the first one's.
        hand(stage, "take", "slot 0")
        inventory(stage)
        hand(stage, "put", "name:UNMARKED", "slot 6")
        inventory(stage)
        stage.wait_identified()
        assert len(media()) == 5 and media().items() >= known.items(), media()
        assert place_of("A00001") == "offline", place_of("A00001")

        hand(stage, "put", "A00001", "slot 7")
        inventory(stage)
        stage.wait_identified()
        assert len(media()) == 5 and media().items() >= known.items(), media()
        assert not stage.all("opreq.list"), stage.all("opreq.list")
        print(stage.run("rsm", "media", "list").stdout)

        # Each is given out as itself, and one that was written on is still that medium: its bar code is the recorded one and its date is newer.
        session = Session(stage, "labels")
        for name in known:
            assert content(stage, session, name) == name
        stage.wait_at_rest("the drives are empty", lambda: True)
        image = image_of(stage, "A00003")
        more = os.path.join(stage.folder, "more")
        with open(more, "w") as file:
            file.write("more")
        stage.wait_until("the disc has a newer date", lambda: write("xorriso", "-dev", "stdio:" + image, "-map", more, f"/{time.monotonic_ns()}") or id_of(image) > other)
        mounted(session, side_of(stage, "A00003"))  # what is on it is not what is recorded: it is looked at first
        stage.wait_until("its new date is known", lambda: base64.b64decode(side_of(stage, "A00003")["label_id"]).decode() == id_of(image) and not stage.open_requests())
        assert content(stage, session, "A00003") == "A00003"
        assert len(media()) == 5 and media().items() >= known.items(), media()
        assert base64.b64decode(side_of(stage, "A00004")["label_id"]).decode() == other
        assert any("its bar code is the recorded one and the date of its label is newer" in e["reason"] for e in stage.events() if e["object"] == known["A00003"]), stage.events()
        assert not stage.all("opreq.list"), stage.all("opreq.list")
        session.close()
        assert stage.stop() == 0


def copies_with_one_id(build):
    """Two media of one id in two drives of a library: a person is told of both, and nobody is given the second one until it has an id of its own."""
    for fs, new_id in (("btrfs", ("btrfstune", "-m")), ("xfs", ("xfs_admin", "-U", "generate"))):
        with Stage(build, drives=2, slots=4, cartridges=1, sides=1, size=16) as stage:
            image = image_of(stage, "A00001")
            os.truncate(image, 320 << 20)
            write("wipefs", "-a", image)
            write("mkfs." + fs, "-f", image)
            hand(stage, "copy", "A00001", "A00009")
            stage.start()
            stage.wait_identified()
            session = Session(stage, "labels")
            done = mounted(session, side_of(stage, "A00001"))
            assert (done["state"], done["drive_name"]) == ("passed", "Jukebox drive 0"), done
            hand(stage, "put", "A00009", "slot 3")
            stage.run("rsm", "library", "inventory", "Jukebox", "--wait")
            stage.wait_until("the copy was read", lambda: not stage.open_requests() and len(stage.all("side.list")) == 2)

            copy, original = side_of(stage, "A00009"), side_of(stage, "A00001")
            assert copy["label_id"] == original["label_id"] and copy["label_type"] == original["label_type"] == fs.upper(), (copy, original)
            assert copy["state"] == "foreign" and original["state"] == "import", (copy, original)
            read = next(r for r in stage.all("request.list") if r["operation"] == "classify" and r["medium_name"] == "A00009")
            assert read["drive_name"] == "Jukebox drive 1" and "it bears the label of A00001, which is in drive 0" in read["reason"], read
            told = [o["message"] for o in stage.all("opreq.list") if o["state"] == "submitted"]
            assert len(told) == 1 and told[0].startswith("A00009 bears the label of A00001"), told
            try:
                raise AssertionError(mounted(session, copy))
            except Refused as error:
                print(f"two {fs}:", read["reason"], "|", told[0], "|", error)

            # Its contents with an id of its own are a medium like any other.
            stage.wait_until("the copy is in its slot", lambda: all(d["state"] == "dismounted" for d in stage.all("drive.list") if d["name"] == "Jukebox drive 1"))
            write(*new_id, image_of(stage, "A00009"))
            stage.run("rsm", "library", "inventory", "Jukebox", "--full", "--wait")
            stage.wait_until("it has an id of its own", lambda: not stage.open_requests() and side_of(stage, "A00009")["label_id"] != original["label_id"])
            assert [o["state"] for o in stage.all("opreq.list")] == ["complete"], stage.all("opreq.list")
            done = mounted(session, copy)
            assert (done["state"], done["drive_name"]) == ("passed", "Jukebox drive 1"), done
            assert [m["id"] for m in stage.all("medium.list")] == [original["medium"], copy["medium"]], stage.all("medium.list")
            session.close()
            assert stage.stop() == 0


def test(build, rng):
    foreign_formats(build)
    discs_of_one_second(build)
    copies_with_one_id(build)


if __name__ == "__main__":
    main(test)
