#!/usr/bin/env python3
"""Sessions that only are there: idle_sessions.py SOCKET NUMBER, each with its connection, until standard input ends. Says "open" when all are."""
import json
import resource
import socket
import sys

AT_ONCE = 100  # that wait for the service; more may find its queue full
LIMIT_S = 120


def line(number, method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"


def answer(file):
    said = json.loads(file.readline() or '{"error": "end of file"}')
    if "error" in said:
        sys.exit(f"refused: {said['error']}")


def opened(path, number):
    ones = []
    for _ in range(number):
        one = socket.socket(socket.AF_UNIX)
        one.settimeout(LIMIT_S)
        one.connect(path)
        ones.append(one)
        one.sendall(line(1, "hello", protocol=1, client="idle") + line(2, "session.open", application="Backup"))
    for one in ones:
        with one.makefile("rb") as file:
            answer(file)
            answer(file)
    return ones


def main():
    path, number = sys.argv[1], int(sys.argv[2])
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    kept = []
    while len(kept) < number:
        kept += opened(path, min(AT_ONCE, number - len(kept)))
    print("open", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
