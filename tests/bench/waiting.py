"""What one event of the world costs while many mounts wait: the same calls to two daemons, one with a long queue, one with a short one."""
import itertools
import json
import time
from contextlib import ExitStack

import harness
from durable import hold, identified_sides
from rounds import RATE, Failed, Program

WINDOW = 16  # calls under way while the queue is filled
ALL_BY_ONE = "[queue]\nrequests_per_user = 100000\nrequests_per_session = 100000"


def thousands(count):
    return f"{count / 1000:g} k" if count >= 1000 else str(count)


def fill(stage, sides, count):
    """Lets so many mounts wait, one after the other of each side, with all priorities from 0 to 4. Gives the session that asked."""
    session = harness.Session(stage, "waiting")
    connection = session.connected()
    begin = time.monotonic()
    asked = ({"jsonrpc": "2.0", "id": f"w{n}", "method": "mount.submit", "params": {"key": f"w{n}", "media": [sides[n % len(sides)]], "nowait": True, "priority": n % 5}} for n in range(count))
    under_way = 0
    for call in itertools.chain(asked, itertools.repeat(None, WINDOW)):
        if call is not None:
            connection.file.write(json.dumps(call).encode() + b"\n")
            under_way += 1
        if under_way < WINDOW and call is not None:
            continue
        connection.file.flush()
        while under_way > 0:
            answer = json.loads(connection.file.readline() or b"{}")
            if "id" not in answer:
                continue
            if "result" not in answer:
                raise Failed(f"mount.submit: {answer}")
            under_way -= 1
    print(f"{thousands(count)} mounts wait: asked for in {time.monotonic() - begin:.1f} s", flush=True)
    return session


def run(setting):
    """One drive is held, and all mounts but those of the contestants wait for the medium in it or for the drive: nothing of the queue can begin."""
    with ExitStack() as open_things:
        stages = {}
        for count in sorted(setting.queues, reverse=True):
            stage = open_things.enter_context(setting.stage(drives=2, slots=12, cartridges=10, sides=1, config=ALL_BY_ONE))
            sides = identified_sides(stage)
            holders = [hold(stage, sides[0]), hold(stage, sides[1])]
            session = fill(stage, sides[2:], count)
            stages[count] = (stage, sides, [*holders, session])
        events(setting, stages, "a mount comes and is withdrawn, all drives are in use", "withdraw", lambda sides: sides[2])
        for stage, sides, sessions in stages.values():
            for one in sessions:
                one.close()
    with ExitStack() as open_things:
        stages = {}
        for count in sorted(setting.queues, reverse=True):
            stage = open_things.enter_context(setting.stage(drives=2, slots=12, cartridges=10, sides=1, config=ALL_BY_ONE))
            sides = identified_sides(stage)
            holder = hold(stage, sides[0])
            session = fill(stage, sides[:1], count)
            stages[count] = (stage, sides, [holder, session])
        events(setting, stages, "a mount and a dismount in the other drive, all others wait for the medium that is in use", "mount", lambda sides: sides[5])
        for stage, sides, sessions in stages.values():
            for one in sessions:
                one.close()


def events(setting, stages, text, kind, side_of):
    contestants = [Program(f"rsmd, {thousands(count)} mounts wait", [setting.programs["bench_calls"], stage.socket, kind, "--clients", 1, "--side", side_of(sides)], stage.daemon.pid)
                   for count, (stage, sides, _) in stages.items()]
    setting.compare(f"queue: {text}", RATE, contestants, waiting=list(stages))
