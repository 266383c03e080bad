#!/usr/bin/env python3
"""rsm-changer and rsm-mtx on the real daemon with an emulated library: every command with its exact output, odd lists, what is refused and changes
nothing, homes, two programs at one drive, two views of one library, transfers, a daemon that is killed and started during a load, an unload and a transfer.  usage: backup_changer.py BUILD [SEED]"""
import subprocess
import time

from harness import LIMIT_S, Stage, main

DEVICE, TAPE = "/dev/changer", "/dev/nst0"


class Fronts:
    def __init__(self, stage):
        self.stage = stage

    def command(self, program, *words, options=()):
        return [self.stage.programs[program], *options, *map(str, words)]

    def start(self, program, *words, options=(), **environment):
        return subprocess.Popen(self.command(program, *words, options=options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=dict(self.stage.environment, **environment))

    def run(self, program, *words, code=0, out=None, err=None, options=(), **environment):
        """One call; `out` and `err`: exactly what is printed."""
        process = self.start(program, *words, options=options, **environment)
        return self.end(process, code, out, err)

    def end(self, process, code=0, out=None, err=None):
        printed, said = process.communicate(timeout=LIMIT_S)
        shown = f"{' '.join(process.args)}: exit {process.returncode}\n{printed}{said}"
        assert process.returncode == code, shown
        assert out is None or printed == out, shown
        assert err is None or said == err, shown
        return printed

    def changer(self, command, slot=0, drive=0, **how):
        return self.run("rsm-changer", DEVICE, command, slot, TAPE, drive, **how)

    def mtx(self, *words, **how):
        return self.run("rsm-mtx", "-f", DEVICE, *words, **how)


def refused(fronts, command, slot, drive, sentence):
    before = fronts.stage.events()
    fronts.changer(command, slot, drive, code=1, out="", err=f"rsm-changer: {sentence}\n")
    changed = [e for e in fronts.stage.events()[len(before):] if e["type"] not in ("session",)]
    assert not changed, changed


def mounts_passed(stage):
    return [r for r in stage.all("request.list") if r["operation"] == "mount" and r["state"] == "passed"]


def changer(build, rng):
    with Stage(build, drives=2, slots=6, cartridges=3, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        fronts = Fronts(stage)
        fronts.changer("slots", out="6\n", err="")
        fronts.changer("list", out="1:A00001\n2:A00002\n3:A00003\n", err="")
        fronts.changer("loaded", out="0\n", err="")
        fronts.changer("load", 2, 1, out="", err="")
        fronts.changer("loaded", 0, 1, out="2\n", err="")
        fronts.changer("list", out="1:A00001\n2:A00002\n3:A00003\n", err="")
        fronts.changer("listall", out="D:0:E\nD:1:F:2:A00002\nS:1:F:A00001\nS:2:E\nS:3:F:A00003\nS:4:E\nS:5:E\nS:6:E\n", err="")
        assert next(d for d in stage.all("drive.list") if d["number"] == 1)["state"] == "loaded"
        assert not stage.all("session.list")

        refused(fronts, "load", 4, 0, "slot 4: it is empty")
        refused(fronts, "load", 2, 0, "slot 2: it is empty; its medium is in drive 1")
        refused(fronts, "load", 1, 1, "drive 1: it is full, with the medium of slot 2")
        refused(fronts, "load", 99, 0, "slot 99: there is none; Jukebox has slots 1 to 6")
        refused(fronts, "load", 1, 9, "drive 9: there is none; Jukebox has drives 0 to 1")
        refused(fronts, "loaded", 0, 9, "drive 9: there is none; Jukebox has 2")
        refused(fronts, "unload", 1, 1, "slot 1: it is full")
        refused(fronts, "unload", 5, 1, "slot 5: A00002 in drive 1 goes home to slot 2")
        refused(fronts, "unload", 1, 0, "drive 0: it is empty")
        refused(fronts, "transfer", 1, 0, "slot '/dev/nst0': a transfer takes the slot to go to in the place of ARCHIVE-DEVICE, from 1")
        refused(fronts, "load", 0, 0, "slot '0': slots are numbered from 1")

        fronts.changer("unload", 2, 1, out="", err="")
        fronts.changer("loaded", 0, 1, out="0\n", err="")
        assert next(s for s in stage.all("slot.list") if s["number"] == 1)["medium_name"] == "A00002"
        fronts.changer("slots", code=1, out="", options=["--library", "Nothing"])
        fronts.changer("slots", code=1, out="", RSM_LIBRARY="Nothing")
        fronts.changer("slots", code=1, out="", options=["--limit", "1", "--socket", stage.folder + "/nobody"])
        fronts.changer("slots", out="7\n", options=["--ports"])


def odd_lists(build, rng):
    with Stage(build, drives=1, slots=8, cartridges=2, sides=1, volumes="user") as stage:
        for slot, name, words in ((2, "NOCODE", []), (3, "BLANK", ["VOL 3"]), (4, "CLEANER", ["CLN001L1"]), (5, "TWIN", ["A00001"])):
            stage.run("rsm-emu", "cartridge", stage.library, *words, "--name", name)
            stage.run("rsm-emu", "hand", stage.library, "put", "name:" + name, f"slot {slot}")
        stage.start()
        stage.wait_at_rest("all is known", lambda: len(stage.all("medium.list")) == 6)
        fronts = Fronts(stage)
        ids = {m["place"]: m["id"] for m in stage.all("medium.list")}
        listed = fronts.changer("list")
        assert "2:A00002\n3:\n" in listed, listed
        assert listed.count("A00001") == 1 and "VOL" not in listed and "CLN" not in listed, listed
        assert "5:CLN001L1\n" in fronts.changer("list", options=["--cleaning"])
        status = fronts.mtx("status")
        assert f"      Storage Element 4:Full :VolumeTag={ids['slot 3']}\n" in status, status
        assert "      Storage Element 3:Full \n" in status and "Element 5:" not in status and status.count(":VolumeTag=A00001\n") == 1, status
        assert f"S:3:F:{ids['slot 2']}\n" in fronts.changer("listall")
        refused(fronts, "load", 5, 0, "slot 5: CLN001L1 is a cleaning cartridge; it is not loaded for data")

    with Stage(build, drives=1, slots=2, cartridges=0, sides=1, volumes="user") as stage:
        stage.start()
        Fronts(stage).changer("list", out="", err="")


def mtx(build, rng):
    with Stage(build, drives=2, slots=4, cartridges=3, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        fronts = Fronts(stage)
        head = "  Storage Changer /dev/changer:2 Drives, 4 Slots ( 0 Import/Export )\n"
        ones = "      Storage Element 1:Full :VolumeTag=A00001\n"
        rest = "      Storage Element 2:Full :VolumeTag=A00002\n      Storage Element 3:Full :VolumeTag=A00003\n      Storage Element 4:Empty\n"
        fronts.mtx("status", out=head + "Data Transfer Element 0:Empty\nData Transfer Element 1:Empty\n" + ones + rest, err="")
        fronts.mtx("load", 1, 0, "status", err="", out="Loading media from Storage Element 1 into drive 0...done\n" + head +
                   "Data Transfer Element 0:Full (Storage Element 1 Loaded):VolumeTag = A00001\nData Transfer Element 1:Empty\n      Storage Element 1:Empty\n" + rest)
        fronts.mtx("load", 2, 0, code=1, out="", err="Drive 0 Full (Storage Element 1 loaded)\n")
        fronts.mtx("load", 1, 1, code=1, out="Loading media from Storage Element 1 into drive 1...", err="Source Element Address 1024 is Empty\n")
        fronts.mtx("load", code=1, out="", err="No source specified\n")
        fronts.mtx("load", 1, 9, code=1, out="", err="illegal <drive-number> argument '9' to 'load' command\n")
        fronts.mtx("unload", 99, code=1, out="", err="illegal <storage-element-number> argument '99' to 'unload' command\n")
        fronts.mtx("unload", 2, 0, code=1, out="", err="Storage Element 2 is Already Full\n")
        fronts.mtx("first", 0, out="loading...done.\n", err="")
        fronts.mtx("next", out="Unloading drive 0 into Storage Element 1...done\nLoading media from Storage Element 2 into drive 0...done\n", err="")
        fronts.mtx("last", out="Unloading drive 0 into Storage Element 2...done\nLoading media from Storage Element 3 into drive 0...done\n", err="")
        fronts.mtx("next", code=1, out="", err="No More Media\n")
        fronts.changer("loaded", out="3\n")  # not emptied
        fronts.mtx("previous", "unload", err="", out="Unloading drive 0 into Storage Element 3...done\nLoading media from Storage Element 2 into drive 0...done\n"
                   "Unloading drive 0 into Storage Element 2...done\n")
        fronts.mtx("unload", code=1, out="", err="Data Transfer Element 0 is Empty\n")
        fronts.mtx("inventory", out="", err="")
        fronts.mtx("eject", code=1, out="", err="Eject (0x1B) failed\nmtx:eject failed\n")
        fronts.mtx("transfer", 1, 4, "transfer", 4, 1, out="", err="")
        fronts.mtx("transfer", 1, 2, code=1, out="", err="Destination Element Address 1025 is Already Full\n")
        fronts.mtx("transfer", 4, 1, code=1, out="", err="Source Element Address 1027 is Empty\n")
        before = fronts.mtx("status")
        fronts.mtx("exchange", 1, 2, out="", err="")
        tags = [line.rpartition("=")[2] for line in fronts.mtx("status").splitlines() if "Storage Element 1:" in line or "Storage Element 2:" in line]
        assert tags == [line.rpartition("=")[2] for line in before.splitlines() if "Storage Element 1:" in line or "Storage Element 2:" in line][::-1] and all(tags), tags
        fronts.mtx("exchange", 2, 1, out="", err="")
        assert fronts.mtx("status") == before
        stage.run("rsm", "media", "transfer", "A00001", "--to", 1, "--exchange", "--wait")
        assert fronts.mtx("status") != before
        stage.run("rsm", "media", "transfer", "A00001", "--to", "slot 0", "--exchange", "--wait")
        assert fronts.mtx("status") == before
        media = {m["name"]: m["id"] for m in stage.all("medium.list")}
        assert [r["medium"] for r in stage.all("request.list") if r.get("partner") == media["A00002"]].count(media["A00001"]) >= 2
        fronts.mtx("exchange", 1, 4, code=1, out="", err="rsm-mtx: slot 4: it is empty\n")
        fronts.mtx("exchange", 1, 2, 3, code=1, out="", err="rsm-mtx: slot 3: what is in slot 2 goes to slot 1 and to no other\n")
        assert fronts.mtx("inquiry").startswith("Product Type: Medium Changer\nVendor ID: '")
        fronts.run("rsm-mtx", out="", err="")
        fronts.run("rsm-mtx", "nonsense", code=1, out="")
        said = fronts.start("rsm-mtx", "--version").communicate(timeout=LIMIT_S)[1]
        assert said.startswith("mtx version 1.3.12\n"), said
        assert "Storage Changer Jukebox:" in fronts.run("rsm-mtx", "status", CHANGER="Jukebox")
        said = fronts.start("rsm-mtx", "status", options=["--limit", "1", "--socket", stage.folder + "/nobody"]).communicate(timeout=LIMIT_S)[1]
        assert said.startswith("mtx: Request Sense: Sense Key=Not Ready\n"), said
        stage.run("rsm", "library", "disable", "Jukebox", "--wait")
        process = fronts.start("rsm-mtx", "status")
        assert process.communicate(timeout=LIMIT_S)[1].startswith("mtx: Request Sense: Sense Key=Not Ready\n") and process.returncode == 1
        fronts.changer("slots", code=1, out="", err="rsm-changer: library Jukebox: it is disabled\n")


def which_library(build, rng):
    """By option, by environment, by the name of the device or of its file; never by chance."""
    with Stage(build, drives=1, slots=3, cartridges=1, sides=1, volumes="user") as stage:
        second = stage.library + "-second"
        stage.run("rsm-emu", "make", second, "--drives", 1, "--slots", 5, "--cartridges", 1, "--fs", "ext4", "--size", 8, "--timing", "0.005", "--barcode-prefix", "B")
        with open(stage.config, "a", encoding="utf-8") as file:
            file.write(f'[[library]]\nname = "Other"\ndriver = "emulated"\ndirectory = "{second}"\nvolumes = "user"\n')
        stage.start()
        fronts = Fronts(stage)
        fronts.changer("slots", code=1, out="", err="rsm-changer: the service: it has several libraries: say which with --library or RSM_LIBRARY: Jukebox, Other\n")
        fronts.changer("slots", out="5\n", options=["--library", "Other"])
        fronts.changer("slots", out="3\n", RSM_LIBRARY="Jukebox")
        fronts.run("rsm-changer", "Other", "slots", out="5\n")
        fronts.run("rsm-changer", "/etc/amanda/Jukebox", "slots", out="3\n")
        stage.run("rsm-emu", "clean", second)


def kept_home(build, rng):
    """A medium whose slot is taken by a person has one other home until it is there, whatever becomes free meanwhile."""
    with Stage(build, drives=1, slots=4, cartridges=2, sides=1, volumes="user") as stage:
        stage.run("rsm-emu", "cartridge", stage.library, "A00009")
        stage.start()
        stage.wait_identified()
        fronts = Fronts(stage)
        fronts.changer("load", 1, 0)
        stage.run("rsm-emu", "hand", stage.library, "put", "A00009", "slot 0")
        fronts.mtx("inventory", out="", err="")
        fronts.changer("loaded", out="3\n")
        refused(fronts, "unload", 1, 0, "slot 1: it is full")
        stage.run("rsm-emu", "hand", stage.library, "take", "slot 0")
        fronts.mtx("inventory")
        fronts.changer("loaded", out="3\n", err="")
        fronts.mtx("status", err="", out="  Storage Changer /dev/changer:1 Drives, 4 Slots ( 0 Import/Export )\nData Transfer Element 0:Full (Storage Element 3 Loaded):VolumeTag = A00001\n"
                   "      Storage Element 1:Empty\n      Storage Element 2:Full :VolumeTag=A00002\n      Storage Element 3:Empty\n      Storage Element 4:Empty\n")
        fronts.changer("unload", 3, 0, out="", err="")
        fronts.changer("list", out="2:A00002\n3:A00001\n", err="")


def under_way(stage):
    return any(r["operation"] == "mount" and not r["by_service"] for r in stage.open_requests())


def two_at_once(build, rng):
    with Stage(build, drives=1, slots=4, cartridges=2, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        stage.run("rsm-emu", "timing", stage.library, "0.05")
        fronts = Fronts(stage)
        first = fronts.start("rsm-changer", DEVICE, "load", "1", TAPE, "0")
        second = fronts.start("rsm-changer", DEVICE, "load", "2", TAPE, "0")
        stage.wait_until("one is done", lambda: first.poll() is not None or second.poll() is not None)
        loaded = int(fronts.changer("loaded"))
        waiting = second if loaded == 1 else first
        fronts.end(first if loaded == 1 else second, out="", err="")
        assert waiting.poll() is None and under_way(stage)
        fronts.changer("unload", loaded)
        fronts.end(waiting, out="", err="")
        fronts.changer("loaded", out=f"{3 - loaded}\n")
        fronts.changer("unload", 3 - loaded)

        # A wait that is longer than the limit ends as an error, and nothing is left in the queue.
        stage.run("rsm-emu", "timing", stage.library, "0.2")
        first = fronts.start("rsm-changer", DEVICE, "load", "1", TAPE, "0")
        stage.wait_until("the first is under way", lambda: under_way(stage))
        second = fronts.start("rsm-changer", DEVICE, "load", "2", TAPE, "0", options=["--limit", "1"])
        printed, said = second.communicate(timeout=LIMIT_S)
        assert second.returncode == 1 and not printed and "time limit" in said and said.count("\n") == 1, (printed, said)
        fronts.end(first, out="", err="")
        fronts.changer("loaded", out="1\n")
        assert not under_way(stage)


def killed_program(build, rng):
    """Bacula ends a command that takes too long: what still waits is taken back, and no medium comes into the drive later."""
    with Stage(build, drives=1, slots=4, cartridges=2, sides=1, volumes="user", config="[session]\ngrace_s = 1\n") as stage:
        stage.start()
        stage.wait_identified()
        stage.run("rsm-emu", "timing", stage.library, "0.05")
        fronts = Fronts(stage)
        first = fronts.start("rsm-changer", DEVICE, "load", "1", TAPE, "0")
        stage.wait_until("the first is under way", lambda: under_way(stage))
        second = fronts.start("rsm-changer", DEVICE, "load", "2", TAPE, "0")
        stage.wait_until("the second waits", lambda: len([r for r in stage.open_requests() if r["operation"] == "mount"]) == 2 or first.poll() is not None)
        fronts.end(first, out="", err="")
        assert under_way(stage)
        second.terminate()
        second.communicate(timeout=LIMIT_S)
        stage.wait_until("its mount is taken back", lambda: not under_way(stage))
        fronts.changer("unload", 1)
        fronts.changer("loaded", out="0\n")
        ended = next(r for r in stage.all("request.list") if r["operation"] == "mount" and r["medium_name"] == "A00002" and not r["by_service"])
        assert ended["state"] == "cancelled", ended


def killed_daemon(build, rng):
    with Stage(build, drives=1, slots=4, cartridges=2, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        fronts = Fronts(stage)
        for command, after in (("load", "2\n"), ("unload", "0\n")):
            stage.run("rsm-emu", "timing", stage.library, "0.1")
            before = len([r for r in stage.all("request.list") if not r["by_service"]])
            going = fronts.start("rsm-changer", DEVICE, command, "2", TAPE, "0")
            stage.wait_until("it is under way", lambda: len([r for r in stage.all("request.list") if not r["by_service"]]) == before + 1)
            time.sleep(rng.random() / 2)
            stage.kill()
            time.sleep(0.3)
            stage.start()
            fronts.end(going, out="", err="")
            fronts.changer("loaded", out=after)
            assert len([r for r in stage.all("request.list") if not r["by_service"]]) == before + 1


VIEWS = '''[[view]]
name = "One"
library = "Jukebox"
drives = [0, 1]
slots = ["1-3", "8"]
[[view]]
name = "Two"
library = "Jukebox"
drives = [1]
slots = ["4-7"]
'''


def views(build, rng):
    """Two programs with a library each, as they believe: media, drives and slots of the other are not seen, and a shared drive is waited for."""
    with Stage(build, drives=2, slots=8, cartridges=6, sides=1, volumes="user", library=VIEWS) as stage:
        stage.run("rsm-emu", "cartridge", stage.library, "A00009")
        stage.start()
        stage.wait_identified()
        fronts = Fronts(stage)

        def one(*words, **how):
            return fronts.run("rsm-changer", "One", *words, **how)

        def two(*words, **how):
            return fronts.run("rsm-changer", "Two", *words, **how)

        one("slots", out="4\n")
        one("list", out="1:A00001\n2:A00002\n3:A00003\n", err="")
        two("list", out="1:A00004\n2:A00005\n3:A00006\n", err="")
        assert "1-3, 8" in stage.run("rsm", "view", "list").stdout
        two("load", 1, TAPE, 0, out="", err="")
        assert next(d for d in stage.all("drive.list") if d["number"] == 1)["medium_name"] == "A00004"
        two("listall", out="D:0:F:1:A00004\nS:1:E\nS:2:F:A00005\nS:3:F:A00006\nS:4:E\n")
        rest = "      Storage Element 1:Full :VolumeTag=A00001\n      Storage Element 2:Full :VolumeTag=A00002\n      Storage Element 3:Full :VolumeTag=A00003\n      Storage Element 4:Empty\n"
        fronts.run("rsm-mtx", "-f", "One", "status", err="", out="  Storage Changer One:2 Drives, 4 Slots ( 0 Import/Export )\nData Transfer Element 0:Empty\n"
                   "Data Transfer Element 1:Full (Unknown Storage Element Loaded)\n" + rest)
        one("loaded", 0, TAPE, 1, out="0\n")
        one("unload", 1, TAPE, 1, code=1, out="", err="rsm-changer: drive 1: its medium is not of view One; whoever loaded it unloads it\n")
        fronts.run("rsm-mtx", "-f", "One", "unload", 4, 1, code=1, out="")
        one("load", 5, TAPE, 0, code=1, out="", err="rsm-changer: slot 5: there is none; One has slots 1 to 4\n")

        waiting = fronts.start("rsm-changer", "One", "load", "2", TAPE, "1")
        stage.wait_until("the load of the other view waits", lambda: under_way(stage))
        two("loaded", out="1\n")
        two("unload", 1, TAPE, 0, out="", err="")
        fronts.end(waiting, out="", err="")
        one("loaded", 0, TAPE, 1, out="2\n")
        two("loaded", out="0\n")
        late = fronts.start("rsm-changer", "Two", "load", "2", TAPE, "0", options=["--limit", "1"])
        printed, said = late.communicate(timeout=LIMIT_S)
        assert late.returncode == 1 and not printed and "time limit" in said, (printed, said)
        assert not under_way(stage)

        fronts.run("rsm-mtx", "-f", "One", "transfer", 1, 4, out="", err="")
        one("transfer", 3, 1, out="", err="")
        one("list", out="1:A00003\n2:A00002\n4:A00001\n", err="")
        one("transfer", 4, 2, code=1, out="", err="rsm-changer: slot 2: it is kept for the medium in drive 1\n")
        fronts.run("rsm-mtx", "-f", "Two", "transfer", 5, 1, code=1, out="", err="Invalid source\n")
        two("list", out="1:A00004\n2:A00005\n3:A00006\n", err="")

        # A person has put a stranger into its slot: it goes to another one of its view, though the other view has one that is lower.
        stage.run("rsm-emu", "hand", stage.library, "put", "A00009", "slot 1")
        fronts.run("rsm-mtx", "-f", "One", "inventory", out="", err="")
        one("loaded", 0, TAPE, 1, out="3\n")
        one("unload", 3, TAPE, 1, out="", err="")
        assert next(s for s in stage.all("slot.list") if s["number"] == 2)["medium_name"] == "A00002"
        assert fronts.run("rsm-mtx", "-f", "Two", "first", 0).endswith("into drive 0...done\n")
        two("loaded", out="1\n")
        fronts.changer("list", out="1:A00003\n2:A00009\n3:A00002\n4:A00004\n5:A00005\n6:A00006\n8:A00001\n", options=["--library", "Jukebox"])


def transfers(build, rng):
    """Between slots and the port; what comes in is new, what lies in the port stays until it is wanted."""
    with Stage(build, drives=1, slots=6, cartridges=3, sides=1, volumes="user") as stage:
        stage.run("rsm-emu", "cartridge", stage.library, "A00009")
        stage.start()
        stage.wait_identified()
        fronts = Fronts(stage)
        ports = ["--ports"]
        fronts.run("rsm-mtx", "-f", DEVICE, "transfer", 1, 7, code=1, out="", err="Invalid destination\n")
        fronts.run("rsm-mtx", "-f", DEVICE, "transfer", 1, 7, options=ports, out="", err="")
        assert "Storage Element 7 IMPORT/EXPORT:Full :VolumeTag=A00001\n" in fronts.run("rsm-mtx", "status", options=ports)
        fronts.run("rsm-mtx", "transfer", 2, 7, options=ports, code=1, out="", err="Destination Element Address 1030 is Already Full\n")
        fronts.run("rsm-mtx", "transfer", 7, 6, options=ports, out="", err="")
        fronts.changer("list", out="2:A00002\n3:A00003\n6:A00001\n", err="")
        stage.run("rsm-emu", "hand", stage.library, "put", "A00009", "port 0")
        fronts.mtx("inventory", out="", err="")
        fronts.run("rsm-mtx", "transfer", 7, 1, options=ports, out="", err="")
        stage.wait_identified()
        fronts.changer("list", out="1:A00009\n2:A00002\n3:A00003\n6:A00001\n", err="")
        said = stage.run("rsm", "media", "transfer", "A00001", "--to", "slot 3", "--wait").stdout
        assert "moved" in said, said
        fronts.changer("list", out="1:A00009\n2:A00002\n3:A00003\n4:A00001\n", err="")
        for place, sentence in (("slot 2", "A00003 is in it"), ("9", "has no such slot"), ("port 5", "has no such port"), ("slot 3", "it is in slot 3 already")):
            refused_one = stage.run("rsm", "media", "transfer", "A00001", "--to", place, check=False)
            assert refused_one.returncode != 0 and sentence in refused_one.stderr, refused_one.stderr
        fronts.changer("load", 2, 0)
        refused_one = stage.run("rsm", "media", "transfer", "A00002", "--to", "5", check=False)
        assert "it is mounted in" in refused_one.stderr, refused_one.stderr


def killed_transfer(build, rng):
    with Stage(build, drives=1, slots=6, cartridges=2, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        fronts = Fronts(stage)
        stage.run("rsm-emu", "timing", stage.library, "0.1")
        for here, there in ((1, 5), (5, 4)):
            before = len([r for r in stage.all("request.list") if r["operation"] == "transfer"])
            going = fronts.start("rsm-mtx", "transfer", here, there)
            stage.wait_until("it is under way", lambda: any(r["operation"] == "transfer" and r["state"] == "inprocess" for r in stage.open_requests()))
            time.sleep(rng.random() / 2)
            stage.kill()
            time.sleep(0.3)
            stage.start()
            fronts.end(going, out="", err="")
            fronts.changer("list", out=f"2:A00002\n{there}:A00001\n", err="")
            assert next(s for s in stage.all("slot.list") if s["number"] == there - 1)["medium_name"] == "A00001"
            assert len([r for r in stage.all("request.list") if r["operation"] == "transfer"]) == before + 1


def test(build, rng):
    for part in (changer, odd_lists, mtx, which_library, kept_home, two_at_once, views, transfers, killed_program, killed_daemon, killed_transfer):
        begun = time.monotonic()
        part(build, rng)
        print(f"{part.__name__}: {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main(test)
