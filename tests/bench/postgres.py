"""PostgreSQL as a yardstick of durable answers: a cluster of its own, on a unix socket, and pgbench in the place of clients.

One operation is one prepared INSERT of the text that Redis gets, in a transaction of its own, synchronous_commit on. As a program
(postgres.py SOCKET_FOLDER CLIENTS) it is the contestant: one run of pgbench for each round, which counts in whole seconds.
"""
import glob
import json
import math
import os
import pwd
import shutil
import statistics
import subprocess
import sys
import tempfile

LIMIT_S = 60
TEXT = "mount of A00001 side 0 for bench (root): queued, waits for drive 0 of Jukebox, which holds A00002 for holder (root)"


def tools():
    """Debian keeps the programs of a server apart from those of its clients."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return os.path.dirname(found[-1]) if found else os.path.dirname(shutil.which("initdb") or "")


def account():
    """A server of PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    return None


def why_not():
    """None, or the reason why PostgreSQL cannot be a yardstick here."""
    if not tools():
        return "PostgreSQL is not installed (Debian: postgresql)"
    if not os.path.exists(os.path.join(tools(), "pgbench")) and shutil.which("pgbench") is None:
        return "pgbench is not installed (Debian: postgresql-contrib, or postgresql)"
    if os.getuid() == 0 and account() is None:
        return "there is no account that PostgreSQL could run as"
    return None


def program(name):
    inside = os.path.join(tools(), name)
    return inside if os.path.exists(inside) else name


class Cluster:
    """In a folder of its own; ended with the block."""

    def __enter__(self):
        self.user = account()
        self.folder = tempfile.mkdtemp(prefix="rsm-postgres-")
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        try:
            self.run("initdb", "--pgdata", self.data, "--auth", "trust", "--username", "bench", "--no-locale", "--encoding", "UTF8")
            with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as conf:
                conf.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nsynchronous_commit = on\nfsync = on\nmax_connections = 100\nmax_wal_size = '1GB'\n")
            self.run("pg_ctl", "--pgdata", self.data, "--log", os.path.join(self.folder, "log"), "--wait", "start")
            self.run("psql", "--host", self.folder, "--username", "bench", "--dbname", "postgres", "--command", "CREATE TABLE request (number bigserial PRIMARY KEY, about text NOT NULL)")
        except BaseException:
            self.__exit__()
            raise
        return self

    @property
    def data(self):
        return os.path.join(self.folder, "data")

    def run(self, name, *words):
        become = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        done = subprocess.run([program(name), *words], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S, check=False, **become)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stdout.strip().splitlines()[-1:]}")

    def __exit__(self, *_):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.run("pg_ctl", "--pgdata", self.data, "--mode", "fast", "--wait", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def one_round(folder, clients, seconds):
    with tempfile.TemporaryDirectory() as logs:
        script = os.path.join(logs, "insert.sql")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"INSERT INTO request (about) VALUES ('{TEXT}');\n")
        done = subprocess.run([program("pgbench"), "--host", folder, "--username", "bench", "--no-vacuum", "--client", str(clients), "--jobs", "1", "--protocol", "prepared", "--file", script,
                               "--time", str(max(1, math.ceil(seconds))), "--log", "--log-prefix", os.path.join(logs, "times"), "postgres"],
                              capture_output=True, text=True, timeout=seconds + LIMIT_S, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr.strip())
        rate = next(float(line.split("=")[1].split()[0]) for line in done.stdout.splitlines() if line.startswith("tps"))
        took = []
        for name in glob.glob(os.path.join(logs, "times*")):
            with open(name, encoding="ascii") as file:
                took += [int(line.split()[2]) for line in file]
        took.sort()
        return {"operations": len(took), "seconds": len(took) / rate, "median_us": statistics.median(took), "p99_us": took[min(len(took) - 1, len(took) * 99 // 100)]}


def main(folder, clients):
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(one_round(folder, int(clients), float(line))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
