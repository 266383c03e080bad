"""One client, one call at a time: how long it waits."""
import os

import servers
from durable import hold, identified_sides
from rounds import LATENCY, Program


def run(setting):
    with setting.stage(drives=1, slots=4, cartridges=2, sides=1) as stage:
        held, side = identified_sides(stage)
        holder = hold(stage, held)
        with servers.echo(setting.programs, stage.folder, "echo") as echo, \
                servers.echo(setting.programs, stage.folder, "synced", "--sync", os.path.join(stage.folder, "synced")) as synced:
            def ours(name, kind):
                return Program(name, [setting.programs["bench_calls"], stage.socket, kind, "--side", side], stage.daemon.pid)

            def bare():
                return Program("echo", [setting.programs["bench_calls"], echo.path, "echo"], echo.pid)
            setting.compare("roundtrip: a reading call", LATENCY, [ours("rsmd, object.type", "type"), bare()])
            setting.compare("roundtrip: status", LATENCY, [ours("rsmd, status", "status"), bare()])
            setting.compare("roundtrip: a durable call", LATENCY,
                            [ours("rsmd, mount.submit", "enqueue"),
                             Program("echo and one fdatasync", [setting.programs["bench_calls"], synced.path, "echo"], synced.pid), bare()])
        holder.close()
