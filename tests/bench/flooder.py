#!/usr/bin/env python3
"""One user who wants everything: flooder.py SOCKET KIND CONNECTIONS, until standard input ends. Says "flooding" when it is under way.

KIND: read, calls whose answers it reads as fast as it can; unread, the same, and reads nothing; connect, connections without end; METHOD is
what is called, rsm.describe unless KIND is "read:METHOD".
"""
import json
import resource
import select
import socket
import sys

PIPELINED = 64
HELLO = b'{"jsonrpc":"2.0","id":0,"method":"hello","params":{"protocol":1,"client":"flood"}}\n'


def connected(path):
    one = socket.socket(socket.AF_UNIX)
    one.connect(path)
    one.setblocking(False)
    return one


def knock(path):
    """Connections that are closed at once, one after the other."""
    while True:
        yield
        for _ in range(200):
            try:
                connected(path).close()
            except OSError:  # the queue of the listener is full: just what was wanted
                pass


def call(path, method, connections, reads):
    lines = b"".join(json.dumps({"jsonrpc": "2.0", "id": n, "method": method, "params": {}}).encode() + b"\n" for n in range(PIPELINED))
    poll = select.epoll()
    clients = {}
    for _ in range(connections):
        try:
            one = connected(path)
            one.send(HELLO)
        except OSError:
            continue
        clients[one.fileno()] = [one, b""]
        poll.register(one, select.EPOLLOUT | (select.EPOLLIN if reads else 0))
    while True:
        yield
        for fd, events in poll.poll(0.1, 256):
            client = clients[fd]
            try:
                if events & select.EPOLLIN:
                    client[0].recv(1 << 20)
                if events & select.EPOLLOUT:
                    client[1] = client[1] or lines
                    client[1] = client[1][client[0].send(client[1]):]
            except BlockingIOError:
                pass
            except OSError:  # cut off
                poll.unregister(fd)


def main():
    path, kind, connections = sys.argv[1], sys.argv[2], int(sys.argv[3])
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    how, _, method = kind.partition(":")
    flood = knock(path) if how == "connect" else call(path, method or "rsm.describe", connections, how == "read")
    next(flood)
    for _ in range(20):
        next(flood)
    print("flooding", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        next(flood)


if __name__ == "__main__":
    main()
