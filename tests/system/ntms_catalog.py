#!/usr/bin/env python3
"""Pools, media types, names and attributes through libntmsapi on the real daemon, which is killed between making and finding them.
usage: ntms_catalog.py BUILD [SEED]"""
from harness import Stage, main


def test(build, rng):
    with Stage(build, cartridges=3) as stage:
        stage.start()
        stage.wait_identified()
        stage.run("ntms_catalog", "before")
        stage.kill()
        stage.start()
        stage.run("ntms_catalog", "after")
        assert stage.call("catalog.check")["ok"]
        told = stage.run("rsm", "events", "--since", "0", "--type", "pool", "--limit", "1000", "--json").stdout
        for part in ("App: made by", "it was App\\\\Daily", "deleted by", "a medium came"):
            assert part in told, (part, told)
        assert stage.stop() == 0


if __name__ == "__main__":
    main(test)
