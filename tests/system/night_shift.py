#!/usr/bin/env python3
"""What an operator reads in unusual hours: no library at all, a port that is full, a cleaning cartridge that is used up, a side that another one is in the way of, a medium that
somebody else has. Each sentence is true, names whom it is about and what helps.
usage: night_shift.py BUILD [SEED]"""
from harness import Stage, main
from trouble import Operator

PORT_S = 2  # so long a person has at the port


def said(stage, *words):
    done = stage.run("rsm", *words, check=False)
    return done.stdout + done.stderr


def until_said(stage, text, *words):
    stage.wait_until(f"{' '.join(words)} says {text!r}", lambda: text in said(stage, *words))
    return said(stage, *words)


def number_of(submitted):
    return submitted.split("request ")[1].split()[0]


def no_library(build):
    with Stage(build, hardware="") as stage:
        stage.start()
        for words in (["status"], ["library", "list"]):
            text = said(stage, *words)
            assert "rsm library discover --add" in text and "rsm setup --emulated" in text, text
        for words in (["drive", "list"], ["media", "list"], ["request", "list"], ["opreq", "list"], ["slot", "list"], ["plan"], ["advise"], ["library", "timing"]):
            assert said(stage, *words).strip(), words
        assert stage.stop() == 0


def take_from_port(stage):
    stage.wait_until("it can be taken", lambda: stage.run("rsm-emu", "port", stage.library, "take", check=False).returncode == 0)


def a_full_port(stage):
    """Nobody takes what was ejected, its slot is another's by now, and the next one waits behind it."""
    stage.run("rsm", "media", "eject", "A00001")
    until_said(stage, "take A00001 out of port 0 of Jukebox", "status")
    stage.run("rsm-emu", "cartridge", stage.library, "B00001")
    stage.run("rsm-emu", "hand", stage.library, "put", "B00001", "slot 0")
    text = until_said(stage, "or have it stored (rsm library inject)", "status")
    assert "take A00001 out of port 0 of Jukebox (rsm media eject opens it)" in text and "put back" not in text and "NEEDS A PERSON (1)" in text, text
    waits = number_of(said(stage, "media", "eject", "A00002"))
    until_said(stage, "port 0 is full: an operator was asked to take A00001 out of it", "explain", waits)
    question = said(stage, "opreq", "show", stage.all("opreq.list")[0]["id"])
    assert "brings A00002 there" in question and "Argument" not in question, question
    stage.run("rsm-emu", "hand", stage.library, "take", "port 0")
    stage.run("rsm", "library", "inventory", "Jukebox", "--wait")
    until_said(stage, "take A00002 out of port 0 of Jukebox", "status")
    mount = number_of(said(stage, "media", "mount", "A00002:0", "--nowait"))
    take_from_port(stage)
    until_said(stage, "no record of its medium is kept any more: it was ejected", "request", "show", mount)
    until_said(stage, "Nothing needs a person", "status")


def a_spent_cleaner(stage):
    """What is asked follows what has become of the cartridge."""
    stage.run("rsm", "cleaner", "reserve", "Jukebox", "1", "--wait")
    stage.run("rsm-emu", "cartridge", stage.library, "CLN001")
    stage.run("rsm", "cleaner", "inject", "Jukebox", "--uses", "1")
    stage.wait_until("it can be put in", lambda: stage.run("rsm-emu", "port", stage.library, "put", "CLN001", check=False).returncode == 0)
    stage.run("rsm-emu", "port", stage.library, "press", check=False)  # where the service has not closed it by itself
    until_said(stage, "1 use left", "library", "show", "Jukebox")
    stage.wait_until("it is stored", lambda: not stage.open_requests())
    assert "it cleans drives" in said(stage, "side", "list")
    stage.run("rsm", "clean", "Jukebox drive 0", "--wait")
    stage.run("rsm", "clean", "Jukebox drive 0")
    text = until_said(stage, "is used up: take it out (rsm cleaner eject)", "status")
    assert "clean drive Jukebox drive 0" in text, text
    stage.run("rsm", "cleaner", "eject", "Jukebox")
    take_from_port(stage)
    text = until_said(stage, "no cleaning cartridge is in Jukebox: put one in (rsm cleaner inject)", "status")
    assert "used up" not in text, text
    stage.run("rsm", "request", "cancel", stage.open_requests()[0]["id"])
    until_said(stage, "Nothing needs a person", "status")


def two_that_change_places(stage):
    stage.run("rsm", "media", "transfer", "A00003", "--to", "3", "--exchange", "--wait")
    slots = {line.split()[5]: line for line in said(stage, "events", "--type", "slot", "--limit", "2", "--no-header").splitlines()}
    assert "brought from slot 3" in slots["2"] and "brought from slot 2" in slots["3"], slots


def whose_it_is(stage):
    """Who is refused reads who has it, and the command that helps."""
    assert "it is empty: there is nothing to dismount" in said(stage, "drive", "dismount", "Jukebox drive 0")
    assert "it is in slot 3" in said(stage, "media", "dismount", "A00003:0")
    operator = Operator(stage, "archive")
    operator.mount("A00003")
    held = said(stage, "drive", "dismount", "Jukebox drive 0")
    assert "A00003 is mounted in it for archive (" in held and "rsm media dismount 'A00003'" in held, held
    refused = said(stage, "media", "eject", "A00003")
    assert "rsm media dismount 'A00003'" in refused and "--force" in refused and "rsm status" not in refused, refused
    turned = said(stage, "media", "dismount", "A00003:1")
    assert "it is not mounted, A00003 side 0 is: rsm media dismount 'A00003'" in turned, turned
    waits = number_of(said(stage, "media", "mount", "A00004:0", "--nowait"))
    early = said(stage, "media", "dismount", "A00004:0")
    assert f"it is not mounted yet: rsm request cancel {waits} takes the mount back" in early, early
    ended = said(stage, "media", "mount", "A00003:1", "--timeout", "1s")
    assert "A00003 side 0 is mounted in drive 0 of Jukebox for archive" in ended and "still runs" not in ended, ended


def test(build, rng):
    no_library(build)
    with Stage(build, drives=1, slots=4, cartridges=4, volumes="user", library=f"port_max_extend_s = {PORT_S}") as stage:
        stage.start()
        stage.wait_identified()
        a_full_port(stage)
        a_spent_cleaner(stage)
        two_that_change_places(stage)
        whose_it_is(stage)
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
