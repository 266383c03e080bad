"""The real programs for system tests: an emulated library, the daemon, and clients that survive it.

Everything lives in one temporary folder and is gone when Stage is left, also after a failure: daemon, handlers, loop devices,
mounts. A test that cannot run here exits 77 with "SKIPPED: reason" (ctest's SKIP_RETURN_CODE).
"""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

LIMIT_S = 60  # for anything that is waited for
NOBODY = 65534


def programs(build):
    return {name: os.path.join(build, "bin", name) for name in ("rsmd", "rsm", "rsm-emu", "rsm-handler", "rsm-changer", "rsm-mtx", "backup_session", "allocate_media", "operator_requests", "look_around", "two_sessions", "pools_and_labels", "library_control", "ntms_catalog", "stalling_image")}


def block_volumes_possible():
    if os.geteuid() != 0:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(["losetup", "--find"], **quiet).returncode == 0 and subprocess.run(["unshare", "--mount", "true"], **quiet).returncode == 0


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(77)


class Refused(Exception):
    """An error of the daemon: Win32 number, name, object, detail."""

    def __init__(self, error):
        self.code = error["code"]
        self.data = error.get("data") or {}
        super().__init__(f"{self.data.get('name')} ({self.code}) {self.data.get('object', '')}: {self.data.get('detail', error.get('message', ''))}")


class Broken(Exception):
    """The connection broke before the answer."""


class Connection:
    def __init__(self, path, limit_s=LIMIT_S):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(limit_s)
        self.number = 0
        try:
            self.socket.connect(path)
            self.file = self.socket.makefile("rwb")
            self.call("hello", protocol=1, client="system test")
        except (OSError, ValueError) as error:
            self.close()
            raise Broken(str(error)) from error

    def close(self):
        self.socket.close()

    def call(self, method, **params):
        self.number += 1
        try:
            self.file.write(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}).encode() + b"\n")
            self.file.flush()
            line = self.file.readline()
        except (OSError, ValueError) as error:
            raise Broken(str(error)) from error
        if not line.endswith(b"\n"):
            raise Broken("end of file")
        answer = json.loads(line)
        assert answer["id"] == self.number, answer
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]


class Session:
    """A session that re-attaches by itself; calls with a key are sent again until they are answered."""

    def __init__(self, stage, application):
        self.stage = stage
        self.connection = None
        opened = self.until_answered(lambda c: c.call("session.open", application=application))
        self.id, self.secret = opened["session"], opened["secret"]

    def connected(self):
        if self.connection is None:
            connection = Connection(self.stage.socket)
            try:
                if hasattr(self, "id"):
                    connection.call("session.attach", session=self.id, secret=self.secret)
            except Exception:
                connection.close()
                raise
            self.connection = connection
        return self.connection

    def until_answered(self, ask):
        end = time.monotonic() + LIMIT_S
        while True:
            try:
                return ask(self.connected())
            except Broken:
                if self.connection is not None:
                    self.connection.close()
                self.connection = None
            except Refused as error:
                if error.code != 21:  # ERROR_NOT_READY: still starting
                    raise
            if time.monotonic() > end:
                raise TimeoutError(f"no answer within {LIMIT_S} s")
            time.sleep(0.01)

    def call(self, method, **params):
        return self.until_answered(lambda c: c.call(method, **params))

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Stage:
    def __init__(self, build, drives=2, slots=12, cartridges=6, sides=2, timing="0.005", config="", limits="", volumes=None, fs="ext4", size=8, library="", hardware=None):
        """hardware: the [[library]] section of a library that is not emulated; else one is made."""
        self.programs = programs(build)
        self.folder = tempfile.mkdtemp(prefix="openrsm-test.")
        os.chmod(self.folder, 0o755)
        self.library = os.path.join(self.folder, "library")
        self.socket = os.path.join(self.folder, "rsmd.sock")
        self.catalog = os.path.join(self.folder, "catalog.db")
        self.config = os.path.join(self.folder, "rsmd.toml")
        self.log = os.path.join(self.folder, "rsmd.log")
        self.volumes = volumes or ("block" if block_volumes_possible() else "user")
        self.daemon = None
        self.daemon_environment = None  # that of this process
        self.environment = dict(os.environ, OPENRSM_SOCKET=self.socket, NO_COLOR="1")
        self.emulated = hardware is None
        if self.emulated:
            self.run("rsm-emu", "make", self.library, "--drives", drives, "--slots", slots, "--ports", 1, "--cartridges", cartridges, "--sides", sides,
                     "--fs", fs, "--size", size, "--timing", timing, "--seed", 11)
            hardware = f"""[[library]]
name = "Jukebox"
driver = "emulated"
directory = "{self.library}"
volumes = "{self.volumes}"
"""
        with open(self.config, "w") as file:
            file.write(f"""
[socket]
path = "{self.socket}"
[catalog]
path = "{self.catalog}"
[volume]
busy_wait_s = 1
busy_retry_ms = 50
[handler]
program = "{self.programs['rsm-handler']}"
lock_directory = "{self.folder}/locks"
{limits}
{config}
{hardware}
{library}
""")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and os.path.exists(self.log):
            print("---- the last lines of the daemon ----")
            subprocess.run(["tail", "-n", "40", self.log])
        self.stop()
        for pid in self.own_processes():
            try:
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        end = time.monotonic() + 10
        while self.own_processes() and time.monotonic() < end:
            time.sleep(0.05)
        illegal = self.illegal_steps()
        if self.emulated:
            subprocess.run([self.programs["rsm-emu"], "clean", self.library], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT_S)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert kind is not None or not illegal, illegal

    def illegal_steps(self):
        """Lines of the daemon that tell of a change of state that is in no row of its table (docs/states.md)."""
        if not os.path.exists(self.log):
            return []
        with open(self.log, errors="replace") as log:
            return [line for line in log if " is no step of a " in line]

    def run(self, program, *arguments, check=True, limit_s=LIMIT_S):
        done = subprocess.run([self.programs[program], *map(str, arguments)], capture_output=True, text=True, timeout=limit_s,
                              env=getattr(self, "environment", None))
        if check and done.returncode != 0:
            raise AssertionError(f"{program} {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, wait=True):
        log = open(self.log, "ab")
        self.daemon = subprocess.Popen([self.programs["rsmd"], "--config", self.config], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                       env=self.daemon_environment)
        log.close()
        if wait:
            self.wait_until("the daemon answers", self.answers)

    def answers(self):
        if self.daemon.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.daemon.returncode}")
        try:
            connection = Connection(self.socket)
            try:
                return connection.call("status")["ready"]
            finally:
                connection.close()
        except (Broken, Refused):
            return False

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()

    def stop(self):
        if self.daemon is None or self.daemon.poll() is not None:
            return None
        self.daemon.terminate()
        try:
            return self.daemon.wait(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            raise AssertionError("the daemon did not end after SIGTERM") from None

    def own_processes(self):
        """Handlers and launchers of this stage: their command line or environment names its folder."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) == os.getpid():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    line = file.read()
            except OSError:
                continue
            if self.folder.encode() in line and b"python" not in line.split(b"\0")[0]:
                found.append(int(entry))
        return found

    def handlers(self):
        found = []
        for pid in self.own_processes():
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    if file.read().split(b"\0")[0].endswith(b"rsm-handler"):
                        found.append(pid)
            except OSError:
                continue
        return found

    def wait_until(self, what, condition, limit_s=LIMIT_S):
        end = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not within {limit_s} s: {what}")
            time.sleep(0.02)

    def connection(self):
        return Connection(self.socket)

    def call(self, method, **params):
        connection = self.connection()
        try:
            return connection.call(method, **params)
        finally:
            connection.close()

    def all(self, method, **params):
        items, cursor = [], None
        connection = self.connection()
        try:
            while True:
                page = connection.call(method, **params, **({"cursor": cursor} if cursor else {}))
                items += page["items"]
                cursor = page.get("next_cursor")
                if not cursor:
                    return items
        finally:
            connection.close()

    def open_requests(self):
        return self.all("request.list", open_only=True)

    def wait_at_rest(self, what, known):
        """Until `known()` holds, every request that this brought with it has ended, and no drive holds anything any more.

        In this order: what becomes known and the requests that follow from it are one commit, so who looks for requests first may look before it.
        """
        self.wait_until(what, lambda: self.answers() and known() and not self.open_requests() and all(d["state"] == "dismounted" for d in self.all("drive.list")))

    def wait_identified(self):
        def all_are():
            sides = self.all("side.list")
            return sides and all(s["state"] == "import" for s in sides)
        self.wait_at_rest("all cartridges are identified", all_are)

    def events(self):
        found, cursor = [], 0
        connection = self.connection()
        try:
            while True:
                page = connection.call("event.read", cursor=cursor, limit=1000)
                found += page["events"]
                if not page["events"]:
                    return found
                cursor = page["cursor"]
        finally:
            connection.close()


def as_an_ordinary_user(script, build):
    """The same test once more, without any rights; for who has them."""
    def run(*command):
        return subprocess.run(command, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True, cwd="/")

    try:
        why_not = run(os.path.join(build, "bin", "rsmd"), "--version").stderr
    except PermissionError as error:
        why_not = str(error)
    if why_not:
        return print(f"not as an ordinary user: {why_not}")
    done = run("/usr/bin/python3", "-B", os.path.abspath(script), build)
    assert done.returncode == 0, done.stdout + done.stderr
    print("passed all of it as an ordinary user")


def main(test):
    """Runs test(build, random) of a test program: PROGRAM BUILD [SEED]."""
    build = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(f"seed {seed}")
    test(build, random.Random(seed))
    print("passed")
