#!/usr/bin/env python3
"""Every command of rsm, the classic verbs among them, is run against the real daemon. The list is the program's own: a command that
has no line here fails the test, and so does a line without a command.  usage: every_command.py BUILD [SEED]"""
import json
import os
import subprocess

from harness import LIMIT_S, Session, Stage, main

SUCCESS, USAGE, DENIED, OTHER, NO_OBJECT, TIMED_OUT, NOT_SUPPORTED = 0, 1, 3, 4, 5, 7, 50


class Tool:
    """rsm on a stage, with a list of what has been run."""

    def __init__(self, stage):
        self.stage = stage
        self.run_so_far = set()

    def __call__(self, command, *words, code=SUCCESS, says=(), options=()):
        """Runs one command; `command` is its name in the table. Gives what it printed."""
        self.run_so_far.add(command)
        first = command.split()[1:] if command.startswith("classic ") else command.split()
        done = self.stage.run("rsm", *options, *first, *words, check=False)
        shown = f"rsm {' '.join(map(str, [*options, *first, *words]))}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert code is None or done.returncode == code, shown
        for part in [says] if isinstance(says, str) else says:
            assert part in done.stdout + done.stderr, f"{part!r} is missing\n{shown}"
        return done.stdout

    def json(self, command, *words, **how):
        return json.loads(self(command, *words, options=["--json"], **how))


def reading(rsm):
    """What only looks, as a table and as JSON."""
    rsm("status", says=["ready", "Jukebox drive 0"])
    assert rsm.json("status")["ready"]
    rsm("top", code=1, says="use rsm status --watch")  # no terminal; with one: top.py
    rsm("check", says="OPENRSM OK")
    assert rsm.json("check", "queue")["state"] == "OK"
    assert rsm.json("describe")["openrpc"].startswith("1.")
    lists = {"library list": "Jukebox", "changer list": "idle", "drive list": "empty", "slot list": "full", "port list": "POSITION", "door list": "closed",
             "media list": "A00001", "side list": "A00001:1", "pool list": "Free", "request list": "REQUEST", "session list": "No", "quota list": "", "opreq list": "No",
             "events": "medium", "history": "came into slot"}
    for command, says in lists.items():
        rsm(command, says=says)
        if command not in ("events", "history"):  # these have an object a line
            assert isinstance(rsm.json(command), list), command
    rsm("setup", "--check", "--config", rsm.stage.config, code=None, says=["configuration", "is right: 1 library"])
    rsm("media labels", "--pdf", rsm.stage.folder + "/labels.pdf", "--from", "Z00001", "--type", "L9", says="1 label, Z00001L9")
    for what in ("shelf", "drives", "errors", "pools"):
        rsm("report " + what)
        assert isinstance(rsm.json("report " + what), list)
    rsm("report reconcile", "--scan", "/dev/null", code=OTHER, says="NOT EQUAL: 0 present, 4 missing")
    rsm("notify", "--test", "--run", "true", says="true: told")
    rsm("library show", "Jukebox", says=["Changers", "Drives", "Ports"])
    rsm("library timing", says=["STEP", "move"])
    assert {row["kind"] for row in rsm.json("library timing", "Jukebox")["items"]} >= {"move", "load"}
    rsm("plan", says="no mount waits")
    assert rsm.json("plan", "--if", "one drive more and drive 0 off")["libraries"][0]["name"] == "Jukebox"
    rsm("advise", says="nothing to say yet")
    assert rsm.json("advise", "Jukebox", "--within", "2m")["mounts"] == 0
    rsm("web", "login", "--login-socket", "/nowhere/login.sock", code=1, says="no console runs there")
    rsm("web", "dance", code=OTHER, says="expected login, logout or nothing")
    rsm("media search", "a0000", says=["A00001", "A00002"])
    assert [m["name"] for m in rsm.json("media search", "0002", "--contains", "--library", "Jukebox")] == ["A00002"]
    assert rsm.json("media search", "0002") == [], "that is not how anything begins"
    rsm("drive show", "Jukebox drive 0", says=["Condition", "Serial number"])
    rsm("media show", "A00001", says=["Bar code", "Sides"])
    pool = rsm.json("pool list")[0]["path"]
    rsm("pool show", pool, says="Holds")
    rsm("side list", "A00001", says="A00001:0")
    assert rsm.json("drive types")[0]["device_type"] in (0x02, 0x07, 0x1F, 0x33)
    rsm("drive types", says=rsm.json("drive types")[0]["name"])
    rsm("changer types", says=rsm.json("changer types")[0]["name"])
    rsm("libreq list", says="REQUEST")
    rsm("computer show", says=["Import media that are ejected are kept       no", "kept            3 d"])
    rsm("computer set", "--keep-failed", "yes", "--keep-requests", "48h", says="changed")
    shown = rsm.json("computer show")
    assert (shown["request_flags"], shown["operator_request_flags"], shown["request_purge_after_ms"]) == (2, 2, 48 * 3600 * 1000), shown
    rsm("computer set", "--keep-failed", "no", "--keep-requests", "72h", "--keep-import", "yes", says="changed")
    rsm("computer set", "--keep-import", "no", says="changed")
    rsm("drive delete", "Jukebox drive 1", code=OTHER, says="5023")
    rsm("library delete", "Jukebox", code=OTHER, says="5023")
    rsm("catalog check", says="sound")
    backup = rsm.stage.folder + "/copy.db"
    rsm("catalog backup", backup, says="written")
    rsm("catalog check", "--file", backup, says="sound")
    rsm("catalog export", says="Export/catalog.db")
    rsm("catalog import", says="at its next start")
    os.remove(rsm.stage.catalog + ".restore")  # not in this test


def setting_up(rsm):
    """Finds what this computer has, which may be nothing; tries the library that there is."""
    assert isinstance(rsm.json("library discover", "--config", rsm.stage.config)["found"]["libraries"], list)
    rsm("library certify", "Jukebox", "--medium", "A00001", "--drives", "0", "--yes", says=["Everything is where it was", "all that was tried works"])
    rsm.stage.wait_identified()


def completion(rsm):
    """The completion of bash, in bash: words come from the tool, names from the daemon."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging", "completion", "rsm.bash")
    ask = 'source "$1"; shift; COMP_WORDS=(rsm "$@"); COMP_CWORD=$#; _rsm; printf "%s\\n" "${COMPREPLY[@]}"'
    environment = {**os.environ, "PATH": os.path.dirname(rsm.stage.programs["rsm"]) + ":" + os.environ["PATH"], "OPENRSM_SOCKET": rsm.stage.socket}
    for typed, offered in [([""], "library"), (["library", ""], "inject"), (["library", "inject", "--"], "--stop"), (["library", "show", "Ju"], "Jukebox"),
                           (["media", "show", "A0000"], "A00001"), (["check", ""], "queue"), (["volume", "lock", "x", "--"], "--dry-run")]:
        done = subprocess.run(["bash", "-c", ask, "bash", script, *typed], capture_output=True, text=True, check=True, timeout=LIMIT_S, env=environment)
        assert offered in done.stdout.split("\n"), f"{typed}: {offered} is not offered:\n{done.stdout}{done.stderr}"
    completion_of_zsh(environment)
    completion_of_fish(environment)


OFFERED = [([""], "library"), ([""], "createpool"), (["library", ""], "inject"), (["library", "inject", "--"], "--stop"), (["library", "show", ""], "Jukebox"),
           (["media", "list", "--library", ""], "Jukebox"), (["--socket", "x", "media", "show", ""], "A00001"), (["check", ""], "queue"), (["mount", ""], "/lg")]


def completion_of_zsh(environment):
    """In zsh, with the builtin that takes the words replaced by one that prints them."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging", "completion")
    ask = 'fpath=("$1" $fpath); shift; autoload -Uz _rsm; compadd() { print -l -- "${(@P)2}" }; _files() { : }; words=(rsm "$@"); CURRENT=$#words; _rsm'
    for typed, offered in OFFERED:
        if not typed[-1].startswith("--"):
            typed = [*typed[:-1], ""]
        done = subprocess.run(["zsh", "-f", "-c", ask, "zsh", folder, *typed], capture_output=True, text=True, check=True, timeout=LIMIT_S, env=environment)
        assert offered in done.stdout.split("\n"), f"zsh: {typed}: {offered} is not offered:\n{done.stdout}{done.stderr}"


def completion_of_fish(environment):
    """In fish, which says itself what it would offer."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging", "completion", "rsm.fish")
    for typed, offered in OFFERED:
        if typed[-1] == "--" or offered.startswith("/"):
            continue  # fish shows what is typed as an option only with more letters
        line = " ".join(["rsm", *typed])
        done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], capture_output=True, text=True, check=True, timeout=LIMIT_S, env=environment)
        assert offered in [each.split("\t")[0] for each in done.stdout.split("\n")], f"fish: {typed}: {offered} is not offered:\n{done.stdout}{done.stderr}"


def mounting(rsm):
    """A mount and its requests, the drive, and the volume in it."""
    rsm("media mount", "A00001:0", "--write", says="is loaded in")
    drive = next(d for d in rsm.json("drive list") if d["state"] == "loaded")
    request = next(r for r in rsm.json("request list") if r["operation"] == "mount" and r["finished"])
    rsm("request show", request["id"], says="passed")
    rsm("request wait", request["id"], says="passed")
    rsm("request explain", request["id"], says="is finished")
    rsm("explain", str(request["number"]), says="is finished")
    by_hand(rsm, drive)
    rsm("media dismount", "A00001:0", "--deferred", says="queued")
    rsm.stage.wait_until("the medium is out of use", lambda: any(d["state"] == "dismountable" for d in rsm.json("drive list")))
    rsm("drive dismount", drive["name"], "--wait", says="out of the drive")
    assert all(d["state"] == "dismounted" for d in rsm.json("drive list"))


def by_hand(rsm, drive):
    """A volume in a drive of the service: looking is allowed, the rest is the service's."""
    block = rsm.stage.volumes == "block"
    volume = os.path.realpath(drive["volume"])
    for verb in ("status", "who", "flush"):
        rsm("volume " + verb, volume, code=SUCCESS if block or verb != "flush" else OTHER)
    if not block:  # a plain file is no device: the verbs that change something say so
        rsm("volume verify", volume, code=OTHER)
    else:
        rsm("volume verify", volume, says="a medium is there")
    for verb in ("dismount", "offline", "online", "eject", "load", "prevent", "allow"):
        rsm("volume " + verb, volume, code=DENIED if block else OTHER, says="service" if block else ())
    rsm("volume lock", volume, "--", "true", code=DENIED if block else OTHER)
    assert next(d for d in rsm.json("drive list") if d["id"] == drive["id"])["state"] == "loaded", "the medium stays where it is"


def switching(rsm):
    for kind, name in (("media", "A00002"), ("drive", "Jukebox drive 1"), ("library", "Jukebox")):
        rsm(kind + " disable", name, "--wait", says="disabled")
        rsm(kind + " enable", name, "--wait", says="enabled")
    rsm.stage.wait_until("the library is ready", lambda: all(l["operational_state"] == "ready" for l in rsm.json("library list")))
    rsm("library inventory", "Jukebox", "--fast", "--wait", says="finished")
    rsm.stage.wait_identified()


def owning(rsm):
    """A side from its allocation to the end, in both grammars."""
    session = Session(rsm.stage, "to make a pool")
    medium = rsm.json("media show", "A00001")
    session.call("pool.create", name="Daily", media_type=medium["media_type"], action="open_always")
    session.close()
    logical = rsm.json("media allocate", "Daily", "--side", "A00001:0", "--name", "Monday")["logical_medium"]
    other = rsm.json("media allocate", "Daily", "--side", "A00001:1")["logical_medium"]
    rsm("media swap", logical, other, says="exchanged")
    rsm("media label", logical, "--file-system", "vfat:D51D3481:DISK", says="its label is recorded")
    rsm("media complete", logical, says="complete")
    rsm("media deallocate", logical, says="deallocated")
    rsm("classic allocate", "/mDaily", "/oerrunavail", says=["Logical media:", "Partition: A00001", "success"])
    held = next(s["logical_medium"] for s in rsm.json("media show", "A00001")["sides"] if s["logical_medium"] and s["logical_medium"] != other)
    rsm("classic deallocate", "/lg" + held.replace("-", ""), says="success")
    rsm("media decommission", f"A00001:{next(s['number'] for s in rsm.json('media show', 'A00001')['sides'] if s['state'] == 'available')}", says="out of service")
    rsm("media deallocate", other)
    labels = [word for n in range(len(medium["sides"])) for word in ("--label", f"MTF:id{n}:old")]
    rsm("media create", "Daily", "--barcode", "OLD001", *labels, says="is made")
    rsm("media delete", "OLD001", says="deleted")
    rsm("media free", "A00001", code=6, says="170")  # sides of it are worn out, or somebody's


def port(rsm):
    """Out and in, and the questions to a person between."""
    stage = rsm.stage
    rsm("library inject", "Jukebox", says="queued")
    waiting = next(r for r in rsm.json("request list") if r["operation"] == "inject" and not r["finished"])
    rsm.stage.wait_until("it waits at the port", lambda: "port" in rsm("explain", waiting["id"]))
    stop_inject(rsm, waiting["id"])
    rsm("view list", says="No views: [[view]]")
    rsm("media transfer", "A00003", "--to", "port 0", "--wait", says="moved")
    rsm("media transfer", "A00003", "--to", "2", "--wait", says="moved")
    rsm("media eject", "A00003", says="queued")
    stage.wait_until("the port is out with the cartridge", lambda: stage.run("rsm-emu", "port", stage.library, "take", check=False).returncode == 0)
    stage.wait_until("it has left the catalog: nobody had allocated it", lambda: all(m["name"] != "A00003" for m in rsm.json("media list")))
    stage.run("rsm-emu", "port", stage.library, "press", check=False)

    stage.run("rsm-emu", "hand", stage.library, "take", "slot 3")
    rsm("library inventory", "Jukebox", "--fast", "--wait", says="finished")
    assert rsm.json("media show", "A00004")["place"] == "offline"
    rsm("media mount", "A00004:0", "--nowait", says="queued")
    asked = wait_for_question(rsm)
    rsm("opreq satisfy", asked[:8], says="complete")  # nothing was done: it is asked again
    rsm("opreq refuse", wait_for_question(rsm), says="refused")
    question = rsm.json("opreq submit", "message", "--message", "water the plants")["id"]
    rsm("classic view", "/toprequest", says="water the plants")
    assert next(o for o in rsm.json("opreq list") if o["id"] == question)["state"] == "active", "somebody has read it"
    rsm("opreq show", question[:8], says="water the plants")
    rsm("opreq wait", question[:8], "--timeout", "1s", code=TIMED_OUT)
    rsm("opreq satisfy", question[:8], says="complete")
    rsm("opreq wait", question[:8], says="complete")
    rsm("opreq delete", question[:8], says="1 deleted")
    rsm("opreq submit", "service", "--about", "Jukebox drive 1", says="Drive 1 of Jukebox needs service")
    rsm("opreq refuse", wait_for_question(rsm), says="refused")
    rsm("media mount", "A00004:0", "--nowait", says="queued")
    wait_for_question(rsm)
    mount = next(r for r in rsm.json("request list") if r["operation"] == "mount" and not r["finished"])
    rsm("request order", str(mount["number"]), "--to", "1", says="number 1")
    rsm("libreq order", str(mount["number"]), "last", says="number 1")
    rsm("libreq order", str(mount["number"]), says="number 1")
    rsm("libreq cancel", str(mount["number"]), says="cancelled")
    rsm("request cancel", str(mount["number"]), code=NO_OBJECT, says="4312")
    assert rsm.json("request show", mount["id"])["state"] == "cancelled"
    rsm("request order", str(mount["number"]), "--to", "last", says="has no place")
    rsm("request delete", str(mount["number"]), says="1 deleted")
    rsm("media mount", "A00004:0", "--nowait", says="queued")
    again = next(r for r in rsm.json("request list") if r["operation"] == "mount" and not r["finished"])
    rsm("cancel", str(again["number"]), says="cancelled")
    session = Session(stage, "to be closed")
    assert any(s["session"] == session.id for s in rsm.json("session list"))
    rsm("session close", session.id[:8], says="closed")
    session.close()


def door_and_cleaner(rsm):
    """The cleaning cartridge comes, cleans, and leaves; a person reaches in by the door."""
    stage = rsm.stage

    def person(*words):
        return stage.run("rsm-emu", words[0], stage.library, *words[1:], check=False).returncode == 0

    rsm("cleaner reserve", "Jukebox", "10", "--wait", says="reserved")
    assert person("cartridge", "CLN001")
    rsm("cleaner inject", "Jukebox", "--uses", "3", says="queued")
    stage.wait_until("the port is out, and takes it", lambda: person("port", "put", "CLN001"))
    stage.wait_until("it is in its slot", lambda: any(m["name"] == "CLN001" and m["place"] == "slot 10" for m in rsm.json("media list")))
    assert any(s.get("for_cleaner") and s["number"] == 10 for s in rsm.json("slot list"))
    assert person("soil", "0")
    rsm("clean", "Jukebox drive 0", "--wait", says="cleaned")
    rsm("library show", "Jukebox", says="2 uses left")
    rsm("drive show", "Jukebox drive 0", says="Cleaned")
    rsm("cleaner eject", "Jukebox", says="queued")
    stage.wait_until("it is in the port", lambda: person("port", "take"))
    stage.wait_until("it has left the catalog", lambda: all(m["name"] != "CLN001" for m in rsm.json("media list")))
    person("port", "press")
    stage.wait_until("the request has ended", lambda: all(r["finished"] for r in rsm.json("request list") if r["operation"] == "eject_cleaner"))
    rsm("cleaner release", "Jukebox", "--wait", says="released")
    assert not person("door", "open"), "it is locked"
    rsm("door open", "Jukebox", "--inventory", "none", says="queued")
    stage.wait_until("it is unlocked, and a person opens it", lambda: person("door", "open"))
    stage.wait_until("that is seen", lambda: "open" in rsm("door list"))
    assert person("door", "close")
    stage.wait_until("the request has ended", lambda: all(r["finished"] for r in rsm.json("request list") if r["operation"] == "door_access"))


def stop_inject(rsm, request):
    rsm("library inject", "Jukebox", "--stop", request, says="stopped")
    rsm.stage.wait_until("the inject has ended", lambda: rsm.json("request show", request)["finished"])


def wait_for_question(rsm):
    def open_ones():
        return [o["id"] for o in rsm.json("opreq list") if o["state"] in ("submitted", "active", "inprogress")]

    rsm.stage.wait_until("a person is asked", open_ones)
    return open_ones()[0]


def pools(rsm):
    """Pools are made, changed, used and deleted; media types come and go."""
    rsm("pool create", "Backup", "--description", "of the night", says="made")
    rsm("pool create", "Backup\\Daily", "--type", media_type_of(rsm, "A00001"), "--from-free", "yes", says="made")
    rsm("pool create", "Free\\Mine", code=NO_OBJECT, says="4302")
    rsm("pool rename", "backup\\daily", "Weekly", says="Weekly")
    rsm("pool set", "Backup\\Weekly", "--to-free", "yes", "--max-allocations", "9", says="changed")
    shown = rsm.json("pool show", "Backup\\Weekly")
    assert (shown["allocation_policy"], shown["deallocation_policy"], shown["max_allocates"]) == (1, 1, 9), shown
    before = rsm.json("media show", "A00001")
    rsm("media move-to-pool", "A00001", "--pool", "Backup\\Weekly", **({"says": "in pool"} if before["pool_name"].startswith("Import") else {"code": NO_OBJECT, "says": "4302"}))
    moved = rsm.json("media show", "A00001")["pool_name"]
    assert moved == ("Backup\\Weekly" if before["pool_name"].startswith("Import") else before["pool_name"]), moved
    rsm("pool delete", "Backup", code=OTHER, says="4307")
    if moved.startswith("Backup"):
        rsm("pool delete", "Backup\\Weekly", code=OTHER, says="4307")
        rsm("media move-to-pool", "A00001", "--pool", before["pool_name"], says="in pool")
    rsm("pool delete", "Backup\\Weekly", "Backup", says="deleted")
    rsm("library add-type", "Jukebox", "DLT", says="takes DLT")
    assert any(p["path"] == "Free\\DLT" for p in rsm.json("pool list"))
    rsm("library remove-type", "Jukebox", "DLT", says="no DLT")
    assert not any(p["path"] == "Free\\DLT" for p in rsm.json("pool list"))


def security(rsm):
    """Who may do what is shown and set."""
    rsm("pool create", "Guarded", says="made")
    rsm("security show", "pool", "Guarded", says="user:root")
    rsm("security show", "computer", says="everyone")
    rsm("security show", "root", says="everyone")
    rsm("security show", "planet", code=OTHER, says="computer, root, pool POOL or library LIBRARY")
    rsm("security set", "library", "Jukebox", "--allow", "user:65534=use,control", says="changed")
    access = rsm.json("security show", "library", "Jukebox")["access"]
    assert any(e["sid"] == "S-1-22-1-65534" and e["rights"] == ["use", "control"] and e["allowed"] for e in access), access
    rsm("security set", "library", "Jukebox", "--remove", "user:65534", says="changed")
    rsm("pool delete", "Guarded", says="deleted")


def media_type_of(rsm, medium):
    return rsm.json("media show", medium)["media_type"]


def classic(rsm):
    """The verbs of Windows' rsm.exe."""
    side = next(s for s in rsm.json("side list") if s["medium_name"] == "A00002" and s["number"] == 0)["id"]
    bare = side.replace("-", "")
    rsm("classic mount", "/pg" + bare, "/oread", says="Jukebox drive")
    rsm("classic dismount", "/pg" + bare, "--wait", says="success")
    rsm("classic refresh", "/lfJukebox", says="success")
    rsm("classic inventory", "/lfJukebox", "/afast", "--wait", says="success")
    rsm("classic view", "/tphysical_media", says="A00002")
    rsm("classic view", "/tpartition", "/guiddisplay", "/b", says=bare.upper())
    rsm("classic createpool", "/mMyApp", "/anew", says="success")
    rsm("classic createpool", "/m", "MyApp\\Daily", "/aalways", "/tfDLT", "/d", "/r", says="success")
    assert rsm.json("pool show", "MyApp\\Daily")["allocation_policy"] == 1
    rsm("classic rename", "/pg" + bare, "/nFront", "/xof the first", says="success")
    assert rsm.json("side list", "A00002")[0]["name"] == "Front"
    rsm("classic deletepool", "/mmyapp\\daily", code=NO_OBJECT, says="4302")  # names are compared exactly
    rsm("classic deletepool", "/mMyApp\\Daily", says="success")
    for kind in ("drive_type", "changer_type", "computer", "storageslot", "ieport", "iedoor", "media_pool", "media_type", "librequest", "drive", "changer"):
        rsm("classic view", "/t" + kind, says="success")
    destinations(rsm)
    drive = next(d for d in rsm.json("drive list") if d["name"] == "Jukebox drive 1")["id"]
    rsm("classic rename", "/dfJukebox drive 1", "/nWriter", "/xthe fast one", says="success")
    assert rsm.json("drive show", "Writer")["id"] == drive
    rsm("classic rename", "/og" + drive, "/nJukebox drive 1", says="success")
    medium = rsm.json("media show", "A00002")["id"].replace("-", "")
    environment_of_batch = {"XDG_STATE_HOME": rsm.stage.folder}
    os.environ.update(environment_of_batch)
    rsm("classic eject", "/astart", code=OTHER, says="4317")
    rsm("classic eject", "/pg" + medium, "/aqueue", says="success")
    rsm("classic eject", "/pg" + medium, "/aqueue", says="success")
    assert rsm.json("media show", "A00002")["place"] != "offline"
    stopped = rsm("classic eject", "/astart", "/b").strip()
    rsm("classic eject", "/astop", "/o" + stopped, code=None)
    rsm("classic eject", "/astop", "/o" + medium, code=OTHER, says="4317")
    rsm.stage.wait_until("that eject has ended", lambda: ended_or_taken(rsm, stopped))
    if rsm.json("request show", stopped)["state"] == "passed":
        return classic_rest(rsm, bare)
    operation = rsm("classic eject", "/pg" + medium, "/b").strip()
    rsm.stage.wait_until("the port is out with the cartridge", lambda: rsm.stage.run("rsm-emu", "port", rsm.stage.library, "take", check=False).returncode == 0)
    rsm("request wait", operation, says="passed")
    classic_rest(rsm, bare)


def ended_or_taken(rsm, request):
    rsm.stage.run("rsm-emu", "port", rsm.stage.library, "take", check=False)
    return rsm.json("request show", request)["finished"]


def destinations(rsm):
    """Where messages go, and that they do."""
    rsm("classic ui", "/tinfo", "/aadd", "/dops1", says="success")
    rsm("classic ui", "/tinfo", "/aadd", "/dops1", code=OTHER, says="183")
    rsm("classic ui", "/lfJukebox", "/terr", "/aadd", says="success")
    rsm("classic view", "/tui", says="info: ops1")
    rsm("library inventory", "Jukebox", "--fast", "--wait", says="finished")
    rsm.stage.wait_until("it is told", lambda: "for ops1: inventory of Jukebox" in rsm.stage.run("rsm", "events", "--type", "computer", "--json").stdout)
    rsm("classic ui", "/tinfo", "/adelete", "/dops2", code=NO_OBJECT, says="4312")
    rsm("classic ui", "/tinfo", "/adelete", "/dops1", says="success")
    rsm("classic ui", "/lfJukebox", "/terr", "/adeleteall", says="success")


def classic_rest(rsm, bare):
    rsm("classic ejectatapi", "/n0", code=NOT_SUPPORTED)
    rsm("classic erase", "/pg" + bare, code=NO_OBJECT, says="4312")
    rsm("classic erase", "/pf" + rsm.stage.all("medium.list")[0]["name"] + ":0", code=NOT_SUPPORTED, says="only tapes are erased")
    rsm("classic freemedia", "/pg" + bare, code=NO_OBJECT, says="4312")  # the side of a medium that has been deleted


def test(build, rng):
    table = subprocess.run([os.path.join(build, "bin", "rsm-command-table")], capture_output=True, text=True, check=True, timeout=LIMIT_S).stdout.split("\n")[:-1]
    with Stage(build, cartridges=4) as stage:
        stage.start()
        stage.wait_identified()
        rsm = Tool(stage)
        reading(rsm)
        completion(rsm)
        setting_up(rsm)
        mounting(rsm)
        switching(rsm)
        pools(rsm)
        security(rsm)
        port(rsm)
        door_and_cleaner(rsm)
        classic(rsm)
        owning(rsm)
        assert stage.stop() == 0
    missing, unknown = set(table) - rsm.run_so_far, rsm.run_so_far - set(table)
    assert not missing, f"no line here runs: {', '.join(sorted(missing))}"
    assert not unknown, f"not in the table of commands: {', '.join(sorted(unknown))}"
    print(f"{len(table)} commands")


if __name__ == "__main__":
    main(test)
