"""What a large catalog costs: the same calls to two daemons, one with many media on the shelf, one with few."""
import subprocess
import time
from contextlib import ExitStack

from durable import hold, identified_sides
from rounds import RATE, Failed, Program

FILL_LIMIT_S = 600


def thousands(count):
    return f"{count // 1_000_000} M" if count % 1_000_000 == 0 else f"{count // 1000} k" if count % 1000 == 0 else str(count)


def fill(setting, stage, count):
    done = subprocess.run([setting.programs["bench_fill_shelf"], stage.catalog, str(count)], capture_output=True, text=True, timeout=FILL_LIMIT_S)
    if done.returncode != 0:
        raise Failed(done.stderr.strip())


def with_shelf(setting, stage, count):
    """Lets the daemon make its catalog, fills the shelf, checks the catalog as an operator would, and starts the daemon on it.

    The session that holds the only drive, and the side that waits for it."""
    held, waiting = identified_sides(stage)
    stage.stop()
    begin = time.monotonic()
    fill(setting, stage, count)
    filled = time.monotonic()
    stage.run("rsm", "catalog", "check", "--file", stage.catalog, limit_s=FILL_LIMIT_S)
    print(f"a catalog of {thousands(count)} media: filled in {filled - begin:.1f} s, checked in {time.monotonic() - filled:.1f} s", flush=True)
    stage.start()
    return hold(stage, held), waiting


CASES = (("enqueue and withdraw, one medium", "withdraw", "side"), ("enqueue and withdraw, any medium of the shelf", "withdraw", "shelf"),
         ("status", "status", None), ("medium.get, any medium of the shelf", "medium", "shelf"), ("medium.list, page after page of 200", "page", None))


def run(setting):
    few, many = setting.shelves
    clients = max(setting.clients)
    with ExitStack() as open_things:
        stages = {count: open_things.enter_context(setting.stage(drives=1, slots=4, cartridges=2, sides=1)) for count in (many, few)}
        waiting = {count: with_shelf(setting, stage, count) for count, stage in stages.items()}
        for text, kind, wants in CASES:
            contestants = []
            for count, stage in stages.items():
                source = {"side": ["--side", waiting[count][1]], "shelf": ["--shelf", count], None: []}[wants]
                contestants.append(Program(f"rsmd with {thousands(count)} media", [setting.programs["bench_calls"], stage.socket, kind, "--clients", clients, *source],
                                           stage.daemon.pid))
            setting.compare(f"million: {text}, {clients} sessions", RATE, contestants)
        for holder, _ in waiting.values():
            holder.close()
