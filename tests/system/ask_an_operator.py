#!/usr/bin/env python3
"""examples/operator_requests.c against the real daemon: asked, answered, refused, and with the daemon killed and started again while it waits:
every notification comes, and comes once. usage: ask_an_operator.py BUILD [SEED]"""
import subprocess

from harness import LIMIT_S, Stage, main

DONE, REFUSED = 0, 5


class Asking:
    """The program while it waits for its answer."""

    def __init__(self, stage, text):
        self.stage = stage
        self.program = subprocess.Popen([stage.programs["operator_requests"], text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=stage.environment)
        self.said = [self.program.stdout.readline(), self.program.stdout.readline()]
        assert self.said[0].startswith("asked ") and self.said[1].startswith("notified: new"), self.said
        self.id = self.said[0].split()[1]

    def answer(self, verb):
        self.stage.run("rsm", "opreq", verb, self.id)

    def end(self, code, word):
        rest, _ = self.program.communicate(timeout=LIMIT_S * 2)
        assert self.program.returncode == code, f"exit {self.program.returncode}\n{self.said}{rest}"
        assert rest.splitlines() == [f"notified: changed {self.id}", f"{word} {self.id}"], rest


def test(build, rng):
    with Stage(build, cartridges=1) as stage:
        stage.start()
        one, other = Asking(stage, "change the tapes"), Asking(stage, "water the plants")
        assert one.id != other.id
        other.answer("refuse")
        other.end(REFUSED, "refused")
        one.answer("satisfy")
        one.end(DONE, "done")
        for n in range(3):
            waiting = Asking(stage, f"round {n}")
            for _ in range(rng.randint(1, 3)):
                stage.kill()
                stage.start()
            shown = next(o for o in stage.all("opreq.list") if o["id"] == waiting.id)
            assert shown["state"] == "submitted" and shown["message"] == f"round {n}", shown
            waiting.answer("satisfy")
            waiting.end(DONE, "done")
        assert stage.call("catalog.check")["ok"]
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
