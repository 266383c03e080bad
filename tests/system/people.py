#!/usr/bin/env python3
"""What people may do and are asked: force on what is another's, priorities and a share of the queue are refused to strangers; an operator
request stays until its reason has gone, whoever ended the request that raised it, also across a kill. usage: people.py BUILD [SEED]
"""
import os

from harness import Connection, Refused, Stage, main
from trouble import Operator

ACCESS_DENIED, LIBRARY_FULL, NOT_AVAILABLE = 5, 4322, 5006
STRANGER = 65534


def hand(stage, *words):
    return stage.run("rsm-emu", "hand", stage.library, *words).stdout.strip()


def refused_with(code, call):
    try:
        call()
    except Refused as error:
        assert error.code == code, error
        return str(error)
    raise AssertionError(f"not refused with {code}")


class Stranger(Operator):
    """A session of a user who is no administrator."""

    def __init__(self, stage):
        os.seteuid(STRANGER)
        try:
            super().__init__(stage, "stranger")
        finally:
            os.seteuid(0)


def library_of(stage):
    return next(l for l in stage.all("library.list") if l["library_type"] == "online")["id"]


def inventory(stage, operator):
    done = operator.do("library.inventory", library=library_of(stage), action="fast")
    assert done["state"] == "passed", done


def asked(stage):
    return [o for o in stage.all("opreq.list") if o["state"] not in ("complete", "refused")]


def state_of(stage, asked_one):
    return next(o for o in stage.all("opreq.list") if o["id"] == asked_one["id"])["state"]


def strangers(build, rng):
    if os.geteuid() != 0:
        print("not root: strangers are left out")
        return
    config = "[queue]\nrequests_per_user = 2\nsessions_per_user = 3\n[[user]]\nname = \"nobody\"\nrequests = 3\n"
    with Stage(build, drives=1, cartridges=2, sides=1, volumes="user", config=config) as stage:
        stage.start()
        stage.wait_identified()
        root, stranger = Operator(stage), Stranger(stage)
        root.mount("A00001")
        side = root.side("A00001")
        said = refused_with(ACCESS_DENIED, lambda: stranger.submit("dismount.submit", media=[side], force=True))
        assert "root" in said, said
        assert root.drive(0)["state"] == "loaded"
        assert stranger.dismount("A00001")["state"] == "passed"  # without force it is use, and use is everybody's
        stranger.mount("A00001")
        assert stranger.dismount("A00001", force=True)["state"] == "passed"
        stranger.mount("A00001")
        assert root.dismount("A00001", force=True)["state"] == "passed"

        other = stranger.side("A00002")
        refused_with(ACCESS_DENIED, lambda: stranger.submit("mount.submit", media=[other], priority=1))
        root.mount("A00001")  # the only drive
        for _ in range(3):
            stranger.submit("mount.submit", media=[other], nowait=True, priority=-1)
        said = refused_with(NOT_AVAILABLE, lambda: stranger.submit("mount.submit", media=[other], nowait=True))
        assert "requests_per_user" in said, said
        held = next(q for q in stage.call("quota.list", user="nobody")["items"] if q["what"] == "open requests")
        assert (held["held"], held["most"]) == (3, 3), held  # as [[user]] says; everybody else may have 2
        stranger.connection.call("session.close")
        again = Stranger(stage)
        refused_with(NOT_AVAILABLE, lambda: again.submit("mount.submit", media=[other], nowait=True))
        root.submit("mount.submit", media=[other], nowait=True, priority=15)
        for one in (root, stranger, again):
            one.close()


def stage_with_one_outside(build, drives):
    """Three slots and a cartridge more: A00004 is in a person's hand."""
    stage = Stage(build, drives=drives, slots=3, cartridges=3, sides=1, volumes="user")
    stage.run("rsm-emu", "cartridge", stage.library, "A00004")
    return stage


def slot_taken_by_hand(build, rng):
    with stage_with_one_outside(build, drives=2) as stage:
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        operator.mount("A00001")
        hand(stage, "put", "A00004", "slot 0")
        inventory(stage, operator)
        stage.wait_until("A00004 is identified and home", lambda: not stage.open_requests() and operator.drive(1)["state"] == "dismounted")
        going = operator.submit("dismount.submit", media=[operator.side("A00001")])
        stage.wait_until("a person is asked for a slot", lambda: len(asked(stage)) == 1)
        wanted = asked(stage)[0]
        assert "no free slot for A00001" in wanted["message"], wanted
        stage.kill()
        stage.start()
        operator.again()
        stage.wait_until("the dismount goes on waiting", lambda: operator.request(going)["state"] == "waiting" and stage.call("status")["ready"])
        assert state_of(stage, wanted) == "submitted"
        operator.mount("A00004")  # its slot is free, and A00001 goes there
        assert operator.wait(going)["state"] == "passed"
        stage.wait_until("nobody is asked any more", lambda: not asked(stage))
        assert state_of(stage, wanted) == "complete"
        operator.close()


def full_at_inject(build, rng):
    with stage_with_one_outside(build, drives=1) as stage:
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        operator.mount("A00001")  # the only free slot is its home
        inject = operator.submit("library.inject", library=library_of(stage))
        port_is_out = lambda: stage.all("port.list")[0]["position"] == "extended"
        stage.wait_until("the port is out", lambda: "put a cartridge into port" in operator.request(inject)["reason"] and port_is_out())
        stage.run("rsm-emu", "port", stage.library, "put", "A00004")
        done = operator.wait(inject)
        assert done["error"] == LIBRARY_FULL, done
        assert len(asked(stage)) == 1, asked(stage)
        full = asked(stage)[0]
        assert "is full" in full["message"], full
        operator.connection.call("opreq.satisfy", id=full["id"])  # which is not true
        assert len(asked(stage)) == 1 and asked(stage)[0]["id"] != full["id"], asked(stage)
        hand(stage, "take", "port 0")
        inventory(stage, operator)
        stage.wait_until("nobody is asked any more", lambda: not asked(stage))
        operator.close()


def test(build, rng):
    strangers(build, rng)
    slot_taken_by_hand(build, rng)
    full_at_inject(build, rng)


if __name__ == "__main__":
    main(test)
