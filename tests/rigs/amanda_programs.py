"""Amanda's programs as its own account, with configuration, indexes and logs in the folder of a rig.

Amanda looks for them below /etc and /var: the rig runs in a mount namespace of its own, where those are folders of the rig; nothing of the machine's
is touched, and nothing is left."""
import os
import re
import subprocess
import sys

from rig import JOB_LIMIT_S, LIMIT_S

USER = "backup"  # that Debian's packages are built for
PROGRAMS = "/usr/sbin"
# Where tapecycle is not above runtapes, Amanda 3.5.1 writes over a cartridge of the same run: amcheck says so, amdump does it.
RUN_TAPES = 4
CONFIG = """
org "rig"
mailto ""
dumpuser "{user}"
inparallel 2
dumpcycle 0
runspercycle 1
tapecycle {tapecycle}
runtapes {runtapes}
reserve 0
infofile "/var/lib/amanda/rig/curinfo"
logdir "/var/lib/amanda/rig/log"
indexdir "/var/lib/amanda/rig/index"
tapelist "/var/lib/amanda/rig/tapelist"
labelstr "^RIG-[0-9][0-9]*$"
tpchanger "jukebox"
amrecover_changer "jukebox"
tapetype CARTRIDGE
etimeout 60
dtimeout 120
ctimeout 30
define tapetype CARTRIDGE {{
  length {megabytes} mbytes
  filemark 0 kbytes
  part-size 1 mbytes
  part-cache-type memory
  part-cache-max-size 1 mbytes
}}
define changer jukebox {{
  tpchanger "chg-robot:/etc/amanda/rig/{changer_device}"
  changerfile "/var/lib/amanda/rig/changer-state"
  property "mtx" "{mtx}"
{devices}
  property "load-poll" "2s"
  property "use-slots" "{slots}"
}}
define holdingdisk held {{
  directory "/var/lib/amanda/rig/holding"
  use 200 mbytes
  chunksize 1 gbytes
}}
holdingdisk held
define dumptype rig {{
  program "GNUTAR"
  auth "local"
  compress none
  index yes
  strategy noinc
  allow-split yes
  holdingdisk {holding}
}}
"""


def in_namespace():
    """Starts this program again in a mount namespace of its own; comes back only there."""
    if os.environ.get("RIG_NAMESPACE") != str(os.getpid()):
        environment = dict(os.environ, RIG_NAMESPACE=str(os.getpid()))
        os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv], environment)


class Amanda:
    """`trees`: folders to be saved. `devices`: {number of a drive: Amanda's name of it}. `slots`: first and last, from 1. `changer_device`: the library, or its
    part. `megabytes`: of a cartridge."""

    def __init__(self, rig, trees, devices, slots, changer_device="Jukebox", megabytes=6):
        self.rig, self.trees, self.devices, self.slots, self.changer_device, self.megabytes = rig, trees, devices, slots, changer_device, megabytes
        for folder, place in (("amanda/etc", "/etc/amanda"), ("amanda/lib", "/var/lib/amanda"), ("amanda/log", "/var/log/amanda")):
            os.makedirs(rig.path(folder))
            subprocess.run(["mount", "--bind", rig.path(folder), place], check=True, timeout=LIMIT_S)
        for folder in ("rig/curinfo", "rig/log", "rig/index", "rig/holding", "gnutar-lists"):
            os.makedirs("/var/lib/amanda/" + folder)
        rig.write("/var/lib/amanda/rig/tapelist", "")
        rig.write("/etc/amanda/rig/" + changer_device, "")
        # Amanda hands no environment on, and the socket of this daemon is not in the usual place.
        mtx = rig.write("/etc/amanda/rig/rsm-mtx", f'#!/bin/sh\nexec {rig.programs["rsm-mtx"]} --socket {rig.socket} "$@"\n')
        os.chmod(mtx, 0o755)
        rig.write("/etc/amanda/rig/disklist", "".join(f"localhost {tree} rig\n" for tree in trees))
        self.configure("never")
        for folder in ("/etc/amanda", "/var/lib/amanda", "/var/log/amanda"):
            subprocess.run(["chown", "--recursive", f"{USER}:{USER}", folder], check=True, timeout=LIMIT_S)
            os.chmod(folder, 0o770)

    def configure(self, holding):
        devices = "\n".join(f'  property{" append" if i else ""} "tape-device" "{d}={device}"' for i, (d, device) in enumerate(self.devices.items()))
        text = CONFIG.format(user=USER, mtx="/etc/amanda/rig/rsm-mtx", devices=devices, slots=f"{self.slots[0]}-{self.slots[1]}", holding=holding,
                             tapecycle=RUN_TAPES + 2, runtapes=RUN_TAPES, changer_device=self.changer_device, megabytes=self.megabytes)
        self.rig.write("/etc/amanda/rig/amanda.conf", text)

    def command(self, *words):
        return ["setpriv", "--reuid", USER, "--regid", USER, "--init-groups", *words]

    def start(self, program, *words):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/var/lib/amanda", "LANG": "C"}
        return subprocess.Popen(self.command(f"{PROGRAMS}/{program}", *map(str, words)), cwd="/var/lib/amanda", env=environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self, process, codes=(0,)):
        said, _ = process.communicate(timeout=JOB_LIMIT_S)
        said = said or ""
        shown = f"{' '.join(process.args[5:])}: exit {process.returncode}\n{said}"
        with open(self.rig.path("amanda", "said"), "a", encoding="utf-8") as file:
            file.write(shown)
        assert process.returncode in codes, shown
        return said

    def run(self, program, *words, codes=(0,)):
        return self.end(self.start(program, *words), codes)

    def label_all(self, beginning_with=None):
        for slot in range(beginning_with or self.slots[0], self.slots[1] + 1):
            said = self.run("amlabel", "rig", f"RIG-{slot}", "slot", slot)
            assert "Success!" in said, said
        said = self.run("amtape", "rig", "inventory")
        for slot in range(self.slots[0], self.slots[1] + 1):
            assert re.search(rf"slot +{slot}: label RIG-{slot} ", said), said

    def report(self):
        logs = [name for name in os.listdir("/var/lib/amanda/rig/log") if re.fullmatch(r"log\.\d+\.\d+", name)]
        with open(os.path.join("/var/lib/amanda/rig/log", max(logs)), encoding="utf-8", errors="replace") as file:
            return file.read()

    def check_report(self):
        """The last dump or flush: every tree is on cartridges, of which several were needed. Their number."""
        report = self.report()
        assert len(re.findall(r"^DONE taper ", report, re.M)) == len(self.trees) and not re.search(r"^(FAIL|PARTIAL|ERROR|FATAL) ", report, re.M), report
        used = re.findall(r"^START taper .*label (RIG-\d+) ", report, re.M)
        assert len(set(used)) >= 3, f"several cartridges were to be needed:\n{report}"
        assert len(set(used)) == len(used), f"a cartridge was written over in the same run:\n{report}"
        return len(used)

    def check_valid(self, said):
        """What amcheckdump has printed."""
        valid = re.search(r"All images? \((\d+)\) successfully validated", said)
        assert valid and int(valid.group(1)) == len(self.trees), said

    def fetch(self, tree, into):
        """The newest dump of a tree, by Amanda's own program, unpacked by tar."""
        os.makedirs(into)
        said = self.rig.path("amanda", "fetch.err")
        with open(said, "ab") as errors:
            command = self.command(PROGRAMS + "/amfetchdump", "-p", "rig", "localhost", f"^{tree}$", self.newest(tree))
            fetching = subprocess.Popen(command, cwd="/var/lib/amanda", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
            tar = subprocess.run(["tar", "--extract", "--directory", into], stdin=fetching.stdout, capture_output=True, timeout=JOB_LIMIT_S, check=False)
            fetching.stdout.close()
            code = fetching.wait(timeout=LIMIT_S)
        with open(said, encoding="utf-8", errors="replace") as file:
            assert code == 0 and tar.returncode == 0, f"amfetchdump: exit {code}, tar: exit {tar.returncode} {tar.stderr.decode()}\n{file.read()}"

    def newest(self, tree):
        found = [line.split() for line in self.run("amadmin", "rig", "find", "localhost", f"^{tree}$").split("\n") if tree in line and " OK" in line]
        assert found, f"no dump of {tree} is known"
        return max(line[0] + line[1] if ":" in line[1] else line[0] for line in found).translate({ord(c): None for c in "-:"})

    def recover(self, tree, into):
        """The same by Amanda's program for those who look for files: its index names them, and it asks the server for the cartridges."""
        os.makedirs(into)
        asked = "\n".join(("sethost localhost", f"setdisk {tree}", f"lcd {into}", "add *", "extract", *["Y"] * (RUN_TAPES + 2), "quit", ""))
        command = [PROGRAMS + "/amrecover", "rig", "-s", "localhost", "-t", "localhost", "-o", "auth=local"]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, cwd=into, timeout=JOB_LIMIT_S, check=False)
        with open(self.rig.path("amanda", "said"), "a", encoding="utf-8") as file:
            file.write(f"amrecover: exit {done.returncode}\n{done.stdout}{done.stderr}")
        assert done.returncode == 0, f"amrecover: exit {done.returncode}\n{done.stdout}{done.stderr}"


class DiskAmanda(Amanda):
    """Cartridges with a file system. `drives`: {number of a drive for Amanda: its number in the library}."""

    def __init__(self, rig, trees, drives, slots, changer_device="Jukebox"):
        self.drives = drives
        self.points = {d: rig.path(f"amanda-drive{d}") for d in drives}
        for point in self.points.values():
            os.makedirs(point)  # root's: nothing is written there while no medium is mounted
        super().__init__(rig, trees, {d: f"file:{point}/amanda" for d, point in self.points.items()}, slots, changer_device)

    def start_mounting(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mount_loaded.py")
        self.rig.start_program("mount_loaded", sys.executable, "-B", script, self.rig.library, *(f"{self.drives[d]}={point}" for d, point in self.points.items()))

    def prepare_media(self):
        """A folder for Amanda on every cartridge, as who buys them makes it."""
        drive, point = next(iter(self.points.items()))
        for slot in range(self.slots[0], self.slots[1] + 1):
            self.rig.run("rsm-mtx", "-f", self.changer_device, "load", slot, drive)
            self.rig.wait_until("it is mounted", lambda: os.path.ismount(point))
            os.makedirs(point + "/amanda/data")
            subprocess.run(["chown", "--recursive", f"{USER}:{USER}", point + "/amanda"], check=True, timeout=LIMIT_S)
            self.rig.run("rsm-mtx", "-f", self.changer_device, "unload", slot, drive)


def same_numbers(drives):
    """Where Amanda counts the drives of the whole library."""
    return {drive: drive for drive in drives}
