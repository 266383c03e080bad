"""Durable answers of many sessions: enqueue, enqueue and withdraw, and the whole life of a mount."""
from contextlib import ExitStack

import sys

import harness
import postgres
import servers
from rounds import RATE, Program


def identified_sides(stage):
    """Starts the daemon and waits until it knows every cartridge; the ids of their sides."""
    stage.start()
    stage.wait_identified()
    return [side["id"] for side in stage.all("side.list")]


def hold(stage, side):
    """Mounts the side for good: whoever wants another one in the same drive has to wait."""
    holder = harness.Session(stage, "holder")
    holder.call("mount.run", key="held", media=[side])
    return holder


def queue_cases(setting, stage, side, redis, cluster):
    for clients in setting.clients:
        many = f"{clients} session{'' if clients == 1 else 's'}"
        for kind, text, redis_kinds in (
                ("enqueue", "mount.submit", {"Redis, LPUSH": "enqueue"}),
                ("withdraw", "mount.submit, request.cancel", {"Redis, LPUSH LREM": "two-steps", "Redis, LPUSH LMOVE LREM": "three-steps"})):
            contestants = [Program(f"rsmd, {text}", [setting.programs["bench_calls"], stage.socket, kind, "--clients", clients, "--side", side],
                                   stage.daemon.pid)]
            for manner, name in (("same", "SQLite group commit, the same rows"), ("lean", "SQLite group commit, lean rows")):
                folder = setting.new_folder(stage.folder)
                contestants.append(Program(name, [setting.programs["bench_group_commit"], folder, kind, manner, "--group", clients]))
            if redis:
                for name, redis_kind in redis_kinds.items():
                    contestants.append(Program(name, [setting.programs["bench_redis"], redis.path, redis_kind, "--clients", clients], redis.pid))
            if cluster and kind == "enqueue":
                contestants.append(Program("PostgreSQL, INSERT", [sys.executable, "-B", postgres.__file__, cluster.folder, clients]))
                contestants[-1].pid = None  # its server is many processes
            setting.compare(f"durable: {'enqueue' if kind == 'enqueue' else 'enqueue and withdraw'}, {many}", RATE, contestants)


def mount_cases(setting, stage, redis):
    sides = identified_sides(stage)
    for clients in setting.clients:
        wanted = [word for side in sides for word in ("--side", side)]
        before = stage.call("status")
        ours = Program("rsmd, mount.submit to dismounted", [setting.programs["bench_calls"], stage.socket, "mount", "--clients", clients, *wanted],
                       stage.daemon.pid)
        contestants = [ours]
        if redis:
            contestants.append(Program("Redis, LPUSH LMOVE LREM", [setting.programs["bench_redis"], redis.path, "three-steps", "--clients", clients], redis.pid))
        result = setting.compare(f"durable: mount and dismount, {clients} session{'' if clients == 1 else 's'} on {len(sides)} drives", RATE, contestants)
        after = stage.call("status")
        result["commits"], result["changes"] = after["commits"] - before["commits"], after["changes"] - before["changes"]


def run(setting):
    with ExitStack() as open_things:
        stage = open_things.enter_context(setting.stage(drives=1, slots=4, cartridges=2, sides=1))
        missing = servers.why_no_redis(setting.programs)
        redis = None
        if missing:
            setting.leave_out("durable: Redis", missing)
        else:
            redis = open_things.enter_context(servers.redis(setting.new_folder(stage.folder)))
        missing = postgres.why_not()
        cluster = None
        if missing:
            setting.leave_out("durable: PostgreSQL", missing)
        else:
            cluster = open_things.enter_context(postgres.Cluster())
        held, waiting = identified_sides(stage)
        holder = hold(stage, held)
        queue_cases(setting, stage, waiting, redis, cluster)
        holder.close()
        drives = 8
        with setting.stage(drives=drives, slots=drives, cartridges=drives, sides=1) as busy:
            mount_cases(setting, busy, redis)
