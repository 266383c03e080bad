#!/usr/bin/env python3
"""`rsm top` in a real terminal (tmux, a server of its own) against the real daemon: every pane, questions, sizes, looks and kinds of terminals, a daemon that dies and
comes back, every way to end; and on a terminal of its own what it sends.
usage: top.py BUILD [SEED]"""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time

from harness import LIMIT_S, Stage, main, skip

IDLE_S = 6           # of looking at a screen on which nothing changes
IDLE_BYTES_A_S = 60  # the clock
CHANGE_BYTES = 4096  # of any change, at 80x24


class Tmux:
    servers = 0

    def __init__(self, stage, words, columns=80, rows=24, **environment):
        Tmux.servers += 1
        self.stage, self.name = stage, f"openrsm-{os.getpid()}-{Tmux.servers}"
        # Nothing of the tmux in which a person may run this.
        self.environment = {name: value for name, value in stage.environment.items() if not name.startswith("TMUX")} | {"LANG": "C.UTF-8", "TZ": "UTC0"} | environment
        for name in [name for name, value in environment.items() if value is None]:
            del self.environment[name]
        # tmux does not always notice at once that its child has ended: a shell says so.
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows, "sh", "-c", f'"$@"; echo "ended: $?"; sleep {10 * LIMIT_S}', "sh", *words)

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-u", "-L", self.name, *map(str, words)], capture_output=True, text=True, timeout=LIMIT_S, env=self.environment)
        assert done.returncode == 0, f"tmux {words}: {done.stderr}"
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print("---- the screen ----\n" + self.screen())
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True, timeout=LIMIT_S)

    def screen(self, *more):
        return self.tmux("capture-pane", "-p", *more)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def shows(self, pattern, *more, limit_s=LIMIT_S):
        seen = []

        def there():
            seen[:] = [self.screen(*more)]
            return re.search(pattern, seen[0], re.M)
        self.stage.wait_until(f"the screen shows {pattern!r}", there, limit_s)
        return seen[0]

    def hides(self, pattern):
        self.stage.wait_until(f"the screen does not show {pattern!r} any more", lambda: not re.search(pattern, self.screen(), re.M))


def top(stage, *more):
    return [stage.programs["rsm"], "top", *more]


def every_pane_and_question(stage):
    with Tmux(stage, top(stage)) as t:
        t.shows(r"^ rsm top  Jukebox .*ready.*port 0: empty +\d\d:\d\d:\d\d$")
        t.shows(r"^ slots   0 ######\.\.\.\. \.\. +# full \. empty o out \? unknown$")
        t.shows(r"^ drive 1   dismounted +for ")
        stage.run("rsm", "media", "mount", "A00001:0")
        t.shows(r"^ drive \d   loaded +A00001:0 .* mounts \d+")
        t.shows(r"^ slots   0 o#####")
        t.shows(r"^ \d\d:\d\d:\d\d changer  arm \d+ +idle +has ended: A00001 from slot 0 to dr")
        number = re.search(r"EVENTS (\d+)", t.screen()).group(1)
        assert int(number) == stage.call("status")["last_event"], number
        # Every pane is reached, and says what is selected in it.
        t.keys("Tab", "Tab")
        t.shows(r"^>\d\d:\d\d:\d\d ")
        t.keys("Tab", "Right")
        t.shows(r"slot 1: A00002$")
        t.keys("Enter")
        t.shows(r"^ Media type +(?![0-9a-f]{8}-)\S")  # its name, not its id
        t.keys("Escape")
        t.shows(r"slot 1: A00002$")
        t.keys("Tab")
        t.shows(r"^>drive 0 ")
        # What takes something away asks; Enter and anything else mean no.
        t.keys("/", "l", "o", "a", "d", "e", "d", "Enter")
        t.shows(r"^>drive \d   loaded")
        for no in ("Enter", "n", "Escape", "q", "Tab"):
            t.keys("d")
            t.shows(r"^ dismount A00001:0 from drive \d\? .* y / N$")
            t.keys(no)
            t.shows(r"^ not done: dismount A00001:0")
        assert not stage.open_requests() and sum(d["state"] == "loaded" for d in stage.all("drive.list")) == 1
        # The daemon's own paragraph.
        t.keys("Enter")
        t.shows(r"^ Jukebox drive \d -+")
        t.keys("Escape")
        t.shows(r"^ QUEUE")
        t.keys("?")
        t.shows(r"^ Keys -+")
        t.keys("x", "d")
        t.shows(r" y / N$")
        t.keys("y")
        t.shows(r"^ dismount A00001:0: asked for, request [0-9]+")
        stage.wait_until("it is dismounted", lambda: all(d["state"] == "dismounted" for d in stage.all("drive.list")))
        t.keys("Escape")
        t.shows(r"^[ >]drive \d   dismounted(.|\n)*drive \d   dismounted")
        t.keys("q")
        t.shows("ended: 0")


def sizes(stage):
    with Tmux(stage, top(stage), 200, 60) as t:
        t.shows(r"^ NEEDS A PERSON -+$")
        assert max(map(len, t.screen().split("\n"))) == 200
        for columns, rows, shown in ((60, 15, r"^60x15: needs 80x24"), (80, 24, r"^ EVENTS \d+ -{60,}$"), (132, 50, r"^ EVENTS \d+ -{110,}$")):
            t.tmux("resize-window", "-x", columns, "-y", rows)
            t.shows(shown)
        t.tmux("resize-window", "-x", 60, "-y", 15)
        t.shows("60x15")
        t.keys("q")
        t.shows("ended: ")


def looks(stage):
    colours = r"\x1b\[([0-9;]*;)?3[0-7]"
    with Tmux(stage, top(stage), NO_COLOR=None) as t:
        t.shows(r"rsm top  .*Jukebox")
        t.shows(colours, "-e")
    with Tmux(stage, top(stage)) as t:  # NO_COLOR=1, as everywhere in these tests
        t.shows(r"Jukebox")
        assert not re.search(colours, t.screen("-e"))
    stage.run("rsm", "pool", "create", "磁帯")
    with Tmux(stage, top(stage), LANG="C", LC_ALL="C") as t:
        assert t.shows(r"EVENTS \d+").isascii()
    for term in ("xterm-256color", "screen", "linux", "vt100"):
        with Tmux(stage, ["env", f"TERM={term}", *top(stage)]) as t:
            t.shows(r"rsm top  +Jukebox")
            t.keys("?")
            t.shows("Keys")
            t.keys("q")
            t.shows("ended: 0")
    with Tmux(stage, ["env", "TERM=dumb", *top(stage)]) as t:
        t.shows("use rsm status(.|\n)*ended: 1", "-S", "-")  # with what has scrolled away


def a_daemon_that_dies(stage):
    with Tmux(stage, top(stage)) as t:
        t.shows(r"Jukebox")
        t.keys("Tab", "Tab", "Tab", "Tab")
        stage.kill()
        gone = time.monotonic()
        t.shows(r"^ no news since \d\d:\d\d:\d\d \(\d+ s\)")
        print(f"    old news was said after {time.monotonic() - gone:.1f} s")
        t.keys("d")
        assert " y / N" not in t.screen()
        stage.start()
        t.hides("no news since")
        stage.run("rsm", "media", "mount", "A00001:0")
        stage.run("rsm", "media", "dismount", "A00001:0", "--wait")
        stage.wait_until("the screen has the newest event", lambda: f"EVENTS {stage.call('status')['last_event']} " in t.screen())
        # Nothing between the newest events is missing: those of the screen are the last ones of the daemon, in their order.
        shown = [line.split() for line in re.search(r"EVENTS.*\n((?: \d\d:.*\n)+)", t.screen()).group(1).strip().split("\n")]
        last = stage.events()[-len(shown):][::-1]
        assert [row[1] for row in shown] == [{"operator_request": "opreq", "logical_medium": "logical"}.get(e["type"], e["type"]) for e in last], (shown, last)


def a_daemon_that_hangs(stage):
    with Tmux(stage, top(stage)) as t:
        t.shows(r"Jukebox")
        stage.daemon.send_signal(signal.SIGSTOP)
        t.shows(r"^ no news since \d\d:\d\d:\d\d \(\d+ s\)")
        stage.daemon.send_signal(signal.SIGCONT)
        t.hides("no news since")
        t.keys("q")
        t.shows("ended: 0")


def ends(stage):
    """In a shell: afterwards the terminal is as it was, also when the program crashes, and Ctrl-Z and fg draw it again."""
    with Tmux(stage, ["env", "PS1=ready> ", "sh", "-i"]) as t:
        def run_until_drawn(word="rsm top"):
            t.keys(f"{' '.join(top(stage))}", "Enter")
            t.shows(r"^ QUEUE")

        def pid():
            found = [p for p in os.listdir("/proc") if p.isdigit() and os.path.basename(os.readlink(f"/proc/{p}/exe") if os.access(f"/proc/{p}/exe", os.R_OK) else "") == "rsm-top"]
            assert len(found) == 1, found
            return int(found[0])

        def terminal_is_back():
            t.shows(r"ready> *$")
            t.hides(r"^ QUEUE")
            t.keys("stty -a | tr ';' '\\n' | grep -c -w -- -echo; echo icanon $(stty -a | grep -c -w -- -icanon)", "Enter")
            t.shows(r"^0\n(.*\n)*icanon 0")
            t.keys("clear", "Enter")
            t.hides("icanon")
        t.shows("ready>")
        run_until_drawn()
        t.keys("q")
        terminal_is_back()
        run_until_drawn()
        t.keys("C-c")
        terminal_is_back()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGSEGV):
            run_until_drawn()
            os.kill(pid(), number)
            terminal_is_back()
        run_until_drawn()
        t.keys("C-z")
        t.shows("(Stopped|stopped|Suspended)(.|\n)*ready>")
        t.keys("fg", "Enter")
        t.shows(r"^ QUEUE")
        t.keys("q")
        terminal_is_back()


class Reader:
    """A terminal of its own, of which every byte is counted."""

    def __init__(self, stage, *more, words=None):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            words = words or top(stage, *more)
            os.execve(words[0], words, stage.environment | {"TERM": "xterm-256color", "LANG": "C.UTF-8"})
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = b""

    def read(self, seconds):
        got, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                try:
                    got += os.read(self.terminal, 65536)
                except OSError:  # the program has ended
                    break
        self.seen += got
        return got

    def end(self):
        os.write(self.terminal, b"q")
        self.read(0.5)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


def what_it_sends(stage):
    reader = Reader(stage)
    stage.wait_until("the first picture is there", lambda: b"EVENTS" in reader.read(0.2) or b"EVENTS" in reader.seen)
    reader.read(3)
    before = stage.call("status")["last_event"]
    idle = len(reader.read(IDLE_S))
    assert stage.call("status")["last_event"] == before, "something happened meanwhile"
    print(f"    idle: {idle / IDLE_S:.0f} bytes a second")
    assert 0 < idle <= IDLE_S * IDLE_BYTES_A_S, idle
    stage.run("rsm", "media", "disable", "A00003", "--wait")
    changed = len(reader.read(2))
    print(f"    a change: {changed} bytes")
    assert 0 < changed <= CHANGE_BYTES, changed
    stage.run("rsm", "media", "enable", "A00003", "--wait")
    reader.end()


def test(build, rng):
    if not shutil.which("tmux"):
        skip("tmux is not installed")
    with Stage(build, timing="0.05", sides=1) as stage:
        stage.start()
        stage.wait_identified()
        for step in (every_pane_and_question, sizes, looks, a_daemon_that_dies, a_daemon_that_hangs, ends, what_it_sends):
            step(stage)
            print(step.__name__.replace("_", " ") + ": ok", flush=True)


if __name__ == "__main__":
    main(test)
