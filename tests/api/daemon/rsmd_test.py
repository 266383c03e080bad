#!/usr/bin/env python3
"""The real rsmd, end to end over its socket: start, answer, stop, kill, refuse. Arguments: RSMD RSM_EMU RSM_HANDLER."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = {}
START_LIMIT_S = 60  # a sanitizer build on a busy machine
STOP_LIMIT_S = 15 + 30


class Client:
    """One connection that speaks JSON-RPC, one object a line."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(START_LIMIT_S)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self.lines = self.socket.makefile("r")
        self.last_id = 0

    def call(self, method, **params):
        self.last_id += 1
        line = json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params}) + "\n"
        self.socket.sendall(line.encode())
        return json.loads(self.lines.readline())

    def result(self, method, **params):
        answer = self.call(method, **params)
        if "result" not in answer:
            raise AssertionError(f"{method}: {answer}")
        return answer["result"]

    def close(self):
        self.lines.close()
        self.socket.close()


class Rsmd:
    """A daemon in a directory of its own."""

    def __init__(self, libraries=1, extra="", owner=None):
        self.root = tempfile.mkdtemp(prefix="rsmd-test-")
        os.chmod(self.root, 0o755)
        self.config = os.path.join(self.root, "rsmd.toml")
        self.socket_path = os.path.join(self.root, "run", "rsmd.sock")
        self.log_path = os.path.join(self.root, "log", "rsmd.log")
        os.mkdir(os.path.dirname(self.log_path))
        if owner is not None:
            os.chown(os.path.dirname(self.log_path), owner, -1)
        text = f"""[daemon]
log_level = "debug"
log_file = "{self.log_path}"
[socket]
path = "{self.socket_path}"
[catalog]
path = "{self.root}/state/catalog.db"
[handler]
program = "{PROGRAMS['handler']}"
lock_directory = "{self.root}/locks"
"""
        for number in range(libraries):
            directory = os.path.join(self.root, f"hardware{number}")
            subprocess.run([PROGRAMS["emu"], "make", directory, "--drives", "2", "--slots", "4", "--cartridges", "2", "--sides", "1",
                            "--fs", "none", "--size", "1", "--timing", "zero"], check=True, stdout=subprocess.DEVNULL)
            text += f'[[library]]\nname = "Jukebox {number}"\ndirectory = "{directory}"\nvolumes = "user"\n'
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace("[daemon]\n", "[daemon]\n" + extra, 1))
        self.process = None

    def start(self, ready=True):
        self.process = subprocess.Popen([PROGRAMS["rsmd"], "--config", self.config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True)
        if ready:
            self.wait_until_ready()
        return self

    def wait_until_ready(self):
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"rsmd ended with {self.process.returncode}: {self.process.stderr.read()} {self.log()}")
            try:
                client = Client(self.socket_path)
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.02)
                continue
            hello = client.result("hello", protocol=1, client="rsmd_test")
            client.close()
            if hello["ready"]:
                return
            time.sleep(0.02)
        raise AssertionError(f"not ready in time: {self.log()}")

    def client(self):
        client = Client(self.socket_path)
        client.result("hello", protocol=1, client="rsmd_test")
        return client

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(timeout=STOP_LIMIT_S)
        self.process.stderr.close()
        return code

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return "(no log)"

    def remove(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=STOP_LIMIT_S)
        if self.process is not None and not self.process.stderr.closed:
            self.process.stderr.close()
        deadline = time.monotonic() + START_LIMIT_S
        while processes_of(self.root) and time.monotonic() < deadline:  # handlers finish their step
            time.sleep(0.02)
        shutil.rmtree(self.root)


def processes_of(root):
    """Processes that have this directory in their command line: handlers and launchers of one test."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if root.encode() in file.read() and int(pid) != os.getpid():
                    found.append(int(pid))
        except OSError:
            continue
    return found


class DaemonCase(unittest.TestCase):
    def daemon(self, **options):
        daemon = Rsmd(**options)
        self.addCleanup(daemon.remove)
        return daemon

    def status_of(self, daemon):
        client = daemon.client()
        self.addCleanup(client.close)
        return client.result("status")


class EndToEnd(DaemonCase):
    def test_it_starts_answers_and_stops(self):
        daemon = self.daemon(libraries=2).start()
        client = daemon.client()
        status = client.result("status")
        self.assertTrue(status["ready"])
        self.assertLessEqual({"Jukebox 0", "Jukebox 1"}, {library["name"] for library in status["libraries"]})
        client.close()
        self.assertEqual(daemon.stop(), 0, daemon.log())
        self.assertFalse(os.path.exists(daemon.socket_path), "the socket is left behind")

    def test_libraries_become_ready_and_show_their_media(self):
        daemon = self.daemon().start()
        client = daemon.client()
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            library = next(item for item in client.result("library.list")["items"] if item["name"] == "Jukebox 0")
            if library["operational_state"] == "ready" and library["media"] == 2:
                break
            self.assertLess(time.monotonic(), deadline, f"{library}\n{daemon.log()}")
            time.sleep(0.05)
        self.assertEqual((library["drives"], library["slots"]), (2, 4))
        client.close()
        self.assertEqual(daemon.stop(signal.SIGINT), 0, daemon.log())

    def test_what_it_answered_survives_kill_and_it_starts_again(self):
        daemon = self.daemon().start()
        client = daemon.client()
        session = client.result("session.open", application="kill test")
        daemon.process.kill()
        daemon.process.wait(timeout=STOP_LIMIT_S)
        daemon.process.stderr.close()
        client.close()
        daemon.start()
        client = daemon.client()
        client.result("session.attach", session=session["session"], secret=session["secret"])
        client.close()
        self.assertEqual(daemon.stop(), 0, daemon.log())

    def test_no_handler_outlives_the_daemon(self):
        daemon = self.daemon().start()
        daemon.client().close()
        self.assertEqual(daemon.stop(), 0)
        deadline = time.monotonic() + START_LIMIT_S
        while processes_of(daemon.root) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(processes_of(daemon.root), [])

    def test_a_second_daemon_on_the_same_catalog_is_refused(self):
        daemon = self.daemon().start()
        second = subprocess.run([PROGRAMS["rsmd"], "--config", daemon.config], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(second.returncode, 3, second.stderr)
        self.assertIn("catalog.db", second.stderr)
        self.assertTrue(self.status_of(daemon)["ready"])

    def test_readiness_and_stopping_reach_the_service_manager(self):
        daemon = self.daemon()
        address = os.path.join(daemon.root, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(address)
            os.chmod(address, 0o666)
            manager.settimeout(START_LIMIT_S)
            os.environ["NOTIFY_SOCKET"] = address
            try:
                daemon.start()
            finally:
                del os.environ["NOTIFY_SOCKET"]
            messages = []
            while not any("READY=1" in message for message in messages):
                messages.append(manager.recv(4096).decode())
            daemon.stop()
            while not any("STOPPING=1" in message for message in messages):
                messages.append(manager.recv(4096).decode())

    def test_sighup_opens_the_log_again(self):
        daemon = self.daemon().start()
        os.rename(daemon.log_path, daemon.log_path + ".1")
        daemon.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + START_LIMIT_S
        while not os.path.exists(daemon.log_path):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.assertEqual(daemon.stop(), 0)
        self.assertIn("stopped", daemon.log())

    def test_the_socket_has_the_mode_of_the_configuration(self):
        daemon = self.daemon().start()
        self.assertEqual(stat.S_IMODE(os.stat(daemon.socket_path).st_mode), 0o666)

    def test_garbage_on_the_socket_hurts_only_its_sender(self):
        daemon = self.daemon().start()
        for garbage in (b"\0\xff\n", b"{}\n", b"[" * 100000 + b"\n", b"x" * 300000 + b"\n"):
            with socket.socket(socket.AF_UNIX) as bad:
                bad.connect(daemon.socket_path)
                bad.settimeout(START_LIMIT_S)
                try:
                    bad.sendall(garbage)
                    bad.recv(65536)
                except (BrokenPipeError, ConnectionResetError):
                    pass
        self.assertTrue(self.status_of(daemon)["ready"])

    def test_a_backup_is_restored_when_no_daemon_runs(self):
        daemon = self.daemon().start()
        client = daemon.client()
        session = client.result("session.open", application="backup test")
        backup = os.path.join(daemon.root, "state", "backup.db")
        client.result("catalog.backup", path=backup)
        self.assertTrue(client.result("catalog.check")["ok"])
        client.result("session.close")
        client.close()
        command = [PROGRAMS["rsmd"], "--config", daemon.config, "--restore", backup]
        self.assertEqual(subprocess.run(command, capture_output=True, timeout=START_LIMIT_S, check=False).returncode, 3, "while it runs")
        self.assertEqual(daemon.stop(), 0)
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        daemon.start()
        client = daemon.client()
        client.result("session.attach", session=session["session"], secret=session["secret"])
        client.close()
        self.assertEqual(daemon.stop(), 0)


class Refusals(DaemonCase):
    def run_rsmd(self, *arguments):
        return subprocess.run([PROGRAMS["rsmd"], *arguments], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)

    def test_check_config_says_ok_or_all_findings(self):
        daemon = self.daemon(libraries=0)
        self.assertEqual(self.run_rsmd("--check-config", "--config", daemon.config).stdout, "OK\n")
        with open(daemon.config, "a", encoding="utf-8") as file:
            file.write("[session]\ngrace_s = -1\ngrace = 1\n")
        done = self.run_rsmd("--check-config", "--config", daemon.config)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stdout.splitlines()), 2, done.stdout)
        self.assertIn(daemon.config + ":", done.stdout)
        self.assertEqual(self.run_rsmd("--config", daemon.config).returncode, 1)

    def test_a_missing_configuration_is_one(self):
        self.assertEqual(self.run_rsmd("--config", "/nonexistent/rsmd.toml").returncode, 1)

    def test_a_damaged_catalog_is_three_and_stays_as_it_is(self):
        daemon = self.daemon(libraries=0)
        os.mkdir(os.path.join(daemon.root, "state"))
        catalog = os.path.join(daemon.root, "state", "catalog.db")
        with open(catalog, "wb") as file:
            file.write(b"this is no catalog" * 1000)
        done = self.run_rsmd("--config", daemon.config)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("catalog.db", done.stderr)
        with open(catalog, "rb") as file:
            self.assertTrue(file.read().startswith(b"this is no catalog"))

    def test_a_socket_that_cannot_be_made_is_four(self):
        daemon = self.daemon(libraries=0)
        os.makedirs(daemon.socket_path)
        done = self.run_rsmd("--config", daemon.config)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("rsmd.sock", done.stderr)

    def test_a_directory_that_is_no_library_does_not_keep_the_others_from_service(self):
        daemon = self.daemon(libraries=1)
        with open(daemon.config, "a", encoding="utf-8") as file:
            file.write(f'[[library]]\nname = "Gone"\ndirectory = "{daemon.root}/gone"\n')
        daemon.start()
        libraries = {library["name"]: library for library in self.status_of(daemon)["libraries"]}
        self.assertIn("Gone", libraries)
        self.assertEqual(daemon.stop(), 0, daemon.log())


class AsRoot(DaemonCase):
    def test_started_as_root_it_goes_on_as_an_ordinary_account(self):
        daemon = self.daemon(extra='user = "nobody"\n', owner=65534).start()
        with open(f"/proc/{daemon.process.pid}/status", encoding="utf-8") as file:
            uids = next(line for line in file if line.startswith("Uid:")).split()[1:]
        self.assertEqual(set(uids), {"65534"})
        self.assertTrue(self.status_of(daemon)["ready"])
        self.assertEqual(daemon.stop(), 0, daemon.log())

    def test_an_account_that_does_not_exist_is_five(self):
        daemon = self.daemon(libraries=0, extra='user = "no-such-account-here"\n')
        done = subprocess.run([PROGRAMS["rsmd"], "--config", daemon.config], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("no-such-account-here", done.stderr)


if __name__ == "__main__":
    PROGRAMS["rsmd"], PROGRAMS["emu"], PROGRAMS["handler"] = (os.path.abspath(path) for path in sys.argv[1:4])
    wanted = sys.argv[4:]
    if wanted == ["AsRoot"] and os.geteuid() != 0:
        print("SKIPPED: needs root")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *wanted])
