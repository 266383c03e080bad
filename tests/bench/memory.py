"""What one idle session and its connection take of the daemon's memory; beside another build's with --against."""
import os
import subprocess
import time
from contextlib import ExitStack

import harness
from rounds import BYTES, Failed

FIRST = 200        # sessions that are there before: what the first ones bring with them is not counted
OF_ONE_USER = 900  # the service takes 1024 connections of a user
FIRST_USER = 20_000


class Sessions:
    """Sessions of as many users as they need; without root there is one. They end with this program."""

    def __init__(self, path):
        self.path, self.users, self.children = path, 0, []

    def open(self, number):
        while number > 0:
            some = min(number, OF_ONE_USER)
            number -= some
            self.users += 1
            who = {"user": FIRST_USER + self.users, "group": harness.NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
            source = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "idle_sessions.py"), encoding="utf-8")  # which the users may not reach by its path
            with source:
                child = subprocess.Popen(["/usr/bin/python3", "-B", "-c", source.read(), self.path, str(some)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/", **who)
            self.children.append(child)
            if child.stdout.readline() != "open\n":
                raise Failed("the sessions could not be opened")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.stdin.close()
        for child in self.children:
            child.stdout.close()
            child.wait()


def own_bytes(pid):
    """What is in memory of the process's own: not what it shares with files."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Anonymous:"))


class Daemon:
    """A contestant: a daemon that is new in each round, without a library."""

    pid = None

    def __init__(self, setting, name, rsmd, number):
        self.setting, self.name, self.rsmd, self.number = setting, name, rsmd, number

    def round(self, seconds):
        with harness.Stage(self.setting.built, hardware="", config=f'[daemon]\nlog_level = "{self.setting.log_level}"\n') as stage, ExitStack() as ends:
            stage.programs["rsmd"] = self.rsmd
            stage.start()
            sessions = ends.enter_context(Sessions(stage.socket))
            sessions.open(min(FIRST, self.number))
            before = own_bytes(stage.daemon.pid)
            sessions.open(self.number)
            time.sleep(self.setting.settle_s)
            return {"operations": self.number, "seconds": seconds, "bytes": (own_bytes(stage.daemon.pid) - before) / self.number}

    def close(self):
        pass


def run(setting):
    for number in setting.idle if os.geteuid() == 0 else [min(OF_ONE_USER - FIRST, *setting.idle)]:
        contestants = [Daemon(setting, "rsmd", setting.programs["rsmd"], number)]
        if setting.against:
            contestants.append(Daemon(setting, f"rsmd of {setting.against}", os.path.join(setting.against, "bin", "rsmd"), number))
        setting.compare(f"memory: of each of {number:,} idle sessions and its connection", BYTES, contestants, rounds=min(setting.rounds, 3), warm_up=False)
