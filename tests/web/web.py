#!/usr/bin/env python3
"""A test of the web console (node --test, playwright-core) against the real daemon with an emulated library, and a console beside it.
usage: web.py BUILD TEST.mjs"""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from harness import Stage, skip  # noqa: E402
from node_packages import installed, version_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
NODE_LEAST = 18
TEST_LIMIT_S = 300


def browser():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    skip("no chromium is installed")


def main():
    build, test = os.path.abspath(sys.argv[1]), sys.argv[2]
    chromium = browser()
    node = version_of("node")
    if not node or int(node.lstrip("v").split(".")[0]) < NODE_LEAST:
        skip(f"node {NODE_LEAST} or newer is needed, and there is {node or 'none'}")
    folder = os.path.join(build, "web-tests")
    why = installed(HERE, folder, ["package.json", "package-lock.json", ".npmrc", "console.mjs", test])
    if why:
        skip(why)
    shots = os.path.join(build, "web-shots")
    os.makedirs(shots, exist_ok=True)
    # One side a cartridge, so that they are identified soon; moves take as long as an eye can follow.
    with Stage(build, drives=3, slots=24, cartridges=10, sides=1, timing="0.05", volumes="user") as stage:
        stage.start()
        stage.wait_identified()
        login = os.path.join(stage.folder, "login.sock")
        program = os.path.join(build, "bin", "rsm-web")
        console = subprocess.Popen([program, "--listen", "127.0.0.1:0", "--socket", stage.socket, "--login-socket", login], stdout=subprocess.PIPE, text=True)
        try:
            url = console.stdout.readline().strip().removeprefix("listening on ")
            assert url.startswith("http://127.0.0.1:"), url
            told = {"rsm": stage.programs["rsm"], "rsmd": stage.programs["rsmd"], "rsm_web": program, "config": stage.config, "log": stage.log, "socket": stage.socket, "login": login,
                    "folder": stage.folder, "shots": shots, "url": url, "chromium": chromium, "daemon": stage.daemon.pid, "root": os.geteuid() == 0}
            tested = subprocess.run(["node", "--test", test], cwd=folder, env=stage.environment | {"RSM_STAGE": json.dumps(told), "HOME": stage.folder}, timeout=TEST_LIMIT_S)
            assert console.poll() is None, "the console has ended"
        finally:
            console.terminate()
            console.wait(timeout=30)
        assert tested.returncode == 0, f"{test}: exit {tested.returncode}"
        assert console.returncode == 0, f"the console: exit {console.returncode}"


main()
