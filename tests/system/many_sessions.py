#!/usr/bin/env python3
"""Many sessions at once with mixed calls, through libntmsapi.so, of several users, on the real daemon.

Every error that comes is documented for its function (api/client/conformance.txt), every request ends, no session is left, the catalog is sound, and the daemon's memory
is flat: what it has at the end is at most GROWTH_MIB more than after the warm-up, when all sessions are open and every kind of call was made.
usage: many_sessions.py BUILD [SEED]; with --all, or RSM_TESTS_IN_FULL in the environment, 2,000 sessions for ten minutes, else 200 for some seconds"""
import collections
import json
import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "api", "client"))
import conformance  # noqa: E402
from harness import NOBODY, Refused, Session, Stage, main  # noqa: E402
from ntms import INVALID_HANDLE_VALUE, N, Memory, Ntms, dword, foreign, guid, id_of, information, text, with_sanitizers  # noqa: E402

FULL = "--all" in sys.argv or bool(os.environ.get("RSM_TESTS_IN_FULL"))
if FULL:
    os.environ["RSM_TESTS_IN_FULL"] = "1"  # with_sanitizers() starts this program again
sys.argv = [word for word in sys.argv if word != "--all"]
SESSIONS, SECONDS = (2_000, 600) if FULL else (200, 8)
PROCESSES, THREADS = 4, 8  # the first process is ours; the others are other users, where we are root
FIRST_USER = 20_100
WARM_UP = 0.25  # of the time
GROWTH_MIB = 48  # a leak of one session's 2 KiB in each of the million calls of ten minutes would be 40 times that
END_LIMIT_S = 180
BUSY_TRIES = 100


class User:
    """One process with its share of the sessions; its threads take sessions by chance."""

    def __init__(self, about):
        self.ntms = Ntms(about["library"], about["socket"])
        self.about, self.rng = about, random.Random(about["seed"])
        self.documented = conformance.documented_errors()
        self.sessions = [self.ntms.session(f"crowd {n}") for n in range(about["sessions"])]
        self.locks = [threading.Lock() for _ in self.sessions]
        self.seen, self.wrong, self.count_lock = collections.Counter(), [], threading.Lock()

    def call(self, function, *given):
        got = getattr(self.ntms, function)(*given)
        if self.ntms.prototypes[function][0] == "HANDLE":
            handle, got = got, 0 if got != INVALID_HANDLE_VALUE else self.ntms.last_error()
        else:
            handle = got
        with self.count_lock:
            self.seen[f"{function} {got}"] += 1
            if got and got not in self.documented[function] and len(self.wrong) < 20:
                self.wrong.append(f"{function} returned {got}, which is not documented for it")
        return handle

    def work(self, seed, until):
        rng = random.Random(seed)
        deeds = [deed for name, deed in vars(User).items() if name.startswith("do_")]
        while time.monotonic() < until:
            at = rng.randrange(len(self.sessions))
            if not self.locks[at].acquire(blocking=False):
                continue
            try:
                rng.choice(deeds)(self, rng, at)
            finally:
                self.locks[at].release()

    def run(self):
        print("open", flush=True)
        sys.stdin.readline()
        until = time.monotonic() + self.about["seconds"]
        threads = [threading.Thread(target=self.work, args=(self.rng.getrandbits(32), until)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for handle in self.sessions:
            self.call("CloseNtmsSession", handle)
        print(json.dumps({"seen": self.seen, "wrong": self.wrong}), flush=True)

    # ---- what a session does

    def one_of(self, rng, what):
        return guid(rng.choice(self.about[what])) if rng.random() < 0.97 else foreign()

    def do_look(self, rng, at):
        s = self.sessions[at]
        self.call("EnumerateNtmsObject", s, None, Memory(size=16 * 100), dword(100), N[rng.choice(("NTMS_LIBRARY", "NTMS_PHYSICAL_MEDIA", "NTMS_MEDIA_POOL", "NTMS_LIBREQUEST", "NTMS_PARTITION"))], 0)
        form = rng.choice("AW")
        kind, what = rng.choice((("NTMS_LIBRARY", "libraries"), ("NTMS_DRIVE", "drives"), ("NTMS_PHYSICAL_MEDIA", "media"), ("NTMS_PARTITION", "sides"), ("NTMS_MEDIA_POOL", "pools")))
        self.call(f"GetNtmsObjectInformation{form}", s, self.one_of(rng, what), information(form, N[kind]))
        self.call(f"GetNtmsMediaPoolName{form}", s, self.one_of(rng, "pools"), Memory(size=2048), dword(rng.choice((2, 512))))

    def do_attribute(self, rng, at):
        s, form, library = self.sessions[at], rng.choice("AW"), self.one_of(rng, "libraries")
        name = text(f"note {rng.randrange(20)}", form)
        self.call(f"SetNtmsObjectAttribute{form}", s, library, 0, name, Memory(size=100), rng.choice((0, 10, 100)))
        self.call(f"GetNtmsObjectAttribute{form}", s, library, 0, name, Memory(size=100), dword(100))

    def do_mount(self, rng, at):
        s, side, drive = self.sessions[at], self.one_of(rng, "sides"), Memory(size=16)
        options = rng.choice((0, 3)) | rng.choice((0, 0, N["NTMS_MOUNT_ERROR_NOT_AVAILABLE"], N["NTMS_MOUNT_NOWAIT"]))
        self.call("MountNtmsMedia", s, side, drive, 1, options, rng.choice((-7, 0, 0, 7)), rng.choice((0, 20, 200)), None)
        self.call("DismountNtmsMedia", s, side, 1, rng.choice((0, 1, 2)))

    def do_allocate(self, rng, at):
        s, logical = self.sessions[at], Memory(size=16)
        if self.call("AllocateNtmsMedia", s, guid(self.about["pool"]), self.one_of(rng, "sides") if rng.random() < 0.5 else None, logical, rng.choice((1, 4, 4, 0)), rng.choice((0, 20)), None) == 0:
            if rng.random() < 0.3:
                self.call("MountNtmsMedia", s, logical, Memory(size=16), 1, 0, 0, 200, None)
                self.call("DismountNtmsMedia", s, logical, 1, 2)
            for _ in range(BUSY_TRIES):  # somebody else may have it mounted, and leave it so
                if self.call("DeallocateNtmsMedia", s, logical, 0) != N["ERROR_BUSY"]:
                    break
                time.sleep(0.05)
        self.call("DeallocateNtmsMedia", s, foreign(), 0)

    def do_ask_people(self, rng, at):
        s, request, form = self.sessions[at], Memory(size=16), rng.choice("AW")
        if self.call(f"SubmitNtmsOperatorRequest{form}", s, N["NTMS_OPREQ_MESSAGE"], text("look at this", form), None, None, request) == 0:
            self.call("WaitForNtmsOperatorRequest", s, request, rng.choice((0, 5)))
            self.call(rng.choice(("CancelNtmsOperatorRequest", "SatisfyNtmsOperatorRequest")), s, request)
            self.call("CancelNtmsOperatorRequest", s, request)
            self.call("DeleteNtmsRequests", s, request, N["NTMS_OPREQUEST"], 1)

    def do_listen(self, rng, at):
        handle = self.call("OpenNtmsNotification", self.sessions[at], N[rng.choice(("NTMS_LIBREQUEST", "NTMS_DRIVE", "NTMS_OPREQUEST"))])
        if handle != INVALID_HANDLE_VALUE:
            for _ in range(3):
                self.call("WaitForNtmsNotification", handle, Memory(size=20), rng.choice((0, 5, 20)))
            self.call("CloseNtmsNotification", handle)

    def do_queue(self, rng, at):
        s, ids, size = self.sessions[at], Memory(size=16 * 200), dword(200)
        self.call("EnumerateNtmsObject", s, None, ids, size, N["NTMS_LIBREQUEST"], 0)
        count = min(size.dword(), 200)
        if count:
            request = guid(id_of(ids, 16 * rng.randrange(count)))
            self.call("GetNtmsRequestOrder", s, request, Memory(size=4))
            self.call("SetNtmsRequestOrder", s, request, rng.choice((1, 5, 0xFFFFFFFF)))
            self.call("CancelNtmsLibraryRequest", s, request)

    def do_pools(self, rng, at):
        s, pool, form = self.sessions[at], Memory(size=16), rng.choice("AW")
        if self.call(f"CreateNtmsMediaPool{form}", s, text(f"Crowd {rng.randrange(10)}", form), guid(self.about["type"]), rng.choice((1, 2, 3)), None, pool) == 0:
            self.call("MoveToNtmsMediaPool", s, self.one_of(rng, "media"), pool)
            self.call("DeleteNtmsMediaPool", s, pool)

    def do_control(self, rng, at):
        s, drive, medium, operation = self.sessions[at], self.one_of(rng, "drives"), self.one_of(rng, "media"), Memory(size=16)
        chance = rng.random()
        if chance < 0.1:
            self.call("InventoryNtmsLibrary", s, self.one_of(rng, "libraries"), rng.choice((1, 3, 5)))
        elif chance < 0.2:
            self.call("DisableNtmsObject", s, N["NTMS_PHYSICAL_MEDIA"], medium)
            self.call("EnableNtmsObject", s, N["NTMS_PHYSICAL_MEDIA"], medium)
        elif chance < 0.3 and self.call("InjectNtmsMedia", s, self.one_of(rng, "libraries"), operation, N["NTMS_INJECT_START"]) == 0:
            self.call("InjectNtmsMedia", s, self.one_of(rng, "libraries"), operation, N["NTMS_INJECT_STOP"])
        else:
            self.call("DismountNtmsDrive", s, drive)

    def do_rights_and_words(self, rng, at):
        s, form = self.sessions[at], rng.choice("AW")
        self.call("GetNtmsObjectSecurity", s, self.one_of(rng, "pools"), N["NTMS_MEDIA_POOL"], rng.choice((0, 1, 4)), Memory(size=4096), rng.choice((8, 4096)), Memory(size=4))
        name = text(f"desk {rng.randrange(3)}", form)
        self.call(f"SetNtmsUIOptions{form}", s, None, N["NTMS_UITYPE_INFO"], rng.choice((1, 2, 3)), name)
        self.call(f"GetNtmsUIOptions{form}", s, None, N["NTMS_UITYPE_INFO"], Memory(size=2048), dword(rng.choice((2, 500))))
        self.call("ReserveNtmsCleanerSlot", s, self.one_of(rng, "libraries"), foreign())
        self.call("CleanNtmsDrive", s, foreign())

    def do_come_and_go(self, rng, at):
        self.call("CloseNtmsSession", self.sessions[at])
        self.call("CloseNtmsSession", self.sessions[at])
        self.sessions[at] = self.ntms.session(f"crowd {at}")


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def start_users(stage, library, about):
    children = []
    for number in range(PROCESSES):
        other = number > 0 and os.geteuid() == 0
        who = {"user": FIRST_USER + number, "group": NOBODY, "extra_groups": []} if other else {}
        words = json.dumps({**about, "library": library, "socket": stage.socket, "sessions": SESSIONS // PROCESSES, "seconds": SECONDS, "seed": about["seed"] + number})
        children.append(subprocess.Popen(["/usr/bin/python3" if other else sys.executable, "-B", os.path.abspath(__file__), "--user"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/",
                                         env=dict(os.environ, LD_PRELOAD=os.environ.get("NTMS_PRELOADED", "")), **who))
        children[-1].stdin.write(words + "\n")
        children[-1].stdin.flush()
    for child in children:
        assert child.stdout.readline() == "open\n", "the sessions could not be opened"
    for child in children:
        child.stdin.write("begin\n")
        child.stdin.flush()
    return children


def end_requests(stage):
    """An administrator takes back what nobody will take back any more; what is under way ends by itself."""
    session = Session(stage, "the last one")

    def none_open():
        for request in stage.open_requests():
            try:
                session.call("request.cancel", request=request["id"])
            except Refused as error:
                assert error.code in (5, 4312), error
        return not stage.open_requests()

    stage.wait_until("every request has ended", none_open, END_LIMIT_S)
    session.close()


def test(build, rng):
    library = with_sanitizers(build)
    with Stage(build, drives=3, slots=10, cartridges=6, sides=2, volumes="user", config='[session]\ngrace_s = 2\n[daemon]\nlog_level = "warning"\n') as stage:
        stage.daemon_environment = dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=32:allocator_release_to_os_interval_ms=500:" + os.environ.get("ASAN_OPTIONS", ""))
        stage.start()
        stage.wait_identified()
        media = stage.all("medium.list")
        session = Session(stage, "set-up")
        pool = session.call("pool.create", name="Crowded", media_type=media[0]["media_type"], action="open_always")["pool"]
        for medium in media[:2]:
            session.call("medium.move_to_pool", medium=medium["id"], pool=pool)
        session.close()
        about = {"seed": rng.getrandbits(30), "pool": pool, "type": media[0]["media_type"], "media": [m["id"] for m in media], "sides": [s["id"] for m in media for s in m["sides"]],
                 "libraries": [library["id"] for library in stage.all("library.list")], "drives": [d["id"] for d in stage.all("drive.list")], "pools": [p["id"] for p in stage.all("pool.list")]}
        children = start_users(stage, library, about)
        time.sleep(SECONDS * WARM_UP)
        warm = resident_mib(stage.daemon.pid)
        time.sleep(SECONDS * (1 - WARM_UP) * 0.95)
        end = resident_mib(stage.daemon.pid)
        seen, wrong = collections.Counter(), []
        for child in children:
            said, _ = child.communicate(timeout=SECONDS + END_LIMIT_S)
            assert child.returncode == 0, f"a user's process ended with {child.returncode}: {said}"
            told = json.loads(said.splitlines()[-1])
            seen.update(told["seen"])
            wrong += told["wrong"]
        end_requests(stage)
        stage.wait_until("no session is left", lambda: len(stage.all("session.list")) == 0, END_LIMIT_S)
        calls = sum(seen.values())
        print(f"{SESSIONS} sessions, {SECONDS} s, {calls} calls, {len(seen)} kinds of answers; the daemon had {warm:.0f} MiB after the warm-up and {end:.0f} MiB at the end")
        for what, count in sorted(seen.items()):
            print(f"  {what}: {count}")
        assert not wrong, "\n".join(wrong)
        assert end - warm <= GROWTH_MIB, f"the daemon grew by {end - warm:.0f} MiB"
        assert stage.call("catalog.check")["ok"], stage.call("catalog.check")
        assert stage.stop() == 0
        with open(stage.log, encoding="utf-8") as file:
            faults = [line for line in file if "internal error" in line or "Sanitizer" in line or "runtime error" in line]
        assert not faults, faults[:5]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--user"]:
        User(json.loads(sys.stdin.readline())).run()
    else:
        main(test)
