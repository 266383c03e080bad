"""The status query beside a bare echo on the same kind of loop."""
import json

import servers
from rounds import RATE, Program


def run(setting):
    with setting.stage(drives=2, slots=8, cartridges=4, sides=1) as stage:
        stage.start()
        stage.wait_identified()
        answer = json.dumps({"jsonrpc": "2.0", "id": 1, "result": stage.call("status")}, separators=(",", ":"), ensure_ascii=False)
        answer_bytes = len(answer.encode()) + 1
        with servers.echo(setting.programs, stage.folder, "echo") as echo, \
                servers.echo(setting.programs, stage.folder, "long-echo", "--answer-bytes", str(answer_bytes)) as long_echo:
            for clients in setting.clients:
                def asking(name, server, kind, pid, clients=clients):
                    return Program(name, [setting.programs["bench_calls"], server, kind, "--clients", clients], pid)
                setting.compare(f"status: {clients} connection{'' if clients == 1 else 's'}", RATE,
                                [asking("rsmd, status", stage.socket, "status", stage.daemon.pid), asking("echo of the call", echo.path, "echo", echo.pid),
                                 asking("echo with an answer as long as ours", long_echo.path, "echo", long_echo.pid)], answer_bytes=answer_bytes)
