#!/usr/bin/env python3
"""The first run: rsm setup makes an emulated library that a first mount uses, takes it away again, and finds what is wrong with an installation; systemd, the mailer and
the time service are programs of the test, in the place of those of the machine. Each fault of --check is planted.  usage: first_run.py BUILD [SEED]"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from harness import LIMIT_S, Connection, Broken, Refused, as_an_ordinary_user, block_volumes_possible, main, programs

SYSTEMCTL = """#!/bin/sh
case $1 in
  show) cat "$OPENRSM_ROOT/unit" ;;
  restart)
    if [ -e "$OPENRSM_ROOT/pid" ]; then
      old=$(cat "$OPENRSM_ROOT/pid")
      kill "$old" 2>/dev/null
      while kill -0 "$old" 2>/dev/null; do sleep 0.05; done
    fi
    echo "$2" >>"$OPENRSM_ROOT/restarts"
    setsid "$RSMD" --config "$OPENRSM_ROOT/etc/openrsm/rsmd.toml" >>"$OPENRSM_ROOT/rsmd.log" 2>&1 </dev/null &
    echo $! >"$OPENRSM_ROOT/pid" ;;
esac
"""
ACTIVE = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nResult=success\n"


class Machine:
    """A computer of its own, in a folder."""

    def __init__(self, build):
        self.build = build
        self.programs = programs(build)
        self.root = tempfile.mkdtemp(prefix="openrsm-test.")
        os.chmod(self.root, 0o755)
        for folder in ("run/systemd/system", "etc/openrsm", "etc/default", "bin", "lib", "chap"):
            os.makedirs(os.path.join(self.root, folder))
        self.socket = self.path("rsmd.sock")
        self.config = self.path("etc/openrsm/rsmd.toml")
        self.environment = {**os.environ, "OPENRSM_ROOT": self.root, "OPENRSM_SOCKET": self.socket, "NO_COLOR": "1", "RSMD": self.programs["rsmd"],
                            "PATH": self.path("bin") + ":" + os.path.dirname(self.programs["rsm"]) + ":/usr/bin:/bin"}
        self.group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
        self.configure()
        self.program("systemctl", SYSTEMCTL)
        self.clock("yes")
        self.write("unit", ACTIVE)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and os.path.exists(self.path("rsmd.log")):
            subprocess.run(["tail", "-n", "30", self.path("rsmd.log")])
        self.kill(signal.SIGTERM)
        shutil.rmtree(self.root, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def program(self, name, text):
        self.write("bin/" + name, text)
        os.chmod(self.path("bin/" + name), 0o755)

    def clock(self, synchronized):
        self.program("timedatectl", f"#!/bin/sh\necho {synchronized}\n")

    def configure(self, more="", group=None, catalog=None):
        self.write("etc/openrsm/rsmd.toml", f"""[daemon]
admin_group = "{group or self.group}"
[socket]
path = "{self.socket}"
[catalog]
path = "{catalog or self.path('lib/catalog.db')}"
[handler]
program = "{self.programs['rsm-handler']}"
lock_directory = "{self.root}/locks"
{more}
""")

    def kill(self, how):
        try:
            with open(self.path("pid"), encoding="utf-8") as file:
                pid = int(file.read())
            os.kill(pid, how)
        except (OSError, ValueError):
            return
        end = time.monotonic() + LIMIT_S
        while os.path.exists(f"/proc/{pid}") and not self.is_zombie(pid):
            assert time.monotonic() < end, "it does not end"
            time.sleep(0.02)
        os.remove(self.path("pid"))

    @staticmethod
    def is_zombie(pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            return True

    def rsm(self, *words, code=0, says=(), wrapper=(), **environment):
        done = subprocess.run([*wrapper, self.programs["rsm"], *words], capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                              env={**self.environment, **environment})
        shown = f"rsm {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, shown
        for part in [says] if isinstance(says, str) else says:
            assert part in done.stdout + done.stderr, f"{part!r} is missing\n{shown}"
        return done.stdout

    def check(self, **how):
        """What --check says, by name; a name may have several."""
        done = subprocess.run([*how.pop("wrapper", ()), self.programs["rsm"], "setup", "--check", "--json"], capture_output=True, text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL,
                              env={**self.environment, **how})
        said = json.loads(done.stdout)
        assert done.returncode == (0 if said["ok"] else 1), done.stdout
        assert said["ok"] == all(each["state"] != "fault" for each in said["checks"])
        return said["checks"]

    def fault(self, name, text, command, **how):
        """The only fault that there is."""
        faults = [each for each in self.check(**how) if each["state"] == "fault"]
        assert any(each["name"] == name and text in each["text"] and command in each["command"] for each in faults), (name, text, faults)
        assert all(each["name"] == name for each in faults), faults

    def noted(self, name, text, command="", **how):
        found = [each for each in self.check(**how) if each["name"] == name]
        assert any(each["state"] == "note" and text in each["text"] and command in each["command"] for each in found), (name, text, found)


def three_commands(machine):
    """Nothing but a configuration: a library, a mount, and away with it."""
    machine.rsm("setup", code=4, says=["--check", "--emulated NAME"])
    machine.rsm("setup", "--emulated", "a/b", code=4, says="it is also the name of a file")
    assert not os.path.exists(machine.path("etc/openrsm/libraries.d"))
    said = machine.rsm("setup", "--emulated", "demo", says=["made      " + machine.path("lib/hardware/demo"), "(2 drives, 12 slots, 8 cartridges)", "libraries.d/demo.toml",
                                                            "rsm setup --remove demo", "restarted rsmd: ready in", "8 cartridges found; volumes: ", "rsm media mount A00001:0"])
    assert "restart   " not in said
    machine.rsm("media", "mount", "A00001:0", says="A00001:0 is loaded in demo drive")
    again = machine.rsm("setup", "--emulated", "demo", says=["there is  " + machine.path("lib/hardware/demo"), "rsmd has it, with 8 cartridges"])
    assert "restarted" not in again, again
    with open(machine.path("restarts"), encoding="utf-8") as file:
        assert file.read() == "rsmd\n", "restarted once"
    # A second one has bar codes of its own.
    machine.rsm("setup", "--emulated", "second", says=["8 cartridges found", "rsm media mount B00001:0"])
    names = {medium["name"] for medium in json.loads(machine.rsm("media", "list", "--json"))}
    assert len(names) == 16, names
    wait_for(machine, "all are identified and A00001 is loaded again", lambda: not json.loads(machine.rsm("request", "list", "--open", "--json"))
             and [drive["medium_name"] for drive in json.loads(machine.rsm("drive", "list", "--json")) if drive["state"] == "loaded"] == ["A00001"])
    machine.rsm("setup", "--remove", "demo", code=6, says=["A00001", "rsm media dismount A00001"])
    assert os.path.exists(machine.path("etc/openrsm/libraries.d/demo.toml")), "nothing was changed"
    machine.rsm("media", "dismount", "A00001:0", "--wait")
    machine.rsm("setup", "--remove", "demo", says=["removed   " + machine.path("etc/openrsm/libraries.d/demo.toml"), "restarted rsmd", "forgot", "removed   " + machine.path("lib/hardware/demo")])
    assert not os.path.exists(machine.path("lib/hardware/demo"))
    assert [l["name"] for l in json.loads(machine.rsm("library", "list", "--json")) if l["library_type"] == "online"] == ["second"]
    machine.rsm("setup", "--remove", "demo", code=5, says="neither a library of this name")
    machine.rsm("setup", "--remove", "../lib", code=4)


def wait_for(machine, what, condition):
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.1)


def without_systemd(machine):
    """Says what to do, and does the rest."""
    os.rename(machine.path("run/systemd/system"), machine.path("run/systemd/none"))
    machine.noted("unit", "no systemd runs here")
    machine.rsm("setup", "--emulated", "third", says=["restart   no systemd runs here: end rsmd and start it again, 'rsmd --config " + machine.config])
    machine.rsm("setup", "--remove", "third", says="removed   " + machine.path("lib/hardware/third"))
    machine.rsm("setup", "--remove", "second", says=["restart   no systemd", "again: then its hardware goes, too"])
    assert os.path.exists(machine.path("lib/hardware/second")), "the service has it in its hands"
    os.rename(machine.path("run/systemd/none"), machine.path("run/systemd/system"))
    machine.rsm("setup", "--emulated", "second", says="restarted rsmd")


def nothing_wrong(machine):
    found = machine.check()
    assert [each["name"] for each in found] == ["unit", "socket", "group", "configuration", "devices", "loop and mount", "disk", "clock", "mail"], found
    assert all(each["state"] == "ok" or each["command"] for each in found), "what is not right has a command"
    assert not [each for each in found if each["state"] == "fault"], found
    machine.rsm("setup", "--check", says="Nothing is wrong.")


def faults_of_the_unit(machine):
    for said, text, command in [("LoadState=not-found\nActiveState=inactive\n", "not installed", "apt install openrsm"),
                                (ACTIVE.replace("=active", "=failed").replace("success", "exit-code"), "has failed (exit-code)", "journalctl --unit=rsmd"),
                                (ACTIVE.replace("=active", "=inactive"), "is inactive", "systemctl start rsmd")]:
        machine.write("unit", said)
        machine.fault("unit", text, command)
    machine.write("unit", ACTIVE.replace("enabled", "disabled"))
    machine.noted("unit", "does not start with the machine", "systemctl enable rsmd")
    machine.write("unit", ACTIVE)


def faults_of_the_socket(machine):
    machine.fault("socket", "the configuration has " + machine.socket, "export OPENRSM_SOCKET=" + machine.socket, OPENRSM_SOCKET=machine.path("elsewhere.sock"))
    machine.kill(signal.SIGKILL)
    machine.fault("socket", "has died and left it", "systemctl start rsmd")
    os.remove(machine.socket)
    machine.fault("socket", "rsmd does not run", "systemctl start rsmd")
    machine.write("rsmd.sock", "")
    machine.fault("socket", "is no socket", "rm " + machine.socket)
    os.remove(machine.socket)
    silent = socket.socket(socket.AF_UNIX)  # takes connections, and says nothing
    silent.bind(machine.socket)
    silent.listen()
    machine.fault("socket", "", "systemctl restart rsmd")
    silent.close()
    os.remove(machine.socket)
    # Whatever was asked of it: the error names what helps.
    for words in (["status"], ["library", "list"], ["media", "mount", "A00001"], ["events"], ["explain", "1a2b3c4d"], ["check"], ["view", "/tdrive"], ["catalog", "check"]):
        done = subprocess.run([machine.programs["rsm"], *words], capture_output=True, text=True, timeout=LIMIT_S, env=machine.environment)
        assert done.returncode == 2 and "rsm setup --check" in done.stdout + done.stderr, (words, done)


def faults_of_configuration(machine):
    machine.configure("[socket_]\n")
    machine.fault("configuration", machine.config + ":", "rsmd --check-config")
    machine.configure(group="no-such-group")
    machine.fault("group", "there is no group no-such-group", "groupadd --system no-such-group")
    machine.configure()
    os.remove(machine.path("etc/openrsm/libraries.d/second.toml"))
    machine.noted("configuration", "has no library", "rsm setup --emulated demo")


def faults_of_devices(machine):
    library = '[[library]]\nname = "L"\ndriver = "scsi"\nchanger = "%s"\n'
    for changer, text, command in [("/dev/openrsm-none", "is not there", "rsm library discover"), (machine.path("unit"), "is no device", "rsm library discover"),
                                   ("/dev/null", "everybody may write to /dev/null", "chmod o-rw /dev/null")]:
        machine.configure(library % changer)
        machine.fault("devices", text, command)
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    machine.write("chap/file", "user secret\n")
    os.chmod(machine.path("chap/file"), 0o644)
    machine.configure(library % f"iscsi://127.0.0.1:{port}/iqn.2020-01.org.example:x/0" + f'chap_file = "{machine.path("chap/file")}"\n')
    machine.fault("devices", f"nobody answers at the iSCSI portal 127.0.0.1:{port}", "rsm library discover --iscsi")
    machine.fault("devices", "others may read the secret", "chmod 600")
    closed.close()
    machine.configure(f'[[library]]\nname = "E"\ndriver = "emulated"\ndirectory = "{machine.path("nowhere")}"\n')
    machine.fault("devices", "cannot be looked at", "rsm-emu make")


def faults_of_the_machine(machine):
    volumes = f'[[library]]\nname = "E"\ndriver = "emulated"\ndirectory = "{machine.path("chap")}"\nvolumes = "block"\n'
    machine.configure(volumes)
    if block_volumes_possible():
        no_loops = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && exec "$@"', "sh")
        machine.fault("loop and mount", "no loop devices", "modprobe loop", wrapper=no_loops)
    elif os.geteuid() != 0:
        machine.noted("loop and mount", "only root can try", "sudo rsm setup --check")
    machine.configure(catalog=machine.path("nowhere/catalog.db"))
    machine.fault("disk", "is not there", "openrsm" if shutil.which("systemd-tmpfiles") is None else "systemd-tmpfiles --create")
    machine.configure()
    machine.write("hold", machine.path("lib"))
    machine.fault("disk", "is not on the disk within 5 s", "[catalog] path", LD_PRELOAD=os.path.join(machine.build, "bin", "rsm_slow_sync.so"), OPENRSM_TEST_HOLD=machine.path("hold"),
                  ASAN_OPTIONS=":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"))))
    machine.clock("no")
    machine.fault("clock", "nobody keeps the clock right", "timedatectl set-ntp true")
    machine.clock("yes")
    machine.noted("mail", "MAIL_TO is not set", "systemctl enable --now rsm-notify")
    machine.write("etc/default/openrsm-notify", '# who\nMAIL_TO="tape@example.org"\n')
    machine.fault("mail", "there is no program sendmail", "apt install msmtp-mta")
    machine.program("sendmail", "#!/bin/sh\n")
    assert [each for each in machine.check() if each["name"] == "mail" and each["state"] == "ok"]


def test(build, rng):
    with Machine(build) as machine:
        three_commands(machine)
        without_systemd(machine)
        nothing_wrong(machine)
        faults_of_the_unit(machine)
        faults_of_the_socket(machine)
        machine.rsm("setup", "--emulated", "second")  # has it running again
        faults_of_configuration(machine)
        faults_of_devices(machine)
        faults_of_the_machine(machine)
    if os.geteuid() == 0:
        as_an_ordinary_user(__file__, build)


if __name__ == "__main__":
    main(test)
