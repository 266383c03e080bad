"""How long the service takes to start with a large catalog and a long queue, and its memory then; beside bare SQLite that reads the open requests."""
import subprocess
import sys
import time

from durable import identified_sides
from memory import own_bytes
from million import FILL_LIMIT_S, thousands
from rounds import BYTES, LATENCY, Failed

READER = """import sqlite3, sys, time
begin = time.monotonic()
rows = sqlite3.connect(sys.argv[1]).execute("SELECT * FROM request ORDER BY sequence").fetchall()
print(len(rows), time.monotonic() - begin, flush=True)
sys.stdin.read()
"""
NOTHING = "import sys; print(flush=True); sys.stdin.read()"


class Start:
    """A contestant: from the start of the process until it answers `status` as ready; ended in order after each round."""

    name, pid = "rsmd, ready", None

    def __init__(self, stage):
        self.stage = stage

    def round(self, seconds):
        begin = time.monotonic()
        self.stage.start()
        took = time.monotonic() - begin
        held = own_bytes(self.stage.daemon.pid)
        self.stage.stop()
        return {"operations": 1, "seconds": took, "bytes": held, "median_us": took * 1e6, "p99_us": took * 1e6}

    def close(self):
        pass


class Rows:
    """The open requests, every column, into values of Python; the memory is what they take beside the interpreter."""

    name, pid = "SQLite, the open rows", None

    def __init__(self, stage):
        self.stage = stage

    def held_by(self, source):
        with subprocess.Popen([sys.executable, "-B", "-c", source, self.stage.catalog], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            said = child.stdout.readline().split()
            held = own_bytes(child.pid)
            child.stdin.close()
        return said, held

    def round(self, seconds):
        said, held = self.held_by(READER)
        if not said or int(said[0]) == 0:
            raise Failed("there are no open requests to be read")
        took = float(said[1])
        return {"operations": 1, "seconds": took, "bytes": held - self.held_by(NOTHING)[1], "median_us": took * 1e6, "p99_us": took * 1e6}

    def close(self):
        pass


def run(setting):
    media = max(setting.shelves)
    requests = media // 10
    with setting.stage(drives=2, slots=60, cartridges=50, sides=1) as stage:
        identified_sides(stage)
        stage.stop()
        done = subprocess.run([setting.programs["bench_fill_shelf"], stage.catalog, str(media), str(requests)], capture_output=True, text=True, timeout=FILL_LIMIT_S)
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        case = f"startup: {thousands(media)} media, {thousands(requests)} open requests"
        for what, unit in ((f"{case}", LATENCY), (f"{case}: memory of its own", BYTES)):
            setting.compare(what, unit, [Start(stage), Rows(stage)], rounds=min(setting.rounds, 5))
