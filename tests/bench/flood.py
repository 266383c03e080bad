"""Another user's hello and status while one user floods the service, beside the same without a flood."""
import json
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import time

from rounds import LATENCY, Failed

STEP_LIMIT_S = 60
NOBODY = 65534
PYTHON = shutil.which("python3", path="/usr/bin:/bin") or sys.executable  # that of root may lie where nobody may not look
FLOODS = {"calls, answers read": "read", "calls, answers not read": "unread", "lists, answers read": "read:slot.list", "connections without end": "connect"}


def run(setting):
    if os.geteuid() != 0:
        setting.leave_out("flood", "needs root, to be two users")
        return
    connections = 1000 if setting.clients[-1] > 4 else 20
    with setting.stage(drives=2, slots=200, cartridges=4, sides=1) as stage:
        stage.start()
        stage.wait_identified()
        for name, kind in FLOODS.items():
            setting.compare(f"flood: {name}, {connections} connections", LATENCY,
                            [Asks("beside the flood", stage, [kind, connections]), Asks("alone", stage, None)], connections=connections)


class Asks:
    """A contestant: root's connection, hello and status, with or without a flood of nobody meanwhile."""

    def __init__(self, name, stage, flood):
        self.name, self.stage, self.flood, self.pid = name, stage, flood, stage.daemon.pid

    def round(self, seconds):
        flooder = Flooder(self.stage, *self.flood) if self.flood else None
        try:
            took = []
            while sum(took) < seconds or not took:
                begin = time.monotonic()
                self.ask()
                took.append(time.monotonic() - begin)
        finally:
            if flooder:
                flooder.close()
        micros = sorted(one * 1e6 for one in took)
        return {"operations": len(took), "seconds": sum(took), "median_us": statistics.median(micros), "p99_us": micros[int(0.99 * (len(micros) - 1))],
                "max_us": micros[-1]}

    def ask(self):
        with socket.socket(socket.AF_UNIX) as one:
            # As any client: connect() waits while the listener's queue is full. settimeout() would make it fail instead.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STEP_LIMIT_S, 0))
            one.connect(self.stage.socket)
            one.settimeout(STEP_LIMIT_S)
            file = one.makefile("rwb")
            for number, (method, params) in enumerate([("hello", {"protocol": 1, "client": "bench"}), ("status", {})]):
                file.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n")
                file.flush()
                answer = json.loads(file.readline() or b"{}")
                if "result" not in answer:
                    raise Failed(f"{self.name}: {method}: {answer}")

    def close(self):
        pass


class Flooder:
    def __init__(self, stage, kind, connections):
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flooder.py")
        with open(program, encoding="utf-8") as file:  # nobody may not be able to read it where it lies
            source = file.read()
        self.child = subprocess.Popen([PYTHON, "-B", "-c", source, stage.socket, kind, str(connections)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      user=NOBODY, group=NOBODY, extra_groups=[], cwd="/")
        if self.child.stdout.readline() != "flooding\n":
            self.close()
            raise Failed("the flood did not begin")

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(timeout=STEP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()
