#!/usr/bin/env python3
"""rsm library discover and certify as an administrator uses them: libraries of a real iSCSI target are found, proposed, written and read by rsmd; what is refused, silent, shared or
secret is told; a library is tried and put back, also after Ctrl-C.  usage: discover.py BUILD [SEED]"""
import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time

from harness import LIMIT_S, Stage, main, programs, skip

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rigs"))
import tgt

SUCCESS, DENIED, OTHER, BUSY, GIVEN_UP, OFFLINE = 0, 3, 4, 6, 7, 8
SCRATCH = 1


class Second(tgt.TgtLibrary):
    """Another one, that says so."""
    iqn = "iqn.2020-01.org.openrsm.test:second"

    def set_up(self):
        super().set_up()
        self.update(self.changer_lun, "scsi_sn=VLIB000002")
        for drive in range(self.drives):
            self.update(self.drive_lun(drive), f"scsi_sn=DRVB{drive:06}")


class Desk:
    """A configuration of its own, and rsm."""

    def __init__(self, build):
        self.programs = programs(build)
        self.folder = tempfile.mkdtemp(prefix="openrsm-test.")
        self.config = os.path.join(self.folder, "rsmd.toml")
        with open(self.config, "w") as file:
            file.write(f'[socket]\npath = "{self.folder}/rsmd.sock"\n')

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.folder, ignore_errors=True)

    def discover(self, *words, code=SUCCESS, says=(), config=None):
        done = subprocess.run([self.programs["rsm"], "library", "discover", "--config", config or self.config, *words], capture_output=True, text=True, timeout=LIMIT_S,
                              stdin=subprocess.DEVNULL, env=dict(os.environ, NO_COLOR="1"))
        shown = f"rsm library discover {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, shown
        for part in [says] if isinstance(says, str) else says:
            assert part in done.stdout + done.stderr, f"{part!r} is missing\n{shown}"
        return done.stdout + done.stderr

    def json(self, *words, code=SUCCESS):
        done = subprocess.run([self.programs["rsm"], "library", "discover", "--json", "--config", self.config, *words], capture_output=True, text=True, timeout=LIMIT_S,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def check(self):
        done = subprocess.run([self.programs["rsmd"], "--check-config", "--config", self.config], capture_output=True, text=True, timeout=LIMIT_S)
        assert done.returncode == 0 and done.stdout == "OK\n", done.stdout + done.stderr

    def written(self):
        folder = os.path.join(self.folder, "libraries.d")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def library_of(found, serial):
    return next(library for library in found["found"]["libraries"] if library["changer"]["serial"] == serial)


def two_libraries(build):
    with Desk(build) as desk, tgt.TgtLibrary(drives=2, ports=1) as first, Second(drives=1) as second:
        found = desk.json("--iscsi", first.portal, "--iscsi", second.portal)
        one, two = library_of(found, "VLIB000001"), library_of(found, "VLIB000002")
        assert one["changer"]["address"] == first.address(first.changer_lun), one
        assert (one["drives"], one["slots"], one["ports"], one["transports"]) == (2, 10, 1, 1), one
        # tgt cuts the last identifier off: the first drive is told, the last one only left over.
        assert [element["told"] for element in one["elements"]] == ["DRV0000000", ""], one
        assert [element["address"] for element in one["elements"]] == [first.address(1), first.address(2)], one
        assert one["drive_order"] == "listed" and one["usable"] and not one["notes"], one
        assert [element["address"] for element in two["elements"]] == [second.address(1)], two
        assert found["found"]["loose"] == [] and not any(portal["problems"] for portal in found["found"]["portals"]), found
        assert [proposal["name"] for proposal in found["proposals"]] == ["vlib", "vlib-2"] and not any(proposal["written"] for proposal in found["proposals"])
        assert desk.written() == [], "nothing is changed without --add"

        silent = f"127.0.0.1:{tgt.free_port()}"
        desk.discover("--iscsi", silent, "--iscsi", second.portal, code=OFFLINE, says=[silent, "is the iSCSI target running there?", "VLIB000002", "Would be written"])
        desk.discover("--iscsi", f"{first.portal},{second.portal}", code=OTHER, says="--iscsi")
        desk.discover("--iscsi", "operator%open-sesame@127.0.0.1", code=OTHER, says="--iscsi")
        assert "sesame" not in desk.discover("--iscsi", "operator%open-sesame@127.0.0.1", code=OTHER)

        add(desk, first, second)
        taken_twice(desk, first, second)


def add(desk, first, second):
    desk.discover("--iscsi", first.portal, "--add", "--name", "a/b", code=OTHER, says="--name")
    desk.discover("--iscsi", first.portal, "--iscsi", second.portal, "--add", "--name", "Tapes", code=OTHER, says="2 libraries were found")
    desk.discover("--iscsi", first.portal, "--name", "Tapes", says="libraries.d/Tapes.toml")
    assert desk.written() == []
    desk.discover("--iscsi", first.portal, "--add", "--name", "Tapes", says=["Written:", "systemctl restart rsmd"])
    assert desk.written() == ["Tapes.toml"]
    file = os.path.join(desk.folder, "libraries.d", "Tapes.toml")
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o644
    with open(file) as written:
        before = written.read()
    assert f'changer = "{first.address(3)}"' in before and f'"{first.address(2)}"' in before and 'drive_order = "listed"' in before, before
    desk.check()
    # What it has now is managed, and never written again.
    desk.discover("--iscsi", first.portal, says=["Tapes", "nothing is to be done"])
    managed = library_of(desk.json("--iscsi", first.portal), "VLIB000001")
    assert managed["changer"]["managed_by"] == "Tapes" and not managed["usable"] and not managed["known"], "it was asked for its name only"
    desk.discover("--iscsi", first.portal, "--add", says="no library was found that could be added", code=5)
    desk.discover("--iscsi", second.portal, "--add", "--name", "tapes", code=OTHER, says="there already")
    desk.discover("--iscsi", second.portal, "--add", says="vlib.toml")
    with open(file) as written:
        assert written.read() == before
    desk.check()
    assert desk.written() == ["Tapes.toml", "vlib.toml"]


def taken_twice(desk, first, second):
    """A configuration that is not in order is not added to."""
    with open(desk.config, "a") as file:
        file.write("[quue]\n")
    desk.discover("--iscsi", first.portal, says="cannot be read as a whole")
    desk.discover("--iscsi", "127.0.0.1:1", "--add", code=5)
    assert desk.written() == ["Tapes.toml", "vlib.toml"]


def claims(build):
    """A drive that two changers claim is given to none; one that no changer names stands alone."""
    with Desk(build) as desk, tgt.TgtLibrary(drives=2) as first, Second(drives=2) as second:
        # The second library says that it has the first one's drive.
        second.update(second.drive_lun(0), "scsi_sn=DRV0000000")
        found = desk.json("--iscsi", first.portal, "--iscsi", second.portal)
        for serial in ("VLIB000001", "VLIB000002"):
            library = library_of(found, serial)
            assert library["elements"][0]["address"] == "" and "claim it" in library["elements"][0]["reason"], library
            assert any("DRV0000000" in note and "given to none" in note for note in library["notes"]), library
        loose = [(one["drive"]["serial"], one["reason"]) for one in found["found"]["loose"]]
        assert any(serial == "DRV0000000" and "given to none" in reason for serial, reason in loose), loose
        desk.discover("--iscsi", first.portal, "--iscsi", second.portal, says=["Drives that are given to no library", "given to none"])


def secrets(build):
    user, secret, short = "operator", "open sesame 4711", "sesame"
    with Desk(build) as desk, tgt.TgtLibrary(drives=1, chap=(user, secret)) as library:
        shown = desk.discover("--iscsi", library.portal, code=DENIED, says=["CHAP", "1 target, 0 units"])
        file = os.path.join(desk.folder, "chap")
        with open(file, "w") as chap:
            chap.write(f"user = {user}\nsecret = {secret}\n")
        os.chmod(file, 0o644)
        shown += desk.discover("--iscsi", library.portal, "--chap-file", file, code=DENIED, says=file)
        os.chmod(file, 0o600)
        shown += desk.discover("--iscsi", library.portal, "--chap-file", file, "--add", "--name", "Secret", says=["VLIB000001", f'chap_file = "{file}"'])
        desk.check()
        with open(file, "w") as chap:
            chap.write(f"user = {user}\nsecret = another one 4711\n")
        shown += desk.discover("--iscsi", library.portal, "--chap-file", file, code=DENIED, says="refuses this user and secret")
        with open(file, "w") as chap:
            chap.write(f"user = {user}\nsecret = {short}\n")
        shown += desk.discover("--iscsi", library.portal, "--chap-file", file, code=DENIED, says=["shorter than 12 bytes", "can guess it"])
        assert all(word not in shown for word in (secret, "another one", short)), "a secret is never shown"


def silence(build):
    """What takes connections and says nothing costs its limit, not the rest."""
    with Desk(build) as desk, socket.socket() as silent, tgt.TgtLibrary(drives=1) as library:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        portal = f"127.0.0.1:{silent.getsockname()[1]}"
        found = desk.json("--iscsi", portal, "--iscsi", library.portal, code=OFFLINE)
        assert library_of(found, "VLIB000001")["usable"]
        assert "does not answer the login" in found["found"]["portals"][0]["problems"][0], found["found"]["portals"]
    with Desk(build) as desk:
        desk.discover(says="No library was found") if not os.path.isdir("/sys/class/scsi_changer") else None
        desk.discover(config=desk.folder + "/none.toml", code=5, says="no such configuration")


def numbers_of_units(build):
    """REPORT LUNS gives LUN 300 by flat addressing; its address is 300 all the same."""
    with Desk(build) as desk, tgt.TgtLibrary(drives=1) as library:
        library.new_unit(300, "cd")
        library.update(300, "vendor_id=LAB,product_id=DISC,scsi_sn=DISC000300,removable=1")
        found = desk.json("--iscsi", library.portal)["found"]
        seen = [one["drive"]["address"] for one in found["loose"]] + [element["address"] for one in found["libraries"] for element in one["elements"]]
        assert library.address(300) in seen, found


def run(stage, *words, code=SUCCESS, says=(), **how):
    done = subprocess.run([stage.programs["rsm"], *words], capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL, env=stage.environment, **how)
    shown = f"rsm {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    assert done.returncode == code, shown
    for part in [says] if isinstance(says, str) else says:
        assert part in done.stdout + done.stderr, f"{part!r} is missing\n{shown}"
    return done.stdout


def places(stage):
    return {medium["name"]: medium["place"] for medium in stage.all("medium.list")}


def make_scratch(stage, name):
    """No call of the service puts a cartridge into the pool Free: the catalog is changed while nobody has it."""
    assert stage.stop() == 0
    catalog = sqlite3.connect(stage.catalog)
    with catalog:
        medium, kind = catalog.execute("SELECT id, type FROM medium WHERE name = ?", (name,)).fetchone()
        pool = catalog.execute("SELECT ref FROM pool WHERE type = ? AND media_type = ?", (SCRATCH, kind)).fetchone()[0]
        catalog.execute("UPDATE medium_row SET pool = ? WHERE id = ?", (pool, medium))
    catalog.close()
    stage.start()
    stage.wait_until("the library is ready", lambda: all(l["operational_state"] == "ready" for l in stage.all("library.list")) and not stage.open_requests())


def trial(build):
    with Stage(build, drives=2, slots=8, cartridges=3, timing="0.005") as stage:
        stage.start()
        stage.wait_identified()
        before = places(stage)
        run(stage, "library", "certify", "Jukebox", "--yes", code=BUSY, says="pool Free")
        run(stage, "library", "certify", "Jukebox", "--medium", "A00001", code=OTHER, says="--yes")
        run(stage, "library", "certify", "Jukebox", "--medium", "nobody", "--yes", code=5, says="no such cartridge")
        run(stage, "library", "certify", "Jukebox", "--drives", "0,7", "--medium", "A00001", "--yes", code=5, says="drive 7")
        assert not any(request["operation"] == "mount" for request in stage.all("request.list")), "what is refused has moved nothing"

        make_scratch(stage, "A00002")
        report = json.loads(run(stage, "library", "certify", "Jukebox", "--yes", "--ports", "--json"))
        steps = [(step["step"], step["where"], step["what"]) for step in report["steps"]]
        assert report["good"] and not report["not_back"], report
        assert steps == [("inventory", "", ""),
                         *((step, "Jukebox drive 0", f"A00002:{side}") for side in (0, 1) for step in ("mount", "dismount")),
                         ("mount", "Jukebox drive 1", "A00002:0"), ("dismount", "Jukebox drive 1", "A00002:0"), ("port open", "", ""), ("port close", "", "")], steps
        assert all(step["outcome"] == "done" and step["milliseconds"] >= 0 for step in report["steps"]), report
        answers = {ability["name"]: ability["answer"] for ability in report["abilities"]}
        assert answers["turn cartridges over"] == "yes" and answers["read bar codes"] == "yes" and answers["exchange two cartridges at once"] == "unknown", answers
        assert places(stage) == before
        exchanges(stage, before)

        run(stage, "drive", "disable", "Jukebox drive 0", "--wait")
        shown = run(stage, "library", "certify", "Jukebox", "--yes", says=["left out", "it is disabled", "Everything is where it was"])
        assert "Jukebox drive 1" in shown
        run(stage, "drive", "enable", "Jukebox drive 0", "--wait")
        trouble(stage, before)
        assert stage.stop() == 0


def exchanges(stage, before):
    """Two that have bar codes change places, and come back."""
    report = json.loads(run(stage, "library", "certify", "Jukebox", "--yes", "--drives", "0", "--medium", "A00001", "--medium", "A00003", "--json"))
    steps = [(step["where"], step["what"], step["outcome"]) for step in report["steps"] if step["step"] == "exchange"]
    assert steps == 2 * [("slot 0, slot 2", "A00001, A00003", "done")], report
    assert {ability["name"]: ability["answer"] for ability in report["abilities"]}["exchange two cartridges at once"] == "yes", report
    assert report["good"] and not report["not_back"] and places(stage) == before, report


def trouble(stage, before):
    """A step that fails is told, and the rest goes on."""
    stage.run("rsm-emu", "fault", stage.library, "load_fails", "--element", "drive 0", "--count", "0")
    report = json.loads(run(stage, "library", "certify", "Jukebox", "--yes", "--json", code=OTHER))
    failed = [step for step in report["steps"] if step["outcome"] == "failed"]
    assert failed and failed[0]["step"] == "mount" and failed[0]["where"] == "Jukebox drive 0" and failed[0]["reason"], report
    assert any(step["step"] == "mount" and step["where"] == "Jukebox drive 1" and step["outcome"] == "done" for step in report["steps"]), report
    stage.run("rsm-emu", "heal", stage.library, "--all")
    assert not report["not_back"], report
    assert places(stage) == before


def interrupted(build):
    """Ctrl-C in the middle of a mount."""
    with Stage(build, drives=1, slots=8, cartridges=2, sides=1, timing="0.05") as stage:
        stage.start()
        stage.wait_identified()
        before = places(stage)
        for step in ("moving", "loading", "loaded", "unloading"):
            with subprocess.Popen([stage.programs["rsm"], "library", "certify", "Jukebox", "--medium", "A00001", "--yes", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env=stage.environment) as tool:
                told = []
                for line in tool.stderr:
                    told.append(line)
                    if f": {step}" in line:
                        tool.send_signal(signal.SIGINT)
                        break
                out, rest = tool.communicate(timeout=LIMIT_S)
            assert tool.returncode == GIVEN_UP, f"{step}: exit {tool.returncode}\n{''.join(told)}{rest}{out}"
            report = json.loads(out)
            assert report["cancelled"] and not report["good"] and not report["not_back"], report
            assert places(stage) == before, (step, places(stage))
            stage.wait_until("nothing is left to do", lambda: not stage.open_requests())
        assert stage.stop() == 0


def from_nothing_to_a_trial(build):
    """An administrator's whole way: found, added, started, tried."""
    with tgt.TgtLibrary(drives=2, slots=8, cartridges=2) as hardware, Stage(build, hardware="# none yet\n") as stage:
        run(stage, "library", "discover", "--config", stage.config, "--iscsi", hardware.portal, "--add", "--name", "Attic", says="Written:")
        stage.start()
        stage.wait_at_rest("everything is known", lambda: len(stage.all("medium.list")) == 2 and all(drive["serial"] for drive in stage.all("drive.list")))
        before = places(stage)
        assert {drive["serial"] for drive in stage.all("drive.list")} == {"DRV0000000", "DRV0000001"}
        report = json.loads(run(stage, "library", "certify", "Attic", "--medium", "A00001L5", "--yes", "--json"))
        steps = [(step["step"], step["where"], step["outcome"]) for step in report["steps"]]
        assert steps == [("inventory", "", "done"), *((step, f"Attic drive {drive}", "done") for drive in (0, 1) for step in ("mount", "dismount"))], report
        assert report["good"] and "VLIB" in report["changer"] and places(stage) == before, report
        report = json.loads(run(stage, "library", "certify", "Attic", "--medium", "A00001L5", "--medium", "A00002L5", "--drives", "0", "--yes", "--json"))
        exchange = [(step["outcome"], bool(step["reason"])) for step in report["steps"] if step["step"] == "exchange"]
        assert exchange in ([("left out", True)], []), report  # it announces the command, and refuses it
        assert {ability["name"]: ability["answer"] for ability in report["abilities"]}["exchange two cartridges at once"] == "no", report
        assert report["good"] and places(stage) == before, report
        assert stage.stop() == 0


def test(build, rng):
    trial(build)
    interrupted(build)
    if not tgt.is_installed():
        skip("tgtd is not installed (package tgt)")
    for part in (two_libraries, claims, secrets, silence, numbers_of_units, from_nothing_to_a_trial):
        begin = time.monotonic()
        part(build)
        print(f"{part.__name__}: {time.monotonic() - begin:.1f} s")


if __name__ == "__main__":
    main(test)
