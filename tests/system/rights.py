#!/usr/bin/env python3
"""Rights on the real daemon, with two users who are no administrators: one is given a pool of its own by a descriptor and works with it, also after the
daemon was killed; the other sees nothing of it and is refused every call that the table refuses; root undoes it.  usage: rights.py BUILD [SEED]"""
import json
import os

from harness import Refused, Stage, main
from trouble import Operator

ACCESS_DENIED = 5
ALICE, BOB = 65533, 65532


class User(Operator):
    """A session of a user who is no administrator."""

    def __init__(self, stage, uid, application):
        self.uid = uid
        self.as_user(lambda: super(User, self).__init__(stage, application))

    def as_user(self, do):
        os.seteuid(self.uid)
        try:
            return do()
        finally:
            os.seteuid(0)

    def again(self):
        self.as_user(super().again)


def rsm(stage, *words, code=0):
    done = stage.run("rsm", *words, check=False)
    assert done.returncode == code, f"rsm {words}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def refused(who, method, **params):
    try:
        answer = who.connection.call(method, **params)
    except Refused as error:
        assert error.code == ACCESS_DENIED, (method, params, error)
        return str(error)
    raise AssertionError(f"{method} {params} was not refused: {answer}")


def in_no_list(who, medium, pool, since):
    for method in ("medium.list", "side.list", "logical_medium.list", "pool.list"):
        items = who.connection.call(method)["items"]
        assert medium not in json.dumps(items) and pool not in json.dumps(items), (method, items)
    for type in ("medium", "side", "pool", "logical_medium"):
        assert medium not in who.connection.call("object.enumerate", type=type)["ids"], type
    events = who.connection.call("event.read", cursor=since, limit=1000)["events"]
    told = [e for e in events if "Hers" in e["reason"] or "A00001" in e["reason"]]
    assert events and not told, told


def works_in_her_pool(alice, pool, medium, side):
    given = alice.connection.call("logical_medium.allocate", key=alice.key(), pool=pool, side=side, name="Monday")
    logical = given["logical_medium"]
    done = alice.do("mount.submit", media=[logical], write=True)
    assert done["state"] == "passed", done
    return logical


def done_with_it(alice, pool, medium, logical):
    assert alice.do("dismount.submit", media=[logical])["state"] == "passed"
    alice.connection.call("object.set", type="medium", id=medium, description="of the night")
    alice.connection.call("attribute.set", type="medium", id=medium, name="note", data="YQ==")
    assert alice.connection.call("attribute.get", type="medium", id=medium, name="note")["data"] == "YQ=="
    alice.connection.call("object.set", type="pool", id=pool, max_allocates=7)
    alice.connection.call("logical_medium.deallocate", id=logical)


def everything_is_refused(bob, stage, pool, medium, side, logical):
    """One line for each call of the table: on her pool, on the library, on the computer."""
    library = next(l for l in stage.all("library.list") if l["library_type"] == "online")["id"]
    drive, slot = stage.all("drive.list")[0]["id"], stage.all("slot.list")[0]["id"]
    other = next(m for m in stage.all("medium.list") if m["id"] != medium)
    media_type = other["media_type"]
    free = next(p for p in stage.all("pool.list") if p["path"] == "Import")
    key = bob.key
    for method, params in (
        ("pool.get", {"id": pool}), ("medium.get", {"id": medium}), ("side.get", {"id": side}), ("medium.list", {"container": pool}), ("attribute.get", {"type": "medium", "id": medium, "name": "note"}),
        ("mount.submit", {"key": key(), "media": [side]}), ("mount.run", {"key": key(), "media": [logical]}), ("dismount.submit", {"key": key(), "media": [logical]}),
        ("logical_medium.allocate", {"key": key(), "pool": pool, "error_if_unavailable": True}), ("logical_medium.deallocate", {"id": logical}), ("logical_medium.complete", {"id": logical}),
        ("side.decommission", {"id": side}), ("medium.move_to_pool", {"medium": other["id"], "pool": pool}), ("medium.move_to_pool", {"medium": medium, "pool": other["pool"]}),
        ("medium.change_type", {"medium": medium, "pool": other["pool"]}), ("medium.delete", {"id": medium}),
        ("medium.create", {"pool": pool, "name": "X", "sides": [{"state": "available", "label_type": "MTF", "label_id": "YQ=="}]}), ("object.set", {"type": "pool", "id": pool, "description": "mine"}),
        ("object.set", {"type": "medium", "id": medium, "name": "mine"}), ("attribute.set", {"type": "medium", "id": medium, "name": "note", "data": "Yg=="}), ("pool.delete", {"pool": pool}),
        ("pool.create", {"name": "Hers\\Mine", "action": "create_new"}), ("pool.create", {"name": "Hers", "action": "open_existing"}), ("pool.create", {"name": "Top", "action": "create_new"}),
        ("security.get", {"type": "pool", "id": pool, "parts": 4}), ("security.set", {"type": "pool", "id": pool, "parts": 4, "descriptor": "AQAEgAAAAAAAAAAAAAAAAAAAAAA="}),
        ("security.set", {"type": "computer", "id": "", "parts": 4, "descriptor": "AQAEgAAAAAAAAAAAAAAAAAAAAAA="}), ("opreq.submit", {"key": "0" * 31 + "1", "command": "new_media", "argument1": pool}),
        ("opreq.submit", {"key": "0" * 31 + "2", "command": "device_service", "argument1": drive}),
        ("library.inventory", {"key": key(), "library": library, "action": "fast"}), ("library.inject", {"key": key(), "library": library}), ("medium.eject", {"key": key(), "medium": other["id"]}),
        ("medium.eject_batch", {"key": key(), "media": [other["id"]]}), ("medium.transfer", {"key": key(), "medium": other["id"], "slot": slot}), ("slot.identify", {"key": key(), "slot": slot}),
        ("object.disable", {"key": key(), "type": "drive", "id": drive}), ("object.disable", {"key": key(), "type": "library", "id": library}), ("object.disable", {"key": key(), "type": "medium", "id": other["id"]}),
        ("drive.dismount", {"key": key(), "drive": drive}), ("library.add_media_type", {"library": library, "media_type": media_type}), ("library.remove_media_type", {"library": library, "media_type": media_type}),
        ("object.set", {"type": "library", "id": library, "description": "mine"}), ("object.set", {"type": "drive", "id": drive, "description": "mine"}),
        ("object.set", {"type": "media_type", "id": media_type, "description": "mine"}), ("pool.delete", {"pool": free["id"]}),
        ("request.delete", {"type": "request", "ids": [pool]}), ("catalog.backup", {"path": "/tmp/never"}), ("catalog.export", {}), ("catalog.import", {}),
    ):
        said = refused(bob, method, **params)
        assert "may give it" in said and ("right" in said), (method, said)


def test(build, rng):
    if os.geteuid() != 0:
        print("not root: there are no other users")
        return
    with Stage(build, drives=2, cartridges=3, sides=1, volumes="user") as stage:
        os.chmod(stage.folder, 0o755)
        stage.start()
        stage.wait_identified()
        alice, bob, root = User(stage, ALICE, "alice"), User(stage, BOB, "bob"), Operator(stage)
        medium, side = root.medium("A00001"), root.side("A00001")
        since = stage.call("status")["last_event"]  # what was told before was told
        pool = root.connection.call("pool.create", name="Hers", media_type=medium["media_type"], action="create_new")["pool"]
        root.connection.call("medium.move_to_pool", medium=medium["id"], pool=pool)
        refused(alice, "pool.get", id=pool)  # so far it is root's
        rsm(stage, "security", "set", "pool", "Hers", "--allow", f"user:{ALICE}=use,modify,control", "--owner", f"user:{ALICE}")
        logical = works_in_her_pool(alice, pool, medium["id"], side)
        in_no_list(bob, medium["id"], pool, since)
        busy = bob.connection.call("drive.list")["items"]
        assert any(d["state"] == "loaded" for d in busy) and "A00001" not in json.dumps(busy), busy
        assert "A00001" not in json.dumps(bob.connection.call("status"))
        everything_is_refused(bob, stage, pool, medium["id"], side, logical)
        assert bob.mount("A00002")["state"] == "loaded" and bob.dismount("A00002")["state"] == "passed"  # what is everybody's is his, too

        stage.kill()
        stage.start()
        for who in (alice, bob, root):
            who.again()
        stage.wait_until("the library is ready", lambda: stage.call("status")["ready"] and next(l for l in stage.all("library.list") if l["library_type"] == "online")["operational_state"] == "ready")
        refused(bob, "medium.get", id=medium["id"])
        done_with_it(alice, pool, medium["id"], logical)
        refused(alice, "medium.move_to_pool", medium=medium["id"], pool=medium["pool"])  # control of the pool where it comes to, too

        # Her own pool is hers to open: the right to use it for him, and no more.
        shown = json.loads(rsm(stage, "--json", "security", "show", "pool", "Hers"))
        assert shown["owner_sid"] == f"S-1-22-1-{ALICE}", shown
        rsm(stage, "security", "set", "pool", "Hers", "--allow", f"user:{BOB}=use")
        assert bob.connection.call("medium.get", id=medium["id"])["name"] == "A00001"
        refused(bob, "logical_medium.allocate", key=bob.key(), pool=pool)

        # Root undoes it.
        rsm(stage, "security", "set", "pool", "Hers", "--remove", f"user:{ALICE}", "--remove", f"user:{BOB}", "--owner", "administrators")
        for who in (alice, bob):
            refused(who, "medium.get", id=medium["id"])
        refused(alice, "logical_medium.allocate", key=alice.key(), pool=pool)
        rsm(stage, "security", "set", "pool", "Hers", "--allow", "everyone=use")
        assert bob.connection.call("medium.get", id=medium["id"])["name"] == "A00001"

        # Nobody opens a session who may not use the computer.
        rsm(stage, "security", "set", "computer", "--deny", f"user:{BOB}=use")
        said = refused(bob, "session.open", application="again")
        assert "the computer" in said, said
        alice.connection.call("session.open", application="again")
        rsm(stage, "security", "set", "computer", "--remove", f"user:{BOB}")
        bob.connection.call("session.open", application="again")
        for who in (alice, bob, root):
            who.close()
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
