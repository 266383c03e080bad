#!/usr/bin/env python3
"""Media that become free, on the real daemon and real volumes: the label of a free medium stands on them and nothing that was there is found any more;
also with the daemon killed while it is written; what is somebody's is never touched; a write-protected cartridge waits for a person.
usage: free_pools.py BUILD [SEED]"""
import glob
import hashlib
import os
import subprocess
import time

from harness import Refused, Session, Stage, main

WRITE_PROTECT, BUSY = 19, 170


def image(stage, cartridge, side):
    found = sorted(glob.glob(os.path.join(stage.library, "cartridges", cartridge, "*")))
    return found[side]


def start_of(stage, cartridge, side):
    with open(image(stage, cartridge, side), "rb") as file:
        return file.read(4096)


def digest(stage, cartridge):
    return [hashlib.sha256(open(image(stage, cartridge, n), "rb").read()).hexdigest() for n in (0, 1)]


def medium(stage, name):
    return next(m for m in stage.all("medium.list") if m["name"] == name)


def states(stage, name):
    return [s["state"] for s in medium(stage, name)["sides"]]


def is_free(stage, name):
    """In the catalog, on the medium, and for other tools of the machine."""
    for side in medium(stage, name)["sides"]:
        if side["state"] != "available" or side["label_type"] != "OPENRSM":
            return False
        start = start_of(stage, name, side["number"])
        text = start.split(b"\0")[0].decode().splitlines()
        assert text[0] == "OPENRSM FREE MEDIUM 1", text
        probed = subprocess.run(["blkid", "-p", image(stage, name, side["number"])], capture_output=True, text=True)
        assert probed.returncode == 2 and not probed.stdout, f"{name}: blkid still finds {probed.stdout}"
    return True


def free(stage, name, code=0):
    done = stage.run("rsm", "media", "free", name, check=False)
    assert done.returncode == code, f"free {name}: exit {done.returncode}\n{done.stdout}{done.stderr}"


def labels_asked(stage):
    return [r for r in stage.all("request.list") if r["operation"] == "write_scratch"]


def one_after_the_other(stage):
    free(stage, "A00001")
    stage.wait_at_rest("both sides are free", lambda: is_free(stage, "A00001"))
    done = [r for r in labels_asked(stage) if r["state"] == "passed"]
    assert len(done) == 2, labels_asked(stage)
    stage.run("rsm", "media", "mount", "A00001:0")
    assert stage.run("rsm", "media", "free", "A00001", check=False).returncode == 0, "it is there, and nothing waits"
    stage.run("rsm", "media", "dismount", "A00001:0", "--wait")


def killed_on_the_way(stage, rng, theirs):
    """Whatever is freed while the daemon dies is free in the end, each side with a label of its own."""
    before = digest(stage, theirs)
    for round_number in range(6):
        name = f"A0000{2 + round_number % 3}"
        session = Session(stage, "mover")
        pool = next(p["id"] for p in stage.all("pool.list") if p["name"] == "Daily")
        record = medium(stage, name)
        if record["pool"] != pool and "import" not in states(stage, name):
            session.call("medium.move_to_pool", medium=record["id"], pool=pool)
        session.close()
        free(stage, name)
        time.sleep(rng.uniform(0, 1.2))
        stage.kill()
        stage.start()
        stage.wait_at_rest(f"round {round_number}: {name} is free", lambda: is_free(stage, name))
    ids = [s["label_id"] for m in stage.all("medium.list") for s in m["sides"] if s["label_type"] == "OPENRSM"]
    assert len(ids) == len(set(ids)) == 8, ids
    assert digest(stage, theirs) == before, "what is somebody's was touched"


def from_the_free_pool_and_back(stage):
    session = Session(stage, "program")
    pool = next(p["id"] for p in stage.all("pool.list") if p["name"] == "Daily")
    session.call("object.set", type="pool", id=pool, allocation_policy=1, deallocation_policy=1)
    given = session.call("logical_medium.allocate", key="k", pool=pool, error_if_unavailable=True)
    name = next(m["name"] for m in stage.all("medium.list") if m["id"] == given["medium"])
    side = next(s for s in medium(stage, name)["sides"] if s["id"] == given["side"])
    before = side["label_id"]
    stage.run("rsm", "media", "mount", given["logical_medium"])
    try:
        session.call("logical_medium.deallocate", id=given["logical_medium"])
        raise AssertionError("a mounted medium was given back")
    except Refused as error:
        assert error.code == BUSY, error
    stage.run("rsm", "media", "dismount", given["logical_medium"], "--wait")
    session.call("logical_medium.deallocate", id=given["logical_medium"])
    assert states(stage, name) == ["unprepared", "unprepared"]
    stage.wait_at_rest("it is free again", lambda: is_free(stage, name))
    assert before not in [s["label_id"] for s in medium(stage, name)["sides"]], "an id is never given twice"
    session.close()


def write_protected(stage):
    stage.run("rsm-emu", "hand", stage.library, "protect", "A00005")
    before = digest(stage, "A00005")
    free(stage, "A00005")

    def asked():
        return [o for o in stage.all("opreq.list") if "A00005" in o["message"] and o["state"] not in ("complete", "refused")]

    stage.wait_at_rest("a person is asked", asked)
    failed = [r for r in labels_asked(stage) if r["state"] == "failed"]
    assert failed and all(r["error"] == WRITE_PROTECT for r in failed), failed
    assert states(stage, "A00005") == ["unprepared", "unprepared"] and digest(stage, "A00005") == before
    stage.run("rsm-emu", "hand", stage.library, "unprotect", "A00005")
    stage.run("rsm", "opreq", "satisfy", asked()[0]["id"])
    stage.wait_at_rest("it is free", lambda: is_free(stage, "A00005"))
    assert not asked()


def test(build, rng):
    with Stage(build, cartridges=6, timing="0.05") as stage:
        stage.start()
        stage.wait_identified()
        session = Session(stage, "setup")
        pool = session.call("pool.create", name="Daily", media_type=medium(stage, "A00001")["media_type"], action="create_new")["pool"]
        session.call("logical_medium.allocate", key="theirs", pool=pool, side=medium(stage, "A00006")["sides"][0]["id"])
        session.close()
        try:
            free(stage, "A00006", code=6)  # ERROR_BUSY: somebody's
            one_after_the_other(stage)
            killed_on_the_way(stage, rng, "A00006")
            from_the_free_pool_and_back(stage)
            write_protected(stage)
        except AssertionError:
            print(stage.run("rsm", "request", "list", "--open", check=False).stdout, stage.run("rsm", "media", "list", check=False).stdout)
            raise
        assert stage.call("catalog.check")["ok"], stage.call("catalog.check")
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
