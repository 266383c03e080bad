"""The servers beside ours: Redis and the echo. Each in a folder of its own, on a unix socket, ended by its pid."""
import os
import shutil
import socket
import subprocess
import time

START_LIMIT_S = 20
END_LIMIT_S = 20


class Server:
    def __init__(self, command, path, program=None):
        self.path = path
        self.child = subprocess.Popen([str(word) for word in command], executable=program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.pid = self.child.pid
        end = time.monotonic() + START_LIMIT_S
        while not self.listens():
            if self.child.poll() is not None or time.monotonic() > end:
                self.close()
                raise RuntimeError(f"{command[0]} does not listen on {path}")
            time.sleep(0.02)

    def listens(self):
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(self.path)
            return True
        except OSError:
            return False

    def close(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=END_LIMIT_S)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.child.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def redis_program():
    """The server. Debian has it in redis-tools, without a service, as redis-check-rdb: one program that goes by the name it is called by."""
    return shutil.which("redis-server") or shutil.which("redis-check-rdb")


def why_no_redis(programs):
    """None, or the reason why Redis cannot be a yardstick here."""
    if redis_program() is None:
        return "Redis is not installed (scripts/install-deps)"
    if not os.path.exists(programs["bench_redis"]):
        return "bench_redis was not built: libhiredis-dev is not installed (scripts/install-deps)"
    return None


def redis(folder):
    path = os.path.join(folder, "redis.sock")
    return Server(["redis-server", "--port", "0", "--unixsocket", path, "--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "",
                   "--auto-aof-rewrite-percentage", "0", "--daemonize", "no", "--logfile", os.path.join(folder, "redis.log")], path, redis_program())


def echo(programs, folder, name, *options):
    path = os.path.join(folder, name + ".sock")
    return Server([programs["bench_echo"], path, *options], path)
