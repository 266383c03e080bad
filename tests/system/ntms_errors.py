#!/usr/bin/env python3
"""Errors and options of ntmsapi.h on the real daemon: each case makes a documented error come, or uses an option, through libntmsapi.so.

What was reached is compared with what api/client/conformance.txt says of this test: a case there that is not reached here fails, and so does one that is
reached and not listed. usage: ntms_errors.py BUILD [SEED]"""
import json
import os
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "api", "client"))
import conformance  # noqa: E402
from harness import LIMIT_S, NOBODY, Session, Stage, main  # noqa: E402
from ntms import INFINITE, INVALID_HANDLE_VALUE, N, SIZES, UNION, Memory, Ntms, dword, foreign, guid, guids, id_of, information, text, with_sanitizers  # noqa: E402

TEST = "system.ntms_errors"
WAIT_MS = LIMIT_S * 1000
FORMS = ("A", "W")


class Cases:
    """What was reached: {(function, error number or option)}. Of functions with two forms both must be reached."""

    def __init__(self, ntms):
        self.ntms, self.reached, self.failed = ntms, set(), []

    def note(self, function, what):
        self.reached.add((function, what))

    def error(self, code, function, *given):
        """The call returns this error. One that does not is told at the end, with the others."""
        self.note(function, str(code))
        try:
            self.returns(code, function, *given)
        except AssertionError as wrong:
            self.failed.append(f"{wrong} (line {sys._getframe(1).f_lineno})")

    def option(self, names, function, *given):
        """The call succeeds with these options, named as in the header."""
        self.returns(0, function, *given)
        for name in names.split():
            self.note(function, name)

    def returns(self, code, function, *given):
        got = getattr(self.ntms, function)(*given)
        if got == code:
            return
        raise AssertionError(f"{function}{given} returned {got} instead of {code}")

    def last_error(self, code, function, *given):
        handle = getattr(self.ntms, function)(*given)
        got = self.ntms.last_error()
        assert handle == INVALID_HANDLE_VALUE and got == code, f"{function}{given} gave {handle} and {got} instead of {code}"
        self.note(function, str(code))


class Scene:
    """The daemon with three libraries: Jukebox (2 drives), Annex (1 drive, no port), Full (1 drive, a port, and no slot that is free)."""

    def __init__(self, stage, cases, session):
        self.stage, self.cases, self.session = stage, cases, session
        self.ntms = cases.ntms
        self.libraries = {library["name"]: library["id"] for library in stage.all("library.list")}
        self.offline = next(library["id"] for library in stage.all("library.list") if library["library_type"] == "offline")
        self.drives = {name: [d["id"] for d in stage.all("drive.list") if d["library"] == id] for name, id in self.libraries.items()}
        self.media = {name: [m for m in stage.all("medium.list") if m["library"] == id] for name, id in self.libraries.items()}
        self.type = self.media["Jukebox"][0]["media_type"]
        self.other_type = next(t["id"] for t in stage.all("media_type.list") if t["id"] != self.type and t["sides"] == 2 and "clean" not in t["name"].lower())
        self.one_sided = next(t["id"] for t in stage.all("media_type.list") if t["sides"] == 1 and "clean" not in t["name"].lower())

    def side(self, number, side=0, library="Jukebox"):
        return self.media[library][number]["sides"][side]["id"]

    def medium(self, number, library="Jukebox"):
        return self.media[library][number]["id"]

    def pool(self, name, media_type="same", **policy):
        out = Memory(size=16)
        kind = guid(self.type if media_type == "same" else media_type) if media_type else None
        self.cases.returns(0, "CreateNtmsMediaPoolA", self.session, text(name), kind, N["NTMS_OPEN_ALWAYS"], None, out)
        if policy:
            session = Session(self.stage, "policies")
            session.call("object.set", type="pool", id=id_of(out), **policy)
            session.close()
        return id_of(out)

    def mount(self, session, sides, options=0, timeout=WAIT_MS):
        drives = Memory(size=16 * len(sides))
        return self.ntms.MountNtmsMedia(session, guids(sides), drives, len(sides), options, 0, timeout, None), drives

    def mounted(self, side):
        code, drives = self.mount(self.session, [side])
        assert code == 0, code
        return id_of(drives)

    def dismounted(self, side):
        self.cases.returns(0, "DismountNtmsMedia", self.session, guid(side), 1, N["NTMS_DISMOUNT_IMMEDIATE"])
        self.stage.wait_until("it is at home", lambda: not self.stage.open_requests() and not any(d["side"] == side for d in self.stage.all("drive.list")))

    def at_rest(self):
        self.stage.wait_until("nothing is under way", lambda: not self.stage.open_requests() and all(d["state"] == "dismounted" for d in self.stage.all("drive.list")))

    def operator_request(self, command):
        """The one that is open."""
        found = []

        def asked():
            found[:] = [o for o in self.stage.all("opreq.list") if o["command"] == command and o["state"] not in ("complete", "refused")]
            return found

        self.stage.wait_until(f"an operator is asked: {command}", asked)
        return found[0]["id"]

    def in_background(self, function, *given):
        """Calls in a thread; join() gives what it returned."""
        heard = []
        thread = threading.Thread(target=lambda: heard.append(getattr(self.ntms, function)(*given)))
        thread.start()

        def join():
            thread.join(LIMIT_S)
            assert heard, f"{function} does not return"
            return heard[0]

        return join

    def switched(self, verb, kind, id):
        self.cases.returns(0, f"{verb}NtmsObject", self.session, N[kind], guid(id))
        method, name = {"NTMS_DRIVE": ("drive.list", "enabled"), "NTMS_LIBRARY": ("library.list", "enabled"), "NTMS_PHYSICAL_MEDIA": ("medium.list", "enabled")}[kind]
        self.stage.wait_until(f"{kind} {verb}d", lambda: next(o for o in self.stage.all(method) if o["id"] == id)[name] == (verb == "Enable"))


# ---- sessions

def sessions(scene):
    c, n = scene.cases, scene.ntms
    for form in FORMS:
        open_session = f"OpenNtmsSession{form}"
        c.last_error(1210, open_session, text("a name\\with nonsense", form), None, 0)
        c.last_error(1222, open_session, text("another-computer", form), None, 0)
        c.last_error(87, open_session, None, text("x" * 64, form), 0)
        c.last_error(87, open_session, None, None, 2)
        for option, value in (("0", 0), ("NTMS_SESSION_QUERYEXPEDITE", 1)):
            handle = getattr(n, open_session)(text("localhost", form), text("cases", form), value)
            assert handle != INVALID_HANDLE_VALUE, n.last_error()
            c.note(open_session, option)
            c.returns(0, "CloseNtmsSession", handle)
            c.error(6, "CloseNtmsSession", handle)


def objects(scene):
    c, s = scene.cases, scene.session
    here = guid(scene.libraries["Jukebox"])
    c.error(87, "EnumerateNtmsObject", s, None, None, None, N["NTMS_LIBRARY"], 0)
    c.error(87, "EnumerateNtmsObject", s, here, None, dword(0), N["NTMS_MEDIA_POOL"], 0)
    c.error(122, "EnumerateNtmsObject", s, None, None, dword(0), N["NTMS_LIBRARY"], 0)
    c.error(4312, "EnumerateNtmsObject", s, foreign(), None, dword(0), N["NTMS_DRIVE"], 0)
    c.option("NTMS_ENUM_DEFAULT", "EnumerateNtmsObject", s, here, Memory(size=160), dword(10), N["NTMS_DRIVE"], 0)
    c.option("NTMS_ENUM_ROOTPOOL", "EnumerateNtmsObject", s, None, Memory(size=1600), dword(100), N["NTMS_MEDIA_POOL"], 1)
    for form in FORMS:
        get, put = f"GetNtmsObjectInformation{form}", f"SetNtmsObjectInformation{form}"
        for function in (get, put):
            c.error(87, function, s, here, None)
            c.error(87, function, s, here, information(form, N["NTMS_LIBRARY"], UNION[form]))
            c.error(4312, function, s, foreign(), information(form, N["NTMS_LIBRARY"]))
            c.error(4312, function, s, here, information(form, N["NTMS_DRIVE"]))
        c.option("NTMS_UNKNOWN", get, s, here, information(form, 0))
        attributes(scene, form)
        names_of_objects(scene, form)
    requests = Memory(size=16 * 1000)
    size = dword(1000)
    c.returns(0, "EnumerateNtmsObject", s, None, requests, size, N["NTMS_LIBREQUEST"], 0)
    queued = {r["id"]: r["queued"] for r in scene.stage.all("request.list")}
    times = [queued[id_of(requests, 16 * n)] for n in range(size.dword())]
    assert len(times) > 2 and times == sorted(times), times
    for verb in ("Enable", "Disable"):
        function = f"{verb}NtmsObject"
        c.error(87, function, s, N["NTMS_MEDIA_POOL"], guid(scene.pool("Objects")))
        c.error(87, function, s, N["NTMS_DRIVE"], None)
        c.error(4305, function, s, N["NTMS_LIBRARY"], guid(scene.offline))
        c.error(4312, function, s, N["NTMS_DRIVE"], foreign())
    for kind, id in (("NTMS_DRIVE", scene.drives["Annex"][0]), ("NTMS_PHYSICAL_MEDIA", scene.medium(0, "Annex")), ("NTMS_LIBRARY", scene.libraries["Annex"])):
        c.error(5023, "EnableNtmsObject", s, N[kind], guid(id))
        scene.switched("Disable", kind, id)
        c.note("DisableNtmsObject", kind)
        c.error(5023, "DisableNtmsObject", s, N[kind], guid(id))
        scene.switched("Enable", kind, id)
        c.note("EnableNtmsObject", kind)


def attributes(scene, form):
    c, s, here = scene.cases, scene.session, guid(scene.libraries["Jukebox"])
    get, put = f"GetNtmsObjectAttribute{form}", f"SetNtmsObjectAttribute{form}"
    name = text("Case", form)
    c.option("NTMS_UNKNOWN", put, s, here, 0, name, Memory(b"bytes"), 5)
    c.option("NTMS_LIBRARY", put, s, here, N["NTMS_LIBRARY"], name, Memory(b"bytes"), 5)
    c.option("NTMS_UNKNOWN", get, s, here, 0, name, Memory(size=5), dword(5))
    c.option("NTMS_LIBRARY", get, s, here, N["NTMS_LIBRARY"], name, Memory(size=5), dword(5))
    c.error(122, get, s, here, 0, name, Memory(size=4), dword(4))
    c.error(4312, get, s, here, 0, text("Nobody", form), Memory(size=4), dword(4))
    c.error(4312, get, s, foreign(), 0, name, Memory(size=4), dword(4))
    c.error(232, get, s, here, 0, name, Memory(size=0x10000), dword(0x10000))
    c.error(87, get, s, here, 0, None, Memory(size=4), dword(4))
    for wrong in ("", "x" * 32):
        c.error(123, put, s, here, 0, text(wrong, form), Memory(b"x"), 1)
    c.error(232, put, s, here, 0, name, Memory(size=0x10000), 0x10000)
    c.error(4312, put, s, foreign(), 0, name, Memory(b"x"), 1)
    c.error(4312, put, s, here, N["NTMS_DRIVE"], name, Memory(b"x"), 1)
    c.error(87, put, s, here, 0, None, Memory(b"x"), 1)


def names_of_objects(scene, form):
    """SetNtmsObjectInformation: what may not be written."""
    c, s = scene.cases, scene.session
    get, put = f"GetNtmsObjectInformation{form}", f"SetNtmsObjectInformation{form}"
    scene.pool("Taken")
    name_at = 8 + 16 + 16 + 16 + 4 + 4
    width = 1 if form == "A" else 2

    def pool(id):
        info = information(form, N["NTMS_MEDIA_POOL"])
        c.returns(0, get, s, guid(id), info)
        return info

    def written(info, at, data):
        import ctypes
        ctypes.memmove(info.address + at, data, len(data))
        return info

    def named(value):
        return written(pool(scene.pool("Objects")), name_at, value.encode("utf-8" if width == 1 else "utf-16-le") + b"\0" * width)

    mine = guid(scene.pool("Objects"))
    c.error(123, put, s, mine, named("a\\b"))
    c.error(183, put, s, mine, named("Taken"))
    policy = written(pool(scene.pool("Objects")), UNION[form] + 4 + 16 + 16, (8).to_bytes(4, "little"))
    c.error(87, put, s, mine, policy)
    system = scene.media["Jukebox"][4]["pool"]  # the import pool
    c.error(4302, put, s, guid(system), written(pool(system), name_at, "Mine".encode("utf-8" if width == 1 else "utf-16-le") + b"\0" * width))


# ---- pools and types

def pools(scene):
    c, s = scene.cases, scene.session
    out = Memory(size=16)
    for form in FORMS:
        create, name_of = f"CreateNtmsMediaPool{form}", f"GetNtmsMediaPoolName{form}"
        for option, name in (("NTMS_CREATE_NEW", f"New{form}"), ("NTMS_OPEN_EXISTING", f"New{form}"), ("NTMS_OPEN_ALWAYS", f"New{form}")):
            c.option(option, create, s, text(name, form), guid(scene.type), N[option], None, out)
        c.error(123, create, s, text("a\\\\b", form), None, 2, None, out)
        c.error(183, create, s, text(f"new{form}", form), None, 2, None, out)
        c.error(4312, create, s, text("Nobody", form), None, 1, None, out)
        c.error(4312, create, s, text("Nobody\\Else", form), None, 2, None, out)
        c.error(4300, create, s, text("Other", form), foreign(), 2, None, out)
        c.error(4302, create, s, text(f"New{form}\\Below", form), guid(scene.type), 2, None, out)
        c.error(87, create, s, text("Other", form), None, 4, None, out)
        c.error(87, create, s, text("Other", form), None, 2, None, None)
        c.error(122, name_of, s, out, Memory(size=8), dword(2))
        c.error(4302, name_of, s, foreign(), Memory(size=80), dword(40))
        c.error(87, name_of, s, out, Memory(size=80), None)
    target, outer = scene.pool("Target"), scene.pool("Outer", None)
    scene.pool("Outer\\Inner")
    c.error(4307, "DeleteNtmsMediaPool", s, guid(outer))
    c.error(4302, "DeleteNtmsMediaPool", s, foreign())
    c.error(87, "DeleteNtmsMediaPool", s, None)
    medium = guid(scene.medium(0))
    other = scene.pool("OtherType", scene.other_type)
    for function in ("MoveToNtmsMediaPool", "ChangeNtmsMediaType"):
        c.error(4300, function, s, foreign(), guid(target))
        c.error(4302, function, s, medium, foreign())
        c.error(4302, function, s, medium, guid(outer))
        c.error(87, function, s, medium, None)
    c.error(4315, "MoveToNtmsMediaPool", s, medium, guid(other))
    c.error(4315, "ChangeNtmsMediaType", s, medium, guid(scene.pool("OneSided", scene.one_sided)))
    held = scene.side(0)
    scene.mounted(held)
    for function in ("MoveToNtmsMediaPool", "ChangeNtmsMediaType"):
        c.error(170, function, s, medium, guid(target))
    scene.dismounted(held)
    add, remove = "AddNtmsMediaType", "DeleteNtmsMediaType"
    here = guid(scene.libraries["Jukebox"])
    for function in (add, remove):
        c.error(4300, function, s, foreign(), here)
        c.error(4301, function, s, guid(scene.type), foreign())
        c.error(87, function, s, None, here)
    c.error(4305, add, s, guid(scene.type), guid(scene.offline))
    c.error(4307, remove, s, guid(scene.type), here)


# ---- media

def mounting(scene):
    c, n, s = scene.cases, scene.ntms, scene.session
    mount, drive = "MountNtmsMedia", Memory(size=64)
    one, two, three = scene.side(0), scene.side(1), scene.side(2)

    def call(media, options=0, timeout=WAIT_MS, drives=None, priority=0, count=None):
        return s, guids(media), guids(drives) if drives else drive, len(media) if count is None else count, options, priority, timeout, None

    c.error(87, mount, *call([one], count=0))
    c.error(87, mount, *call([one], options=0x80))
    c.error(87, mount, *call([one], priority=16))
    c.error(87, mount, s, None, drive, 1, 0, 0, 0, None)
    c.error(4300, mount, s, foreign(), drive, 1, 0, 0, 0, None)
    c.error(4300, mount, *call([one, one]))
    c.error(4301, mount, *call([one, scene.side(0, library="Annex")]))
    c.error(15, mount, *call([one], N["NTMS_MOUNT_SPECIFIC_DRIVE"], drives=["00000000-0000-0000-0000-00000000000d"]))
    c.error(4303, mount, *call([one], N["NTMS_MOUNT_SPECIFIC_DRIVE"], drives=[scene.drives["Annex"][0]]))
    c.error(5006, mount, *call([one, two, three]))
    for names, options in (("NTMS_MOUNT_READ NTMS_MOUNT_WRITE", 3), ("NTMS_MOUNT_ERROR_NOT_AVAILABLE NTMS_MOUNT_ERROR_OFFLINE", 0xC), ("0", 0)):
        c.option(names, mount, *call([one], options))
        scene.dismounted(one)
    c.option("NTMS_MOUNT_SPECIFIC_DRIVE", mount, *call([one], 0x10, drives=[scene.drives["Jukebox"][1]]))
    scene.dismounted(one)
    c.option("NTMS_MOUNT_NOWAIT", mount, *call([one], 0x20))
    scene.stage.wait_until("it is loaded", lambda: any(d["state"] == "loaded" for d in scene.stage.all("drive.list")))
    scene.dismounted(one)
    dismounting(scene, one)
    scene.mounted(one), scene.mounted(two)
    c.error(170, mount, *call([three], N["NTMS_MOUNT_ERROR_NOT_AVAILABLE"]))
    c.error(1460, mount, *call([three], timeout=0))
    other = n.session("given up")
    waits = scene.in_background(mount, other, guid(three), drive, 1, 0, 0, INFINITE, None)
    waiting = []

    def queued():
        waiting[:] = [r for r in scene.stage.open_requests() if r["operation"] == "mount" and r["side"] == three]
        return waiting

    scene.stage.wait_until("it waits", queued)
    queue(scene, waiting[0]["id"], other)
    assert waits() == 1223
    c.note(mount, "1223")
    c.returns(0, "CloseNtmsSession", other)
    scene.dismounted(one)
    c.error(170, "EjectNtmsMedia", s, guid(scene.medium(1)), Memory(size=16), N["NTMS_EJECT_START"])
    c.error(5023, "DismountNtmsDrive", s, guid(next(d["id"] for d in scene.stage.all("drive.list") if d["state"] == "loaded")))
    scene.dismounted(two)
    scene.switched("Disable", "NTMS_PHYSICAL_MEDIA", scene.medium(0))
    c.error(4309, mount, *call([one]))
    c.error(4318, "DismountNtmsMedia", s, guid(one), 1, 0)
    c.error(4318, "EjectNtmsMedia", s, guid(scene.medium(0)), Memory(size=16), N["NTMS_EJECT_START"])
    scene.switched("Enable", "NTMS_PHYSICAL_MEDIA", scene.medium(0))


def queue(scene, request, other):
    """A mount waits: its place, who may change it, and its end."""
    c, s = scene.cases, scene.session
    c.returns(0, "GetNtmsRequestOrder", s, guid(request), Memory(size=4))
    for option, value in (("1", 1), ("INFINITE", INFINITE)):
        c.option(option, "SetNtmsRequestOrder", s, guid(request), value)
    c.error(87, "SetNtmsRequestOrder", s, guid(request), 0)
    c.error(4312, "SetNtmsRequestOrder", s, foreign(), 1)
    c.error(4312, "GetNtmsRequestOrder", s, foreign(), Memory(size=4))
    c.error(87, "GetNtmsRequestOrder", s, guid(request), None)
    c.error(87, "CancelNtmsLibraryRequest", s, None)
    c.error(4312, "CancelNtmsLibraryRequest", s, foreign())
    c.returns(0, "CancelNtmsLibraryRequest", s, guid(request))
    scene.stage.wait_until("it is cancelled", lambda: not any(r["id"] == request for r in scene.stage.open_requests()))
    c.error(4312, "CancelNtmsLibraryRequest", s, guid(request))
    for option in ("NTMS_LIBREQUEST", "NTMS_OPREQUEST"):
        c.option(option, "DeleteNtmsRequests", s, foreign(), N[option], 1)
    c.error(87, "DeleteNtmsRequests", s, guid(request), N["NTMS_DRIVE"], 1)
    c.error(87, "DeleteNtmsRequests", s, guid(request), N["NTMS_LIBREQUEST"], 0)


def dismounting(scene, side):
    c, s = scene.cases, scene.session
    dismount = "DismountNtmsMedia"
    c.error(87, dismount, s, guid(side), 0, 0)
    c.error(87, dismount, s, None, 1, 0)
    c.error(87, dismount, s, guid(side), 1, 4)
    c.error(4300, dismount, s, foreign(), 1, 0)
    c.error(5023, dismount, s, guid(side), 1, 0)
    for name, option in (("NTMS_DISMOUNT_DEFERRED", 1), ("NTMS_DISMOUNT_IMMEDIATE", 2), ("0", 0)):
        drive = scene.mounted(side)
        c.option(name, dismount, s, guid(side), 1, option)
        if option == 1:  # it stays in the drive for a while
            scene.stage.wait_until("it is out of use", lambda: any(d["state"] == "dismountable" for d in scene.stage.all("drive.list")))
            c.returns(0, "DismountNtmsDrive", s, guid(drive))
        scene.at_rest()
    c.error(15, "DismountNtmsDrive", s, foreign())
    c.error(5023, "DismountNtmsDrive", s, guid(scene.drives["Jukebox"][0]))
    c.error(87, "DismountNtmsDrive", s, None)


def allocating(scene):
    c, n, s = scene.cases, scene.ntms, scene.session
    allocate = "AllocateNtmsMedia"
    daily = scene.pool("Daily")
    out = Memory(size=16)

    def wanted(pool=daily, side=None, options=4, timeout=0, logical=out, info=None, session=s):
        return session, guid(pool) if isinstance(pool, str) else pool, guid(side) if side else None, logical, options, timeout, info

    c.error(87, allocate, *wanted(options=7))
    c.error(87, allocate, *wanted(logical=None))
    c.error(87, allocate, *wanted(info=Memory(b"\x1f", size=32)))
    c.error(4300, allocate, *wanted(side="00000000-0000-0000-0000-00000000000d"))
    c.error(4300, allocate, *wanted(options=2, logical=foreign()))
    c.error(4302, allocate, *wanted(pool=foreign()))
    c.error(4302, allocate, *wanted(pool=scene.pool("Outer", None)))
    c.error(4308, allocate, *wanted())
    c.error(1460, allocate, *wanted(options=0, timeout=200))
    c.error(4315, allocate, *wanted(pool=scene.pool("OtherType", scene.other_type), side=scene.side(3)))
    c.error(4319, allocate, *wanted(pool=scene.pool("FromScratch", scene.other_type, allocation_policy=N["NTMS_ALLOCATE_FROMSCRATCH"])))
    waits = scene.in_background(allocate, *wanted(options=0, timeout=INFINITE))
    c.returns(0, "CancelNtmsOperatorRequest", s, guid(scene.operator_request("new_media")))
    assert waits() == 1223
    c.note(allocate, "1223")
    first, second, next_one = Memory(size=16), Memory(size=16), Memory(size=16)
    c.returns(0, "MoveToNtmsMediaPool", s, guid(scene.medium(3)), guid(daily))
    c.option("NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE", allocate, *wanted(side=scene.side(3), logical=first))
    c.error(5023, allocate, *wanted(side=scene.side(3)))
    c.returns(0, "DeallocateNtmsMedia", s, first, 0)
    c.returns(0, allocate, *wanted(side=scene.side(3, 1), logical=second))
    c.returns(0, "DeallocateNtmsMedia", s, second, 0)
    c.option("NTMS_ALLOCATE_NEW", allocate, *wanted(options=1, logical=first))
    next_one = Memory(first.bytes())
    c.option("NTMS_ALLOCATE_NEXT", allocate, *wanted(options=2, logical=next_one))
    c.error(4308, allocate, *wanted(options=2, logical=Memory(first.bytes())))
    sides(scene, daily, first, next_one)


def sides(scene, daily, first, second):
    """Two logical media of one cartridge."""
    c, n, s = scene.cases, scene.ntms, scene.session
    drive = Memory(size=16)
    for function in ("DeallocateNtmsMedia", "SetNtmsMediaComplete", "DecommissionNtmsMedia", "DeleteNtmsMedia", "SwapNtmsMedia"):
        more = {"DeallocateNtmsMedia": (0,), "SwapNtmsMedia": (first,)}.get(function, ())
        c.error(4300, function, s, foreign(), *more)
        c.error(87, function, s, None, *more)
    c.error(87, "SwapNtmsMedia", s, first, first)
    c.returns(0, "MountNtmsMedia", s, first, drive, 1, 0, 0, WAIT_MS, None)
    c.error(170, "DeallocateNtmsMedia", s, first, 0)
    c.error(4300, "SwapNtmsMedia", s, first, second)
    c.error(5023, "SetNtmsMediaComplete", s, first)
    c.returns(0, "DismountNtmsMedia", s, first, 1, N["NTMS_DISMOUNT_IMMEDIATE"])
    scene.at_rest()
    c.returns(0, "SwapNtmsMedia", s, first, second)
    weekly, third = scene.pool("Weekly"), Memory(size=16)
    c.returns(0, "AllocateNtmsMedia", s, guid(weekly), guid(scene.side(4)), third, 4, 0, None)
    c.error(4302, "SwapNtmsMedia", s, first, third)
    c.returns(0, "SetNtmsMediaComplete", s, first)
    c.error(5023, "SetNtmsMediaComplete", s, first)
    c.error(5023, "SwapNtmsMedia", s, first, second)
    c.error(19, "MountNtmsMedia", s, first, drive, 1, N["NTMS_MOUNT_WRITE"], 0, WAIT_MS, None)
    allocated = next(x for m in scene.stage.all("medium.list") for x in m["sides"] if x["state"] == "allocated" and x["logical_medium"] == id_of(third))
    c.error(5023, "DecommissionNtmsMedia", s, guid(allocated["id"]))
    c.error(5023, "DeleteNtmsMedia", s, guid(scene.medium(4)))
    c.returns(0, "DeallocateNtmsMedia", s, third, 0)
    c.returns(0, "DecommissionNtmsMedia", s, guid(allocated["id"]))
    c.error(5023, "MountNtmsMedia", s, guid(allocated["id"]), drive, 1, 0, 0, WAIT_MS, None)


def medium_record(form, pool, barcode="", sides=2, **words):
    """lpMedia and lpList of CreateNtmsMedia."""
    import ctypes
    code = (lambda value: value.encode() + b"\0") if form == "A" else (lambda value: value.encode("utf-16-le") + b"\0\0")
    width = 1 if form == "A" else 2
    medium = information(form, N["NTMS_PHYSICAL_MEDIA"])
    enabled, yes = 8 + 16 + 16 + 16, (1).to_bytes(4, "little")
    ctypes.memmove(medium.address + enabled, yes, 4)
    base = medium.address + UNION[form]
    ctypes.memmove(base + 16, pool.bytes(), 16)
    ctypes.memmove(base + 84, code(barcode), len(code(barcode)))
    ctypes.memmove(base + 84 + 64 * width + 4 + 32 * width + 4, sides.to_bytes(4, "little"), 4)
    list_of = Memory(size=SIZES[form] * sides)
    for number in range(sides):
        side = list_of.address + SIZES[form] * number
        ctypes.memmove(side, SIZES[form].to_bytes(4, "little") + N["NTMS_PARTITION"].to_bytes(4, "little"), 8)
        ctypes.memmove(side + enabled, yes, 4)
        if "side_id" in words and number == 0:
            ctypes.memmove(side + 8 + 32, words["side_id"].bytes(), 16)
        ctypes.memmove(side + UNION[form] + 32, N["NTMS_PARTSTATE_IMPORT"].to_bytes(4, "little"), 4)
        label = words.get("label", f"{form}{barcode}{number}").encode() + bytes([number])
        ctypes.memmove(side + UNION[form] + 40, len(label).to_bytes(4, "little"), 4)
        ctypes.memmove(side + UNION[form] + 44, label, len(label))
        ctypes.memmove(side + UNION[form] + 44 + 255 + (1 if width == 2 else 0), code("MTF"), len(code("MTF")))
    return medium, list_of


def making_media(scene):
    c, s = scene.cases, scene.session
    drive = Memory(size=16)
    pool = guid(scene.pool("Archive"))
    for form in FORMS:
        create = f"CreateNtmsMedia{form}"
        medium, list_of = medium_record(form, pool, f"OLD{form}", label="the same")
        c.option("0", create, s, medium, list_of, 0)
        made, side = id_of(medium, 8 + 32), Memory(list_of.bytes()[40:56])
        c.error(4300, create, s, *medium_record(form, pool, f"OLD{form}", label="another"), 0)
        c.error(4300, create, s, *medium_record(form, pool, f"DUP{form}", label="the same"), N["NTMS_ERROR_ON_DUPLICATE"])
        medium, list_of = medium_record(form, pool, f"NEW{form}", label=f"its own {form}")
        c.option("NTMS_ERROR_ON_DUPLICATE", create, s, medium, list_of, 1)
        c.returns(0, "DeleteNtmsMedia", s, Memory(medium.bytes()[40:56]))
        c.error(4302, create, s, *medium_record(form, foreign(), f"X{form}"), 0)
        c.error(4315, create, s, *medium_record(form, pool, f"X{form}", sides=1), 0)
        c.error(183, create, s, *medium_record(form, pool, f"X{form}", side_id=side), 0)
        c.error(87, create, s, *medium_record(form, pool, f"X{form}"), 2)
        c.error(87, create, s, None, list_of, 0)
        c.error(4304, "MountNtmsMedia", s, side, drive, 1, N["NTMS_MOUNT_ERROR_OFFLINE"], 0, WAIT_MS, None)
        c.error(4304, "DismountNtmsMedia", s, side, 1, 0)
        c.error(4304, "AllocateNtmsMedia", s, guid(scene.pool("Archive")), side, Memory(size=16), 4, 0, None)
        c.error(4305, "EjectNtmsMedia", s, guid(made), Memory(size=16), N["NTMS_EJECT_START"])
        waits = scene.in_background("MountNtmsMedia", s, side, drive, 1, 0, 0, INFINITE, None)
        c.returns(0, "CancelNtmsOperatorRequest", s, guid(scene.operator_request("move_media")))
        assert waits() == 4320
        c.note("MountNtmsMedia", "4320")
        c.returns(0, "DeleteNtmsMedia", s, guid(made))


# ---- libraries

def control(scene):
    c, s = scene.cases, scene.session
    here, away, operation = guid(scene.libraries["Jukebox"]), guid(scene.offline), Memory(size=16)
    eject, inject, inventory, identify = "EjectNtmsMedia", "InjectNtmsMedia", "InventoryNtmsLibrary", "IdentifyNtmsSlot"
    for action in (0, 4, 6):
        c.error(87, inventory, s, here, action)
    c.error(4301, inventory, s, foreign(), 1)
    c.error(4305, inventory, s, away, 1)
    for name in ("NTMS_INVENTORY_FAST", "NTMS_INVENTORY_DEFAULT", "NTMS_INVENTORY_OMID", "NTMS_INVENTORY_STOP"):
        c.option(name, inventory, s, here, N[name])
    scene.at_rest()
    slots = scene.stage.all("slot.list", container=scene.libraries["Jukebox"])
    c.error(4312, identify, s, foreign(), 0)
    c.error(87, identify, s, guid(slots[0]["id"]), 3)
    full = next(slot["id"] for slot in slots if slot["medium"])
    for name, option in (("0", 0), ("NTMS_DISMOUNT_DEFERRED", 1), ("NTMS_DISMOUNT_IMMEDIATE", 2)):
        c.option(name, identify, s, guid(full), option)
        scene.at_rest()
    c.error(4300, eject, s, foreign(), operation, 0)
    c.error(4316, eject, s, guid(scene.medium(0, "Annex")), operation, 0)
    c.error(4317, eject, s, None, operation, 0)
    c.error(4317, eject, s, None, foreign(), 1)
    for action in (4, 5):
        c.error(87, eject, s, guid(scene.medium(0)), operation, action)
    blocker = Memory(size=16)
    c.option("NTMS_EJECT_START", eject, s, guid(scene.medium(2)), blocker, N["NTMS_EJECT_START"])  # it lies in the only port: the others wait
    c.option("NTMS_EJECT_QUEUE", eject, s, guid(scene.medium(0)), None, N["NTMS_EJECT_QUEUE"])
    c.error(170, eject, s, guid(scene.medium(1)), None, N["NTMS_EJECT_QUEUE"])
    c.returns(0, eject, s, None, operation, N["NTMS_EJECT_START"])
    c.option("NTMS_EJECT_STOP", eject, s, None, operation, N["NTMS_EJECT_STOP"])
    c.option("NTMS_EJECT_FORCE", eject, s, guid(scene.medium(1)), operation, N["NTMS_EJECT_FORCE"])
    c.returns(0, eject, s, None, operation, N["NTMS_EJECT_STOP"])
    scene.stage.wait_until("somebody has taken it out", lambda: scene.stage.run("rsm-emu", "port", scene.stage.library, "take", check=False).returncode == 0)
    scene.at_rest()
    c.error(4305, inject, s, away, operation, 0)
    c.error(4316, inject, s, guid(scene.libraries["Annex"]), operation, 0)
    c.error(4317, inject, s, here, foreign(), 1)
    c.error(4322, inject, s, guid(scene.libraries["Full"]), operation, 0)
    c.error(87, inject, s, here, operation, 4)
    c.option("NTMS_INJECT_START", inject, s, here, operation, N["NTMS_INJECT_START"])
    c.error(4317, inject, s, here, operation, N["NTMS_INJECT_RETRACT"])
    stopped(scene, here, operation)
    c.note(inject, "NTMS_INJECT_STOP")
    scene.stage.wait_until("nobody is waited for", lambda: not scene.stage.open_requests())
    c.option("NTMS_INJECT_STARTMANY", inject, s, here, operation, N["NTMS_INJECT_STARTMANY"])
    c.option("NTMS_INJECT_RETRACT", inject, s, here, operation, N["NTMS_INJECT_RETRACT"])
    stopped(scene, here, operation)
    scene.stage.wait_until("nobody is waited for", lambda: not scene.stage.open_requests())
    disabled_library(scene, slots)
    for form in FORMS:
        volumes(scene, form)


def stopped(scene, library, operation):
    """An inject that waits for its cartridge; while the port is opened or looked at it is too late."""
    ended = lambda: scene.ntms.InjectNtmsMedia(scene.session, library, operation, N["NTMS_INJECT_STOP"]) == 0
    scene.stage.wait_until("the inject is stopped", ended)


def disabled_library(scene, slots):
    c, s = scene.cases, scene.session
    here, operation = guid(scene.libraries["Jukebox"]), Memory(size=16)
    scene.switched("Disable", "NTMS_LIBRARY", scene.libraries["Jukebox"])
    c.error(4309, "InventoryNtmsLibrary", s, here, 1)
    c.error(4309, "IdentifyNtmsSlot", s, guid(slots[0]["id"]), 0)
    c.error(4309, "MountNtmsMedia", s, guid(scene.side(0)), Memory(size=16), 1, 0, 0, WAIT_MS, None)
    for function, more in (("AccessNtmsLibraryDoor", (0,)), ("ReserveNtmsCleanerSlot", (guid(slots[-1]["id"]),)), ("ReleaseNtmsCleanerSlot", ()), ("InjectNtmsCleaner", (operation, 5, 0)), ("EjectNtmsCleaner", (operation, 0))):
        c.error(4309, function, s, here, *more)
    c.error(4309, "CleanNtmsDrive", s, guid(scene.drives["Jukebox"][0]))
    c.error(4319, "EjectNtmsMedia", s, guid(scene.medium(0)), operation, 0)
    c.error(4319, "InjectNtmsMedia", s, here, operation, 0)
    c.error(4319, "DismountNtmsMedia", s, guid(scene.side(0)), 1, 0)
    c.error(4319, "DismountNtmsDrive", s, guid(scene.drives["Jukebox"][0]))
    scene.switched("Enable", "NTMS_LIBRARY", scene.libraries["Jukebox"])


def volumes(scene, form):
    c, function = scene.cases, f"GetVolumesFromDrive{form}"
    one, two = Memory(size=8), Memory(size=8)
    drive = next(d for d in scene.stage.all("drive.list") if d["library"] == scene.libraries["Jukebox"])
    c.error(15, function, text("no such drive", form), one, two)
    c.error(21, function, text(drive["id"], form), one, two)
    c.error(87, function, text(drive["id"], form), None, two)


# ---- people, notifications, the rest

def people(scene):
    c, n, s = scene.cases, scene.ntms, scene.session
    request = Memory(size=16)
    for form in FORMS:
        submit = f"SubmitNtmsOperatorRequest{form}"
        arguments = {"NTMS_OPREQ_NEWMEDIA": (guid(scene.pool("Daily")), None), "NTMS_OPREQ_CLEANER": (guid(scene.libraries["Jukebox"]), None),
                     "NTMS_OPREQ_DEVICESERVICE": (guid(scene.drives["Jukebox"][0]), None), "NTMS_OPREQ_MOVEMEDIA": (guid(scene.medium(0)), guid(scene.libraries["Jukebox"])),
                     "NTMS_OPREQ_MESSAGE": (None, None)}
        for name, (one, two) in arguments.items():
            c.option(name, submit, s, N[name], text("do it", form), one, two, request)
            c.returns(0, "CancelNtmsOperatorRequest", s, request)
        c.error(87, submit, s, 6, text("do it", form), None, None, request)
        c.error(87, submit, s, 4, text("do it", form), guid(scene.medium(0)), None, request)
        c.error(4312, submit, s, 1, text("do it", form), foreign(), None, request)
        c.error(4336, submit, s, 5, text("x" * 256, form), None, None, request)
        c.returns(0, submit, s, 5, text("do it", form), None, None, request)
        c.error(1460, "WaitForNtmsOperatorRequest", s, request, 0)
        c.returns(0, "SatisfyNtmsOperatorRequest", s, request)
        c.returns(0, "WaitForNtmsOperatorRequest", s, request, 0)
        c.error(4312, "SatisfyNtmsOperatorRequest", s, request)
        c.error(5023, "CancelNtmsOperatorRequest", s, request)
        c.returns(0, submit, s, 5, text("do it", form), None, None, request)
        c.returns(0, "CancelNtmsOperatorRequest", s, request)
        c.error(1223, "WaitForNtmsOperatorRequest", s, request, 0)
    for function, more in (("WaitForNtmsOperatorRequest", (0,)), ("CancelNtmsOperatorRequest", ()), ("SatisfyNtmsOperatorRequest", ())):
        c.error(4312, function, s, foreign(), *more)
        c.error(87, function, s, None, *more)


def notifications(scene):
    c, n, s = scene.cases, scene.ntms, scene.session
    for wrong in (0, 1, 18):
        c.last_error(87, "OpenNtmsNotification", s, wrong)
    c.last_error(6, "OpenNtmsNotification", 12345, N["NTMS_DRIVE"])
    for name in ("NTMS_CHANGER", "NTMS_CHANGER_TYPE", "NTMS_COMPUTER", "NTMS_DRIVE", "NTMS_DRIVE_TYPE", "NTMS_IEDOOR", "NTMS_IEPORT", "NTMS_LIBRARY", "NTMS_LIBREQUEST", "NTMS_LOGICAL_MEDIA",
                 "NTMS_MEDIA_POOL", "NTMS_MEDIA_TYPE", "NTMS_PARTITION", "NTMS_PHYSICAL_MEDIA", "NTMS_STORAGESLOT", "NTMS_OPREQUEST"):
        handle = n.OpenNtmsNotification(s, N[name])
        assert handle != INVALID_HANDLE_VALUE, (name, n.last_error())
        c.note("OpenNtmsNotification", name)
        c.error(1460, "WaitForNtmsNotification", handle, Memory(size=20), 0)
        c.error(87, "WaitForNtmsNotification", handle, None, 0)
        c.returns(0, "CloseNtmsNotification", handle)
        c.error(6, "WaitForNtmsNotification", handle, Memory(size=20), 0)
        c.error(6, "CloseNtmsNotification", handle)
    c.error(87, "CloseNtmsNotification", None)
    detect = Memory(size=8)
    c.returns(0, "BeginNtmsDeviceChangeDetection", s, detect)
    handle = int.from_bytes(detect.bytes(), "little")
    c.error(87, "BeginNtmsDeviceChangeDetection", s, None)
    for name, id in (("NTMS_LIBRARY", scene.libraries["Jukebox"]), ("NTMS_MEDIA_TYPE", scene.type), ("NTMS_PHYSICAL_MEDIA", scene.medium(0))):
        c.option(name, "SetNtmsDeviceChangeDetection", s, handle, guid(id), N[name], 1)
    c.option("NULL handle", "SetNtmsDeviceChangeDetection", s, None, guid(scene.libraries["Jukebox"]), N["NTMS_LIBRARY"], 1)
    c.error(87, "SetNtmsDeviceChangeDetection", s, handle, guid(scene.libraries["Jukebox"]), N["NTMS_DRIVE"], 1)
    c.error(4300, "SetNtmsDeviceChangeDetection", s, handle, foreign(), N["NTMS_PHYSICAL_MEDIA"], 1)
    c.error(4301, "SetNtmsDeviceChangeDetection", s, handle, foreign(), N["NTMS_LIBRARY"], 1)
    c.returns(0, "EndNtmsDeviceChangeDetection", s, handle)
    c.error(6, "EndNtmsDeviceChangeDetection", s, handle)
    c.error(6, "SetNtmsDeviceChangeDetection", s, handle, guid(scene.libraries["Jukebox"]), N["NTMS_LIBRARY"], 1)


def doors_and_cleaners(scene):
    c, s = scene.cases, scene.session
    here, away, operation = guid(scene.libraries["Jukebox"]), guid(scene.offline), Memory(size=16)
    scene.at_rest()
    slots = scene.stage.all("slot.list", container=scene.libraries["Jukebox"])
    empty, full = (next(slot["id"] for slot in reversed(slots) if bool(slot["medium"]) == filled) for filled in (False, True))
    door, clean, reserve, release, inject, eject = "AccessNtmsLibraryDoor", "CleanNtmsDrive", "ReserveNtmsCleanerSlot", "ReleaseNtmsCleanerSlot", "InjectNtmsCleaner", "EjectNtmsCleaner"
    c.error(15, clean, s, foreign())
    c.error(87, clean, s, None)
    for function, more in ((door, (0,)), (reserve, (guid(empty),)), (release, ()), (inject, (operation, 5, 0)), (eject, (operation, 0))):
        c.error(4301, function, s, foreign(), *more)
        c.error(4305, function, s, away, *more)
        c.error(87, function, s, None, *more)
    c.error(87, door, s, here, 4)
    c.error(4312, reserve, s, here, foreign())
    c.error(5006, reserve, s, here, guid(full))
    c.error(4332, release, s, here)
    c.error(4317, inject, s, here, foreign(), 5, 1)
    c.error(4317, eject, s, here, foreign(), 1)
    c.error(87, inject, s, here, operation, 0, 0)
    for function, more in ((inject, (operation, 5)), (eject, (operation,))):
        c.error(87, function, s, here, *more, 2)
        c.error(4332, function, s, here, *more, 0)
    scene.stage.wait_until("the slot is known to be empty", lambda: scene.ntms.ReserveNtmsCleanerSlot(s, here, guid(empty)) == 0)
    scene.stage.wait_until("it is reserved", lambda: not scene.stage.open_requests())
    c.error(4331, reserve, s, here, guid(empty))
    c.error(4306, eject, s, here, operation, 0)
    c.returns(0, release, s, here)
    scene.stage.wait_until("it is released", lambda: not scene.stage.open_requests())


def removals(scene):
    c, s = scene.cases, scene.session
    for function, code, there in (("DeleteNtmsDrive", 15, scene.drives["Jukebox"][0]), ("DeleteNtmsLibrary", 4301, scene.libraries["Jukebox"])):
        c.error(code, function, s, foreign())
        c.error(5023, function, s, guid(there))
        c.error(87, function, s, None)
    c.error(4301, "DeleteNtmsLibrary", s, guid(scene.offline))
    for function, form in (("EjectDiskFromSADriveA", "A"), ("EjectDiskFromSADriveW", "W"), ("DoEjectFromSADriveW", "W")):
        c.error(87, function, None, None, None, None, None, None, 0)
        c.error(87, function, None, None, text("no such drive", form), None, None, None, 6)
        c.error(4316, function, None, None, text("no such drive", form), None, None, None, 0)
        c.error(1210, function, text("no computer!", form), None, text("no such drive", form), None, None, None, 0)
        c.error(1222, function, text("another-computer", form), None, text("no such drive", form), None, None, None, 0)


def destinations(scene):
    c, s, here = scene.cases, scene.session, guid(scene.libraries["Jukebox"])
    for form in FORMS:
        get, put = f"GetNtmsUIOptions{form}", f"SetNtmsUIOptions{form}"
        name = text(f"desk {form}", form)
        for kind, about in (("NTMS_UITYPE_INFO", None), ("NTMS_UITYPE_REQ", None), ("NTMS_UITYPE_ERR", here)):
            c.option(f"NTMS_UIDEST_ADD {kind}", put, s, about, N[kind], 1, name)
            c.option(kind, get, s, about, N[kind], Memory(size=400), dword(100))
        c.error(183, put, s, None, 1, 1, name)
        c.error(122, get, s, None, 1, Memory(size=8), dword(2))
        c.option("NTMS_UIDEST_DELETE", put, s, None, 1, 2, name)
        c.error(4312, put, s, None, 1, 2, name)
        c.option("NTMS_UIDEST_DELETEALL", put, s, here, 3, 3, None)
        for function, more in ((get, (Memory(size=400), dword(100))), (put, (1, name))):
            c.error(4312, function, s, foreign(), 1, *more)
            c.error(87, function, s, None, 3, *more)
            c.error(87, function, s, here, 9, *more)


def security(scene):
    c, s, pool, room = scene.cases, scene.session, guid(scene.pool("Guarded")), Memory(size=65536)
    get, put, kind = "GetNtmsObjectSecurity", "SetNtmsObjectSecurity", N["NTMS_MEDIA_POOL"]
    needed = Memory(size=4)
    c.error(122, get, s, pool, kind, 4, room, 1, needed)
    for option, part in (("OWNER_SECURITY_INFORMATION", 1), ("GROUP_SECURITY_INFORMATION", 2), ("DACL_SECURITY_INFORMATION", 4)):
        c.option(option, get, s, pool, kind, part, room, room.size, needed)
    c.option("DACL_SECURITY_INFORMATION", put, s, pool, kind, 4, room)
    for function, more in ((get, (room, room.size, needed)), (put, (room,))):
        c.error(4312, function, s, foreign(), kind, 4, *more)
        c.error(4312, function, s, pool, N["NTMS_DRIVE"], 4, *more)
        c.error(87, function, s, pool, kind, 0, *more)
    c.error(87, put, s, pool, kind, 4, Memory(size=64))
    c.error(1350, put, s, guid(scene.drives["Jukebox"][0]), N["NTMS_DRIVE"], 4, room)


def relabelled(scene):
    c, s, update = scene.cases, scene.session, "UpdateNtmsOmidInfo"
    logical = Memory(size=16)
    c.returns(0, "AllocateNtmsMedia", s, guid(scene.pool("Daily")), guid(scene.side(1)), logical, 4, 0, None)
    file_system = Memory("FAT".encode("utf-16-le"), size=644)
    c.error(4300, update, s, foreign(), 2, 644, file_system)
    c.error(11, update, s, logical, 1, 64, Memory(b"nothing that anybody has ever written", size=64))
    for wrong in ((3, 644, file_system), (2, 643, file_system), (1, 64, None), (1, 0, file_system)):
        c.error(87, update, s, logical, *wrong)
    c.option("NTMS_OMID_TYPE_FILESYSTEM_INFO", update, s, logical, 2, 644, file_system)
    c.option("NTMS_OMID_TYPE_RAW_LABEL", update, s, logical, 1, 80, Memory(b"VOL1OURS01" + b" " * 69 + b"3"))
    c.returns(0, "DeallocateNtmsMedia", s, logical, 0)


def types_of_objects(scene):
    """One of each that there is by now: read, and written back as it was."""
    c, s = scene.cases, scene.session
    for kind in ("NTMS_CHANGER", "NTMS_CHANGER_TYPE", "NTMS_COMPUTER", "NTMS_DRIVE", "NTMS_DRIVE_TYPE", "NTMS_IEDOOR", "NTMS_IEPORT", "NTMS_LIBRARY", "NTMS_LIBREQUEST", "NTMS_LOGICAL_MEDIA",
                 "NTMS_MEDIA_POOL", "NTMS_MEDIA_TYPE", "NTMS_PARTITION", "NTMS_PHYSICAL_MEDIA", "NTMS_STORAGESLOT", "NTMS_OPREQUEST"):
        ids, size = Memory(size=16 * 1000), dword(1000)
        c.option(kind, "EnumerateNtmsObject", s, None, ids, size, N[kind], 0)
        assert size.dword() > 0, f"no object of type {kind}"
        id = guid(id_of(ids, 16 * (size.dword() - 1)))
        for form in FORMS:
            info = information(form, N[kind])
            c.option(kind, f"GetNtmsObjectInformation{form}", s, id, info)
            c.option(kind, f"SetNtmsObjectInformation{form}", s, id, info)


def database(scene):
    c, s = scene.cases, scene.session
    c.error(4313, "ImportNtmsDatabase", s)
    c.returns(0, "ExportNtmsDatabase", s)
    c.returns(0, "ImportNtmsDatabase", s)


# ---- who may not, and a service that is away

def as_nobody(library, stage, scene):
    """The functions for administrators, called by a user who is none."""
    about = {"socket": stage.socket, "library": library, "jukebox": scene.libraries["Jukebox"], "drive": scene.drives["Jukebox"][0], "medium": scene.medium(0), "pool": scene.pool("Daily"),
             "type": scene.type, "slot": stage.all("slot.list")[0]["id"], "side": scene.side(2)}
    done = subprocess.run(["/usr/bin/python3", "-B", os.path.abspath(__file__), "--nobody", json.dumps(about)], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/",
                          capture_output=True, text=True, env=dict(os.environ, LD_PRELOAD=os.environ.get("NTMS_PRELOADED", "")))
    assert done.returncode == 0, done.stdout + done.stderr
    for function, code in json.loads(done.stdout.splitlines()[-1]):
        scene.cases.note(function, code)


def nobody(about):
    ntms = Ntms(about["library"], about["socket"])
    c, s = Cases(ntms), ntms.session("an ordinary user")
    out, jukebox, drive, medium, pool = Memory(size=16), guid(about["jukebox"]), guid(about["drive"]), guid(about["medium"]), guid(about["pool"])
    for form in FORMS:
        info = information(form, N["NTMS_MEDIA_POOL"])
        c.error(5, f"GetNtmsObjectInformation{form}", s, pool, info)
        import ctypes
        ctypes.memmove(info.address + 64, text("Mine", form).bytes(), len(text("Mine", form).bytes()))
        c.error(5, f"SetNtmsObjectInformation{form}", s, pool, info)
        c.error(5, f"SetNtmsObjectAttribute{form}", s, jukebox, 0, text("Mine", form), Memory(b"x"), 1)
        c.error(5, f"CreateNtmsMediaPool{form}", s, text("Mine", form), None, 2, None, out)
        c.error(5, f"SubmitNtmsOperatorRequest{form}", s, 1, None, pool, None, out)
        c.error(5, f"CreateNtmsMedia{form}", s, *medium_record(form, pool, "MINE"), 0)
        c.error(5, f"GetNtmsMediaPoolName{form}", s, pool, Memory(size=2048), dword(512))
        c.error(5, f"GetNtmsObjectAttribute{form}", s, pool, 0, text("Mine", form), Memory(size=100), dword(100))
    c.error(5, "EnumerateNtmsObject", s, pool, Memory(size=160), dword(10), N["NTMS_PHYSICAL_MEDIA"], 0)
    c.error(5, "AllocateNtmsMedia", s, pool, None, out, 4, 0, None)
    c.error(5, "DismountNtmsDrive", s, drive)
    c.error(5, "GetNtmsObjectSecurity", s, pool, N["NTMS_MEDIA_POOL"], 4, Memory(size=4096), 4096, Memory(size=4))
    for verb in ("Enable", "Disable"):
        c.error(5, f"{verb}NtmsObject", s, N["NTMS_DRIVE"], drive)
    c.error(5, "DeleteNtmsMediaPool", s, pool)
    c.error(5, "MoveToNtmsMediaPool", s, medium, pool)
    c.error(5, "ChangeNtmsMediaType", s, medium, pool)
    c.error(5, "AddNtmsMediaType", s, guid(about["type"]), jukebox)
    c.error(5, "DeleteNtmsMediaType", s, guid(about["type"]), jukebox)
    c.error(5, "EjectNtmsMedia", s, medium, out, 0)
    c.error(5, "InjectNtmsMedia", s, jukebox, out, 0)
    c.error(5, "InventoryNtmsLibrary", s, jukebox, 1)
    c.error(5, "IdentifyNtmsSlot", s, guid(about["slot"]), 0)
    c.error(5, "DeleteNtmsRequests", s, foreign(), N["NTMS_LIBREQUEST"], 1)
    for function, more in (("AccessNtmsLibraryDoor", (0,)), ("ReserveNtmsCleanerSlot", (guid(about["slot"]),)), ("ReleaseNtmsCleanerSlot", ()), ("InjectNtmsCleaner", (out, 5, 0)),
                           ("EjectNtmsCleaner", (out, 0)), ("DeleteNtmsLibrary", ())):
        c.error(5, function, s, jukebox, *more)
    c.error(5, "CleanNtmsDrive", s, drive)
    c.error(5, "DeleteNtmsDrive", s, drive)
    descriptor = Memory(bytes((1, 0, 4, 0x80)) + bytes(12) + (20).to_bytes(4, "little") + bytes((2, 0, 8, 0, 0, 0, 0, 0)))
    c.error(5, "SetNtmsObjectSecurity", s, pool, N["NTMS_MEDIA_POOL"], 4, descriptor)
    for form in FORMS:
        c.error(5, f"SetNtmsUIOptions{form}", s, jukebox, 1, 1, text("mine", form))
    c.error(5, "ExportNtmsDatabase", s)
    c.error(5, "ImportNtmsDatabase", s)
    assert not c.failed, "\n".join(c.failed)
    print(json.dumps(sorted(c.reached)))


def away(scene, library):
    """The service is killed and does not come back: every call with a session ends, when the grace is over, with 2250; closing says 1201."""
    c, n, stage = scene.cases, scene.ntms, scene.stage
    calls = {"EnumerateNtmsObject": (None, None, dword(0), N["NTMS_LIBRARY"], 0)}
    sessions_of = {name: n.session("away") for name in calls}
    last = n.session("away")
    notification = n.OpenNtmsNotification(last, N["NTMS_DRIVE"])
    stage.kill()
    for name, given in calls.items():
        c.error(2250, name, sessions_of[name], *given)
    c.error(2250, "WaitForNtmsNotification", notification, Memory(size=20), INFINITE)
    c.error(1201, "CloseNtmsSession", last)
    for form in FORMS:
        c.last_error(21, f"OpenNtmsSession{form}", None, None, 0)
    for function, form in (("EjectDiskFromSADriveA", "A"), ("EjectDiskFromSADriveW", "W"), ("DoEjectFromSADriveW", "W")):
        c.error(21, function, None, None, text("/dev/any drive", form), None, None, None, 0)


def more_library(stage_folder, name, programs, slots, cartridges, ports):
    folder = os.path.join(stage_folder, name)
    subprocess.run([programs["rsm-emu"], "make", folder, "--drives", "1", "--slots", str(slots), "--ports", str(ports), "--cartridges", str(cartridges), "--sides", "2", "--fs", "ext4", "--size", "8",
                    "--timing", "0.005", "--seed", str(100 + len(name)), "--barcode-prefix", name[-1].upper()], check=True, capture_output=True)
    return f'[[library]]\nname = "{name}"\ndriver = "emulated"\ndirectory = "{folder}"\nvolumes = "user"\n'


def test(build, rng):
    library = with_sanitizers(build)
    stage = Stage(build, drives=2, slots=8, cartridges=5, sides=2, volumes="user", config="[session]\ngrace_s = 2\n")
    with stage:
        with open(stage.config, "a", encoding="utf-8") as file:
            file.write(more_library(stage.folder, "Annex", stage.programs, 2, 1, 0) + more_library(stage.folder, "Full", stage.programs, 1, 1, 1))
        stage.start()
        stage.wait_identified()
        ntms = Ntms(library, stage.socket)
        cases = Cases(ntms)
        scene = Scene(stage, cases, ntms.session())
        for story in (sessions, objects, pools, mounting, allocating, making_media, control, people, notifications, doors_and_cleaners, removals, destinations, security, relabelled, types_of_objects):
            begin = time.monotonic()
            story(scene)
            print(f"done {story.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
        assert not cases.failed, "\n".join(cases.failed)
        if os.geteuid() == 0:
            as_nobody(library, stage, scene)
        database(scene)
        away(scene, library)
    conformance.compare_reached(TEST, cases.reached, complete=os.geteuid() == 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--nobody"]:
        nobody(json.loads(sys.argv[2]))
    else:
        main(test)
