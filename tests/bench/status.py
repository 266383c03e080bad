"""The status query beside a bare echo on the same kind of loop."""
import json

import servers
from rounds import RATE, Program


def answer_bytes(stage):
    """How long its answer is, with the end of the line."""
    answer = json.dumps({"jsonrpc": "2.0", "id": 1, "result": stage.call("status")}, separators=(",", ":"), ensure_ascii=False)
    return len(answer.encode()) + 1


def asking(setting, name, path, kind, pid, clients):
    return Program(name, [setting.programs["bench_calls"], path, kind, "--clients", clients], pid)


def echo_as_long(setting, stage):
    return servers.echo(setting.programs, stage.folder, "long-echo", "--answer-bytes", str(answer_bytes(stage)))


def run(setting):
    with setting.stage(drives=2, slots=8, cartridges=4, sides=1) as stage:
        stage.start()
        stage.wait_identified()
        with servers.echo(setting.programs, stage.folder, "echo") as echo, echo_as_long(setting, stage) as long_echo:
            for clients in setting.clients:
                setting.compare(f"status: {clients} connection{'' if clients == 1 else 's'}", RATE,
                                [asking(setting, "rsmd, status", stage.socket, "status", stage.daemon.pid, clients), asking(setting, "echo of the call", echo.path, "echo", echo.pid, clients),
                                 asking(setting, "echo with an answer as long as ours", long_echo.path, "echo", long_echo.pid, clients)], answer_bytes=answer_bytes(stage))
