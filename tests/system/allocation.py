#!/usr/bin/env python3
"""Allocation on the real daemon: examples/allocate_media.c from allocation to the end, also with the daemon killed under it; rsm's commands and the
classic verbs; an allocation that waits goes on by itself, also after a kill; what was allocated is there after a kill; a call that is sent again is
carried out once.
usage: allocation.py BUILD"""
import json
import subprocess
import threading

from harness import LIMIT_S, Refused, Session, Stage, main

UNAVAILABLE, NO_SUCH, BUSY = 6, 5, 170


def make_pool(stage, name, **policy):
    session = Session(stage, "allocation test")
    types = {m["media_type"] for m in stage.all("medium.list")}
    assert len(types) == 1, types
    pool = session.call("pool.create", name=name, media_type=types.pop(), action="open_always")["pool"]
    if policy:
        session.call("object.set", type="pool", id=pool, **policy)
    session.close()
    return pool


def sides(stage, state=None):
    return [s for m in stage.all("medium.list") for s in m["sides"] if state is None or s["state"] == state]


def rsm(stage, *words, code=0):
    done = stage.run("rsm", *words, check=False)
    assert done.returncode == code, f"rsm {words}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def commands(stage):
    """The life of a side by hand."""
    rsm(stage, "media", "allocate", "Daily", "--error-if-unavailable", code=UNAVAILABLE)
    given = json.loads(rsm(stage, "--json", "media", "allocate", "Daily", "--side", "A00001:0", "--name", "Monday"))
    assert given["name"] == "Monday" and next(s for s in sides(stage) if s["id"] == given["side"])["state"] == "allocated"
    rsm(stage, "media", "allocate", "Daily", "--side", "A00001:0", code=4)  # ERROR_INVALID_STATE
    rsm(stage, "media", "deallocate", "A00001:0")
    assert next(s for s in sides(stage) if s["id"] == given["side"])["state"] == "available"
    rsm(stage, "media", "deallocate", given["logical_medium"], code=NO_SUCH)
    again = rsm(stage, "allocate", "/mDaily", "/oerrunavail", "/b").strip()
    shown = rsm(stage, "view", "/tlogical_media", "/guiddisplay", "/b")
    assert again.replace("-", "").upper() in shown, (again, shown)
    rsm(stage, "media", "mount", again, "--write")
    assert stage.run("rsm", "media", "deallocate", again, check=False).returncode == 6  # ERROR_BUSY
    rsm(stage, "media", "dismount", again, "--wait")
    rsm(stage, "media", "complete", again)
    refused = stage.run("rsm", "media", "mount", again, "--write", check=False)
    assert refused.returncode != 0 and "ERROR_WRITE_PROTECT" in refused.stderr, refused.stderr
    rsm(stage, "media", "mount", again)
    rsm(stage, "media", "dismount", again, "--wait")
    rsm(stage, "deallocate", f"/lg{again}")
    rsm(stage, "media", "decommission", "A00001:0")
    rsm(stage, "media", "allocate", "Daily", "--error-if-unavailable", code=UNAVAILABLE)
    assert "is made" in rsm(stage, "media", "create", "Daily", "--barcode", "OLD001", "--label", "MTF:one", "--label", "MTF:two")
    rsm(stage, "media", "delete", "OLD001")
    rsm(stage, "media", "show", "OLD001", code=NO_SUCH)


def waiting(stage, pool):
    """It waits, the daemon is killed, it goes on when something can be allocated; the operator request ends by itself."""
    heard = []
    session = Session(stage, "patient")
    waits = threading.Thread(target=lambda: heard.append(session.until_answered(lambda c: c.call("logical_medium.allocate", key="one", pool=pool))))
    waits.start()

    def asked():
        return [o for o in stage.all("opreq.list") if o["command"] == "new_media" and o["state"] not in ("complete", "refused")]

    stage.wait_until("an operator is asked", asked)
    stage.kill()
    stage.start()
    stage.wait_until("an operator is still asked", asked)
    assert waits.is_alive() and not heard
    other = Session(stage, "helper")
    named = next(s["id"] for s in sides(stage, "import"))
    given = other.call("logical_medium.allocate", key="other", pool=pool, side=named)
    other.call("logical_medium.deallocate", id=given["logical_medium"])
    waits.join(LIMIT_S)
    assert heard and heard[0]["side"] == named, heard
    stage.wait_until("nobody is asked any more", lambda: not asked())
    before = heard[0]["logical_medium"]
    stage.kill()
    stage.start()
    assert session.until_answered(lambda c: c.call("logical_medium.allocate", key="one", pool=pool))["logical_medium"] == before, "the same call, answered again"
    assert [s["logical_medium"] for s in sides(stage, "allocated")] == [before]
    other.call("logical_medium.deallocate", id=before)
    session.close()
    other.close()


def asked_once(stage):
    """A call that changes the catalog, carried out by a daemon that dies before its client has the answer: sent again, it is answered."""
    session = Session(stage, "resent")
    side = next(s["id"] for s in sides(stage, "import"))
    medium = next(m["id"] for m in stage.all("medium.list") if any(s["id"] == side for s in m["sides"]))
    first = session.call("pool.create", key="p", name="Once", action="create_new")["pool"]
    for again in range(2):
        assert session.until_answered(lambda c: c.call("pool.create", key="p", name="Once", action="create_new"))["pool"] == first, "made twice"
        session.until_answered(lambda c: c.call("attribute.set", key="a", type="medium", id=medium, name="n", data="Zmlyc3Q="))
        if again == 0:
            session.call("attribute.set", key="b", type="medium", id=medium, name="n", data="c2Vjb25k")
            stage.kill()
            stage.start()
    assert stage.call("attribute.get", type="medium", id=medium, name="n")["data"] == "c2Vjb25k", "an old call has undone a newer one"
    session.until_answered(lambda c: c.call("pool.delete", key="d", pool=first))
    stage.kill()
    stage.start()
    session.until_answered(lambda c: c.call("pool.delete", key="d", pool=first))
    session.close()


# What the program says when it has come so far: the daemon is killed then, in the middle of what follows.
MOMENTS = ("Allocated.", "Mounted; writing.", "Written, and out of use; it stays in the drive for a while.", "Mounted again; reading.", "Read back, and brought home.", "Given back.")


def program(stage):
    done = stage.run("allocate_media", "Daily", limit_s=120)
    assert tuple(line for line in done.stdout.splitlines() if line in MOMENTS) == MOMENTS, done.stdout
    for moment in MOMENTS:
        running = subprocess.Popen([stage.programs["allocate_media"], "Daily"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=stage.environment)
        said = []
        for line in running.stdout:
            said.append(line)
            if line.strip() == moment:
                stage.kill()
                stage.start(wait=False)
        assert running.wait(LIMIT_S * 2) == 0, f"killed after {moment!r}: exit {running.returncode}\n{''.join(said)}"
        assert said[-1].strip() == MOMENTS[-1], said
    stage.wait_until("the daemon answers", stage.answers)
    assert not sides(stage, "allocated")


def test(build, _):
    with Stage(build, cartridges=3, timing="0.05", volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        pool = make_pool(stage, "Daily")
        commands(stage)
        waiting(stage, pool)
        asked_once(stage)
        program(stage)
        try:
            Session(stage, "stranger").call("logical_medium.deallocate", id="00000000-0000-0000-0000-000000000001")
            raise AssertionError("an unknown logical medium was deallocated")
        except Refused as error:
            assert error.code == 4300, error
        assert stage.call("catalog.check")["ok"], stage.call("catalog.check")
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
