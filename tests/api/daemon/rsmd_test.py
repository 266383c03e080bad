#!/usr/bin/env python3
"""The real rsmd, end to end over its socket: start, answer, stop, kill, refuse. Arguments: RSMD RSM_EMU RSM_HANDLER."""

import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
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

    def start(self, ready=True, prefix=(), stderr=subprocess.PIPE):
        self.process = subprocess.Popen([*prefix, PROGRAMS["rsmd"], "--config", self.config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=stderr, text=True)
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
        if self.process.stderr is not None:
            self.process.stderr.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=STOP_LIMIT_S)
        self.process.stderr.close()

    @property
    def catalog(self):
        return os.path.join(self.root, "state", "catalog.db")

    def configure(self, old, new):
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        assert old in text, old
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

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
        if self.process is not None and self.process.stderr is not None and not self.process.stderr.closed:
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


def until(condition, what, limit=START_LIMIT_S):
    """Waits for the condition's first true answer and gives it."""
    deadline = time.monotonic() + limit
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"never came: {what() if callable(what) else what}")
        time.sleep(0.05)


def service_events(client):
    """Events of the service itself, oldest first."""
    return [event for event in client.result("event.read", cursor=0, limit=1000)["events"] if event["type"] == "computer"]


def refusal(client, method, **params):
    return client.call(method, **params)["error"]


class Keys(DaemonCase):
    """A key names one call, whatever happens to the daemon meanwhile."""

    def loaded_library(self):
        """A daemon whose two cartridges are known, a session, and their sides."""
        daemon = self.daemon().start()
        client = daemon.client()

        def sides():
            media = client.result("medium.list")["items"]
            known = [medium for medium in media if medium["state"] == "idle" and medium["sides"][0]["state"] == "foreign"]
            return len(known) == 2 and [medium["sides"][0]["id"] for medium in known]

        found = until(sides, daemon.log)
        session = client.result("session.open", application="keys")
        return daemon, client, session, found

    def again(self, daemon, client, session):
        client.close()
        daemon.kill()
        daemon.start()
        client = daemon.client()
        client.result("session.attach", session=session["session"], secret=session["secret"])
        return client

    def test_a_resend_is_answered_whole_and_in_the_order_asked_after_a_kill(self):
        daemon, client, session, (first, second) = self.loaded_library()
        for turn in range(4):
            media = [first, second] if turn % 2 == 0 else [second, first]
            asked = client.result("mount.submit", key=f"mount {turn}", media=media)["requests"]
            client = self.again(daemon, client, session)
            self.assertEqual(client.result("mount.submit", key=f"mount {turn}", media=media)["requests"], asked)
            for request in asked:
                self.assertEqual(client.result("request.wait", request=request)["state"], "passed")
            self.assertEqual([client.result("request.get", request=request)["side"] for request in asked], media)
            asked = client.result("dismount.submit", key=f"dismount {turn}", media=media)["requests"]
            client = self.again(daemon, client, session)
            self.assertEqual(client.result("dismount.submit", key=f"dismount {turn}", media=media)["requests"], asked)
            for request in asked:
                self.assertEqual(client.result("request.wait", request=request)["state"], "passed")
            self.assertEqual(client.result("dismount.submit", key=f"dismount {turn}", media=media)["requests"], asked)
        client.close()
        self.assertEqual(daemon.stop(), 0, daemon.log())

    def test_the_same_key_for_another_call_is_refused(self):
        daemon, client, session, (first, second) = self.loaded_library()
        asked = client.result("mount.submit", key="one", media=[first])["requests"]
        self.assertEqual(client.result("request.wait", request=asked[0])["state"], "passed")
        for _ in range(2):
            for method, media in (("dismount.submit", [first]), ("mount.submit", [second]), ("mount.submit", [first, second])):
                error = refusal(client, method, key="one", media=media)
                self.assertEqual(error["code"], 87, error)
                self.assertIn("another call", error["data"]["detail"])
            library = client.result("library.get", name="Jukebox 0")["id"]
            self.assertEqual(refusal(client, "library.inventory", key="one", library=library, action="fast")["code"], 87)
            self.assertEqual(client.result("mount.submit", key="one", media=[first])["requests"], asked)
            client = self.again(daemon, client, session)
        self.assertTrue(any(drive["state"] == "loaded" for drive in client.result("drive.list")["items"]), "nothing was dismounted")
        client.close()
        self.assertEqual(daemon.stop(), 0, daemon.log())

    def test_the_end_of_a_request_is_one_event(self):
        daemon, client, _, (first, _) = self.loaded_library()
        asked = client.result("mount.submit", key="one", media=[first])["requests"][0]
        client.result("request.wait", request=asked)
        ends = [event for event in client.result("event.read", cursor=0, limit=1000)["events"] if event["object"] == asked and event["state"] == "passed"]
        self.assertEqual([event["kind"] for event in ends], ["complete"])
        client.close()
        self.assertEqual(daemon.stop(), 0)


class Catalog(DaemonCase):
    """The catalog as a file: links, backups, restores, damage, a full disk."""

    def test_two_daemons_by_two_links_do_not_both_start(self):
        daemon = self.daemon(libraries=0)
        state = os.path.join(daemon.root, "state")
        os.makedirs(os.path.join(state, "real"))
        os.symlink("real/catalog.db", daemon.catalog)  # it leads to nothing yet
        os.symlink(daemon.catalog, os.path.join(state, "second.db"))
        daemon.start()
        self.assertEqual(sorted(os.listdir(state)), ["catalog.db", "real", "second.db"], "log and lock lie beside the file")
        for name in os.listdir(os.path.join(state, "real")):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(state, "real", name)).st_mode), 0o600, name)
        other = self.daemon(libraries=0)
        other.configure(other.catalog, os.path.join(state, "second.db"))
        done = subprocess.run([PROGRAMS["rsmd"], "--config", other.config], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(str(daemon.process.pid), done.stderr)
        client = daemon.client()
        backup = os.path.join(daemon.root, "backup.db")
        client.result("catalog.backup", path=backup)
        client.close()
        done = subprocess.run([PROGRAMS["rsmd"], "--config", other.config, "--restore", backup], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 3, "a restore under a running daemon")
        self.assertEqual(daemon.stop(), 0)

    def test_a_backup_is_refused_where_its_name_means_something_and_where_there_is_no_folder(self):
        daemon = self.daemon(libraries=0).start()
        client = daemon.client()
        for name in (".restore", "-wal", ".lock", "", ".before-restore"):
            self.assertEqual(refusal(client, "catalog.backup", path=daemon.catalog + name)["code"], 87, name)
        missing = refusal(client, "catalog.backup", path="/no/such/folder/b.db")
        self.assertEqual(missing["code"], 2, missing)
        self.assertIn("/no/such/folder", json.dumps(missing))
        client.close()
        self.assertEqual(daemon.stop(), 0)

    def test_after_a_restore_numbers_go_on_and_clients_are_told(self):
        daemon = self.daemon(libraries=1).start()
        client = daemon.client()
        backup = os.path.join(daemon.root, "backup.db")
        client.result("catalog.backup", path=backup)
        before = client.result("status")["history"]
        for _ in range(5):
            client.result("session.open", application="after the backup")
        last = client.result("status")["last_event"]
        self.assertEqual(client.result("event.read", cursor=last)["history"], before)
        client.close()
        self.assertEqual(daemon.stop(), 0)
        done = subprocess.run([PROGRAMS["rsmd"], "--config", daemon.config, "--restore", backup], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        daemon.start()
        client = daemon.client()
        status = client.result("status")
        self.assertNotEqual(status["history"], before)
        self.assertGreater(status["last_event"], last)
        events = client.result("event.read", cursor=0, limit=1000)["events"]
        self.assertGreater(events[0]["number"], last)
        told = service_events(client)
        self.assertEqual([event["state"] for event in told], ["restored"])
        self.assertIn(backup, told[0]["reason"])
        self.assertIn(backup, daemon.log())
        for cursor in (1, last - 1, last):  # whatever a client had seen, also all of it
            error = refusal(client, "event.read", cursor=cursor)
            self.assertEqual(error["code"], 232, f"{cursor}: {error}")
        client.close()
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        client = daemon.client()
        self.assertEqual(client.result("status")["history"], status["history"])
        self.assertEqual(len(service_events(client)), 1, "told once")
        client.close()
        self.assertEqual(daemon.stop(), 0)

    def test_a_start_that_finishes_a_restore_says_so(self):
        daemon = self.daemon(libraries=0).start()
        client = daemon.client()
        backup = os.path.join(daemon.root, "backup.db")
        client.result("catalog.backup", path=backup)
        client.close()
        self.assertEqual(daemon.stop(), 0)
        shutil.copy(backup, daemon.catalog + ".restore")
        daemon.start()
        client = daemon.client()
        self.assertEqual([event["state"] for event in service_events(client)], ["restored"])
        self.assertIn("restored", daemon.log())
        client.close()
        self.assertEqual(daemon.stop(), 0)
        with open(daemon.catalog + ".restore", "wb") as file:
            file.write(b"no catalog" * 1000)
        done = subprocess.run([PROGRAMS["rsmd"], "--config", daemon.config], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("catalog.db.restore", done.stderr)

    # A file copied over the catalog of a killed daemon: its old log would be played into the new file.
    def test_a_catalog_that_was_exchanged_under_its_log_is_refused_until_it_is_back_or_restored(self):
        daemon = self.daemon(libraries=1).start()
        client = daemon.client()
        backup = os.path.join(daemon.root, "backup.db")
        client.result("catalog.backup", path=backup)
        client.close()
        self.assertEqual(daemon.stop(), 0)
        by_hand = os.path.join(daemon.root, "by hand.db")
        shutil.copy(daemon.catalog, by_hand)
        daemon.start()
        client = daemon.client()
        session = client.result("session.open", application="the last")
        backup_of_this_run = os.path.join(daemon.root, "backup of this run.db")
        client.result("catalog.backup", path=backup_of_this_run)
        client.close()
        daemon.kill()
        killed = {name: pathlib.Path(name).read_bytes() for name in (daemon.catalog, daemon.catalog + "-wal")}
        for other in (backup, by_hand, backup_of_this_run):
            with self.subTest(other):
                shutil.copy(other, daemon.catalog)
                os.chmod(daemon.catalog, 0o600)
                before = pathlib.Path(daemon.catalog).read_bytes()
                done = subprocess.run([PROGRAMS["rsmd"], "--config", daemon.config], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn("another file lies here", done.stderr)
                self.assertEqual(pathlib.Path(daemon.catalog).read_bytes(), before)
                self.assertEqual(pathlib.Path(daemon.catalog + "-wal").read_bytes(), killed[daemon.catalog + "-wal"])
        command = [PROGRAMS["rsmd"], "--config", daemon.config, "--restore", backup]
        pathlib.Path(daemon.catalog).write_bytes(killed[daemon.catalog])
        daemon.start()
        client = daemon.client()
        client.result("session.attach", session=session["session"], secret=session["secret"])
        client.close()
        daemon.kill()
        shutil.copy(backup_of_this_run, daemon.catalog)
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        daemon.start()
        self.assertEqual(daemon.stop(), 0)

    def test_findings_after_a_kill_need_a_person_until_a_check_finds_nothing(self):
        daemon = self.daemon(libraries=0).start()
        daemon.kill()
        with sqlite3.connect(daemon.catalog) as catalog:  # its log is taken in, as by the next owner
            catalog.execute("INSERT INTO media_counter VALUES (99, 99, 99, 5)")
        catalog.close()
        daemon.start()
        client = daemon.client()
        attention = until(lambda: client.result("status")["attention"], daemon.log)
        self.assertIn("media counter", attention[0])
        self.assertEqual(until(lambda: service_events(client), daemon.log)[0]["state"], "catalog damaged")
        self.assertFalse(client.result("catalog.check")["ok"])
        client.close()
        self.assertEqual(daemon.stop(), 0)
        with sqlite3.connect(daemon.catalog) as catalog:
            catalog.execute("DELETE FROM media_counter")
        catalog.close()
        daemon.start()  # nobody has found it sound: it is looked at again
        client = daemon.client()
        until(lambda: "the check in the background: it found nothing" in daemon.log(), daemon.log)
        self.assertTrue(client.result("catalog.check")["ok"])
        self.assertEqual(client.result("status")["attention"], [])
        client.close()
        self.assertEqual(daemon.stop(), 0)

    def test_after_an_end_in_order_nothing_is_checked(self):
        daemon = self.daemon(libraries=0).start()
        self.assertEqual(daemon.stop(), 0)
        daemon.start()
        self.assertEqual(daemon.stop(), 0)
        self.assertNotIn("checked in the background", daemon.log())

    def test_a_damaged_frame_of_the_log_is_said_with_what_it_cost(self):
        daemon = self.daemon(libraries=0).start()
        client = daemon.client()
        for n in range(20):
            client.result("session.open", application=f"session {n}")
        client.close()
        daemon.kill()
        log = daemon.catalog + "-wal"
        frame = 24 + 4096
        frames = (os.path.getsize(log) - 32) // frame
        self.assertGreater(frames, 30)
        with open(log, "r+b") as file:
            file.seek(32 + (frames // 2) * frame + 24 + 50)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 0xff]))
        daemon.start()
        client = daemon.client()
        attention = client.result("status")["attention"]
        self.assertRegex(attention[0], rf"damaged at frame {frames // 2 + 1} .*{frames - frames // 2} frames with [0-9]+ commits")
        self.assertRegex(daemon.log(), "damaged at frame")
        until(lambda: "the check in the background: it found nothing" in daemon.log(), daemon.log)
        self.assertEqual(until(lambda: service_events(client), daemon.log)[0]["state"], "catalog damaged")
        client.close()
        self.assertEqual(daemon.stop(), 0)

    def test_a_catalog_that_cannot_be_loaded_is_three(self):
        daemon = self.daemon(libraries=0).start()
        client = daemon.client()
        for n in range(200):
            client.result("session.open", application=f"session {n} " + "x" * 40)
        client.close()
        self.assertEqual(daemon.stop(), 0)
        catalog = sqlite3.connect(daemon.catalog)
        page = catalog.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'session'").fetchone()[0]
        catalog.close()
        with open(daemon.catalog, "r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(b"\x5a" * 4096)
        done = subprocess.run([PROGRAMS["rsmd"], "--config", daemon.config], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("damaged", done.stderr)

    def test_a_full_disk_is_said_reading_goes_on_and_space_heals(self):
        if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("needs root and mounts")
        daemon = self.daemon(libraries=1)
        state = os.path.join(daemon.root, "state")
        os.mkdir(state)
        # In a mount namespace of its own, which nothing outlives.
        script = f'mount -t tmpfs -o size=16m,mode=755 rsm-test "{state}" && exec "$@"'
        daemon.start(prefix=("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"))
        inside = f"/proc/{daemon.process.pid}/root{state}"
        client = daemon.client()
        kept = client.result("session.open", application="before")
        until(lambda: client.result("library.get", name="Jukebox 0")["operational_state"] == "ready", daemon.log)
        with open(os.path.join(inside, "ballast"), "wb", buffering=0) as ballast:
            with self.assertRaises(OSError):
                while True:
                    ballast.write(b"b" * 65536)
        others = []

        def full():  # what the log still has room for succeeds
            other = daemon.client()
            others.append(other)
            answer = other.call("session.open", application="x" * 60)
            return answer.get("error")

        error = until(full, daemon.log)
        self.assertEqual(error["code"], 112, error)
        accepted = []
        for _ in range(10):
            self.assertEqual(client.result("library.get", name="Jukebox 0")["name"], "Jukebox 0")
            self.assertEqual(len(client.result("medium.list")["items"]), 2)
            self.assertIn(kept["session"], [session["session"] for session in client.result("session.list")["items"]])
            status = client.result("status")
            if not status["ready"]:
                sentence = next(line for line in status["attention"] if "nothing can be changed" in line)
                self.assertRegex(sentence, r"has [0-9]+ bytes free, the catalog needs 8 MiB")
                self.assertIn("ERROR_DISK_FULL", status["commit_error"])
                answer = client.call("library.inventory", key=f"k{_}", library=client.result("library.get", name="Jukebox 0")["id"], action="fast")
                if "result" in answer:  # the log found room again in between
                    accepted.append(answer["result"]["request"])
                else:
                    self.assertIn(answer["error"]["code"], (21, 112), answer)
            time.sleep(0.2)
        self.assertLess(daemon.log().count("commit failed"), 20, "said once for each time, not for each try")
        os.remove(os.path.join(inside, "ballast"))
        until(lambda: client.result("status")["ready"], daemon.log)
        until(lambda: "result" in client.call("session.list"), daemon.log)
        self.assertEqual([line for line in client.result("status")["attention"] if "nothing can be changed" in line], [])
        for request in accepted:
            self.assertEqual(client.result("request.get", request=request)["id"], request, "what was accepted is there")
        for connection in others:
            connection.close()
        client.close()
        self.assertEqual(daemon.stop(), 0, daemon.log())


class StandardError(DaemonCase):
    # The service manager has stopped reading: nothing waits for it.
    def test_a_pipe_that_nobody_reads_holds_nothing_up(self):
        daemon = self.daemon(libraries=0)
        daemon.configure(f'log_file = "{daemon.log_path}"', 'log_file = ""')
        reader, writer = os.pipe()
        fcntl.fcntl(writer, 1031, 4096)  # F_SETPIPE_SZ
        daemon.start(stderr=writer)
        client = daemon.client()
        os.close(writer)
        for _ in range(300):  # a line each: three times what the pipe takes
            daemon.process.send_signal(signal.SIGHUP)
            client.result("status")
        client.close()
        self.assertEqual(daemon.stop(), 0)
        with open(reader, "rb") as read:
            self.assertGreater(len(read.read()), 3000)


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

    def test_a_fifo_is_no_configuration(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rsmd.toml")
            os.mkfifo(path)
            done = self.run_rsmd("--check-config", "--config", path)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("no regular file", done.stdout)

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

    def test_a_restore_by_root_gives_the_catalog_to_the_account(self):
        daemon = self.daemon(extra='user = "nobody"\n', owner=65534).start()
        client = daemon.client()
        taken = os.path.join(daemon.root, "state", "backup.db")
        client.result("catalog.backup", path=taken)
        client.close()
        self.assertEqual(daemon.stop(), 0, daemon.log())
        backup = os.path.join(daemon.root, "backup.db")
        shutil.copy(taken, backup)
        os.chmod(backup, 0o600)  # root's alone
        for fresh in (False, True):
            if fresh:
                shutil.rmtree(os.path.join(daemon.root, "state"))
            done = subprocess.run([PROGRAMS["rsmd"], "--config", daemon.config, "--restore", backup], capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            for name in ("catalog.db", "catalog.db.lock"):
                status = os.stat(os.path.join(daemon.root, "state", name))
                self.assertEqual((status.st_uid, stat.S_IMODE(status.st_mode)), (65534, 0o600), name)
            daemon.start()
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
