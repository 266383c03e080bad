#!/usr/bin/env python3
"""examples/backup_session.c against the real daemon, also with the daemon killed and started again under it.
usage: backup_program.py BUILD [SEED]"""
import subprocess
import time

from harness import LIMIT_S, Stage, main


def test(build, rng):
    with Stage(build, cartridges=3, timing="0.05") as stage:
        stage.start()
        stage.wait_identified()
        done = stage.run("backup_session", limit_s=120)
        print(done.stdout)
        for n in range(4):
            program = subprocess.Popen([stage.programs["backup_session"]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=stage.environment)
            time.sleep(rng.uniform(0.05, 1.2))
            stage.kill()
            stage.start(wait=False)
            said, _ = program.communicate(timeout=LIMIT_S * 2)
            assert program.returncode == 0, f"round {n}: exit {program.returncode}\n{said}"
        stage.wait_until("the daemon answers", stage.answers)
        assert stage.call("catalog.check")["ok"]
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
