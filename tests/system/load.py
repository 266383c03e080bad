"""Sessions that mount and dismount, remember what was acknowledged, and check it afterwards; beside them, on demand, people who take cartridges out,
bring them back and take inventories."""
import json
import random
import threading
import time

from harness import Broken, Refused, Session

GONE = (4300, 4304, 4312)  # no such side any more; its medium is outside


class Load:
    """Worker threads on one daemon. acknowledged: key -> (session, method, request ids), as the daemon answered it."""

    def __init__(self, stage, rng, workers=6, people=False):
        self.stage = stage
        self.acknowledged = {}
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.failures = []
        self.library = next(l["id"] for l in stage.all("library.list") if l["library_type"] == "online")
        self.threads = [threading.Thread(target=self.work, args=(n, self.one_round, rng.getrandbits(32))) for n in range(workers)]
        self.done = {}  # what the people did, and how often it passed
        if people:
            for name, deed in (("porter", self.out_and_in), ("stocktaker", self.take_inventory)):
                self.threads.append(threading.Thread(target=self.work, args=(name, deed, rng.getrandbits(32))))

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=180)
            if thread.is_alive():
                self.failures.append("a worker did not end")
        assert not self.failures, self.failures

    def acknowledge(self, session, method, key, ids):
        with self.lock:
            before = self.acknowledged.setdefault(key, (session.id, method, ids))
        assert before[2] == ids, f"key {key} was answered with {before[2]} and with {ids}"

    def work(self, number, deed, seed):
        rng = random.Random(seed)
        try:
            session = Session(self.stage, f"worker {number}")
            count = 0
            while not self.stopping.is_set():
                count += 1
                deed(session, rng, f"{number}-{count}")
            session.close()
        except Exception as error:  # told by stop()
            self.failures.append(f"worker {number}: {type(error).__name__}: {error}")

    def submit(self, session, method, key, **params):
        answer = session.call(method, key=key, **params)
        ids = answer["requests"] if "requests" in answer else [answer["request"]]
        self.acknowledge(session, method, key, ids)
        return ids[0]

    def finished(self, session, request):
        while True:
            try:
                return session.call("request.wait", request=request, timeout_ms=1000)
            except Refused as error:
                if error.code != 1460:
                    raise
                if self.stopping.is_set():
                    return session.call("request.get", request=request)

    def one_round(self, session, rng, key):
        sides = session.call("side.list")["items"]
        if not sides:
            return
        side = rng.choice(sides)["id"]
        try:
            mount = self.submit(session, "mount.submit", key + "m", media=[side], priority=rng.randint(-2, 2), nowait=rng.random() < 0.3)
        except Refused as error:
            if error.code in GONE:  # somebody has taken its cartridge out
                return
            raise
        if rng.random() < 0.1:
            try:
                session.call("request.cancel", request=mount)
            except Refused as error:
                assert error.code in (5, 4312), error
        done = self.finished(session, mount)
        if rng.random() < 0.2:  # a resend after the answer is recognised
            self.submit(session, "mount.submit", key + "m", media=[side])
        if done["state"] != "passed":
            if not done["finished"]:
                try:
                    session.call("request.cancel", request=mount)
                except Refused:
                    pass
                done = self.finished(session, mount)
            if done["state"] != "passed":
                return
        while True:
            try:
                dismount = self.submit(session, "dismount.submit", key + "d", media=[side], deferred=rng.random() < 0.5)
                break
            except Refused as error:
                if error.code in (5023, 4318, 4319) + GONE:  # not mounted any more, drive in trouble
                    return
                raise
        self.finished(session, dismount)

    # ---- people

    def person_at_port(self, *words):
        return self.stage.run("rsm-emu", "port", self.stage.library, *words, check=False).returncode == 0

    def attended(self, session, request, attend):
        """The request when it has ended; `attend` is what a person does meanwhile."""
        while True:
            attend()
            info = session.call("request.get", request=request)
            if info["finished"]:
                kind = f"{info['operation']} {info['state']}"
                self.done[kind] = self.done.get(kind, 0) + 1
                return info
            time.sleep(0.05)

    def out_and_in(self, session, rng, key):
        media = [m for m in session.call("medium.list")["items"] if m["barcode"]]
        if not media:
            return
        medium = rng.choice(media)
        try:
            eject = self.submit(session, "medium.eject", key + "e", medium=medium["id"])
            self.attended(session, eject, lambda: self.person_at_port("take"))
        except Refused as error:
            if error.code not in GONE + (170, 4305):  # somebody else works with it, or it is still outside
                raise
        shown = json.loads(self.stage.run("rsm-emu", "show", self.stage.library, "--json").stdout)
        outside = [c["barcode"] for c in shown["cartridges"] if c["place"] is None]
        for barcode in outside:
            inject = self.submit(session, "library.inject", f"{key}i{barcode}", library=self.library)
            if rng.random() < 0.1:  # changes its mind
                try:
                    session.call("library.inject_stop", request=inject)
                except Refused as error:
                    assert error.code in (4312, 4317), error  # ended, or on its way into a slot
            self.attended(session, inject, lambda: self.person_at_port("put", barcode) and self.person_at_port("press"))

    def take_inventory(self, session, rng, key):
        time.sleep(rng.uniform(0, 1))
        inventory = self.submit(session, "library.inventory", key + "v", library=self.library, action=rng.choice(("fast", "fast", "fast", "omid")))
        self.attended(session, inventory, lambda: None)

    def check(self):
        """Nothing acknowledged is lost, nothing ran twice."""
        stage = self.stage
        connection = stage.connection()
        states = {}
        for key, (session, method, ids) in self.acknowledged.items():
            for request in ids:
                info = connection.call("request.get", request=request)  # 4312 would be a lost request
                assert request not in states, f"request {request} was answered for two keys"
                states[request] = info
        connection.close()
        ends = {}
        numbers = []
        for event in stage.events():
            numbers.append(event["number"])
            if event["type"] == "request" and event["kind"] == "complete":
                ends[event["object"]] = ends.get(event["object"], 0) + 1
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "the events have a gap"
        twice = {r: n for r, n in ends.items() if n != 1}
        assert not twice, f"requests that ended more than once: {twice}"
        for request, info in states.items():
            assert info["finished"] == (request in ends), f"request {request} is {info['state']} and has {ends.get(request, 0)} ends"
        passed = {}
        for info in stage.all("request.list"):
            if info["operation"] == "mount" and info["state"] == "passed":
                passed[info["side"]] = passed.get(info["side"], 0) + 1
        for side in stage.all("side.list"):
            assert side["mount_count"] == passed.get(side["id"], 0), \
                f"{side['medium_name']} side {side['number']}: {side['mount_count']} mounts, {passed.get(side['id'], 0)} requests passed"
        return states
