#!/usr/bin/env python3
"""An arm that does not move, and a drive that is off, as an operator meets them: named once with what to do, nobody else is blamed, and it goes on by itself.
usage: jammed_arm.py BUILD [SEED]"""
from harness import Stage, main
from trouble import Operator

RETRY_LIMIT_S = 120  # service_recheck_pause, twice as long after each failure, and what is done then


def fault(stage, *words):
    stage.run("rsm-emu", "fault", stage.library, *words)


def heal(stage, kind):
    stage.run("rsm-emu", "heal", stage.library, kind)


def conditions(stage):
    return {drive["number"]: drive["operational_state"] for drive in stage.all("drive.list")}


def the_arm(stage, operator):
    fault(stage, "jam_not_moved", "--count", "0")
    waiting = [operator.submit("mount.submit", media=[operator.side(name)]) for name in ("A00001", "A00002")]
    stage.wait_until("the arm is named", lambda: "its arm does not move since" in stage.run("rsm", "library", "list").stdout, RETRY_LIMIT_S)
    status = stage.run("rsm", "status").stdout
    people = status[status.index("NEEDS A PERSON"):status.index("DRIVE ")]
    assert "NEEDS A PERSON (1)" in people and people.count("its arm does not move") == 1 and "which is tried again by itself" in people and "rsm opreq satisfy" in people, status
    assert set(conditions(stage).values()) == {"ready"}, conditions(stage)
    for request in waiting:
        assert "its arm does not move" in stage.run("rsm", "explain", request).stdout
    heal(stage, "jam_not_moved")
    stage.wait_until("both are mounted", lambda: sum(drive["state"] == "loaded" for drive in stage.all("drive.list")) == 2, RETRY_LIMIT_S)
    stage.wait_until("nobody is asked any more", lambda: "Nothing needs a person" in stage.run("rsm", "status").stdout)


def the_drive(stage, operator):
    dead = next(drive for drive in stage.all("drive.list") if drive["state"] != "loaded")
    fault(stage, "drive_dies", "--element", f"drive {dead['number']}")
    request = operator.submit("mount.submit", media=[operator.side("A00003")])
    stage.wait_until("the drive is named", lambda: conditions(stage)[dead["number"]] == "needs_service", RETRY_LIMIT_S)
    assert f"{dead['name']}" in stage.run("rsm", "drive", "list").stdout and "needs service" in stage.run("rsm", "status").stdout
    said = stage.run("rsm", "explain", request).stdout
    assert "waiting" in said, said
    heal(stage, "drive_dies")
    stage.wait_until("it is mounted in the drive that is back", lambda: any(drive["medium_name"] == "A00003" and drive["state"] == "loaded" for drive in stage.all("drive.list")), RETRY_LIMIT_S)
    assert conditions(stage)[dead["number"]] == "ready"


def test(build, rng):
    with Stage(build, drives=3, slots=8, cartridges=4, sides=1, volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        operator = Operator(stage)
        the_arm(stage, operator)
        the_drive(stage, operator)
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
